"""The one-command server, which is sure where a request ends."""

from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer, create_server

from rehab_tracker.config import Settings

THREADS = 4
LARGEST_BODY = 64 << 20
"""Bytes that a request may bring before the app is asked; larger than any file that it takes."""


class Parser(HTTPRequestParser):  # type: ignore[misc] # waitress is not typed
    """Refuses a request that tells its length in two ways: a proxy may have believed the other."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head of a request."""
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length and Transfer-Encoding exclude each other")


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection whose requests are read so."""

    parser_class = Parser


def server_for(app: Any, settings: Settings) -> Any:
    """Return the server at the operator's address; `run` answers until it is stopped."""
    TcpWSGIServer.channel_class = Channel  # `create_server` takes no class of ours
    return create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=THREADS,
        ident=None,
        max_request_body_size=LARGEST_BODY,
        # How many proxies are believed is for the app to say; waitress believes one or all.
        clear_untrusted_proxy_headers=not settings.proxy_count,
    )
