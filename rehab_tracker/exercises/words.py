"""The library's words as people read them."""

from collections.abc import Iterable, Iterator

from babel.lists import format_list
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from rehab_tracker.domain.dosage import Dose, Problem, Side

REGION_NAMES = {
    "hip": _l("Hip"),
    "thigh": _l("Thigh"),
    "calf": _l("Calf"),
    "ankle": _l("Ankle"),
    "trunk": _l("Trunk"),
    "foot": _l("Foot"),
}
KIND_NAMES = {
    "strength": _l("Strength"),
    "mobility": _l("Mobility"),
    "retraining": _l("Retraining"),
    "balance": _l("Balance"),
    "running": _l("Running"),
}
KNEE_LOAD_NAMES = {
    "low": _l("Low knee load"),
    "moderate": _l("Moderate knee load"),
    "high": _l("High knee load"),
}
LATERALITY_NAMES = {
    "per_side": _l("Each side by itself"),
    "both": _l("Both sides together"),
    "alternating": _l("Sides in turn"),
}
LOAD_TYPE_NAMES = {
    "bodyweight": _l("Body weight"),
    "bodyweight_or_kg": _l("Body weight or a weight"),
    "bodyweight_or_band": _l("Body weight or a band"),
    "weight_kg": _l("A weight"),
    "weight_or_band": _l("A weight or a band"),
    "band": _l("A band"),
    "time": _l("Time"),
}
KIT_NAMES = {
    "mat": _l("Mat"),
    "chair": _l("Chair"),
    "step": _l("Step"),
    "wall": _l("Wall"),
    "bed": _l("Bed"),
    "bench": _l("Bench"),
    "support": _l("Something to hold on to"),
    "loop_band": _l("Loop band"),
    "long_band": _l("Long band"),
    "anchor": _l("Anchor for a band"),
    "dumbbell": _l("Dumbbell"),
    "kettlebell": _l("Kettlebell"),
    "ankle_weight": _l("Ankle weight"),
    "backpack": _l("Backpack"),
    "belt": _l("Belt"),
    "strap": _l("Strap"),
    "towel": _l("Towel"),
    "stick": _l("Stick"),
    "ball": _l("Ball"),
    "pad": _l("Soft pad"),
    "foam_roller": _l("Foam roller"),
    "sliders": _l("Sliders"),
    "slope": _l("Slope board"),
    "mirror": _l("Mirror"),
    "phone_camera": _l("Phone camera"),
    "metronome": _l("Metronome"),
    "floor_marks": _l("Marks on the floor"),
    "running_shoes": _l("Running shoes"),
    "machine": _l("Leg-extension machine"),
}
CAUTION_NAMES = {
    "deep_knee_flexion": _l("Deep loaded knee bend"),
    "terminal_knee_extension_load": _l("Load near the straight knee"),
    "kneeling": _l("Kneeling"),
    "impact": _l("Landing and hopping"),
    "high_pfj_load": _l("High kneecap load"),
    "downhill_load": _l("Downhill and stairs down"),
    "balance_risk": _l("Balance"),
    "band_snap": _l("Stretched bands"),
    "shoulder_load": _l("Load on shoulder and wrist"),
    "low_back_caution": _l("Low back"),
    "groin_caution": _l("Groin"),
    "achilles_caution": _l("Achilles tendon"),
    "calf_dvt_check": _l("Swollen calf"),
    "breath_holding": _l("Holding the breath"),
    "grip_limit": _l("Grip"),
    "hip_impingement_caution": _l("Hip pinching"),
    "hamstring_strain_caution": _l("Hamstring strain"),
    "osteoporosis_caution": _l("Low bone density"),
    "pregnancy_caution": _l("Pregnancy"),
    "acute_effusion": _l("Newly swollen knee"),
    "post_op": _l("After surgery"),
    "patellar_instability": _l("Kneecap that went out"),
    "bone_stress_suspected": _l("Suspected bone stress injury"),
    "skin_fragile": _l("Fragile skin"),
}
POSITION_NAMES = {
    "standing": _l("Standing"),
    "supine": _l("Lying on the back"),
    "side-lying": _l("Lying on the side"),
    "prone": _l("Lying face down"),
    "sitting": _l("Sitting"),
    "long-sitting": _l("Sitting, legs straight"),
    "quadruped": _l("On hands and knees"),
    "half-kneeling": _l("Half-kneeling"),
    "running": _l("Running"),
}
SIDE_NAMES = {
    Side.LEFT: _l("left side"),
    Side.RIGHT: _l("right side"),
    Side.BOTH: _l("both sides"),
    Side.ALTERNATING: _l("sides in turn"),
}
LEVEL_NAMES = {
    "1": _l("1, easiest"),
    "2": _l("2"),
    "3": _l("3"),
    "4": _l("4"),
    "5": _l("5, hardest"),
}
ORIGIN_NAMES = {"seed": _l("The seed library"), "clinic": _l("Our clinic")}
BASIS_NAMES = {
    "read": _l("read in the source"),
    "read_secondary": _l("read in a later paper"),
    "expert": _l("expert knowledge"),
}
_PROBLEMS = {
    "too_small": _l("Enter %(limit)s or more."),
    "too_large": _l("Enter %(limit)s or less."),
    "nothing_to_do": _l("Enter repetitions, a hold or a time."),
    "work_and_reps": _l("Enter either a time or repetitions and holds."),
    "start_missing": _l("Enter where the range starts."),
    "below_start": _l("Enter %(limit)s or more, the start of the range."),
    "load_and_band": _l("Enter either a weight or a band."),
    "not_a_number": _l("Enter a number."),
    "too_fine": _l("Enter at most %(limit)s decimals."),
    "tempo_form": _l("Enter four numbers such as 2-1-2-0, slow or quick."),
}
_LONG_S = 120


def dose_problem(problem: Problem) -> str:
    """Return why a dose cannot be prescribed, as the sentence beside its field."""
    if (problem.field, problem.code) == ("load_kg", "too_small"):
        return _("Enter more than 0 kg, or leave it empty.")
    return str(_PROBLEMS[problem.code]) % {"limit": problem.limit}


def kit_line(needed: Iterable[str], one_of: Iterable[str] = ()) -> str:
    """Return the kit of an exercise in one line: "Mat, Dumbbell or Kettlebell"; empty for none."""
    choice = [str(KIT_NAMES[thing]) for thing in one_of]
    things = [str(KIT_NAMES[thing]) for thing in needed]
    either = [format_list(choice, style="or", locale=get_locale() or "en")] if choice else []
    return ", ".join(things + either)


def dose_line(dose: Dose) -> str:
    """Return a dose in one line: "3 × 10–15 · each side · 2-1-2-0 · rest 60 s · effort 7 of 10"."""
    return " · ".join(_dose_parts(dose))


def _dose_parts(dose: Dose) -> Iterator[str]:
    yield f"{dose.sets} × {_amount(dose)}"
    if dose.reps not in (None, 1) and dose.hold_s is not None:
        yield _("hold %(time)s", time=_seconds(dose.hold_s, dose.hold_max_s))
    if dose.load_kg is not None:
        yield _("%(load)s kg", load=format_decimal(dose.load_kg))
    if dose.band is not None:
        yield _("band %(number)s", number=dose.band)
    if side := _side(dose):
        yield side
    if dose.tempo:
        yield {"slow": _("slow"), "quick": _("quick")}.get(dose.tempo, dose.tempo)
    if dose.rest_s:
        yield _("rest %(time)s", time=_seconds(dose.rest_s))
    if dose.target_rpe is not None:
        yield _("effort %(effort)s of 10", effort=dose.target_rpe)


def _side(dose: Dose) -> str:
    if dose.side is Side.BOTH:
        return _("each side") if dose.per_side else ""
    in_turn_anyway = dose.side is Side.ALTERNATING and dose.work_s is not None
    return "" if in_turn_anyway else str(SIDE_NAMES[dose.side])


def _amount(dose: Dose) -> str:
    if dose.work_s is not None:
        return _seconds(dose.work_s)
    if dose.reps in (None, 1) and dose.hold_s is not None:
        return _("%(time)s hold", time=_seconds(dose.hold_s, dose.hold_max_s))
    return _span(dose.reps, dose.reps_max)


def _span(start: int | None, top: int | None) -> str:
    return f"{start}–{top}" if top is not None and top != start else str(start)


def _seconds(start: int, top: int | None = None) -> str:
    if start >= _LONG_S and start % 60 == 0 and top in (None, start):
        return _("%(time)s min", time=start // 60)
    return _("%(time)s s", time=_span(start, top))
