// Sends what waits on the phone: a fresh ticket first, one tab at a time, each session marked only
// once the server has answered for the very revision that was sent.
import { all, change, deviceId, drop, keep, read, setting } from "./store.js";
import { ask, settle } from "./plan.js";
import { sendAnswers } from "./answers.js";

const BATCH = 20;
const SENT_FOR_MS = 24 * 60 * 60 * 1000;
const AGAIN_MS = 20_000;
const UNREADABLE = [400, 413];
const otherTabs = new BroadcastChannel("outbox");
/** Says "change" when the outbox changed, in this tab or another one, and "sent" when all was sent. */
export const outbox = new EventTarget();
const changed = () => outbox.dispatchEvent(new Event("change"));
otherTabs.addEventListener("message", changed);

/** A session as the outbox keeps it, with the guided one that it came from. */
export const waitingRow = (owner, item, guided) => ({ ...item, owner, guided, state: "waiting", message: "" });

const isWaiting = (row) => row.state === "waiting";

/** Let a session wait to be sent once more. */
export const again = (row) => keep("outbox", { ...row, state: "waiting", message: "" });

/** Take a session back; the clinic is told so under the session's next number. */
export async function withdraw(row) {
  const { revision, payload } = row;
  await again({ ...row, revision: revision + 1, payload: { ...payload, withdrawn: true } });
  const key = `${row.owner}/${payload.program_id}`;
  if ((await read("current", key))?.state.client_id === row.client_id) await drop("current", key);
}

/** What one owner sees of the outbox: all that is not sent, and what was sent a short while ago. */
export async function waiting(owner, now = Date.now()) {
  const rows = await all("outbox", owner);
  const [fresh, old] = [[], []];
  for (const row of rows) (row.state === "sent" && now - row.sent_at > SENT_FOR_MS ? old : fresh).push(row);
  for (const row of old) await drop("outbox", row.client_id);
  return fresh.sort((a, b) => a.performed_at.localeCompare(b.performed_at));
}

/** Send now, when the phone is back online, and from time to time while anything waits. */
export function keepSending() {
  const trySending = async () => {
    const owner = await setting("owner");
    if (!owner) return;
    const rows = [...(await all("outbox", owner)).filter(isWaiting), ...(await all("answers", owner))];
    if (rows.length) await send();
  };
  let isTrying = false;
  const quietly = async () => {
    if (isTrying) return;
    isTrying = true;
    await trySending().catch(() => {});
    isTrying = false;
  };
  addEventListener("online", quietly);
  setInterval(quietly, AGAIN_MS);
  quietly();
}

/** Send what waits, after whoever is sending now. Returns "sent", "nothing", "signed_out", "server" or
    "offline". */
export const send = () => navigator.locks?.request("outbox", sendAll) ?? sendAll();

async function sendAll() {
  try {
    const pass = await ask("/log/ticket");
    const { owner } = pass;
    await settle(owner);
    const ready = (await all("outbox", owner)).filter(isWaiting);
    for (let from = 0; from < ready.length; from += BATCH) {
      await sendApart(ready.slice(from, from + BATCH), pass);
    }
    const sent = ready.length + (await sendAnswers(pass));
    if (sent) outbox.dispatchEvent(new Event("sent"));
    return sent ? "sent" : "nothing";
  } catch (problem) {
    if (problem.status === 401 || problem.status === 403) return "signed_out";
    return problem.status ? "server" : "offline";
  }
}

/** Send sessions together; where that is refused as a whole, singly, so that one blocks no other. */
async function sendApart(rows, pass) {
  try {
    await note(await sendNow(rows, pass));
  } catch (problem) {
    if (!UNREADABLE.includes(problem.status)) throw problem;
    if (rows.length > 1) for (const row of rows) await sendApart([row], pass);
    else await note(rows.map(({ client_id, revision }) => ({ client_id, revision, outcome: "rejected" })));
  }
}

async function note(outcomes) {
  for (const { client_id, revision, outcome, message } of outcomes) {
    const fine = outcome !== "rejected" && outcome !== "conflict";
    await change("outbox", client_id, (row) =>
      row.revision === revision
        ? { ...row, state: fine ? "sent" : "attention", message: message ?? "", outcome, sent_at: Date.now() }
        : null,
    );
  }
  changed();
  otherTabs.postMessage("changed");
}

/** Send sessions without keeping them first, for a phone that cannot keep anything. */
export async function sendNow(rows, { owner, ticket }, device = null) {
  const body = {
    owner,
    device_id: device ?? (await deviceId()),
    client_now: new Date().toISOString(),
    items: rows.map(({ client_id, revision, performed_at, zone, payload }) => ({
      client_id, revision, performed_at, zone, payload,
    })),
  };
  const answer = await ask("/log/sync", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Ticket": ticket },
    body: JSON.stringify(body),
  });
  return answer.outcomes;
}
