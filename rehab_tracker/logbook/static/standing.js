// Where a kept program stands on a day, with signal or without: what the clinic knew when the plan was
// fetched, and what this phone has told since.
import { isOver, pauseOn, scoreWeek, versionOn, weekOf } from "./adherence.js";
import { countedSets, localDay } from "./entry.js";

const DAY_MS = 24 * 60 * 60 * 1000;

/** The program as it is on a day: its week so far, and whether it is coming, held, paused or over. */
export function standing(plan, program, outbox, now = Date.now()) {
  const day = localDay(now);
  const { schedule } = program;
  const logs = logsOf(plan, program, outbox);
  const pause = pauseOn(schedule, day);
  return {
    ...scoreWeek(plan.rules, schedule, logs, weekOf(day, plan.week_starts_on)),
    isComing: schedule.starts_on > day,
    isOver: isOver(schedule, day),
    isHeld: plan.is_held || pause?.reason === "safety",
    isPaused: pause !== null,
    isLogged: logs.some((log) => log.performed_on === day),
  };
}

/** Whether this morning's question is open: a session was done yesterday, and nothing is told yet. */
export function asksMorning(plan, outbox, now = Date.now()) {
  const [today, yesterday] = [localDay(now), localDay(now - DAY_MS)];
  if (new Date(now).getHours() < plan.rules.morning_opens_hour) return false;
  if (plan.mornings.some((morning) => morning.on_day === today)) return false;
  return plan.programs.some((program) => logsOf(plan, program, outbox).some((log) => log.performed_on === yesterday));
}

/** What was logged of a program; what this phone tells of a session stands until a newer plan came. */
function logsOf(plan, program, outbox) {
  const told = outbox.filter(({ state, sent_at: sentAt }) => state === "waiting" || (state === "sent" && sentAt >= plan.kept_at));
  const known = new Set(told.map((row) => row.client_id));
  const own = told.filter(({ payload }) => payload.program_id === program.id && !payload.withdrawn);
  return [...program.logs.filter((log) => !known.has(log.client_id)), ...own.map((row) => logOf(row, plan.rules))];
}

const logOf = ({ payload, guided }, rules) => ({
  performed_on: payload.performed_on,
  done_sets: countedSets(guided.state, rules),
  stopped_for_pain: payload.stopped_for_pain,
});

/** The version of a program to begin on a day: the coming one once it counts. */
export function programOn(program, now = Date.now()) {
  const { next } = program;
  const isNext = next && versionOn(program.schedule, localDay(now))?.number === next.version_number;
  return isNext ? { ...program, ...next } : program;
}
