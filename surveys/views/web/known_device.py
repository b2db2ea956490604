"""The browsers in which somebody signed in before, by a signed cookie.

It opens nothing. Wrong tries from elsewhere do not keep its owner waiting (`store.accounts.tries`).
"""

from __future__ import annotations

import secrets
from functools import partial

from flask import Response, after_this_request, request
from itsdangerous import BadSignature, URLSafeSerializer

from surveys.models import Staff
from surveys.views.web import server

COOKIE = "seventh_known"
ONE_YEAR = 365 * 24 * 3600
MOST_ACCOUNTS = 8  # that share a browser


def device_of(member: Staff | None) -> str | None:
    """The name of this browser if `member` signed in with it before."""
    device, accounts = _read()
    return device if member is not None and member.id in accounts else None


def remember(member: Staff) -> None:
    """Let this browser's cookie say that `member` signed in with it."""
    device, accounts = _read()
    others = [number for number in accounts if number != member.id]
    told = _signer().dumps([device or secrets.token_hex(8), [member.id, *others][:MOST_ACCOUNTS]])
    after_this_request(partial(_set, str(told)))


def _read() -> tuple[str | None, list[int]]:
    try:
        device, accounts = _signer().loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, ValueError):
        return None, []
    return device, accounts


def _set(told: str, response: Response) -> Response:
    response.set_cookie(
        COOKIE, told, max_age=ONE_YEAR, samesite="Lax", secure=server.settings().secure, httponly=True
    )
    return response


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(server.settings().secret_key, salt="seventh known device")
