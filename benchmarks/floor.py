"""The least that could answer: bare Flask with SQLAlchemy Core on the product's own tables.

It runs the product's statements one for one and prints what they return. It leaves out the sign-in,
every check, the clinic filter, the clinical rules, the charts and the design.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue
from jinja2 import Template
from sqlalchemy import (
    LABEL_STYLE_TABLENAME_PLUS_COL,
    Connection,
    Engine,
    Integer,
    bindparam,
    case,
    cast,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from rehab_tracker.accounts.models import Membership, Patient, Person
from rehab_tracker.domain.week import Week, WeekStart, week_of
from rehab_tracker.education.models import TopicState
from rehab_tracker.exercises.models import Exercise
from rehab_tracker.foundation import clock
from rehab_tracker.foundation.audit import AuditEvent, AuditHead, seal
from rehab_tracker.foundation.db import Database, new_id
from rehab_tracker.logbook.models import (
    ClinicTreatment,
    LoggedExercise,
    LoggedSession,
    MorningCheck,
    PerformedSet,
    ProgramWeek,
    WeeklyCheck,
)
from rehab_tracker.programs.models import Pause, Prescription, Program, ProgramVersion

WEEKS = 26
_P, _V, _W = Program.__table__.c, ProgramVersion.__table__.c, ProgramWeek.__table__.c
_S, _E, _D = LoggedSession.__table__.c, LoggedExercise.__table__.c, PerformedSet.__table__.c
_R, _PAUSE, _WHO = Prescription.__table__.c, Pause.__table__.c, Patient.__table__.c


def create_floor(url: str) -> Flask:
    """Build the floor for one database."""
    app = Flask(__name__, static_folder=None)
    engine = Database(url).engine.execution_options(all_clinics=True)
    page = app.jinja_env.from_string(_PAGE)
    reading = engine.execution_options(reads_only=True)

    @app.get("/sign-in")
    def ready() -> ResponseReturnValue:
        return "ready"

    @app.post("/log/<uuid:program_id>")
    def save(program_id: UUID) -> ResponseReturnValue:
        return _save(engine, program_id)

    @app.get("/progress/<uuid:patient_id>")
    def progress(patient_id: UUID) -> ResponseReturnValue:
        return _progress(reading, page, patient_id)

    return app


# Save a session: two reads, four inserts, one read of its week, the roll-up and the newest day.

_PROGRAM = (
    select(
        _P.id, _P.patient_id, _P.clinic_id, _WHO.week_starts_on, _P.starts_on, _P.ends_before,
        select(func.max(_W.first_on)).where(_W.program_id == _P.id, _W.clinic_id == _P.clinic_id)
        .correlate(Program.__table__).scalar_subquery(),
        _WHO.last_logged_on, _PAUSE.first_on, _PAUSE.last_on, _PAUSE.reason,
    )
    .join(Patient.__table__, _WHO.id == _P.patient_id)
    .outerjoin(Pause.__table__, (_PAUSE.program_id == _P.id) & (_PAUSE.clinic_id == _P.clinic_id))
    .where(_P.id == bindparam("program_id"))
)  # fmt: skip
_PRESCRIBED = (
    select(
        _V.id, _V.number, _V.effective_from, _V.sessions_per_week, _R.exercise_id, _R.optional,
        _R.sets, _R.reps, _R.hold_s, _R.work_s, _R.side, _R.per_side,
    )
    .outerjoin(
        Prescription.__table__, (_R.version_id == _V.id) & (_R.clinic_id == _V.clinic_id)
    )
    .where(_V.program_id == bindparam("program_id"))
    .order_by(_V.number, _R.position)
)  # fmt: skip
_HOLD = (
    select(_WHO.id)
    .where(
        _WHO.id == select(_P.patient_id).where(_P.id == bindparam("program_id")).scalar_subquery()
    )
    .with_for_update(key_share=True)
)
_AUDIT_KEY = b"the floor's own"
_AUDIT_HEAD = (
    select(AuditHead.number, AuditHead.mac)
    .where(AuditHead.clinic_id == bindparam("clinic_id"))
    .with_for_update()
)
_BY_DAY = (_S.program_id, _S.performed_on, _E.exercise_id)
_WEEK_LOGS = (
    select(*_BY_DAY, func.sum(_E.counted_sets), func.max(cast(_S.stopped_for_pain, Integer)))
    .join(LoggedExercise.__table__, (_E.session_id == _S.id) & (_E.clinic_id == _S.clinic_id))
    .where(
        _S.clinic_id == bindparam("clinic_id"),
        _S.program_id == bindparam("program_id"),
        _S.performed_on >= bindparam("first"),
        _S.performed_on <= bindparam("last"),
        _S.withdrawn_at.is_(None),
    )
    .group_by(*_BY_DAY)
)
_NEWEST_DAY = (
    select(_S.performed_on)
    .where(_S.clinic_id == _WHO.clinic_id, _S.patient_id == _WHO.id, _S.withdrawn_at.is_(None))
    .order_by(_S.performed_on.desc())
    .limit(1)
    .scalar_subquery()
)
_LAST_DAY = (
    update(Patient.__table__).where(_WHO.id == bindparam("who")).values(last_logged_on=_NEWEST_DAY)
)
_SCORES = ("done", "met", "extra", "dose_num", "dose_den")


def _upsert(dialect: Any) -> Any:
    statement = dialect.insert(ProgramWeek.__table__)
    return statement.on_conflict_do_update(
        index_elements=["clinic_id", "first_on", "patient_id", "program_id"],
        set_={name: statement.excluded[name] for name in _SCORES},
    )


_UPSERTS = {"sqlite": _upsert(sqlite), "postgresql": _upsert(postgresql)}


def _save(engine: Engine, program_id: UUID) -> ResponseReturnValue:
    form, now = request.form, clock.now()
    with engine.begin() as db:
        if db.dialect.name == "postgresql":
            db.execute(_HOLD, {"program_id": program_id})
        program = db.execute(_PROGRAM, {"program_id": program_id}).one()
        asked = db.execute(_PRESCRIBED, {"program_id": program_id}).all()
        ids = {
            "clinic_id": program.clinic_id,
            "patient_id": program.patient_id,
            "program_id": program_id,
        }
        day = date.fromisoformat(form["day"])
        session_id = _insert_session(db, ids | {"version_id": asked[0].id}, day, now)
        _write_week(db, ids, week_of(day, program.week_starts_on), asked[0].sessions_per_week)
        if program.last_logged_on is None or program.last_logged_on < day:
            db.execute(_LAST_DAY, {"who": program.patient_id})
    return redirect(f"/log/{session_id}/light", 303)


def _insert_session(db: Connection, ids: dict[str, Any], day: date, now: datetime) -> UUID:
    form, session_id, clinic = request.form, new_id(), {"clinic_id": ids["clinic_id"]}
    session = {
        "id": session_id,
        "client_id": UUID(form["client_id"]),
        "performed_on": day,
        "performed_at": now,
        "received_at": now,
        "zone": "Europe/Berlin",
        "pain_before": int(form["pain_before"]),
        "pain_during": int(form["pain_during"]),
    }
    db.execute(insert(LoggedSession.__table__), ids | session)
    exercises = [
        {"id": new_id(), "session_id": session_id, "exercise_id": UUID(exercise_id),
         "position": position, "counted_sets": 3, "skipped": None, **clinic}
        for position, exercise_id in enumerate(form.getlist("exercise"))
    ]  # fmt: skip
    db.execute(insert(LoggedExercise.__table__), exercises)
    sets = [
        {"id": new_id(), "exercise_row_id": exercise["id"], "number": number, "side": None,
         "reps": int(reps), **clinic}
        for exercise in exercises
        for number, reps in enumerate(form.getlist(f"reps-{exercise['position']}"), 1)
    ]  # fmt: skip
    db.execute(insert(PerformedSet.__table__), sets)
    event = {"id": new_id(), "at": now, "action": "log.saved", "details": {"on": day.isoformat()}}
    subject = {"patient_id": ids["patient_id"], "subject_id": session_id, "membership_id": None}
    deed = event | subject | clinic
    head = db.execute(_AUDIT_HEAD, clinic).one_or_none() or (0, "")
    deed["number"] = head[0] + 1
    db.execute(insert(AuditEvent.__table__), deed | {"mac": seal(_AUDIT_KEY, deed, head[1])})
    return session_id


def _write_week(db: Connection, ids: dict[str, Any], week: Week, due: int) -> None:
    bounds = {"first": week.first_on, "last": week.last_on}
    done = len({row.performed_on for row in db.execute(_WEEK_LOGS, ids | bounds)})
    met = min(done, due)
    scores = {
        "first_on": week.first_on, "state": "scored", "due_sevenths": due * 7, "due": due,
        "done": done, "met": met, "extra": done - met, "active_days": 7, "paused_days": 0,
        "dose_num": met, "dose_den": 1,
    }  # fmt: skip
    db.execute(_UPSERTS[db.dialect.name], ids | scores)


# Read the last weeks of a patient: seven reads, printed as plain tables.

_PHYSIO, _PHYSIO_PERSON = Membership.__table__.alias(), Person.__table__.alias()
_M, _PERSON = Membership.__table__.c, Person.__table__.c
_CARD = (
    select(
        Patient.__table__, _PERSON.name, _PERSON.email, _PERSON.time_zone, _M.standing,
        _PHYSIO_PERSON.c.name.label("physio_name"),
    )
    .join(Membership.__table__, _M.id == _WHO.membership_id)
    .join(Person.__table__, _PERSON.id == _M.person_id)
    .outerjoin(_PHYSIO, _PHYSIO.c.id == _WHO.physio_id)
    .outerjoin(_PHYSIO_PERSON, _PHYSIO_PERSON.c.id == _PHYSIO.c.person_id)
    .where(_WHO.id == bindparam("who"))
)  # fmt: skip
_VERSIONS = (
    select(Program.__table__, ProgramVersion.__table__, Pause.__table__)
    .set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)
    .outerjoin(ProgramVersion.__table__, (_V.program_id == _P.id) & (_V.clinic_id == _P.clinic_id))
    .outerjoin(Pause.__table__, (_PAUSE.program_id == _P.id) & (_PAUSE.clinic_id == _P.clinic_id))
    .where(_P.patient_id == bindparam("who"), _P.clinic_id == bindparam("clinic"))
    .order_by(_P.starts_on, _P.id, _V.number, _PAUSE.first_on)
)
_FELT = WeeklyCheck.__table__.c
_SHOWN_ON = case((_W.first_on >= bindparam("first"), _W.first_on)).label("shown_on")
_SUMMED = ("dose_num", "due_sevenths", "due", "done", "met", "extra", "active_days", "paused_days")
_WEEKS = (
    select(
        _W.program_id, _SHOWN_ON, _W.state, _W.dose_den,
        func.max(_FELT.worst).label("worst"), func.max(_FELT.usual).label("usual"),
        *(func.sum(_W[name]).label(name) for name in _SUMMED),
    )
    .outerjoin(
        WeeklyCheck.__table__,
        (_FELT.clinic_id == _W.clinic_id)
        & (_FELT.patient_id == _W.patient_id)
        & (_FELT.first_on == _W.first_on),
    )
    .where(
        _W.clinic_id == bindparam("clinic"),
        _W.patient_id == bindparam("who"),
        _W.first_on <= bindparam("last"),
    )
    .group_by(_W.program_id, _SHOWN_ON, _W.state, _W.dose_den)
    .order_by(_SHOWN_ON, _W.program_id)
)  # fmt: skip
_X = Exercise.__table__.c


def _best(amount: Any) -> Any:
    of_exercise = (_D.exercise_row_id == _E.id) & (_D.clinic_id == _E.clinic_id)
    most = select(func.max(amount)).where(of_exercise)
    return most.correlate(LoggedExercise.__table__).scalar_subquery()


_OF_WINDOW = (
    _S.clinic_id == bindparam("clinic"),
    _S.patient_id == bindparam("who"),
    _S.withdrawn_at.is_(None),
    _S.performed_on >= bindparam("first"),
)
_IN_ORDER = (_S.performed_on, _S.performed_at, _S.id)
_SESSIONS = (
    select(
        _S.id, _S.program_id, _S.version_id, _S.performed_on, _S.pain_before, _S.pain_during,
        _S.settled_within_hour, _S.limp, _S.new_swelling, _S.red_flag, _S.stopped_for_pain, _S.late,
    )
    .where(*_OF_WINDOW)
    .order_by(*_IN_ORDER)
)  # fmt: skip
_PERFORMED = (
    select(
        _S.performed_on, _E.exercise_id, _X.name, _X.language, _best(_D.load_kg).label("load"),
        _best(_D.reps).label("reps"), _best(_D.seconds).label("seconds"),
    )
    .outerjoin(
        LoggedExercise.__table__, (_E.session_id == _S.id) & (_E.clinic_id == _S.clinic_id)
    )
    .outerjoin(Exercise.__table__, (_X.id == _E.exercise_id) & (_X.clinic_id == _E.clinic_id))
    .where(*_OF_WINDOW)
    .order_by(*_IN_ORDER, _E.position)
)  # fmt: skip
_CHECK, _T = MorningCheck.__table__.c, ClinicTreatment.__table__.c
_MORNINGS = (
    select(_CHECK.on_day, _CHECK.pain)
    .where(
        _CHECK.clinic_id == bindparam("clinic"),
        _CHECK.patient_id == bindparam("who"),
        _CHECK.on_day.between(bindparam("baseline"), bindparam("last")),
    )
    .order_by(_CHECK.on_day)
)
_READ = TopicState.__table__.c
_CARDS_READ = (
    select(func.count())
    .where(
        _READ.patient_id == _WHO.id, _READ.read_at.is_not(None), _READ.clinic_id == _WHO.clinic_id
    )
    .correlate(Patient.__table__)
    .scalar_subquery()
)
_TREATMENTS = (
    select(ClinicTreatment.__table__, _CARDS_READ.label("cards_read"))
    .select_from(Patient.__table__)
    .outerjoin(
        ClinicTreatment.__table__,
        (_T.patient_id == _WHO.id)
        & (_T.clinic_id == _WHO.clinic_id)
        & (_T.on_day >= bindparam("first")),
    )
    .where(_WHO.id == bindparam("who"), _WHO.clinic_id == bindparam("clinic"))
    .order_by(_T.on_day, _T.id)
)
_PAGE = """<!doctype html><title>{{ who.name }}</title><h1>{{ who.name }}</h1>
<table>{% for week in weeks %}
<tr><td>{{ week.shown_on }}<td>{{ week.met }}/{{ week.due }}<td>{{ week.extra }}<td>{{ week.worst }}
</tr>
{%- endfor %}</table>
<table>{% for row in sessions %}
<tr><td>{{ row.performed_on }}<td>{{ row.pain_before }}<td>{{ row.pain_during }}
<td>{{ mornings.get(row.performed_on) }}</tr>
{%- endfor %}</table>
<table>{% for row in performed %}
<tr><td>{{ row.performed_on }}<td>{{ row.name }}<td>{{ row.load or row.reps }}</tr>
{%- endfor %}</table>
<p>{{ programs|length }} {{ treatments|length }}</p>"""


def _progress(engine: Engine, page: Template, patient_id: UUID) -> ResponseReturnValue:
    today = clock.now().date()
    first = week_of(today, WeekStart.MONDAY).first_on - timedelta(weeks=WEEKS - 1)
    with engine.connect() as db:
        who = db.execute(_CARD, {"who": patient_id}).one()
        asked = {"who": patient_id, "clinic": who.clinic_id, "first": first, "last": today}
        asked["baseline"] = first - timedelta(weeks=2)
        return page.render(
            who=who,
            programs=db.execute(_VERSIONS, asked).all(),
            weeks=db.execute(_WEEKS, asked).all(),
            sessions=db.execute(_SESSIONS, asked).all(),
            performed=db.execute(_PERFORMED, asked).all(),
            mornings=dict(db.execute(_MORNINGS, asked).all()),
            treatments=db.execute(_TREATMENTS, asked).all(),
        )
