// The warning signs where the clinic cannot be asked: this phone takes the answer, says what to do, holds
// the programs, and tells the clinic when there is signal.
import { keepSigns } from "./answers.js";
import { callList } from "./calls.js";
import { keepSending, outbox, send } from "./outbox.js";
import { showState } from "./outbox_view.js";
import { copy, obey, show, tell, words } from "./pieces.js";
import { kept } from "./plan.js";
import { read } from "./store.js";

const form = document.querySelector("[data-signs]");
const isSignedIn = form.method === "post";
const URGENCY = { emergency: ["emergency"], urgent: ["urgent", "emergency"], days: ["clinic", "urgent"], physio: ["clinic"] };

/** Without a sign-in the page asks only where this phone knows whose it is. */
function open(plan) {
  if (!isSignedIn) {
    for (const part of form.querySelectorAll("[data-asks]")) part.hidden = false;
    for (const place of form.querySelectorAll("[data-calls]")) place.replaceChildren(callList(plan.help, [place.dataset.calls]));
    for (const part of document.querySelectorAll("[data-stranger]")) part.hidden = true;
  }
  form.addEventListener("submit", (event) => {
    if (isSignedIn && navigator.onLine) return;
    event.preventDefault();
    answer(plan, event.submitter).catch(() => {});
  });
}

async function answer({ owner, help }, button) {
  const signs = [...form.querySelectorAll(":checked")].map((box) => box.value);
  tell(form.querySelector("[data-problem]"), signs.length || button?.value === "none" ? "" : words.choose);
  if (!signs.length && button?.value !== "none") return;
  const row = {
    client_id: crypto.randomUUID(),
    owner,
    signs,
    wording: Number(form.dataset.wording),
    language: document.documentElement.lang,
    session_id: new URLSearchParams(location.search).get("session"),
    told_at: new Date().toISOString(),
  };
  const isKept = await keepSigns(row).then(() => true, () => false);
  const state = showStep(signs, help);
  if (!isKept) return tell(state, words.not_kept);
  const follow = async () => showState(state, (await read("answers", row.client_id)) ? "waiting" : "sent");
  outbox.addEventListener("sent", follow);
  await follow();
  await send();
}

/** What to do, from the most pressing sign: they stand in the page in that order. */
function showStep(signs, help) {
  const { part, slots } = copy(signs.length ? "t-step" : "t-none");
  if (signs.length) {
    const { level, group, step, reason } = words.signs[signs[0]];
    slots.level.textContent = level;
    slots.step.textContent = step;
    slots.reason.textContent = reason;
    slots.calls.replaceWith(callList(help, URGENCY[group]));
    slots.says.textContent = signs.map((code) => words.signs[code].says).join("; ");
  }
  obey(part, { again: () => location.reload() });
  show(part, slots.heading);
  return slots.state;
}

navigator.serviceWorker?.register("/sw.js", { scope: "/" }).catch(() => {});
const plan = await kept().catch(() => null);
const isClosed = "closed" in form.dataset; // somebody is signed in who answers nothing here
if (plan && !isClosed) open(plan);
if (plan && !isSignedIn) keepSending();
