"""Lives the demo clinics' last weeks through the product's own actions, the same every time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from rehab_tracker.accounts import actions as accounts
from rehab_tracker.accounts import queries as people
from rehab_tracker.accounts.models import Clinic, Membership, Patient, Person, SecondFactorFor
from rehab_tracker.beginning import NewClinic, begin_clinic
from rehab_tracker.demo.doing import TRAINING_DAYS, Doing
from rehab_tracker.demo.people import CLINICS, PASSWORD, Course, DemoClinic, DemoPatient
from rehab_tracker.domain.dosage import Dose
from rehab_tracker.domain.pain import limits_for
from rehab_tracker.domain.permission import ROLES, Role
from rehab_tracker.domain.week import WeekStart, local_day
from rehab_tracker.exercises import queries as exercises
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.exercises.seed import SeedProgram, SeedTemplate, load_library
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.actor import Actor
from rehab_tracker.foundation.db import Database
from rehab_tracker.logbook import treatments
from rehab_tracker.logbook.models import TreatmentKind
from rehab_tracker.logbook.treatments import RecordTreatment
from rehab_tracker.logbook.warning_signs import TellSigns, tell_signs
from rehab_tracker.programs import actions as programs
from rehab_tracker.programs import news
from rehab_tracker.programs.commands import (
    AdjustProgram,
    AssignProgram,
    PauseProgram,
    PrescriptionDraft,
)
from rehab_tracker.programs.models import PauseReason, Program
from rehab_tracker.programs.plans import dose_of

_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)
_WEIGHTED = {"weight_kg", "weight_or_band"}


def make(database: Database, now: datetime) -> None:
    """Make the demo clinics that are not there yet, each in one transaction."""
    for clinic in CLINICS:
        with database.all_clinics(because="the demo begins its clinics") as db:
            if not db.scalars(select(Clinic.id).where(Clinic.name == clinic.name)).first():
                _Clinic(db, clinic, now).live()


@dataclass
class _Clinic:
    """One demo clinic on its way from its first day to now."""

    db: Session
    clinic: DemoClinic
    now: datetime

    def live(self) -> None:
        """Begin the clinic, let its staff join, and live every patient's weeks."""
        opened = self.now - 18 * _WEEK
        with clock.stopped(opened):
            self._begin(opened)
            physios = [
                self._invite(self.manager, name, email, Role.PHYSIO, opened)
                for name, email in self.clinic.physios
            ]
        library = {exercise.slug: exercise for exercise in exercises.library(self.db)}
        for number, patient in enumerate(self.clinic.patients):
            physio = physios[0 if number < 12 else number % len(physios)]  # noqa: PLR2004
            _Patient(self, patient, physio, library, Random(patient.name)).live()  # noqa: S311

    def _begin(self, opened: datetime) -> None:
        name, email = self.clinic.manager
        new = NewClinic(
            self.clinic.name,
            self.clinic.time_zone,
            WeekStart.MONDAY,
            name,
            email,
            second_factor_for=SecondFactorFor.NOBODY,  # who looks around has no phone set up
        )
        link = begin_clinic(self.db, new, opened, public_url="https://demo.example")
        self.manager = self.join(email, link, opened)

    def _invite(self, by: Actor, name: str, email: str, role: Role, at: datetime) -> Actor:
        command = accounts.Invite(name, email, role, self.clinic.time_zone)
        return self.invite(by, command, at)

    def invite(self, by: Actor, command: accounts.Invite, at: datetime) -> Actor:
        """Invite somebody and let them join at once."""
        link = accounts.invite(self.db, by, command, at, address="https://demo.example/welcome/{}")
        return self.join(command.email, link, at)

    def join(self, email: str, link: str, at: datetime) -> Actor:
        """Use an invitation and return who joined."""
        self.db.flush()
        invitation = people.open_invitation(self.db, link.rsplit("/", 1)[1], at)
        assert invitation is not None
        accounts.join(self.db, invitation, PASSWORD, at)
        self.db.flush()
        return self._actor(email)

    def _actor(self, email: str) -> Actor:
        person, member, patient = self.db.execute(
            select(Person, Membership, Patient)
            .join(Membership, Membership.person_id == Person.id)
            .outerjoin(Patient, Patient.membership_id == Membership.id)
            .where(Person.email == email)
        ).one()
        return Actor(
            person_id=person.id,
            membership_id=member.id,
            clinic_id=member.clinic_id,
            role=member.role,
            name=person.name,
            zone=ZoneInfo(person.time_zone),
            clinic_name=self.clinic.name,
            week_starts_on=WeekStart.MONDAY,
            permissions=ROLES[member.role],
            patient_id=patient.id if patient else None,
        )


@dataclass
class _Patient:
    """One patient's weeks."""

    at: _Clinic
    patient: DemoPatient
    physio: Actor
    library: Mapping[str, Exercise]
    chance: Random

    def live(self) -> None:
        """Join, be assigned programs, train, and have things happen on the way."""
        self.zone = ZoneInfo(self.at.clinic.time_zone)
        self.today = local_day(self.at.now, self.zone)
        self.began = self.today - self.patient.weeks * _WEEK - self.chance.randrange(3) * _DAY
        if self.patient.course is Course.SILENT and self.patient.weeks == 3:  # noqa: PLR2004
            self.began = self.today - 3 * _WEEK - self.today.weekday() * _DAY
        with self._moment(self.began - _DAY, 9) as now:
            self.me = self.at.invite(self.at.manager, self._invitation(), now)
        if self.patient.course is Course.NOTHING:
            return
        template = load_library().templates[self.patient.template]
        self.programs = [self._assign(template, part) for part in template.programs]
        self._answer_signs()
        doing = Doing(self.at.db, self.me, self.patient, self.chance, self.at.now)
        for day in self._days():
            self._events(day)
            for program in self.programs:
                doing.day(program, day, self.began)
            doing.next_morning(day)
            doing.end_of_week(day)

    def _answer_signs(self) -> None:
        with self._moment(self.began, 12) as now:
            answer = TellSigns(UUID(int=self.chance.getrandbits(128), version=4), (), "en")
            tell_signs(self.at.db, self.me, answer, now=now)

    def _days(self) -> Iterator[date]:
        for number in range((self.today - self.began).days + 1):
            yield self.began + number * _DAY

    def _invitation(self) -> accounts.Invite:
        p = self.patient
        profile = accounts.PatientProfile(
            physio_id=self.physio.membership_id,
            affected_side=p.knee,
            aggravator=p.aggravator,
            goal=p.goal,
            kit=p.kit,
            blocked_cautions=p.blocked,
            symptoms_since_on=self.began - self.chance.randrange(4, 60) * _WEEK,
        )
        return accounts.Invite(p.name, p.email, Role.PATIENT, self.at.clinic.time_zone, profile)

    @contextmanager
    def _moment(self, day: date, hour: int) -> Iterator[datetime]:
        """Stop the clock at an hour of a local day, never later than now."""
        moment = datetime.combine(day, time(hour), self.zone).astimezone(UTC)
        with clock.stopped(min(moment, self.at.now)):
            yield clock.now()

    def _assign(self, template: SeedTemplate, part: SeedProgram) -> Program:
        limits = limits_for(template.pain_profile)
        command = AssignProgram(
            patient_id=self._patient_id,
            title=part.title,
            template=template.slug,
            starts_on=self.began,
            sessions_per_week=part.sessions_per_week,
            preferred_days=TRAINING_DAYS[part.sessions_per_week],
            pain_profile=template.pain_profile,
            green_max=limits.green_max,
            amber_max=limits.amber_max,
            note="Take your time on the way down, and write to us if anything is unclear.",
            items=tuple(
                PrescriptionDraft(
                    exercise_id=self.library[item.exercise].id,
                    optional=item.optional,
                    dose=self._loaded(item.exercise, item.dose),
                )
                for item in part.items
            ),
        )
        with self._moment(self.began, 10) as now:
            return programs.assign_program(
                self.at.db, self.physio, command, today=self.began, now=now
            )

    @property
    def _patient_id(self) -> UUID:
        assert self.me.patient_id is not None
        return self.me.patient_id

    def _loaded(self, slug: str, dose: Dose) -> Dose:
        """Give weighted exercises a weight to start with."""
        if self.library[slug].load_type not in _WEIGHTED:
            return dose
        return replace(dose, load_kg=Decimal(self.chance.choice((2, 4, 6, 8))))

    def _events(self, day: date) -> None:
        share = (day - self.began).days / max(1, (self.today - self.began).days)
        week, weekday = divmod((day - self.began).days, 7)
        course, middle = self.patient.course, self.patient.weeks // 2
        if course is Course.PAUSED and (week, weekday) == (middle, 2):
            self._pause(day, PauseReason.HOLIDAY)
        if course is Course.PAUSED and self.patient.weeks > 12 and day == self.today - 2 * _DAY:  # noqa: PLR2004
            self._pause(day, PauseReason.ILLNESS)
        if course is Course.FLARE and (week, weekday) == (round(self.patient.weeks * 0.55), 1):
            self._treat(day, TreatmentKind.TAPING, "Kneecap tape, for two weeks")
            self._adjust(day, -1, "Flare: one set fewer until it settles")
        if course is Course.CHANGED and (week, weekday) == (middle, 3):
            self._adjust(day, 0, "Ready for one more session a week", sessions=1)
        progressing = course in {Course.STEADY, Course.RUNNER, Course.EAGER} and share < 0.95  # noqa: PLR2004
        if progressing and weekday == 1 and week in {5, 10}:
            self._adjust(day, 0, "Two sessions at the top of the range: a little more load", load=1)
        if course is Course.STEADY and (week, weekday) == (2, 0):
            self._treat(day, TreatmentKind.HANDS_ON, "Soft-tissue work, outer thigh")

    def _pause(self, day: date, reason: PauseReason) -> None:
        command = PauseProgram(
            patient_id=self._patient_id, first_on=day, last_on=day + 6 * _DAY, reason=reason
        )
        with self._moment(day, 8) as now:
            programs.pause_programs(self.at.db, self.me, command, today=day, now=now)

    def _treat(self, day: date, kind: TreatmentKind, note: str) -> None:
        with self._moment(day, 11) as now:
            card = people.patient_card(self.at.db, self._patient_id)
            treatments.record_treatment(
                self.at.db, self.physio, card, RecordTreatment(day, kind, note), now=now
            )

    def _adjust(
        self, day: date, sets: int, reason: str, *, sessions: int = 0, load: int = 0
    ) -> None:
        program = self.programs[0]
        newest = program.versions[-1]
        command = AdjustProgram(
            program_id=program.id,
            based_on=newest.number,
            effective_from=day + _DAY,
            reason=reason,
            sessions_per_week=newest.sessions_per_week + sessions,
            preferred_days=TRAINING_DAYS[newest.sessions_per_week + sessions],
            pain_profile=newest.pain_profile,
            green_max=newest.green_max,
            amber_max=newest.amber_max,
            note=newest.note,
            items=tuple(
                PrescriptionDraft(p.exercise_id, p.optional, _changed(dose_of(p), sets, load))
                for p in newest.prescriptions
            ),
        )
        with self._moment(day, 15) as now:
            version = programs.adjust_program(self.at.db, self.physio, command, today=day, now=now)
        if day < self.today - _WEEK:
            with self._moment(day + _DAY, 18) as now:
                news.see_news(self.at.db, self.me, {program.id: version.number}, now=now)


def _changed(dose: Dose, sets: int, load: int) -> Dose:
    fewer_or_more = replace(dose, sets=max(1, dose.sets + sets))
    if dose.load_kg:
        return replace(fewer_or_more, load_kg=dose.load_kg + load)
    if dose.reps_max and not dose.hold_s:
        return replace(fewer_or_more, reps_max=dose.reps_max + load)
    return fewer_or_more
