// The open week on the phone: what is due and what was done, by the rule of domain/adherence.py.
// Both run the same vectors. Days are calendar dates such as "2026-03-02", so no clock change counts.

const DAYS = 7;

/** The seven days of the week that holds a day. */
export function weekOf(day, startsOn) {
  const weekday = new Date(day).getUTCDay();
  const first = addDays(day, -(startsOn === "sunday" ? weekday : (weekday + 6) % DAYS));
  return Array.from({ length: DAYS }, (_, place) => addDays(first, place));
}

function addDays(day, count) {
  const date = new Date(day);
  date.setUTCDate(date.getUTCDate() + count);
  return date.toISOString().slice(0, 10);
}

/** The newest version that took effect by a day; of one day's, the highest number. */
export function versionOn(schedule, day) {
  const inEffect = schedule.versions.filter((version) => version.effective_from <= day);
  const newest = (a, b) => a.effective_from.localeCompare(b.effective_from) || a.number - b.number;
  return inEffect.sort(newest).at(-1) ?? null;
}

export const pauseOn = (schedule, day) =>
  schedule.pauses.find((pause) => pause.first_on <= day && (pause.last_on === null || day <= pause.last_on)) ?? null;

export const isOver = (schedule, day) => schedule.ends_before !== null && schedule.ends_before <= day;

const isActive = (schedule, day) =>
  schedule.starts_on <= day && !isOver(schedule, day) && versionOn(schedule, day) !== null && !pauseOn(schedule, day);

/** One program's week from its logs: sessions due, done, met and extra, and whether it is scored. */
export function scoreWeek(rules, schedule, logs, week) {
  const merged = byDay(logs.filter((log) => week.includes(log.performed_on)));
  const counted = merged.filter((log) => counts(rules, log, versionOn(schedule, log.performed_on)));
  const done = counted.filter((log) => isActive(schedule, log.performed_on)).length;
  const due = expected(schedule, week);
  const state = due ? "scored" : expected({ ...schedule, pauses: [] }, week) ? "paused" : "not_scored";
  return { due, done, met: Math.min(done, due), extra: Math.max(0, done - due) + counted.length - done, state };
}

function expected(schedule, week) {
  const active = week.filter((day) => isActive(schedule, day));
  const sevenths = active.reduce((sum, day) => sum + versionOn(schedule, day).sessions_per_week, 0);
  return Math.floor((2 * sevenths + DAYS) / (2 * DAYS));
}

function byDay(logs) {
  const days = new Map();
  for (const { performed_on: day, done_sets: sets, stopped_for_pain: stopped } of logs) {
    const merged = days.get(day) ?? { performed_on: day, done_sets: {}, stopped_for_pain: false };
    for (const [exercise, count] of Object.entries(sets)) merged.done_sets[exercise] = (merged.done_sets[exercise] ?? 0) + count;
    merged.stopped_for_pain ||= stopped;
    days.set(day, merged);
  }
  return [...days.values()];
}

/** Whether enough was done, or somebody rightly stopped for pain after at least one set. */
function counts(rules, { done_sets: sets, stopped_for_pain: stopped }, version) {
  if (stopped && Object.values(sets).some(Boolean)) return true;
  const core = Object.entries(version ? version.core_sets : sets);
  const done = core.reduce((sum, [exercise, due]) => sum + Math.min(sets[exercise] ?? 0, due), 0);
  const asked = core.reduce((sum, [, due]) => sum + due, 0) || 1;
  return 100 * done >= rules.session_counts_at * asked;
}
