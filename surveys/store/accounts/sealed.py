"""The secret of an authenticator app in the database and its backups: readable with the server's secret.

AES-GCM hides it and shows a change. What is sealed for one account opens for no other.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK = "v2."
_MARK_BEFORE = "v1."
_NONCE = 12


def seal(words: str, owner: int, secret_key: str) -> str:
    """`words` sealed for the account `owner`."""
    nonce = secrets.token_bytes(_NONCE)
    hidden = _cipher(secret_key).encrypt(nonce, words.encode(), _bound_to(owner))
    return MARK + urlsafe_b64encode(nonce + hidden).decode()


def opened(stored: str, owner: int, secret_key: str) -> str | None:
    """The words again; None where they were sealed with another secret, for another account, or changed."""
    if not stored.startswith(MARK):
        return None
    from cryptography.exceptions import InvalidTag

    try:
        content = urlsafe_b64decode(stored.removeprefix(MARK))
        return _cipher(secret_key).decrypt(content[:_NONCE], content[_NONCE:], _bound_to(owner)).decode()
    except (ValueError, InvalidTag):
        return None


def opened_before(stored: str, owner: int, secret_key: str) -> str | None:
    """What earlier versions stored, as it is or hidden by HMAC-SHA256; to be sealed anew."""
    if not stored.startswith(_MARK_BEFORE):
        return stored

    def key(purpose: str) -> bytes:
        return hmac.digest(secret_key.encode(), f"seventh second factor {purpose} {owner}".encode(), "sha256")

    try:
        sealed = urlsafe_b64decode(stored.removeprefix(_MARK_BEFORE))
    except ValueError:
        return None
    content, tag = sealed[:-16], sealed[-16:]
    if not hmac.compare_digest(tag, hmac.digest(key("mark"), content, hashlib.sha256)[:16]):
        return None
    stream = hmac.digest(key("stream"), content[:16], hashlib.sha256)
    return bytes(one ^ other for one, other in zip(content[16:], stream, strict=False)).decode()


def _cipher(secret_key: str) -> AESGCM:
    # Here, so that the server starts without it.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"seventh second factor").derive(secret_key.encode()))


def _bound_to(owner: int) -> bytes:
    return f"account {owner}".encode()
