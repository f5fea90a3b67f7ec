// Answers that were given without signal, to the warning signs or to the morning's question: they count on
// this phone at once, and are sent later.
import { ask, hold, tellMorning } from "./plan.js";
import { all, change, drop, keep } from "./store.js";

const REFUSED = [400, 409, 422];

/** Keep an answer to the warning signs; a sign holds the plan on this phone from now on, and makes the
    light of the session that asked a stop. */
export async function keepSigns(answer) {
  await keep("answers", { ...answer, to: "/log/signs" });
  if (!answer.signs.length) return;
  await hold(answer.owner);
  for (const { key, state } of await all("current", answer.owner)) {
    if (state.client_id === answer.session_id) await change("current", key, (row) => ({ ...row, state: { ...row.state, red_flag: true } }));
  }
}

/** Keep how the knee is this morning. */
export async function keepMorning(owner, on_day, pain) {
  const told_at = new Date().toISOString();
  await keep("answers", { client_id: crypto.randomUUID(), owner, to: "/log/morning", on_day, pain, told_at });
  await tellMorning(owner, on_day, pain);
}

/** Send one person's answers, oldest first; returns how many there were. */
export async function sendAnswers({ owner, ticket }) {
  const waiting = await all("answers", owner);
  for (const answer of waiting.sort((a, b) => a.told_at.localeCompare(b.told_at))) {
    await sendOne(answer, ticket);
    await drop("answers", answer.client_id);
  }
  return waiting.length;
}

/** A morning that is refused is over for good; a sign waits for a release that can read it. */
async function sendOne({ to, ...answer }, ticket) {
  try {
    await ask(to, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Ticket": ticket },
      body: JSON.stringify({ ...answer, client_now: new Date().toISOString() }),
    });
  } catch (problem) {
    if (answer.signs || !REFUSED.includes(problem.status)) throw problem;
  }
}
