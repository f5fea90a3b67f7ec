"""Secrets that must be read again are kept under a key that a copy of the database lacks."""

import secrets
from base64 import b64decode, b64encode
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Seal:
    """Locks and opens texts, each for one person: moved to another's row, it does not open."""

    def __init__(self, secret_key: str) -> None:
        self._secret = secret_key.encode()

    @cached_property
    def _cipher(self) -> "AESGCM":
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - 7 MB
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

        derive = HKDF(SHA256(), length=32, salt=None, info=b"rehab-tracker second factor")
        return AESGCM(derive.derive(self._secret))

    def lock(self, text: str, person_id: UUID) -> str:
        """Return what to keep of a text."""
        nonce = secrets.token_bytes(_NONCE)
        locked = self._cipher.encrypt(nonce, text.encode(), person_id.bytes)
        return b64encode(nonce + locked).decode()

    def open(self, kept: str, person_id: UUID) -> str:
        """Return the text; InvalidTag where the key or the person is another."""
        whole = b64decode(kept)
        return self._cipher.decrypt(whole[:_NONCE], whole[_NONCE:], person_id.bytes).decode()
