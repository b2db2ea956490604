"""The limits of a request, before any view reads it: forms only, their size, their time, their signs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, g, request, session
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import (
    ClientDisconnected,
    RequestEntityTooLarge,
    RequestTimeout,
    UnsupportedMediaType,
)

from surveys.same import plain
from surveys.typed import holds_hidden_signs, with_plain_lines, without_hidden_signs
from surveys.views.web.slow_bodies import read_within

LARGEST_OPEN = 64 * 1024  # what patients and strangers send
LARGEST_BODY = 1024 * 1024  # what staff send
LARGEST_LIST = 16 * 1024 * 1024  # for pages that take a list, a file or a study's texts
LONGEST_BODY = 10.0  # seconds until it is here
LONGEST_LIST = 60.0
PIECE = 64 * 1024

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
FILE = "file"  # the name of this field in every form

View = TypeVar("View", bound=Callable[..., Any])

# They clean the link themselves, and say what to do if it does not open.
READ_LINKS = frozenset({"patient.open_link", "invitation.accept"})


def takes_lists(view: View) -> View:
    """Let staff send up to `LARGEST_LIST` bytes to the view, in a file or typed."""
    view.takes_lists = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Check every request of `app`; call it before the first guard that reads a form."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_OPEN
    app.before_request(_receive)
    app.after_request(_read_to_its_end)


def _receive() -> None:
    has_body = bool(request.content_length or "Transfer-Encoding" in request.headers)
    _take_forms(has_body)
    if has_body:
        with read_within(_set_limits()):
            _take_files()
    else:  # most requests: to look for a form takes a library longer than all other checks together
        request.form, request.files = ImmutableMultiDict(), ImmutableMultiDict()
    _take_out_hidden_signs()


def _read_to_its_end(response: Response) -> Response:
    """Read past a body that is too large, as far as a web server in front lets one through.

    The server would else close the connection, on which the one in front may have sent somebody's answer.
    """
    if response.status_code == RequestEntityTooLarge.code and (request.content_length or 0) <= LARGEST_LIST:
        body = request.environ["wsgi.input"]
        with suppress(RequestTimeout, ClientDisconnected, OSError), read_within(LONGEST_BODY):
            while body.read(PIECE):
                pass
    return response


def _take_forms(has_body: bool) -> None:
    """Refuse any other body than a form: libraries would read JSON, where a field may be an object."""
    if (has_body or (request.method == "POST" and request.mimetype)) and request.mimetype not in FORMS:
        raise UnsupportedMediaType


def _set_limits() -> float:
    """Set how large the body may be; returns how many seconds it may take.

    A large one is for staff's pages, and for who signed in once: the sign-in itself is looked at later.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "door", None) is None or "_user_id" not in session:
        return LONGEST_BODY
    if not getattr(view, "takes_lists", False):
        request.max_content_length = LARGEST_BODY
        return LONGEST_BODY
    # The form's own limit is 500 kB, even if the body may be larger.
    request.max_content_length = request.max_form_memory_size = LARGEST_LIST
    return LONGEST_LIST


def _take_files() -> None:
    """Refuse a file in the place of text, because a form would take it for the text."""
    if any(name != FILE for name in request.files):
        abort(400)


def _take_out_hidden_signs() -> None:
    """Take control signs out before any view: PostgreSQL refuses NUL, and pages cannot show them.

    Accents come joined to their letters and spaces as one kind, as most keyboards make them.
    Staff's forms show where they were, by `g.hidden_signs_in`. A patient's text goes on without them.
    """
    parts = (request.view_args or {}).values() if request.endpoint not in READ_LINKS else ()
    if any(isinstance(part, str) and holds_hidden_signs(part) for part in parts):
        abort(404)
    # Cached properties: every view and form reads the value that is set here.
    if request.args:
        request.args = _plain(request.args)
    given = request.form
    request.form = _plain(given)
    g.hidden_signs_in = frozenset(
        name for name, text in given.items(multi=True) if holds_hidden_signs(with_plain_lines(text))
    )


def _plain(given: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    fields = given.items(multi=True)
    return ImmutableMultiDict((_plain_text(name), _plain_text(text)) for name, text in fields)


def _plain_text(text: str) -> str:
    return plain(without_hidden_signs(with_plain_lines(text)))
