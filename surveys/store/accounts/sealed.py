"""The secret of an authenticator app in the database and its backups: readable with the server's secret.

HMAC-SHA256 makes the stream that hides the secret, anew for each row, and the mark that shows a change; both
keys come from the server's secret. A row's words are sealed for their account, so that they fit no other.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

MARK = "v1."
_NONCE = 16
_TAG = 16
MOST = hashlib.sha256().digest_size  # bytes that one digest hides


def is_sealed(stored: str) -> bool:
    """Whether it is sealed; earlier versions stored the secret itself."""
    return stored.startswith(MARK)


def seal(words: str, owner: int, secret_key: str) -> str:
    """`words`, of at most `MOST` bytes, sealed for the account `owner`."""
    clear, nonce = words.encode(), secrets.token_bytes(_NONCE)
    if len(clear) > MOST:
        raise ValueError(f"Only {MOST} bytes can be sealed.")
    hidden = _mixed(clear, nonce, owner, secret_key)
    sealed = nonce + hidden + _tag(nonce + hidden, owner, secret_key)
    return MARK + urlsafe_b64encode(sealed).decode()


def opened(stored: str, owner: int, secret_key: str) -> str | None:
    """The words again; None where they were sealed with another secret, for another account, or changed."""
    try:
        sealed = urlsafe_b64decode(stored.removeprefix(MARK))
    except ValueError:
        return None
    content, tag = sealed[:-_TAG], sealed[-_TAG:]
    if not hmac.compare_digest(tag, _tag(content, owner, secret_key)):
        return None
    return _mixed(content[_NONCE:], content[:_NONCE], owner, secret_key).decode()


def _mixed(words: bytes, nonce: bytes, owner: int, secret_key: str) -> bytes:
    stream = hmac.digest(_key("stream", owner, secret_key), nonce, "sha256")
    return bytes(one ^ other for one, other in zip(words, stream, strict=False))


def _tag(content: bytes, owner: int, secret_key: str) -> bytes:
    return hmac.digest(_key("mark", owner, secret_key), content, "sha256")[:_TAG]


def _key(purpose: str, owner: int, secret_key: str) -> bytes:
    return hmac.digest(secret_key.encode(), f"seventh second factor {purpose} {owner}".encode(), "sha256")
