// Time as a training person needs it. All of it compares with the clock, so a phone that slept is right.

const PHASES = ["lower", "pause", "lift", "pause"];

/** Whole seconds until an instant, never below zero. */
export const secondsUntil = (until, now) => Math.max(0, Math.ceil((until - now) / 1000));

/** A countdown as it is read: "45" below a minute, else "1:05". */
export function clockText(seconds) {
  if (seconds < 60) return String(seconds);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The phases of one repetition, each with its seconds; empty where nothing sets a beat. */
export function beatOf(dose, rules) {
  if (!dose.reps) return [];
  const named = { slow: rules.estimated_slow_repetition, quick: rules.estimated_quick_repetition }[dose.tempo];
  if (named) return phases([named / 2, 0, named / 2, 0]);
  if (dose.tempo) return phases(dose.tempo.split("-").map(Number));
  if (dose.hold_s) return [{ name: "hold", seconds: dose.hold_s }, { name: "release", seconds: rules.estimated_release }];
  return [];
}

const phases = (lengths) => lengths.map((seconds, place) => ({ name: PHASES[place], seconds })).filter((phase) => phase.seconds);

/** Where a beat that began at `from` stands: the phase, its seconds left and the repetition. */
export function beatAt(beat, from, now) {
  const whole = beat.reduce((sum, phase) => sum + phase.seconds, 0) * 1000;
  const gone = Math.max(0, now - from);
  let inside = gone % whole;
  const place = beat.findIndex((phase) => {
    if (inside < phase.seconds * 1000) return true;
    inside -= phase.seconds * 1000;
    return false;
  });
  const { name, seconds } = beat[place];
  return { place, name, left: Math.ceil(seconds - inside / 1000), repetition: Math.floor(gone / whole) + 1 };
}
