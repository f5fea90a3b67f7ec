// Shows what waits on this phone for its person, and the ways to mend it.
import { outbox, post, send, waiting } from "./outbox.js";
import { drop } from "./store.js";
import { copy, obey, tell, timeText, dayText, words } from "./pieces.js";

const ANSWERS = { offline: "offline", signed_out: "signed_out", server: "server" };

/** Keep a place up to date with one owner's outbox; without anything to tell it is empty. */
export function showOutbox(place, owner, titles) {
  let answer = null;
  const draw = async () => {
    const rows = await waiting(owner);
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
  slots.when.textContent = `${dayText(row.performed_at)}, ${timeText(row.performed_at)}`;
  showState(slots.state, row.state);
  slots.mend.hidden = row.state !== "attention";
  slots.message.textContent = row.message;
  slots.form.href = `/log/${row.payload.program_id}?day=${row.payload.performed_on}`;
  obey(part, {
    again: async () => {
      await post(row.owner, item(row));
      await trySending();
    },
    remove: async () => {
      if (!confirm(words.sure)) return;
      await drop("outbox", row.client_id);
      await draw();
    },
  });
  return part;
}

const item = ({ client_id, revision, performed_at, zone, payload }) => ({ client_id, revision, performed_at, zone, payload });

/** Say in one chip where a session is. */
export function showState(chip, state) {
  chip.textContent = words[state];
  chip.className = state === "attention" ? "chip chip--effort" : state === "sent" ? "chip" : "chip chip--plain";
}
