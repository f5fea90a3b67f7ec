"""A file locked with a pass phrase: scrypt makes the key, AES-256-GCM guards every piece."""

import os
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

PIECE = 1 << 20
SALT = 16
_TAG = 16
_SCRYPT = {"length": 32, "n": 2**15, "r": 8, "p": 1}


class CannotOpen(Exception):
    """A backup cannot be read; the text is one sentence."""


class Lock:
    """Writes what it is given to a file, locked, piece by piece; nothing counts before its end.

    `about` is kept in the clear by others, but cannot be changed.
    """

    def __init__(self, to: IO[bytes], phrase: str, about: bytes) -> None:
        salt = os.urandom(SALT)
        to.write(salt)
        self._to, self._about, self._cipher = to, about, _cipher(phrase, salt)
        self._held, self._number = bytearray(), 0

    def write(self, data: bytes) -> None:
        """Take more."""
        self._held += data
        while len(self._held) > PIECE:
            self._put(bytes(self._held[:PIECE]), is_last=False)
            del self._held[:PIECE]

    def end(self) -> None:
        """Write the last piece, marked as such."""
        self._put(bytes(self._held), is_last=True)

    def _put(self, piece: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        self._to.write(self._cipher.encrypt(nonce, piece, self._about))
        self._number += 1


def unlock(locked: IO[bytes], phrase: str, about: bytes) -> Iterator[bytes]:
    """Give back the pieces; CannotOpen when the phrase is another one or anything was changed."""
    cipher, number = _cipher(phrase, locked.read(SALT)), 0
    piece = locked.read(PIECE + _TAG)
    while True:
        following = locked.read(PIECE + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, is_last=not following), piece, about)
        except InvalidTag as problem:
            raise CannotOpen(
                "The backup was changed, cut short, or needs another key."
            ) from problem
        if not following:
            return
        piece, number = following, number + 1


def _cipher(phrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, **_SCRYPT).derive(phrase.encode()))


def _nonce(number: int, *, is_last: bool) -> bytes:
    """Return a piece's number; the last one is marked, so that no file can end early."""
    return bytes([is_last]) + number.to_bytes(11, "big")
