"""The guards of forms and busy addresses: CSRF tokens and request limits."""

from __future__ import annotations

from flask import Flask, session
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from surveys.views.web.request_counts import SCHEME

IN_MEMORY = f"{SCHEME}://"

csrf = CSRFProtect()


def link_key() -> str:
    """The personal link, which is what is counted; to count addresses would lock a clinic's patients out."""
    return f"link:{session.get('link', 'none')}"


limiter = Limiter(key_func=link_key, headers_enabled=False)


def init_app(app: Flask) -> None:
    """Protect every POST; count requests in memory, or in Redis if several servers share the work."""
    # The token is tied to the session. A strict check of the Referer would shut out browsers that send none,
    # and a time limit would cost a patient who takes a rest an answer.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["RATELIMIT_STORAGE_URI"] = app.config["SETTINGS"].redis_url or IN_MEMORY
    csrf.init_app(app)
    limiter.init_app(app)
