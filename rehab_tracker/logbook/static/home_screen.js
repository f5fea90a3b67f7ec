// What this phone keeps, for when no page can be reached: programs to begin, the outbox, and help.
import { keepMorning } from "./answers.js";
import { callList } from "./calls.js";
import { localDay } from "./entry.js";
import { LIGHT } from "./guided.js";
import { outbox, send, waiting } from "./outbox.js";
import { showOutbox } from "./outbox_view.js";
import { copy, dayText, say, scale, show, tell, words } from "./pieces.js";
import { all } from "./store.js";
import { asksMorning, programOn, standing } from "./standing.js";

export async function showHome(plan, owner, reason) {
  const { part, slots } = copy("t-home");
  const programs = plan?.programs ?? [];
  slots.says.textContent = reason;
  slots.held.hidden = !plan?.is_held;
  if (plan) slots.numbers.append(callList(plan.help));
  const draw = async () => {
    const told = owner ? await waiting(owner).catch(() => []) : [];
    const begun = owner ? (await all("current", owner).catch(() => [])).filter(isUnderWay) : [];
    slots.morning.hidden = !plan || !asksMorning(plan, told);
    slots.programs.replaceChildren(...programs.flatMap((program) => card(program, standing(plan, program, told), begun)));
  };
  if (plan) askMorning(slots, plan);
  await draw();
  outbox.addEventListener("change", draw);
  if (owner) showOutbox(slots.outbox, owner, Object.fromEntries(programs.map(({ id, title }) => [id, title])));
  show(part, slots.heading);
}

function askMorning(slots, plan) {
  scale(slots.pain, null, 0, async (score) => {
    await keepMorning(plan.owner, localDay(Date.now()), score);
    slots.morning.hidden = true;
    slots.says.textContent = say("morning", { score });
    plan.mornings.push({ on_day: localDay(Date.now()), pain: score });
    await send();
  });
}

const isUnderWay = ({ state }) => state.began_at !== null && state.place !== LIGHT;

function card(program, now, begun) {
  if (now.isOver) return [];
  const { part, slots } = copy("t-home-program");
  slots.title.textContent = program.title;
  slots.about.textContent = say("exercises", { count: programOn(program).exercises.length });
  tell(slots.count, countText(now));
  tell(slots.state, stateText(program, now));
  const isBegun = begun.some((row) => row.program.id === program.id);
  slots.begin.textContent = words[isBegun ? "go_on" : now.isPaused || now.isHeld ? "log_it" : "start"];
  slots.start.href = `/train/${program.id}`;
  slots.start.classList.toggle("btn--primary", isBegun || !(now.isLogged || now.isPaused || now.isHeld));
  slots.start.hidden = now.isComing;
  return [part];
}

/** The week so far as Today says it: "2 of 3 so far", "+1 extra". */
function countText({ due, met, extra }) {
  return [due && say("so_far", { met, due }), extra && say("extra", { extra })].filter(Boolean).join(" ");
}

function stateText({ schedule }, { isComing, isHeld, isPaused, isLogged }) {
  if (isComing) return say("starts", { day: dayText(`${schedule.starts_on}T12:00`) });
  if (isHeld) return words.held;
  if (isPaused) return words.paused;
  return isLogged ? words.logged : "";
}
