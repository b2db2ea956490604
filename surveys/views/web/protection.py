"""The guards of forms and busy addresses: CSRF tokens and request limits."""

from __future__ import annotations

from functools import lru_cache
from hmac import compare_digest

from flask import Flask, current_app, g, request, session
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from limits import RateLimitItem
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from surveys.views.web.request_counts import SCHEME

IN_MEMORY = f"{SCHEME}://"


class FormGuard(CSRFProtect):
    """The library's check, which a form with the token that this process gave its session passes at once."""

    def protect(self, apply_exemptions: bool = False) -> None:
        """Let a request through, or refuse it."""
        if request.method not in current_app.config["WTF_CSRF_METHODS"]:
            return
        known, given = session.get("csrf_token"), request.form.get("csrf_token", "")
        if known is not None and compare_digest(given.encode(), _signed(known).encode()):
            g.csrf_valid = True
            return
        super().protect(apply_exemptions)  # type: ignore[no-untyped-call]


csrf = FormGuard()  # type: ignore[no-untyped-call]


def init_app(app: Flask) -> None:
    """Protect every POST; count requests in memory, or in Redis if several servers share the work."""
    # The token is tied to the session. A strict check of the Referer would shut out browsers that send none,
    # and a time limit would cost a patient who takes a rest an answer.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    csrf.init_app(app)  # type: ignore[no-untyped-call]
    storage = storage_from_string(app.config["SETTINGS"].redis_url or IN_MEMORY)
    app.extensions["request_limits"] = FixedWindowRateLimiter(storage)


def limits() -> FixedWindowRateLimiter:
    """What counts requests, by key."""
    found: FixedWindowRateLimiter = current_app.extensions["request_limits"]
    return found


def count(limit: RateLimitItem, key: str) -> None:
    """Count a request under `key`.

    Raises:
        TooManyRequests: it is one more than the limit allows.
    """
    if not limits().hit(limit, key):
        raise TooManyRequests


def form_token() -> str:
    """The token that this session's forms carry against CSRF."""
    known = session.get("csrf_token")
    if known is None:
        generate_csrf()
        known = session["csrf_token"]
    return _signed(known)


@lru_cache(maxsize=4096)
def _signed(known: str) -> str:
    # The library signs the session's random text anew for each page, a twentieth of what an item page costs.
    token: str = generate_csrf()
    return token
