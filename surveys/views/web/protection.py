"""What guards every form and every hot address: CSRF tokens and request limits."""

from __future__ import annotations

from flask import Flask, session
from flask_limiter import Limiter
from flask_wtf import CSRFProtect

from surveys.views.web.request_counts import SCHEME

IN_MEMORY = f"{SCHEME}://"

csrf = CSRFProtect()


def link_key() -> str:
    """Who is counted: the personal link. Counting addresses would let a clinic lock its own patients out."""
    return f"link:{session.get('link', 'none')}"


limiter = Limiter(key_func=link_key, headers_enabled=False)


def init_app(app: Flask) -> None:
    """Protect every POST; count requests in memory, or in Redis where several servers share the work."""
    # The token is tied to the session. A strict check of the Referer would shut out browsers that send none,
    # and a time limit would cost somebody who rests their eyes an answer.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["RATELIMIT_STORAGE_URI"] = app.config["SETTINGS"].redis_url or IN_MEMORY
    csrf.init_app(app)
    limiter.init_app(app)
