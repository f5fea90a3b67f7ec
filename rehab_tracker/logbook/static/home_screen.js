// What this phone keeps, for when no page can be reached: programs to begin, the outbox, and help.
import { showOutbox } from "./outbox_view.js";
import { copy, say, show } from "./pieces.js";

export function showHome(plan, owner, reason) {
  const { part, slots } = copy("t-home");
  slots.says.textContent = reason;
  slots.programs.append(...(plan?.programs ?? []).map(programCard));
  if (plan) slots.numbers.append(...numbers(plan.help));
  const titles = Object.fromEntries((plan?.programs ?? []).map(({ id, title }) => [id, title]));
  const sending = owner ? showOutbox(slots.outbox, owner, titles) : null;
  show(part, slots.heading);
  return sending;
}

function programCard(program) {
  const { part, slots } = copy("t-home-program");
  slots.title.textContent = program.title;
  slots.about.textContent = say("exercises", { count: program.exercises.length });
  slots.start.href = `/train/${program.id}`;
  return part;
}

function numbers(help) {
  return [help?.emergency, help?.urgent_line].filter(Boolean).flatMap((number) => {
    const link = document.createElement("a");
    link.className = "btn";
    link.href = `tel:${number.replace(/[^+\d]/g, "")}`;
    link.textContent = number;
    return [link, " "];
  });
}
