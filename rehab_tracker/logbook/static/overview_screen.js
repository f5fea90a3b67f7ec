// The session before it begins and between exercises: the whole list, and the two ways through it.
import { allAsPrescribed, firstOpen, goTo, isDone } from "./guided.js";
import { standing } from "./standing.js";
import { copy, dayText, obey, say, show, tell, unbroken, words } from "./pieces.js";

export function showOverview({ state, plan, program, outbox, change, restart }) {
  const { part, slots } = copy("t-overview");
  const now = Date.now();
  const begun = state.began_at !== null;
  slots.heading.textContent = program.title;
  slots.about.textContent = begun ? say("begun", { day: dayText(state.began_at) }) : say("exercises", { count: program.exercises.length });
  const { isHeld, isPaused, isLogged } = standing(plan, program, outbox);
  slots.held.hidden = !isHeld;
  slots.paused.hidden = isHeld || !isPaused;
  slots.logged.hidden = !isLogged || state.revision > 0;
  tell(slots.note, program.note);
  slots.begin.textContent = words[begun ? "go_on" : "begin"];
  slots.whole.textContent = words[begun ? "rest_whole" : "whole"];
  slots.over.hidden = !begun || state.revision > 0;
  slots.steps.append(...program.exercises.map((exercise, place) => step(exercise, state.exercises[place], () => change((s) => goTo(s, place, now)))));
  obey(part, {
    begin: () => change((s) => goTo(s, firstOpen(s), Date.now())),
    whole: () => change((s) => allAsPrescribed(s, Date.now())),
    over: () => confirm(words.sure_over) && restart(),
  });
  show(part, slots.heading);
}

function step(exercise, told, open) {
  const { part, slots } = copy("t-step");
  if (exercise.figures?.still) slots.still.src = exercise.figures.still;
  else slots.still.remove();
  slots.name.textContent = exercise.name;
  slots.name.lang = exercise.language;
  slots.dose.append(...unbroken(exercise.dose_line));
  const done = told.rows.filter((row) => row.done).length;
  slots.state.textContent = told.skipped ? words.left_out : say("sets_done", { done, due: told.rows.length });
  slots.state.classList.toggle("chip--plain", !isDone(told));
  part.querySelector("button").addEventListener("click", open);
  return part;
}
