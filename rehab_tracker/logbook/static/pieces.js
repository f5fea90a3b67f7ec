// Small pieces of the phone's pages: the templates' copies, their slots, and the translated sentences.

const read = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");
export const words = Object.assign({}, ...["outbox-words", "key-words", "call-words", "words"].map(read));

/** A sentence with its blanks filled in. */
export const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
export const say = (name, values = {}) => fill(words[name], values);

/** A copy of a template, its slots by name. */
export function copy(id) {
  const part = document.getElementById(id).content.cloneNode(true);
  const slots = Object.fromEntries([...part.querySelectorAll("[data-slot]")].map((slot) => [slot.dataset.slot, slot]));
  return { part, slots };
}

/** Show a text, or hide its place where there is none. */
export function tell(place, text) {
  place.textContent = text ?? "";
  place.hidden = !text;
}

/** Call by a button's `data-do`. */
export function obey(part, orders) {
  for (const button of part.querySelectorAll("[data-do]")) {
    button.addEventListener("click", () => orders[button.dataset.do]?.(button));
  }
}

/** Put a screen in the page and lead readers to its heading. */
export function show(part, heading) {
  document.getElementById("screen").replaceChildren(part);
  document.title = document.title.replace(/^[^·]*/, `${heading.textContent} `);
  scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

export const announce = (text) => { document.getElementById("live").textContent = text; };

/** Eleven buttons for a pain score; `low` is the least that still makes sense. */
export function scale(place, chosen, low, choose) {
  for (const button of place.querySelectorAll("[data-score]")) {
    const score = Number(button.dataset.score);
    button.ariaPressed = String(score === chosen);
    button.disabled = score < low;
    button.onclick = () => choose(score);
  }
}

/** A set as people call it. */
export const setName = ({ number, side }) =>
  side ? say("set_side", { number, side: words[side].toLowerCase() }) : say("set", { number });

/** A dose whose parts stay whole at the end of a line. */
export const unbroken = (dose) =>
  dose.split(" · ").flatMap((part, place, all) => {
    const textContent = place < all.length - 1 ? `${part} ·` : part;
    return [Object.assign(document.createElement("span"), { className: "nowrap", textContent }), " "];
  });

/** An amount as people read it: "8 kg, 12 reps". */
export function amountText(unit, { amount, load, band }) {
  const parts = [load && say("load", { load }), band && say("band", { number: band })];
  parts.push(unit === "reps" ? say("reps", { count: amount }) : say("seconds", { time: amount }));
  return parts.filter(Boolean).join(", ");
}

export const dayText = (instant) => new Date(instant).toLocaleDateString(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long" });
export const timeText = (instant) => new Date(instant).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
