"""What this installation signs and gives away: the sessions in browsers, and links to choose a password with.

Pure. Servers share the secret key, but not a clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

CLOCKS_APART = timedelta(minutes=5)


def is_current(signed_at: datetime, good_for: timedelta, *, at: datetime) -> bool:
    """Whether what was signed then is still good; another server may be ahead by `CLOCKS_APART`."""
    return -CLOCKS_APART <= at - signed_at <= good_for


def signed(what: Any, secret_key: str, salt: str) -> str:
    """`what` as a signed text; `salt` names its purpose, and no other purpose reads it."""
    return str(URLSafeTimedSerializer(secret_key, salt=salt).dumps(what))


def read(text: str, secret_key: str, salt: str, good_for: timedelta, *, at: datetime) -> Any:
    """What was signed for that purpose.

    Raises:
        BadSignature: it is not ours, or no longer good.
    """
    signing = URLSafeTimedSerializer(secret_key, salt=salt)
    what, signed_at = signing.loads(text, return_timestamp=True)
    if not isinstance(signed_at, datetime):
        raise BadSignature("without a time")
    if not is_current(signed_at, good_for, at=at):
        raise SignatureExpired("signed too long ago", date_signed=signed_at)
    return what
