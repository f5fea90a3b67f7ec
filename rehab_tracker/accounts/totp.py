"""Codes that an app on a phone shows for half a minute each (RFC 6238)."""

import base64
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

PERIOD_S = 30
DIGITS = 6
WINDOW = 1
"""How many periods before and after a code still counts: clocks differ, and people type."""

ISSUER = "Rehab Tracker"


def new_secret() -> str:
    """Return 160 random bits in the letters that apps take."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, timecode: int) -> str:
    """Return the code of a period, counted from 1970."""
    mac = hmac.digest(base64.b32decode(secret), struct.pack(">Q", timecode), "sha1")
    number = struct.unpack_from(">I", mac, mac[-1] & 0xF)[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def timecode_at(now: datetime) -> int:
    """Return the period that an instant lies in."""
    return int(now.timestamp()) // PERIOD_S


def timecode_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the period that a code belongs to, or None when it is wrong or too old."""
    present = timecode_at(now)
    near = range(present - WINDOW, present + WINDOW + 1)
    right = [t for t in near if hmac.compare_digest(code_at(secret, t).encode(), code.encode())]
    return max(right, default=None)


def app_address(secret: str, account: str) -> str:
    """Return what an app reads from the picture."""
    words = urlencode({"secret": secret, "issuer": ISSUER}, quote_via=quote)
    return f"otpauth://totp/{quote(f'{ISSUER}:{account}')}?{words}"
