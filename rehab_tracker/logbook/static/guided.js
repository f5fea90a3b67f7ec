// The guided session as a state that only these functions change. No page, no clock, no store: each
// takes a state and what happened, and returns the next state.

export const OVERVIEW = "overview";
export const FINISH = "finish";
export const LIGHT = "light";
export const PAIN_MAX = 10;

const next = (state, turn) => {
  const copy = structuredClone(state);
  turn(copy);
  return copy;
};

/** A session that was opened and not begun. `facts`: client_id, zone, morning. */
export function fresh(program, facts) {
  return {
    ...facts,
    program_id: program.id,
    version_id: program.version_id,
    place: OVERVIEW,
    began_at: null,
    revision: 0,
    saved_at: null,
    exercises: program.exercises.map(begun),
    pain_during: null,
    settled: null,
    signs: { limp: false, new_swelling: false, stopped_for_pain: false },
    note: "",
    timer: null,
    beat_from: null,
  };
}

function begun(exercise) {
  const { dose, last } = exercise;
  const counted = dose.reps != null && (dose.reps > 1 || dose.hold_s == null);
  const asked = { amount: (counted ? dose.reps : dose.hold_s ?? dose.work_s) ?? 1, load: dose.load_kg, band: dose.band };
  const before = counted ? last?.reps : last?.seconds;
  const most = (counted ? dose.reps_max : dose.hold_max_s) ?? asked.amount;
  const usual = before >= asked.amount && before <= most ? before : asked.amount;
  const rows = [];
  for (let number = 1; number <= dose.sets; number++) {
    for (const side of exercise.sides) {
      rows.push({ number, side, done: false, ...asked, amount: usual, load: asked.load ?? last?.load_kg ?? null });
    }
  }
  return { exercise_id: exercise.id, unit: counted ? "reps" : "seconds", asked, rows, effort: null, skipped: null, sore: null };
}

export const currentOf = (state) => state.exercises[state.place] ?? null;
export const nextRow = (exercise) => exercise.rows.findIndex((row) => !row.done);
export const isDone = (exercise) => nextRow(exercise) < 0;
export const isTold = (exercise) => exercise.skipped !== null || exercise.rows.some((row) => row.done);
export const worstSore = (state) => Math.max(0, ...state.exercises.map((exercise) => exercise.sore ?? 0));

/** The first exercise that nothing was told of yet. */
export function firstOpen(state) {
  const place = state.exercises.findIndex((exercise) => exercise.skipped === null && !isDone(exercise));
  return place < 0 ? FINISH : place;
}

export const goTo = (state, place, now) =>
  next(state, (copy) => {
    copy.began_at ??= now;
    copy.place = place;
    copy.timer = copy.beat_from = null;
  });

/** Stop for pain: what is left stays undone, and what was done counts. */
export const stopForPain = (state, now) => tellSign(goTo(state, FINISH, now), "stopped_for_pain", true);

/** Where "back" and "next" lead from a place. */
export function beside(state, step) {
  const count = state.exercises.length;
  const at = state.place === FINISH ? count : state.place;
  const to = at + step;
  return to < 0 ? OVERVIEW : to >= count ? FINISH : to;
}

/** Tap a set: done or not done; a done one begins the rest before the following one. */
export const tapSet = (state, row, restSeconds, now) =>
  next(state, (copy) => {
    const exercise = currentOf(copy);
    const set = exercise.rows[row];
    set.done = !set.done;
    exercise.skipped = null;
    copy.timer = copy.beat_from = null;
    if (set.done && restSeconds && !isDone(exercise)) copy.timer = { kind: "rest", until: now + restSeconds * 1000 };
  });

export const startHold = (state, now) =>
  next(state, (copy) => {
    const exercise = currentOf(copy);
    const row = nextRow(exercise);
    copy.timer = { kind: "hold", row, from: now, until: now + exercise.rows[row].amount * 1000 };
  });

/** End a hold: at its end with all its seconds, before it with those that were held. */
export function endHold(state, restSeconds, now) {
  const { row, from, until } = state.timer;
  const held = Math.max(1, Math.round((Math.min(now, until) - from) / 1000));
  const told = next(state, (copy) => {
    currentOf(copy).rows[row].amount = held;
    currentOf(copy).rows[row].done = false;
  });
  return tapSet(told, row, restSeconds, now);
}

export const moreRest = (state, seconds) => next(state, (copy) => { copy.timer.until += seconds * 1000; });
export const endRest = (state) => next(state, (copy) => { copy.timer = null; });
export const turnBeat = (state, now) => next(state, (copy) => { copy.beat_from = copy.beat_from === null ? now : null; });

/** Change the repetitions, seconds, load or band of the next set and all after it; of all when all are done. */
export const setAmount = (state, name, value) =>
  next(state, (copy) => {
    const exercise = currentOf(copy);
    for (const row of exercise.rows.slice(Math.max(0, nextRow(exercise)))) row[name] = value;
  });

export const setEffort = (state, effort) => next(state, (copy) => { currentOf(copy).effort = effort; });
export const setSore = (state, score) => next(state, (copy) => { currentOf(copy).sore = score; });

/** Leave out what is left of an exercise, and go on. */
export const skip = (state, reason) =>
  next(state, (copy) => {
    currentOf(copy).skipped = reason;
    copy.timer = copy.beat_from = null;
    copy.place = beside(copy, 1);
  });

/** What is not told yet done as prescribed, with the amounts that the program asks for. */
export const allAsPrescribed = (state, now) =>
  next(state, (copy) => {
    for (const exercise of copy.exercises.filter(({ skipped }) => skipped === null)) {
      for (const row of exercise.rows.filter(({ done }) => !done)) Object.assign(row, exercise.asked, { done: true });
    }
    copy.began_at ??= now;
    copy.place = FINISH;
    copy.timer = copy.beat_from = null;
  });

export const tell = (state, facts) => next(state, (copy) => { Object.assign(copy, facts); });
export const tellSign = (state, name, is) => next(state, (copy) => { copy.signs[name] = is; });

/** Whether the knee must be asked about further before saving. */
export const asksMore = (state, limits) =>
  limits.profile === "running" || state.pain_during > limits.green_max || Object.values(state.signs).some(Boolean);

export const saved = (state, now) =>
  next(state, (copy) => {
    copy.revision += 1;
    copy.saved_at = now;
    copy.place = LIGHT;
  });
