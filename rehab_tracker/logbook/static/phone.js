// Runs on a signed-in patient's pages: keeps the plan on the phone, sends what waits, and on sign-out
// takes away what another person must not see.
import { keepSending, outbox } from "./outbox.js";
import { showOutbox } from "./outbox_view.js";
import { offerKey } from "./phone_key.js";
import { leave, refresh } from "./plan.js";
import { setting, unsentOwners } from "./store.js";

navigator.serviceWorker?.register("/sw.js", { scope: "/" }).catch(() => {});
const SENT_FOR_MS = 15 * 60 * 1000; // then "Logged today" says enough
const place = document.querySelector("[data-outbox]");
const keyPlace = document.querySelector("[data-key]");

/** Who is signed in is known from the plan, so it comes first: what waits is theirs or stays. */
async function open() {
  const plan = (place || keyPlace) && (await refresh().catch(() => null));
  const held = document.querySelector("[data-held]"); // told here, and not yet known to the clinic
  if (held) held.hidden = !plan?.is_held;
  outbox.addEventListener("sent", showAnew);
  keepSending();
  if (plan && keyPlace) await offerKey(keyPlace, plan);
  if (plan && place) showOutbox(place, plan.owner, Object.fromEntries(plan.programs.map(({ id, title }) => [id, title])), SENT_FOR_MS);
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

/** Take this person's plan off the phone; asks before while something of theirs is not sent. What waits
    for anybody stays. */
async function tidied(form) {
  const [owner, owners] = [await setting("owner"), await unsentOwners()];
  if (owners.includes(owner) && !confirm(form.dataset.unsent)) return false;
  await leave();
  if (owners.length) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "keep_unsent", value: "1" }));
  return true;
}

open().catch(() => {});
