"""Telephone numbers for help: those of a country, and those that a clinic set itself."""

import re
from dataclasses import dataclass

from babel.core import get_global

_EMERGENCY = {
    "AU": "000", "BR": "192", "CA": "911", "CN": "120", "GB": "999", "HK": "999", "IL": "101",
    "JP": "119", "KR": "119", "MX": "911", "NZ": "111", "PH": "911", "SG": "995", "TH": "1669",
    "US": "911", "ZA": "112",
}  # fmt: skip
_URGENT = {
    "AT": "1450", "AU": "1800 022 222", "CA": "811", "DE": "116 117", "GB": "111",
    "NZ": "0800 611 116",
}  # fmt: skip
EVERYWHERE = "112"
"""The emergency number of the European Union, which mobile networks forward in most countries."""

SHAPE = re.compile(r"\+?[0-9][0-9 ()\-/]{1,22}")
_NOT_DIALED = re.compile(r"[^+0-9]")


@dataclass(frozen=True, slots=True)
class Numbers:
    """Whom to call; `urgent` and `clinic` are empty where none is known."""

    emergency: str
    urgent: str = ""
    clinic: str = ""


def of_country(time_zone: str) -> Numbers:
    """Return the usual numbers of the country that a time zone belongs to."""
    country = get_global("zone_territories").get(time_zone, "")
    return Numbers(_EMERGENCY.get(country, EVERYWHERE), _URGENT.get(country, ""))


def dialed(number: str) -> str:
    """Return a number as a telephone link carries it."""
    return f"tel:{_NOT_DIALED.sub('', number)}"
