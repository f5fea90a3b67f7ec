"""What a phone sends, read strictly: what is not of its form is refused, never guessed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID
from zoneinfo import available_timezones

from rehab_tracker.domain.red_flags import RED_FLAGS, WORDING
from rehab_tracker.foundation.shape import is_readable
from rehab_tracker.foundation.strict_json import Unreadable
from rehab_tracker.logbook.commands import ExerciseLog, LogSession, SetLog
from rehab_tracker.logbook.models import SetSide, SkipReason
from rehab_tracker.safety.actions import TellSigns

ITEMS_MOST = 200
_ANSWERS_WAIT_MOST = timedelta(days=14)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII
)
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,16}", re.ASCII)
_LOAD = re.compile(r"\d{1,4}(\.\d{1,2})?", re.ASCII)
_YEARS = range(1970, 2200)
_SET_MOST = 99
T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Item:
    """One session as it was sent; without `told` it could not be read."""

    client_id: UUID
    revision: int
    withdrawn: bool = False
    told: LogSession | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What one phone sends at once; `client_now` is its clock at that moment."""

    device_id: UUID
    client_now: datetime
    owner: str | None
    items: tuple[Item, ...]


def read_batch(content: Any) -> Batch:
    """Return a batch; raises Unreadable where it cannot even be answered item by item."""
    body = _mapping(content)
    items = _list(body.get("items"))
    if len(items) > ITEMS_MOST:
        raise Unreadable("too_many_items")
    return Batch(
        device_id=_uuid(body.get("device_id")),
        client_now=_instant(body.get("client_now")),
        owner=_optional(_text, body.get("owner")),
        items=tuple(map(_item, items)),
    )


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """An answer that was given on a phone without signal, with its clock then and now."""

    owner: str
    told: T
    told_at: datetime
    client_now: datetime

    def given_at(self, now: datetime) -> datetime:
        """Return when it was given by a right clock: some time before now, two weeks at most."""
        ago = max(timedelta(), self.client_now - self.told_at)
        return now - min(ago, _ANSWERS_WAIT_MOST)


def read_signs(content: Any) -> Answer[TellSigns]:
    """Return an answer to the warning signs; raises Unreadable where it is not of its form."""
    body = _mapping(content)
    codes = tuple(map(_text, _list(body.get("signs"))))
    wording, language = _whole(body.get("wording")), _shaped(_LANGUAGE, body.get("language"))
    if not (set(codes) <= RED_FLAGS.keys() and 1 <= wording <= WORDING):
        raise Unreadable("wrong_type")
    session_id = _optional(_uuid, body.get("session_id"))
    told = TellSigns(_uuid(body.get("client_id")), codes, language, session_id, wording)
    return _answer(body, told)


def read_morning(content: Any) -> Answer[tuple[date, int]]:
    """Return a morning and its pain; raises Unreadable where it is not of its form."""
    body = _mapping(content)
    return _answer(body, (_day(body.get("on_day")), _whole(body.get("pain"))))


def _answer(body: Mapping[str, Any], told: T) -> Answer[T]:
    return Answer(
        owner=_text(body.get("owner")),
        told=told,
        told_at=_instant(body.get("told_at")),
        client_now=_instant(body.get("client_now")),
    )


def _item(content: Any) -> Item:
    body = _mapping(content)
    client_id, revision = _uuid(body.get("client_id")), _whole(body.get("revision"))
    if revision < 1:
        raise Unreadable("wrong_type")
    try:
        payload = _mapping(body.get("payload"))
        told = _session(client_id, body, payload)
        return Item(client_id, revision, _flag(payload.get("withdrawn", False)), told)
    except Unreadable:
        return Item(client_id, revision)


def _session(client_id: UUID, item: Mapping[str, Any], told: Mapping[str, Any]) -> LogSession:
    return LogSession(
        client_id=client_id,
        program_id=_uuid(told.get("program_id")),
        performed_on=_day(told.get("performed_on")),
        performed_at=_instant(item.get("performed_at")),
        zone=_zone(item.get("zone")),
        pain_before=_optional(_whole, told.get("pain_before")),
        pain_during=_whole(told.get("pain_during")),
        settled_within_hour=_optional(_flag, told.get("settled_within_hour")),
        limp=_flag(told.get("limp")),
        new_swelling=_flag(told.get("new_swelling")),
        stopped_for_pain=_flag(told.get("stopped_for_pain")),
        sore_exercise_id=_optional(_uuid, told.get("sore_exercise_id")),
        note=_note(told.get("note")),
        exercises=tuple(map(_exercise, _list(told.get("exercises")))),
    )


def _exercise(content: Any) -> ExerciseLog:
    done = _mapping(content)
    return ExerciseLog(
        exercise_id=_uuid(done.get("exercise_id")),
        effort=_optional(_whole, done.get("effort")),
        skipped=_optional(_word(SkipReason), done.get("skipped")),
        sets=tuple(map(_set, _list(done.get("sets")))),
    )


def _set(content: Any) -> SetLog:
    one = _mapping(content)
    number = _whole(one.get("number"))
    if not 1 <= number <= _SET_MOST:
        raise Unreadable("wrong_type")
    return SetLog(
        number=number,
        side=_optional(_word(SetSide), one.get("side")),
        reps=_optional(_whole, one.get("reps")),
        seconds=_optional(_whole, one.get("seconds")),
        load_kg=_optional(_load, one.get("load_kg")),
        band=_optional(_whole, one.get("band")),
    )


def _of(kind: type[T]) -> Callable[[Any], T]:
    def read(value: Any) -> T:
        if type(value) is not kind:  # True would pass for 1
            raise Unreadable("wrong_type")
        return value

    return read


_whole, _flag, _text = _of(int), _of(bool), _of(str)
_mapping: Callable[[Any], dict[str, Any]] = _of(dict)
_list: Callable[[Any], list[Any]] = _of(list)


def _optional(read: Callable[[Any], T], value: Any) -> T | None:
    return None if value is None else read(value)


def _shaped(shape: re.Pattern[str], value: Any) -> str:
    text = _text(value)
    if not shape.fullmatch(text):
        raise Unreadable("wrong_type")
    return text


def _uuid(value: Any) -> UUID:
    return UUID(_shaped(_UUID, value))


def _load(value: Any) -> Decimal:
    return Decimal(_shaped(_LOAD, value))


def _day(value: Any) -> date:
    return _in_our_time(date.fromisoformat, _shaped(_DAY, value))


def _instant(value: Any) -> datetime:
    return _in_our_time(datetime.fromisoformat, _shaped(_INSTANT, value)).astimezone(UTC)


Day = TypeVar("Day", bound=date)


def _in_our_time(read: Callable[[str], Day], text: str) -> Day:
    try:
        found = read(text)
    except ValueError:
        raise Unreadable("wrong_type") from None
    if found.year not in _YEARS:
        raise Unreadable("wrong_type")
    return found


def _word(words: type[Word]) -> Callable[[Any], Word]:
    def read(value: Any) -> Word:
        try:
            return words(_text(value))
        except ValueError:
            raise Unreadable("wrong_type") from None

    return read


def _note(value: Any) -> str:
    note = _text(value).replace("\r\n", "\n").strip()
    if not is_readable(note):
        raise Unreadable("wrong_type")
    return note


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: Any) -> str:
    zone = _text(value)
    if zone not in _zones():
        raise Unreadable("wrong_type")
    return zone
