"""Names of what the progress pages and the definitions show."""

from flask_babel import lazy_gettext as _l

from rehab_tracker.domain.adherence import Band, WeekState
from rehab_tracker.domain.pain import Status
from rehab_tracker.progress.view import FlagCode, Measure

MEASURE_UNITS = {Measure.LOAD: _l("kg"), Measure.SECONDS: _l("s"), Measure.REPS: _l("reps")}
FLAG_NAMES = {
    FlagCode.HELD: _l("Warning sign told"),
    FlagCode.STOP: _l("Stop light"),
    FlagCode.RED: _l("Red light"),
    FlagCode.NOT_SETTLING: _l("Not settling"),
    FlagCode.SILENT: _l("Nothing logged"),
    FlagCode.LOW: _l("Low adherence"),
}
FLAG_SEVERITIES = {
    FlagCode.HELD: "urgent",
    FlagCode.STOP: "urgent",
    FlagCode.RED: "high",
    FlagCode.NOT_SETTLING: "high",
    FlagCode.SILENT: "high",
    FlagCode.LOW: "normal",
}
BAND_NAMES = {Band.ON_TRACK: _l("on track"), Band.PARTLY: _l("partly"), Band.LOW: _l("low")}
STATUS_NAMES = {
    Status.PENDING: _l("until the next morning"),
    Status.UNCONFIRMED: _l("morning not recorded"),
}
STATE_NAMES = {
    WeekState.SCORED: _l("counts"),
    WeekState.PAUSED: _l("paused"),
    WeekState.NOT_SCORED: _l("not due"),
}
MARK_NAMES = {
    "R": _l("read in a published source"),
    "K": _l("expert knowledge, to be confirmed by a physio"),
    "D": _l("a convention of this product, because no study fixes the number"),
}
SETTING_NAMES = {
    "pain_score_max": _l("Highest pain score"),
    "baseline_window_days": _l("How far back mornings count for the usual morning"),
    "baseline_scores_max": _l("Mornings that count for the usual morning, at most"),
    "baseline_scores_min": _l("Mornings needed before the usual morning is used"),
    "morning_opens_hour": _l("The next morning is asked for from"),
    "standard_green_max": _l("Standard: green up to"),
    "standard_amber_max": _l("Standard: amber up to"),
    "irritable_green_max": _l("Irritable knee: green up to"),
    "irritable_amber_max": _l("Irritable knee: amber up to"),
    "running_green_max": _l("Running and jumping: green up to"),
    "running_amber_max": _l("Running and jumping: amber up to"),
    "weekly_asked_from_day": _l("The pain of the week is asked for from"),
    "morning_rise": _l("A morning this far above the usual is a rise"),
    "morning_small_rise": _l("A morning this far above the usual is a small rise"),
    "morning_painful_from": _l("A morning counts as painful from"),
    "red_flags_asked_from": _l("Worst pain from which the warning signs are asked for"),
    "dose_sets_min": _l("Sets, fewest"),
    "dose_sets_max": _l("Sets, most"),
    "dose_reps_min": _l("Repetitions, fewest"),
    "dose_reps_max": _l("Repetitions, most"),
    "dose_hold_s_min": _l("Hold, shortest"),
    "dose_hold_s_max": _l("Hold, longest"),
    "dose_work_s_min": _l("Timed work, shortest"),
    "dose_work_s_max": _l("Timed work, longest"),
    "dose_rest_s_min": _l("Rest, shortest"),
    "dose_rest_s_max": _l("Rest, longest"),
    "dose_load_kg_above": _l("Load, above"),
    "dose_load_kg_max": _l("Load, heaviest"),
    "dose_load_kg_decimals": _l("Load, decimals kept"),
    "dose_band_min": _l("Band, lightest"),
    "dose_band_max": _l("Band, heaviest"),
    "dose_target_rpe_min": _l("Target effort, lowest"),
    "dose_target_rpe_max": _l("Target effort, highest"),
    "estimated_repetition": _l("Estimated time of a repetition"),
    "estimated_slow_repetition": _l("Estimated time of a slow repetition"),
    "estimated_quick_repetition": _l("Estimated time of a quick repetition"),
    "estimated_release": _l("Estimated time between holds"),
    "estimated_change_over": _l("Estimated time between exercises"),
    "education_week_1_from": _l("The card on recovery time is offered after"),
    "education_main_block_from": _l("The card on load is offered after"),
    "core_exercises_advised_max": _l("Core exercises in a program before it warns"),
    "set_counts_at": _l("Share of its repetitions or hold from which a set counts"),
    "session_counts_at": _l("Share of the core sets from which a session counts"),
    "overdoing_margin": _l("Sessions beyond the due ones from which a week is marked as overdoing"),
    "grace_hours": _l("Time for late entries before a week closes"),
    "late_days": _l("How many days back a patient may log"),
    "patient_pause_max_days": _l("Longest pause that a patient may set alone"),
    "on_track_from": _l("On track from"),
    "partly_from": _l("Partly from"),
    "low_weeks": _l("Scored weeks in a row under the low band before a flag"),
    "silent_days": _l("Days without a log before a flag"),
}
