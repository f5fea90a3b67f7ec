// Lets this phone keep the plan and send sessions for 90 days without a sign-in, if its person asks for it.
import { ask } from "./plan.js";
import { copy, obey, tell, words } from "./pieces.js";
import { remember, setting } from "./store.js";

/** Offer the key where it is not there yet; on one's own account also after "not now". */
export async function offerKey(place, plan) {
  const refused = (await setting("no_key")) === plan.owner;
  if (plan.has_key || (refused && !("always" in place.dataset))) return;
  const { part, slots } = copy("t-key");
  slots.later.hidden = "always" in place.dataset;
  const [box] = part.children;
  obey(part, {
    keep: async () => {
      try {
        await keepKey();
        box.replaceChildren(Object.assign(document.createElement("p"), { textContent: words.key_kept, role: "status" }));
      } catch {
        tell(slots.problem, words.key_lost);
      }
    },
    later: async () => {
      await remember("no_key", plan.owner);
      box.remove();
    },
  });
  place.replaceChildren(part);
}

async function keepKey() {
  const { ticket } = await ask("/log/ticket");
  await ask("/log/phone", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Ticket": ticket },
    body: "{}",
  });
  navigator.storage?.persist?.();
}
