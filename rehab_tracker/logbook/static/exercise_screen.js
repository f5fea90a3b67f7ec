// One exercise per screen: how it goes, its sets as large buttons, what hurt, what was left out.
import { beside, currentOf, FINISH, goTo, nextRow, setSore, skip, startHold, stopForPain, tapSet, isDone } from "./guided.js";
import { showAmounts } from "./amounts_view.js";
import { showTimers } from "./timer_view.js";
import { amountText, copy, obey, say, scale, setName, show, tell, unbroken, words } from "./pieces.js";
import { canVibrate, isOn, turn } from "./signals.js";

/** Build the screen; returns what brings it up to date after each change. */
export function showExercise(page) {
  const { part, slots } = copy("t-exercise");
  const exercise = page.program.exercises[page.state.place];
  const { amber_max: amber } = page.program.limits;
  describe(slots, exercise);
  const buttons = setButtons(slots.sets, exercise, page);
  const amounts = showAmounts(part, exercise, page);
  const timers = showTimers(part, slots, exercise, page);
  const move = mover(slots, exercise);
  obey(part, {
    move,
    hold: () => page.change((s) => startHold(s, Date.now())),
    hurts: (button) => open(button, slots.how_much),
    skip: (button) => open(button, slots.why),
    stop: () => page.change((s) => stopForPain(s, Date.now())),
    finish: () => page.change((s) => goTo(s, FINISH, Date.now())),
    back: () => page.change((s) => goTo(s, beside(s, -1), Date.now())),
    next: () => page.change((s) => goTo(s, beside(s, 1), Date.now())),
  });
  const moveButton = part.querySelector('[data-do="move"]');
  slots.stage.addEventListener("click", () => move(moveButton));
  for (const button of part.querySelectorAll("[data-reason]")) {
    button.addEventListener("click", () => page.change((s) => skip(s, button.dataset.reason)));
  }
  signals(part);
  slots.limit.textContent = say("limit", { amber });
  let coming = nextRow(currentOf(page.state));
  const update = () => {
    const told = currentOf(page.state);
    updateSets(buttons, told);
    updateHold(slots, told, page.state);
    slots.hurts.textContent = told.sore === null ? words.hurts : say("hurt", { score: told.sore });
    scale(slots.sore, told.sore, 0, (score) => page.change((s) => setSore(s, score === told.sore ? null : score)));
    tell(slots.stop, told.sore > amber ? say("stop", { score: told.sore, amber }) : "");
    slots.stop_here.hidden = slots.stop.hidden;
    slots.limit.hidden = !slots.stop.hidden;
    slots.next.textContent = words[beside(page.state, 1) === FINISH ? "finish" : "next"];
    slots.next.classList.toggle("btn--primary", isDone(told) || told.skipped !== null);
    amounts();
    timers();
    if (nextRow(told) === coming) return;
    coming = nextRow(told);
    buttons.find(({ index }) => index === coming)?.button.scrollIntoView({ block: "nearest" });
  };
  show(part, slots.heading);
  update();
  return update;
}

function describe(slots, exercise) {
  slots.heading.textContent = exercise.name;
  slots.heading.lang = slots.cues.lang = exercise.language;
  slots.dose.append(...unbroken(exercise.dose_line));
  const { last } = exercise;
  tell(slots.last, last && say("last", { what: lastText(last) }));
  slots.cues.append(...exercise.cues.map((cue) => Object.assign(document.createElement("li"), { textContent: cue })));
  slots.figure.hidden = !exercise.figures?.pair;
  if (exercise.figures?.pair) Object.assign(slots.pair, { src: exercise.figures.pair, alt: exercise.name });
}

function lastText(last) {
  const unit = last.reps == null ? "seconds" : "reps";
  const parts = [amountText(unit, { amount: last[unit], load: last.load_kg, band: last.band })];
  if (last.effort) parts.push(say("effort_last", { effort: last.effort }));
  return parts.join(", ");
}

/** The movement plays while somebody asks for it, and is still otherwise. */
function mover(slots, { figures, name }) {
  let film = null;
  return (button) => {
    button.ariaPressed = String(!film);
    slots.stage.classList.toggle("figure__stage--moving", !film);
    if (film) film.remove();
    film = film ? null : Object.assign(new Image(), { src: figures.moving, alt: name });
    if (film) slots.stage.append(film);
  };
}

function open(button, box) {
  box.hidden = !box.hidden;
  button.ariaExpanded = String(!box.hidden);
  if (box.hidden) return;
  box.scrollIntoView({ block: "center" });
  box.querySelector("button:not(:disabled)").focus({ preventScroll: true });
}

function setButtons(place, exercise, page) {
  const rows = currentOf(page.state).rows;
  return exercise.sides.flatMap((side) => {
    const { part, slots } = copy("t-side");
    tell(slots.side, side && words[side]);
    part.firstElementChild.ariaLabel = side ? words[side] : words.sets;
    const made = rows.flatMap((row, index) => (row.side === side ? [setButton(index, row, exercise, page)] : []));
    slots.buttons.append(...made.map(({ button }) => button));
    place.append(part);
    return made;
  });
}

function setButton(index, row, exercise, page) {
  const { part, slots } = copy("t-set");
  slots.name.textContent = say("set", { number: row.number });
  const button = part.firstElementChild;
  button.addEventListener("click", () => page.change((s) => tapSet(s, index, exercise.dose.rest_s, Date.now())));
  return { button, slots, index };
}

function updateSets(buttons, told) {
  const coming = nextRow(told);
  for (const { button, slots, index } of buttons) {
    const row = told.rows[index];
    button.ariaPressed = String(row.done);
    button.classList.toggle("set-button--next", index === coming);
    slots.amount.textContent = amountText(told.unit, row);
    button.ariaLabel = [setName(row), slots.amount.textContent, row.done && words.done].filter(Boolean).join(", ");
  }
}

function updateHold(slots, told, state) {
  const coming = nextRow(told);
  slots.hold.hidden = told.unit !== "seconds" || coming < 0 || state.timer?.kind === "hold";
  if (!slots.hold.hidden) slots.hold.textContent = say("hold_start", { time: told.rows[coming].amount });
}

function signals(part) {
  for (const button of part.querySelectorAll("[data-signal]")) {
    const { signal } = button.dataset;
    button.hidden = signal === "vibration" && !canVibrate;
    button.ariaPressed = String(isOn(signal));
    button.addEventListener("click", () => {
      turn(signal);
      button.ariaPressed = String(isOn(signal));
    });
  }
}
