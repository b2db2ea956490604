"""Static files: built ones carry their digest in their name, are sent compressed, and kept for a year."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

from flask import Flask, Request, Response, request, send_from_directory, url_for
from flask.sessions import (
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionMixin,
    session_json_serializer,
)
from itsdangerous import BadSignature, URLSafeTimedSerializer

from surveys import signing as signatures

BUILT = "built"
FOR_A_YEAR = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"


class PageSessions(SecureCookieSessionInterface):
    """Sessions for pages only: a static file is the same for all, so any cache on the way may keep it."""

    def __init__(self) -> None:
        self._signing: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Flask's, made once and not for every request: the secret does not change while the server runs."""
        if self._signing is None:
            self._signing = super().get_signing_serializer(app)
        return self._signing

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Flask's; but the signature of a cookie that was right before is not checked anew, only its age."""
        signing, value = self.get_signing_serializer(app), request.cookies.get(self.get_cookie_name(app))
        if signing is None or not value:
            return super().open_session(app, request)
        try:
            text, signed_at = _unsigned(signing, value)
        except BadSignature:
            return self.session_class()
        if not signatures.is_current(signed_at, app.permanent_session_lifetime, at=datetime.now(UTC)):
            return self.session_class()
        return self.session_class(session_json_serializer.loads(text))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.endpoint != "static":
            super().save_session(app, session, response)


@lru_cache(maxsize=4096)
def _unsigned(signing: URLSafeTimedSerializer, value: str) -> tuple[str, datetime]:
    """What a cookie holds, as the text that Flask makes of a session, and when it was signed.

    Raises:
        BadSignature: its signature is not ours.
    """
    signer: Any = signing.make_signer(signing.salt)
    content, signed_at = signer.unsign(value, return_timestamp=True)
    return session_json_serializer.dumps(signing.load_payload(content)), signed_at


def init_app(app: Flask) -> None:
    """Serve the folder of `app`, and give templates `static_url(name)`, the address of a built file.

    Raises:
        OSError: the list of built files is missing; `make assets` writes it.
    """
    folder = Path(app.static_folder or "")
    names = json.loads((folder / BUILT / "manifest.json").read_text(encoding="utf-8"))
    built = {plain: f"{BUILT}/{name}" for plain, name in names.items()}
    current = frozenset(built.values())

    def static_url(name: str) -> str:
        return url_for("static", filename=built[name])

    def send(filename: str) -> Response:
        if filename not in current:
            response = send_from_directory(folder, filename)
            response.headers["Cache-Control"] = FOR_AN_HOUR
            return response
        if request.accept_encodings["gzip"] > 0:
            response = send_from_directory(folder, f"{filename}.gz", download_name=PurePath(filename).name)
            response.content_encoding = "gzip"
        else:
            response = send_from_directory(folder, filename)
        response.vary.add("Accept-Encoding")
        response.headers["Cache-Control"] = FOR_A_YEAR
        return response

    app.jinja_env.globals["static_url"] = static_url
    app.view_functions["static"] = send
    app.session_interface = PageSessions()
