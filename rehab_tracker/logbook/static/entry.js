// What a guided session becomes when it is saved: the item that the server keeps, and its light.
import { isTold, worstSore } from "./guided.js";
import { light } from "./light.js";

/** The session as the server reads it; times are ISO 8601, loads decimal strings. */
export function itemOf(state) {
  const { client_id, revision, zone } = state;
  return { client_id, revision, performed_at: withOffset(state.began_at), zone, payload: payloadOf(state) };
}

function payloadOf(state) {
  return {
    program_id: state.program_id,
    performed_on: localDay(state.began_at),
    pain_before: state.morning,
    pain_during: state.pain_during,
    settled_within_hour: state.settled,
    ...state.signs,
    sore_exercise_id: soreOf(state),
    note: state.note.trim(),
    withdrawn: false,
    exercises: state.exercises.filter(isTold).map(toldOf),
  };
}

function toldOf({ exercise_id, unit, effort, skipped, rows }) {
  const sets = rows.filter((row) => row.done).map(({ number, side, amount, load, band }) => ({
    number, side, reps: null, seconds: null, [unit]: amount, load_kg: load, band,
  }));
  return { exercise_id, effort, skipped, sets };
}

function soreOf(state) {
  const worst = worstSore(state);
  return worst ? state.exercises.find((exercise) => exercise.sore === worst).exercise_id : null;
}

/** The sets of a session that count by rule F2.6, by exercise. */
export function countedSets({ exercises }, rules) {
  const enough = ({ asked }) => ({ done, amount }) => done && 100 * amount >= rules.set_counts_at * asked.amount;
  return Object.fromEntries(exercises.map((told) => [told.exercise_id, told.rows.filter(enough(told)).length]));
}

/** The light of a session, from the same rules as the clinic's. */
export function lightOf(state, plan, limits) {
  const scores = {
    before: state.morning,
    during: state.pain_during,
    settled60: state.settled,
    limp: state.signs.limp,
    newSwelling: state.signs.new_swelling,
    redFlag: state.red_flag ?? false,
  };
  const bounds = { greenMax: limits.green_max, amberMax: limits.amber_max, profile: limits.profile };
  return light(plan.rules, scores, bounds, plan.mornings.map((morning) => morning.pain));
}

/** The calendar day of an instant where the phone is. */
export function localDay(instant) {
  return withOffset(instant).slice(0, 10);
}

function withOffset(instant) {
  const minutes = -new Date(instant).getTimezoneOffset();
  const local = new Date(instant + minutes * 60_000).toISOString().slice(0, 19);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const pad = (number) => String(number).padStart(2, "0");
  return `${local}${minutes < 0 ? "-" : "+"}${pad(hours)}:${pad(rest)}`;
}
