// Runs on a signed-in patient's pages: keeps the plan on the phone, sends what waits, and on sign-out
// takes away what another person must not see.
import { keepSending, waiting } from "./outbox.js";
import { showOutbox } from "./outbox_view.js";
import { leave, refresh } from "./plan.js";
import { setting } from "./store.js";

navigator.serviceWorker?.register("/sw.js", { scope: "/" }).catch(() => {});
const place = document.querySelector("[data-outbox]");

/** Who is signed in is known from the plan, so it comes first: what waits is theirs or stays. */
async function open() {
  const plan = place && (await refresh().catch(() => null));
  keepSending();
  if (plan) showOutbox(place, plan.owner, Object.fromEntries(plan.programs.map(({ id, title }) => [id, title])));
}

for (const form of document.querySelectorAll('form[action$="/sign-out"]')) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tidied(form).then((may) => may && form.submit(), () => form.submit());
  });
}

/** Take this person's plan off the phone; asks before while something of theirs is not sent. */
async function tidied(form) {
  const owner = await setting("owner");
  const open = owner ? (await waiting(owner)).filter((row) => row.state !== "sent") : [];
  if (open.length && !confirm(form.dataset.unsent)) return false;
  await leave();
  if (open.length) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "keep_unsent", value: "1" }));
  return true;
}

open().catch(() => {});
