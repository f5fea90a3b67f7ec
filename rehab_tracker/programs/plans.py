"""Stored programs as the values that the clinical rules read."""

from dataclasses import fields
from datetime import date

from rehab_tracker.domain import schedule
from rehab_tracker.domain.dosage import Dose, sets_due
from rehab_tracker.domain.pain import PainLimits, Profile
from rehab_tracker.domain.rule import setting
from rehab_tracker.programs.commands import PrescriptionDraft, ProgramContent
from rehab_tracker.programs.models import Pause, Prescription, Program, ProgramVersion

_DOSE = tuple(field.name for field in fields(Dose))


def dose_of(prescription: Prescription) -> Dose:
    """Return the dose that a prescription holds."""
    amounts = {name: getattr(prescription, name) for name in _DOSE}
    return Dose(**amounts | {"rest_s": prescription.rest_s or 0})


def plan_of(program: Program) -> schedule.Plan:
    """Return a program over time; its core exercises are keyed by their ids as text."""
    return schedule.Plan(
        program.starts_on,
        program.ends_before,
        tuple(_version(version) for version in program.versions),
        tuple(_pause(pause) for pause in program.pauses),
    )


def _version(version: ProgramVersion) -> schedule.Version:
    core = {
        str(prescription.exercise_id): sets_due(dose_of(prescription))
        for prescription in version.prescriptions
        if not prescription.optional
    }
    return schedule.Version(version.effective_from, version.number, version.sessions_per_week, core)


def _pause(pause: Pause) -> schedule.Pause:
    return schedule.Pause(pause.first_on, pause.last_on, pause.reason)


def version_row_on(program: Program, day: date) -> ProgramVersion | None:
    """Return the version in force on a day; None before the first."""
    in_force = schedule.version_on(plan_of(program), day)
    return next((v for v in program.versions if in_force and v.number == in_force.number), None)


def limits_of(version: ProgramVersion) -> PainLimits:
    """Return the pain limits that a version sets."""
    return PainLimits(version.green_max, version.amber_max, version.pain_profile)


def usual_limits(profile: Profile) -> PainLimits:
    """Return the pain limits that a profile starts with."""
    return PainLimits(setting(f"{profile}_green_max"), setting(f"{profile}_amber_max"), profile)


def content_of(version: ProgramVersion) -> ProgramContent:
    """Return all that a version says, to compare it or to begin the next one."""
    return ProgramContent(
        sessions_per_week=version.sessions_per_week,
        preferred_days=tuple(version.preferred_days),
        pain_profile=version.pain_profile,
        green_max=version.green_max,
        amber_max=version.amber_max,
        note=version.note,
        items=tuple(
            PrescriptionDraft(row.exercise_id, row.optional, dose_of(row))
            for row in version.prescriptions
        ),
    )
