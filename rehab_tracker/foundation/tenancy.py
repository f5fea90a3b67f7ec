"""Clinic isolation: whatever a clinic owns is seen and written within that clinic alone."""

from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BindParameter,
    Executable,
    ForeignKey,
    ForeignKeyConstraint,
    Join,
    Select,
    Table,
    UniqueConstraint,
    Uuid,
    bindparam,
    event,
)
from sqlalchemy.orm import (
    LoaderCriteriaOption,
    Mapped,
    ORMExecuteState,
    Session,
    UOWTransaction,
    mapped_column,
    with_loader_criteria,
)

from rehab_tracker.foundation.db import new_id


class WriteInReading(Exception):
    """Code tried to write in a session that was opened to read, such as a GET's."""


class CrossClinic(Exception):
    """Code tried to reach rows of a clinic that is not the acting one."""


class ClinicOwned:
    """What belongs to one clinic."""

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))


class ClinicRecord(ClinicOwned):
    """A clinic's row with an id of its own."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


def owned(*constraints: Any) -> tuple[Any, ...]:
    """Return table arguments of a clinic's records: others can be tied to them in their clinic."""
    return (UniqueConstraint("clinic_id", "id"), *constraints)


def tied(column: str, table: str) -> ForeignKeyConstraint:
    """Return a foreign key that can only reach a row of the same clinic."""
    return ForeignKeyConstraint(["clinic_id", column], [f"{table}.clinic_id", f"{table}.id"])


@event.listens_for(Session, "do_orm_execute")
def _see_own_clinic(state: ORMExecuteState) -> None:
    if state.session.info.get("reads_only") and not state.is_select:
        raise WriteInReading
    if state.is_column_load or state.session.info.get("all_clinics"):
        return
    clinic_id = state.session.info.get("clinic_id")
    if _slips_through(state, clinic_id):
        raise CrossClinic(type(state.statement).__name__)
    if state.is_select:
        asked: Any = state.parameters or {}
        state.statement = _within(state.statement)
        state.parameters = {**asked, _ACTING.key: clinic_id}
    elif not state.is_insert:  # rows that are put in were looked at above; they read nothing
        state.statement = state.statement.options(_of_clinic(clinic_id))


_ACTING: BindParameter[UUID] = bindparam("acting_clinic", type_=Uuid())
_OF_ACTING_CLINIC = with_loader_criteria(
    ClinicOwned,
    lambda table: table.clinic_id == _ACTING,
    include_aliases=True,
    track_closure_variables=False,
)
_known_within: WeakKeyDictionary[Executable, Executable] = WeakKeyDictionary()
"""Each statement that a module keeps, so that it need not be put together at every request."""


def _within(statement: Executable) -> Executable:
    """Return a statement that sees the rows of one clinic alone; of none without a clinic."""
    found = _known_within.get(statement)
    if found is None:
        found = _known_within[statement] = statement.options(_OF_ACTING_CLINIC)
    return found


def _of_clinic(clinic_id: UUID | None) -> LoaderCriteriaOption:
    """Return the same for an UPDATE or DELETE, whose parameters are taken for columns."""
    return with_loader_criteria(
        ClinicOwned, lambda table: table.clinic_id == clinic_id, include_aliases=True
    )


def _slips_through(state: ORMExecuteState, clinic_id: UUID | None) -> bool:
    """Tell whether a statement touches clinics' rows where the criterion does not reach them."""
    statement: Any = state.statement
    rows: Any = state.parameters
    if state.is_insert:
        rows = rows if isinstance(rows, list) else [rows or {}]
        of_this_clinic = all(row.get("clinic_id", ...) == clinic_id for row in rows)
        return _holds_clinics(statement.table) and not of_this_clinic
    if state.is_update and isinstance(rows, list):
        return True  # by primary key, of whatever clinic
    if state.is_orm_statement:
        return False
    return not isinstance(statement, Select) or any(
        map(_holds_clinics, statement.get_final_froms())
    )


def _holds_clinics(source: Any) -> bool:
    if isinstance(source, Join):
        return _holds_clinics(source.left) or _holds_clinics(source.right)
    table = getattr(source, "element", source)
    return isinstance(table, Table) and "clinic_id" in table.c


@event.listens_for(Session, "before_flush")
def _write_own_clinic(session: Session, _context: UOWTransaction, _instances: object) -> None:
    if session.info.get("reads_only"):
        raise WriteInReading
    if session.info.get("all_clinics"):
        return
    clinic_id = session.info.get("clinic_id")
    touched = (*session.new, *session.dirty, *session.deleted)
    rows: list[Any] = [row for row in touched if isinstance(row, ClinicOwned)]
    for row in rows:
        if row.clinic_id is None:
            row.clinic_id = clinic_id
        if clinic_id is None or row.clinic_id != clinic_id:
            raise CrossClinic(type(row).__name__)
