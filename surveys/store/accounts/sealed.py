"""What only this installation reads again: sealed with the server's secret, for one account and purpose.

It hides the secret of an authenticator app in the database and its backups, and what a browser keeps for us.
AES-GCM hides it and shows a change. What is sealed for one account or purpose opens for no other.
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
_SECOND_FACTOR = "second factor"


def seal(words: str, owner: int, secret_key: str) -> str:
    """`words` sealed for the account `owner`."""
    return MARK + seal_bytes(words.encode(), owner, secret_key, _SECOND_FACTOR)


def opened(stored: str, owner: int, secret_key: str) -> str | None:
    """The words again; None where they were sealed with another secret, for another account, or changed."""
    if not stored.startswith(MARK):
        return None
    content = opened_bytes(stored.removeprefix(MARK), owner, secret_key, _SECOND_FACTOR)
    return None if content is None else content.decode()


def seal_bytes(content: bytes, owner: int | str, secret_key: str, purpose: str) -> str:
    """`content` sealed for the account `owner` and for that purpose, as signs that a cookie takes."""
    nonce = secrets.token_bytes(_NONCE)
    hidden = _cipher(secret_key, purpose).encrypt(nonce, content, _bound_to(owner))
    return urlsafe_b64encode(nonce + hidden).decode()


def opened_bytes(stored: str, owner: int | str, secret_key: str, purpose: str) -> bytes | None:
    """The content again; None where secret, account or purpose is another, or it was changed."""
    from cryptography.exceptions import InvalidTag

    try:
        content = urlsafe_b64decode(stored)
        return _cipher(secret_key, purpose).decrypt(content[:_NONCE], content[_NONCE:], _bound_to(owner))
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


def _cipher(secret_key: str, purpose: str) -> AESGCM:
    # Here, so that the server starts without it.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(
        HKDF(SHA256(), 32, salt=None, info=f"seventh {purpose}".encode()).derive(secret_key.encode())
    )


def _bound_to(owner: int | str) -> bytes:
    return f"account {owner}".encode()
