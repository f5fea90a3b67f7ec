// Answers to the warning signs that were given without signal: they hold at once, and are sent later.
import { ask, hold } from "./plan.js";
import { all, change, drop, keep } from "./store.js";

/** Keep an answer until the clinic has it; a sign holds the plan on this phone from now on, and makes
    the light of the session that asked a stop. */
export async function keepAnswer(answer) {
  await keep("signs", answer);
  if (!answer.signs.length) return;
  await hold(answer.owner);
  for (const { key, state } of await all("current", answer.owner)) {
    if (state.client_id === answer.session_id) await change("current", key, (row) => ({ ...row, state: { ...row.state, red_flag: true } }));
  }
}

/** Send one person's answers, oldest first; returns how many there were. */
export async function sendAnswers({ owner, ticket }) {
  const waiting = await all("signs", owner);
  for (const answer of waiting.sort((a, b) => a.told_at.localeCompare(b.told_at))) {
    await ask("/log/signs", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Ticket": ticket },
      body: JSON.stringify({ ...answer, client_now: new Date().toISOString() }),
    });
    await drop("signs", answer.client_id);
  }
  return waiting.length;
}
