// Shows what waits on this phone for its person, and the ways to mend it.
import { again, outbox, send, waiting, withdraw } from "./outbox.js";
import { FINISH, LIGHT } from "./guided.js";
import { drop, keep, read } from "./store.js";
import { copy, obey, tell, timeText, dayText, words } from "./pieces.js";

const ANSWERS = { offline: "offline", signed_out: "signed_out", server: "server" };

/** Keep a place up to date with one owner's outbox, with what was sent a short while ago; without
    anything to tell it is empty. */
export function showOutbox(place, owner, titles, sentForMs = Infinity) {
  let answer = null;
  const draw = async () => {
    const rows = (await waiting(owner)).filter(({ state, sent_at: at }) => state !== "sent" || Date.now() - at < sentForMs);
    const open = rows.filter((row) => row.state !== "sent");
    place.replaceChildren(...(rows.length ? [box(rows, open, answer)] : []));
  };
  const trySending = async () => {
    answer = await send();
    await draw();
  };
  const box = (rows, open, said) => {
    const { part, slots } = copy("t-outbox");
    slots.items.append(...rows.map((row) => line(row, titles, draw, trySending)));
    tell(slots.state, open.length ? words[ANSWERS[said]] : "");
    slots.sign_in.hidden = said !== "signed_out" || !open.length;
    obey(part, { send: trySending });
    part.querySelector('[data-do="send"]').hidden = !open.some((row) => row.state === "waiting");
    return part;
  };
  outbox.addEventListener("change", draw);
  draw();
  return trySending;
}

function line(row, titles, draw, trySending) {
  const { part, slots } = copy("t-outbox-item");
  slots.title.textContent = titles[row.payload.program_id] ?? words.session;
  slots.which_change.textContent = slots.which_withdraw.textContent = `: ${slots.title.textContent}`;
  slots.when.textContent = `${dayText(row.performed_at)}, ${timeText(row.performed_at)}`;
  showState(slots.state, row.state);
  const stuck = row.state === "attention";
  slots.mend.hidden = !stuck;
  slots.turn.hidden = stuck || row.payload.withdrawn;
  slots.withdrawn.hidden = !row.payload.withdrawn;
  slots.message.textContent = row.message || words.unreadable;
  slots.form.href = `/log/${row.payload.program_id}?day=${row.payload.performed_on}`;
  obey(part, {
    again: async () => {
      await again(row);
      await trySending();
    },
    change: () => reopen(row),
    withdraw: async () => {
      if (!confirm(words.sure_withdraw)) return;
      await withdraw(row);
      await trySending();
      location.reload();
    },
    remove: async () => {
      if (!confirm(words.sure)) return;
      await drop("outbox", row.client_id);
      await draw();
    },
  });
  return part;
}

/** Open a saved session again, to be corrected; one of its program that is under way comes first. */
async function reopen({ owner, payload, revision, guided }) {
  const key = `${owner}/${payload.program_id}`;
  const before = (await read("current", key))?.state;
  const isFree = !before?.began_at || before.place === LIGHT;
  if (!isFree && !confirm(words.under_way)) return;
  if (isFree) await keep("current", { key, owner, program: guided.program, state: { ...guided.state, revision, place: FINISH } });
  location.assign(`/train/${payload.program_id}`);
}

/** Say in one chip where a session is. */
export function showState(chip, state) {
  chip.textContent = words[state];
  chip.className = state === "attention" ? "chip chip--effort" : state === "sent" ? "chip" : "chip chip--plain";
}
