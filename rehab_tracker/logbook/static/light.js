// The light of clinical.md B on the phone, at once and without signal. It says what domain/pain.py
// says: both read the same table of thresholds and run the same vectors.

const COLORS = ["green", "amber", "red", "stop"];

/** The usual morning pain: the lower median of the latest scores, oldest first. */
export function baseline(rules, before, earlierMornings) {
  const latest = earlierMornings.slice(-rules.baseline_scores_max).sort((a, b) => a - b);
  if (latest.length < rules.baseline_scores_min) return before ?? null;
  return latest[Math.floor((latest.length - 1) / 2)];
}

/** A session's color, its rule's code and whether a morning has confirmed it; on a tie the first code. */
export function light(rules, scores, limits, earlierMornings, nextMorning = null, dayAfterOver = false) {
  const usual = baseline(rules, scores.before, earlierMornings);
  const saved = atSaving(scores, limits);
  const told = { baseline: usual, nextMorning };
  if (nextMorning === null || usual === null) {
    const over = dayAfterOver || nextMorning !== null;
    return { ...told, ...saved, status: over ? "unconfirmed" : "pending" };
  }
  const morning = inTheMorning(rules, nextMorning, usual);
  const worse = COLORS.indexOf(morning.color) > COLORS.indexOf(saved.color) ? morning : saved;
  return { ...told, ...worse, status: "final" };
}

function atSaving(scores, limits) {
  const running = limits.profile === "running";
  const cases = [
    [scores.redFlag, "stop", "P0"],
    [scores.during > limits.amberMax, "red", "P1"],
    [scores.newSwelling, "red", "P2"],
    [scores.limp, running ? "red" : "amber", "P3"],
    [scores.during > limits.greenMax, "amber", "P4"],
    [running && scores.settled60 === false, "amber", "P5"],
    [true, "green", "P9"],
  ];
  const [, color, code] = cases.find(([met]) => met);
  return { color, code };
}

function inTheMorning(rules, score, usual) {
  const rise = score - usual;
  const painful = score >= rules.morning_painful_from;
  if (rise >= rules.morning_rise) return painful ? { color: "red", code: "M1" } : { color: "amber", code: "M2" };
  if (rise >= rules.morning_small_rise && painful) return { color: "amber", code: "M3" };
  return { color: "green", code: "M9" };
}
