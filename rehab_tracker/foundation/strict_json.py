"""JSON as phones send it, and nothing that two readers could understand differently."""

import json
import re
from collections.abc import Iterable
from typing import Any

DEEPEST = 12
"""More levels than anything that the product is sent."""

_INTEGER_MAX = 2**31 - 1
_DIGITS_MAX = len(str(-_INTEGER_MAX))
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class Unreadable(Exception):
    """What was sent cannot be meant; `code` says why in one word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(body: bytes) -> Any:
    """Return what a body in UTF-8 says: whole numbers of 32 bits, texts that can be kept."""
    try:
        content = json.loads(
            body.decode(),
            parse_int=_whole,
            parse_float=_refuse_fraction,
            parse_constant=_refuse_fraction,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        raise Unreadable("not_utf8") from None
    except RecursionError:
        raise Unreadable("too_deep") from None
    except json.JSONDecodeError:
        raise Unreadable("not_json") from None
    _look_at(content)
    return content


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS_MAX or abs(int(digits)) > _INTEGER_MAX:
        raise Unreadable("number_too_large")
    return int(digits)


def _refuse_fraction(_digits: str) -> None:
    raise Unreadable("not_a_whole_number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable("named_twice")
    return found


def _look_at(content: Any) -> None:
    """Look at every text, level by level: what is nested deeply must not nest these calls."""
    level: list[Any] = [content]
    for _ in range(DEEPEST):
        if any(isinstance(one, str) and _UNKEEPABLE.search(one) for one in level):
            raise Unreadable("unkeepable_text")
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise Unreadable("too_deep")


def _inside(one: Any) -> Iterable[Any]:
    if isinstance(one, dict):
        return (*one, *one.values())
    return one if isinstance(one, list) else ()
