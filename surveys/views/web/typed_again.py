"""What staff had typed when their session ended: sealed in a cookie of their browser until they are in again.

The server stores nothing. The cookie opens for the same account only, fills the page of the form once, and is
good for an hour. It never holds a password, a file or a token; a form with a password is not kept at all.
What no cookie holds stays in the window where it was typed, which sends it again once the person is in.
"""

from __future__ import annotations

import json
import zlib
from datetime import datetime, timedelta
from urllib.parse import quote, unquote, urlsplit

from flask import Response, after_this_request, current_app, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import ImmutableMultiDict

from surveys.store.accounts import sealed
from surveys.views.web import server
from surveys.views.web.front import own_path

COOKIE = "seventh_typed"
GOOD_FOR = timedelta(hours=1)
LONGEST = 3800  # characters; browsers drop a cookie of more than 4096 bytes
_PURPOSE = "typed before the end"
_NEVER_KEPT = "csrf_token"
_PASSWORD = "password"  # noqa: S105 — the name of the field


def address() -> str:
    """The address of this request on this site, as a browser writes it."""
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    return quote(request.script_root + request.path) + query


class TooLongError(Exception):
    """What was typed is longer than a cookie."""


def keep(owner: str | None, at: datetime) -> str | None:
    """Keep what this POST brings for `owner`; returns the page of its form, None if nothing was kept.

    Raises:
        TooLongError: no cookie holds it.
    """
    fields = [one for one in request.form.items(multi=True) if one[0] != _NEVER_KEPT]
    page = _page_of_form()
    if owner is None or page is None or not fields or _PASSWORD in request.form:
        return None
    told = zlib.compress(json.dumps([at.isoformat(), page, fields]).encode())
    kept = sealed.seal_bytes(told, owner, server.settings().secret_key, _PURPOSE)
    if len(kept) > LONGEST:
        raise TooLongError
    _set(kept)
    flash(_("What you typed is kept for an hour. Sign in again, and it stands in the form."), "notice")
    return page


def still_here() -> Response:
    """The page that has what this POST brings, and sends it again from the same window."""
    fields = [one for one in request.form.items(multi=True) if one[0] != _NEVER_KEPT]
    token, files = request.form.get(_NEVER_KEPT, ""), any(one.filename for one in request.files.values())
    page = render_template(
        "staff/typed_long.html", address=address(), fields=fields, token=token, files=files
    )
    return current_app.make_response((page, 401))


def offer(owner: str, at: datetime) -> None:
    """Fill the forms of this page with what `owner` had typed in them, once."""
    kept = request.cookies.get(COOKIE)
    if kept is None or request.method != "GET":
        return
    told = _opened(kept, owner, at)
    if told is None:
        _set("")
    elif unquote(told[0]) == unquote(address()):
        _set("")
        g.typed_before = told[1]


def _opened(kept: str, owner: str, at: datetime) -> tuple[str, ImmutableMultiDict[str, str]] | None:
    """The page and its fields; None if it is old, somebody else's or not ours."""
    told = sealed.opened_bytes(kept, owner, server.settings().secret_key, _PURPOSE)
    if told is None:
        return None
    since, page, fields = json.loads(zlib.decompress(told))
    if at - datetime.fromisoformat(since) > GOOD_FOR:
        return None
    return page, ImmutableMultiDict((name, text) for name, text in fields)


def _page_of_form() -> str | None:
    """The page that can be read again: the form's own address, or the page on which it stood."""
    if request.url_rule is not None and "GET" in (request.url_rule.methods or ()):
        return address()
    page, rules = own_path(request.referrer), current_app.create_url_adapter(request)
    path = unquote(urlsplit(page).path.removeprefix(request.script_root))
    readable = page.startswith(url_for("staff.index")) and rules is not None and rules.test(path, "GET")
    return page if readable else None


def _set(kept: str) -> None:
    @after_this_request
    def answer(response: Response) -> Response:
        response.set_cookie(
            COOKIE,
            kept,
            max_age=GOOD_FOR if kept else 0,
            path=url_for("staff.index"),
            samesite="Lax",
            secure=server.settings().secure,
            httponly=True,
        )
        return response
