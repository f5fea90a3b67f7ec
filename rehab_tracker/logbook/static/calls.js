// Numbers to call with one tap, as the clinic set them.
import { copy, words } from "./pieces.js";

/** One line for each number that is known, the named ones only. */
export function calls(help, names = ["emergency", "urgent", "clinic"]) {
  return names.filter((name) => help[name]).map((name) => {
    const { part, slots } = copy("t-call");
    slots.call.href = `tel:${help[name].replace(/[^+\d]/g, "")}`;
    slots.call.classList.toggle("btn--call", name === "emergency");
    slots.name.textContent = words.calls[name];
    slots.number.textContent = help[name];
    return part;
  });
}
