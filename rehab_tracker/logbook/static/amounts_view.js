// Large steppers for what was really done: repetitions or seconds, load, band, effort.
import { currentOf, nextRow, setAmount, setEffort } from "./guided.js";
import { say, words } from "./pieces.js";

const LOAD_STEP = 0.5;
const HOLD_STEP = 5;

export function showAmounts(part, exercise, page) {
  const steppers = [...part.querySelectorAll("[data-amount]")].map((box) => stepper(box, exercise, page));
  return () => steppers.forEach((update) => update());
}

function stepper(box, { dose }, page) {
  const name = box.dataset.amount;
  const kind = KINDS[name];
  const value = box.querySelector(".amount__value");
  const timed = currentOf(page.state).unit === "seconds";
  if (name === "amount") rename(box, words[timed ? "hold_amount" : "reps_amount"]);
  box.hidden = name === "band" && dose.band == null;
  for (const button of box.querySelectorAll("[data-step]")) {
    const step = Number(button.dataset.step);
    button.addEventListener("click", () => page.change((s) => kind.set(s, kind.step(kind.of(s), step, { dose, timed }))));
  }
  return () => { value.textContent = kind.text(kind.of(page.state), { dose, timed }); };
}

function rename(box, label) {
  box.ariaLabel = label;
  box.querySelector(".amount__name").textContent = label;
  for (const button of box.querySelectorAll("button")) button.ariaLabel += ` ${label}`;
}

const within = (value, low, high) => Math.min(high, Math.max(low, value));
const inRow = (name) => (state) => {
  const exercise = currentOf(state);
  return exercise.rows.at(nextRow(exercise))[name];
};
const intoRows = (name) => (state, value) => setAmount(state, name, value);

const KINDS = {
  amount: {
    of: inRow("amount"),
    set: intoRows("amount"),
    step: (now, step, { timed }) => within(now + step * (timed ? HOLD_STEP : 1), 1, words.limits.amount),
    text: (now, { timed }) => say(timed ? "seconds" : "reps", { time: now, count: now }),
  },
  load: {
    of: inRow("load"),
    set: intoRows("load"),
    step: (now, step) => {
      const load = within(Number(now ?? 0) + step * LOAD_STEP, 0, words.limits.load);
      return load ? String(load) : null;
    },
    text: (now) => (now ? say("load", { load: now }) : "–"),
  },
  band: {
    of: inRow("band"),
    set: intoRows("band"),
    step: (now, step) => within((now ?? 0) + step, 1, words.limits.band),
    text: (now) => String(now ?? "–"),
  },
  effort: {
    of: (state) => currentOf(state).effort,
    set: setEffort,
    step: (now, step, { dose }) => (now === null ? dose.target_rpe ?? 5 : within(now + step, 1, words.limits.effort)),
    text: (now, { dose }) => (now !== null ? String(now) : dose.target_rpe ? say("target", { effort: dose.target_rpe }) : words.not_said),
  },
};
