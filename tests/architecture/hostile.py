"""What nobody means and somebody sends: values, bodies, and where they can be sent to."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote_from_bytes, urlsplit

import html5lib

from tests.client import CheckedClient

VALUES = (
    b"", b" ", b"\x00", b"a\x00b", b"\xff\xfe", b"\xed\xa0\x80", b"\xf0\x9f\x92", b"\xc0\xaf",
    "💩".encode() * 300, "\u202e\u2066".encode(), "ﷺ".encode() * 50, b"x" * 70_000, b"-1", b"0",
    b"1", b"2147483648", b"9" * 400, b"9" * 5000, b"1e309", b"-1e309", b"NaN", b"inf", b"0x10",
    "٣".encode(), "²".encode(), b"1_000", b"1.5", b"1,5", b"-0", b"true", b"on", b"[]", b"{}",
    b"[1]", b"null", b'{"a": 1}', b"[" * 3000, b"0001-01-01", b"2026-02-30", b"9999-12-31",
    b"10000-01-01", b"-001-01-01", b"2026-W53-7", b"24:61", b"23:59:60", b"0001-01-01T00:00",
    b"00000000-0000-0000-0000-000000000000", b"' OR '1'='1", b"'; DROP TABLE person; --", b"%s%n",
    b"%(name)s", b"{{7*7}}", b"{0.__class__}", b"<script>alert(1)</script>", b"../../etc/passwd",
    b"\r\nSet-Cookie: a=b", b"//evil.example.org", b"/\\evil.example.org", b"javascript:alert(1)",
    b"=HYPERLINK(1)", b"a&b=c", b"a;b=c", b"Europe/Berlin\x00", b"../../Europe", b"patient",
)  # fmt: skip
QUERIES = (
    "q", "page", "part", "older_than", "day", "weeks", "back_to", "role", "template", "size",
    "by", "physio_id", "patient_id", "from", "done", "state", "sort", "kind", "region", "kit",
)  # fmt: skip
ENCODINGS = (
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/x-www-form-urlencoded; charset=nonsense",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=none",
    "text/plain",
    "application/json",
    "application/octet-stream",
    "\xff/\xff",
    "",
)


@dataclass(frozen=True)
class Form:
    """A form as a page offers it: where it goes, and what a person leaves as it is."""

    address: str
    method: str
    fields: tuple[tuple[str, str], ...]
    texts: frozenset[str] = field(default=frozenset())
    """Names of the fields in which a person writes freely."""


def forms_of(page: str, address: str) -> Iterator[Form]:
    """Yield the forms of a page with the values that it fills in."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    for form in tree.iter("form"):
        fields, texts = [], set()
        for control in form.iter():
            name = control.get("name")
            if control.tag not in {"input", "textarea", "select", "button"} or not name:
                continue
            fields.append((name, _value(control)))
            if control.tag == "textarea" or control.get("type", "text") in {"text", "search"}:
                texts.add(name)
        method = form.get("method", "get").upper()
        yield Form(form.get("action") or address, method, tuple(fields), frozenset(texts))


def _value(control: Any) -> str:
    if control.tag == "select":
        options = list(control.iter("option"))
        chosen = [one for one in options if "selected" in one.attrib] or options
        return chosen[0].get("value", "") if chosen else ""
    return (control.text or "") if control.tag == "textarea" else control.get("value", "")


def sent(browser: CheckedClient, form: Form, pairs: list[tuple[str, bytes]], kind: str = ""):
    """Send fields as they are, byte by byte, with the token that the form has."""
    if form.method == "GET":
        parts = urlsplit(form.address)
        old = [(name, value.encode()) for name, value in parse_qsl(parts.query)]
        return browser.get(f"{parts.path}?{_urlencoded(old + pairs)}")
    token = [("csrf_token", browser.form_token().encode())]
    plain = "application/x-www-form-urlencoded"
    headers = {"X-CSRFToken": browser.form_token()}
    body = _urlencoded(token + [pair for pair in pairs if pair[0] != "csrf_token"])
    return browser.post(
        form.address, data=body, content_type=kind or plain, headers=headers, csrf=False
    )


def _urlencoded(pairs: list[tuple[str, bytes]]) -> str:
    return "&".join(f"{quote_from_bytes(n.encode())}={quote_from_bytes(v)}" for n, v in pairs)


def twisted(form: Form, dice: random.Random) -> list[tuple[str, bytes]]:
    """Return a form's fields with something wrong about some of them."""
    pairs = [(name, value.encode()) for name, value in form.fields]
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(pairs)) if pairs else 0
        name = pairs[at][0] if pairs else dice.choice(QUERIES)
        wrong = (name, dice.choice(VALUES))
        match dice.randrange(6):
            case 0:
                del pairs[at : at + 1]
            case 1:
                pairs.insert(dice.randint(0, len(pairs)), wrong)
            case 2:
                suffix = dice.choice(("[]", "-0", "-99999999999", "-x", ".__class__", "\x00", "é"))
                pairs.append((name + suffix, wrong[1]))
            case 3:
                pairs += [wrong] * 250
            case _:
                pairs[at : at + 1] = [wrong]
    return pairs
