// Runs on a signed-in patient's pages: keeps the plan on the phone, sends what waits, and on sign-out
// takes away what another person must not see.
import { keepSending, outbox, waiting } from "./outbox.js";
import { showOutbox } from "./outbox_view.js";
import { offerKey } from "./phone_key.js";
import { leave, refresh } from "./plan.js";
import { setting } from "./store.js";

navigator.serviceWorker?.register("/sw.js", { scope: "/" }).catch(() => {});
const place = document.querySelector("[data-outbox]");
const keyPlace = document.querySelector("[data-key]");

/** Who is signed in is known from the plan, so it comes first: what waits is theirs or stays. */
async function open() {
  const plan = (place || keyPlace) && (await refresh().catch(() => null));
  outbox.addEventListener("sent", showAnew);
  keepSending();
  if (plan && keyPlace) await offerKey(keyPlace, plan);
  if (plan && place) showOutbox(place, plan.owner, Object.fromEntries(plan.programs.map(({ id, title }) => [id, title])));
}

/** What was sent just now counts on this page too; whoever is busy with it is not disturbed. */
function showAnew() {
  if (place && document.activeElement === document.body) location.reload();
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
