// Numbers to call with one tap, as the clinic set them.
import { copy, words } from "./pieces.js";

/** A list of the named numbers that are known. */
export function callList(help, names = ["emergency", "urgent", "clinic"]) {
  const list = Object.assign(document.createElement("ul"), { className: "calls" });
  list.append(...names.filter((name) => help[name]).map((name) => {
    const { part, slots } = copy("t-call");
    slots.call.href = `tel:${help[name].replace(/[^+\d]/g, "")}`;
    slots.call.classList.toggle("btn--call", name === "emergency");
    slots.name.textContent = words.calls[name];
    slots.number.textContent = help[name];
    return part;
  }));
  return list;
}
