"""Where one request ends and the next begins: both servers agree with every proxy, or refuse."""

import os
import re
import shutil
import socket
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.processes import free_port, serving

BIN = Path(sys.executable).parent
HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
"""A request in another's body; nobody may answer it."""
ANSWERED = b"\r\n\r\nok"
LENGTH, CHUNKED = b"Content-Length: %d\r\n", b"Transfer-Encoding: chunked\r\n"
END = b"0\r\n\r\n" + HIDDEN
BOTH = LENGTH % len(END)


def post(head: bytes, body: bytes = HIDDEN, *, host: bytes = b"Host: 127.0.0.1\r\n") -> bytes:
    return b"POST /sign-in HTTP/1.1\r\n" + host + head + b"\r\n" + body


def get(line: bytes, head: bytes = b"Host: 127.0.0.1\r\n") -> bytes:
    return line + b"\r\n" + head + b"Connection: close\r\n\r\n"


SMUGGLED = {
    "length and chunks": post(BOTH + CHUNKED, END),
    "chunks and length": post(CHUNKED + BOTH, END),
    "a short length and chunks": post(CHUNKED + LENGTH % 4, b"2b\r\n" + HIDDEN + b"\r\n0\r\n\r\n"),
    "two lengths": post(LENGTH % 0 + LENGTH % len(HIDDEN)),
    "two lengths, the other way": post(LENGTH % len(HIDDEN) + LENGTH % 0),
    "a list of lengths": post(b"Content-Length: 0, 43\r\n"),
    "plus": post(b"Content-Length: +0\r\n"),
    "minus": post(b"Content-Length: -1\r\n"),
    "hexadecimal": post(b"Content-Length: 0x0\r\n"),
    "two words": post(b"Content-Length: 0 0\r\n"),
    "Arabic digits": post("Content-Length: ٠\r\n".encode()),
    "a blank before the colon": post(b"Content-Length : 0\r\n"),
    "an unknown coding": post(b"Transfer-Encoding: xchunked\r\n", END),
    "an unknown coding and a length": post(b"Transfer-Encoding: xchunked\r\n" + BOTH, END),
    "a coding after chunks": post(b"Transfer-Encoding: chunked, identity\r\n", END),
    "two codings": post(CHUNKED + b"Transfer-Encoding: identity\r\n", END),
    "a coding with a blank": post(b"Transfer-Encoding : chunked\r\n" + BOTH, END),
    "a folded coding": post(b"Transfer-Encoding:\r\n chunked\r\n" + BOTH, END),
    "a vertical tab": post(b"Transfer-Encoding: \x0bchunked\r\n" + BOTH, END),
    "chunks of an old version": post(CHUNKED, END).replace(b"HTTP/1.1", b"HTTP/1.0", 1),
    "size 0x0": post(CHUNKED, b"0x0\r\n\r\n" + HIDDEN),
    "size -1": post(CHUNKED, b"-1\r\n\r\n" + HIDDEN),
    "size +0": post(CHUNKED, b"+0\r\n\r\n" + HIDDEN),
    "size 0_0": post(CHUNKED, b"0_0\r\n\r\n" + HIDDEN),
    "no size": post(CHUNKED, b"\r\n\r\n" + HIDDEN),
    "a size that is too small": post(CHUNKED, b"3\r\nabcdef\r\n" + END),
    "bare line feeds in chunks": post(CHUNKED, b"0\n\n" + HIDDEN),
    "a line feed in an extension": post(CHUNKED, b"2;a=\nxx\r\n" + END),
    "bare line feeds": post(LENGTH % 0, b"").replace(b"\r\n", b"\n") + HIDDEN,
    "bare carriage returns": post(LENGTH % 0, b"").replace(b"\r\n", b"\r") + HIDDEN,
    "a folded header": post(b"X-A: b\r\n c\r\n" + LENGTH % len(HIDDEN)),
    "a nul": post(b"X-A: a\x00b\r\n" + LENGTH % len(HIDDEN)),
    "a blank in a name": post(b"X A: a\r\n" + LENGTH % len(HIDDEN)),
    "a huge header": post(b"X-A: " + b"a" * 300_000 + b"\r\n"),
}
REFUSED = {
    "a foreign host": get(b"GET /sign-in HTTP/1.1", b"Host: evil.example.org\r\n"),
    "a foreign host, whole address": get(
        b"GET http://127.0.0.1/sign-in HTTP/1.1", b"Host: evil.example.org\r\n"
    ),
    "two hosts": get(b"GET /sign-in HTTP/1.1", b"Host: 127.0.0.1\r\nHost: evil.example.org\r\n"),
    "a host with a path": get(b"GET /sign-in HTTP/1.1", b"Host: 127.0.0.1/evil\r\n"),
    "a host with a person": get(b"GET /sign-in HTTP/1.1", b"Host: 127.0.0.1@evil.example\r\n"),
    "small letters": get(b"get /sign-in HTTP/1.1"),
    "two words for a method": get(b"GE T /sign-in HTTP/1.1"),
    "a tunnel": get(b"CONNECT evil.example.org:443 HTTP/1.1"),
    "an echo": get(b"TRACE /sign-in HTTP/1.1"),
    "no protocol": get(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"),
    "thousands of headers": get(
        b"GET /sign-in HTTP/1.1", b"".join(b"X-%d: a\r\n" % n for n in range(20_000))
    ),
}
SERVERS = {
    "waitress": lambda _port: [BIN / "rehab-tracker", "serve"],
    "gunicorn": lambda port: [
        BIN / "gunicorn", "--workers", "1", "--bind", f"127.0.0.1:{port}", "--log-level", "error",
        "rehab_tracker.wsgi:app",
    ],
}  # fmt: skip


Port = Callable[[int], int]


@pytest.fixture(scope="module", params=SERVERS)
def port(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Port]:
    """Run one of the servers behind so many proxies, where it does not yet, and give its port."""
    folder = tmp_path_factory.mktemp("wire")
    database = shutil.copy(sqlite_template, folder / "rehab.sqlite3")
    with ExitStack() as running:

        @cache
        def port_of(proxies: int) -> int:
            port = free_port()
            environ = {
                "PATH": os.environ["PATH"],
                "REHAB_DATA_DIR": str(folder),
                "REHAB_DATABASE_URL": f"sqlite:///{database}",
                "REHAB_PORT": str(port),
                "REHAB_PROXY_COUNT": str(proxies),
            }
            command = SERVERS[request.param](port)
            running.enter_context(serving(command, environ, folder))
            return port

        yield port_of


def said(port: int, request: bytes) -> bytes:
    """Send bytes, and return all that comes back until the server has nothing more to say."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        answer = b""
        try:
            wire.sendall(request)
            while more := wire.recv(65_536):
                answer += more
                wire.settimeout(0.4)
        except OSError:  # it stays open, or was closed on us: what was said counts
            pass
    return answer


def statuses(answer: bytes) -> list[int]:
    return [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3})", answer)]


def test_a_request_in_anothers_body_is_answered_by_nobody(port: Port):
    whole = HIDDEN.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert ANSWERED in said(port(0), whole), "what is looked for below could not be seen"
    for how, request in SMUGGLED.items():
        answer = said(port(0), request)
        assert ANSWERED not in answer, how
        assert len(statuses(answer)) <= 1, how
        assert set(statuses(answer)) <= {400, 413, 431, 501}, how
    assert ANSWERED in said(port(0), whole), "it answers no more"


def test_what_no_browser_says_is_refused(port: Port):
    for how, request in REFUSED.items():
        answer = said(port(0), request)
        assert set(statuses(answer)) <= {400, 404, 405, 431}, how
        assert statuses(answer), f"not even a refusal: {how}"
        assert b"evil" not in answer, how


# What proxies say


def guess(port: int, forwarded: str) -> int:
    """Sign in with a wrong password, as from somewhere else; return the answer's status."""
    jar = urllib.request.HTTPCookieProcessor(CookieJar())
    browser = urllib.request.build_opener(jar)
    said_by_proxy = {"X-Forwarded-For": forwarded}
    address = f"http://127.0.0.1:{port}/sign-in"
    page = browser.open(address).read().decode()
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    fields = {"csrf_token": found[1], "email": f"{forwarded}@example.org", "password": "wrong"}
    body = urllib.parse.urlencode(fields).encode()
    try:
        browser.open(urllib.request.Request(address, body, said_by_proxy))
    except urllib.error.HTTPError as refused:
        return refused.code
    return 200


def test_a_proxy_is_believed_only_where_the_operator_says_so(port: Port):
    """Ten tries from one place are the most; a claimed place counts only if a proxy vouches."""
    places = [f"192.0.2.{number}" for number in range(1, 12)]
    assert [guess(port(0), place) for place in places][-1] == 429
    assert {guess(port(1), place) for place in places} == {422}
    claimed = get(
        b"GET /sign-in HTTP/1.1", b"Host: 127.0.0.1\r\nX-Forwarded-Host: evil.example.org\r\n"
    )
    assert statuses(said(port(0), claimed)) == [200]
    refused = said(port(1), claimed)
    assert statuses(refused) == [400]
    assert b"evil" not in refused
