"""What a request may bring: how much, and which signs. It stands before everything that reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from surveys.typed import holds_hidden_signs, with_plain_lines, without_hidden_signs

LARGEST_BODY = 1024 * 1024
LARGEST_LIST = 16 * 1024 * 1024  # of the pages that take a list, a file or a study's texts

View = TypeVar("View", bound=Callable[..., Any])

# They clean the link themselves, and say what to do where it opens nothing.
READ_LINKS = frozenset({"patient.open_link", "invitation.accept"})


def takes_lists(view: View) -> View:
    """Let staff send up to `LARGEST_LIST` bytes to the view, in a file or typed."""
    view.takes_lists = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Look at every request of `app`; before the first guard that reads a form."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.before_request(_allow_lists)
    app.before_request(_take_out_hidden_signs)


def _allow_lists() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_lists", False):
        # The form's own limit is 500 kB whatever the body may hold.
        request.max_content_length = request.max_form_memory_size = LARGEST_LIST


def _take_out_hidden_signs() -> None:
    """Control signs reach no view: PostgreSQL holds no NUL, and no page shows what they are.

    Staff's forms tell where some were, by `g.hidden_signs_in`. An answer of a patient goes on without them.
    """
    parts = (request.view_args or {}).values() if request.endpoint not in READ_LINKS else ()
    if any(isinstance(part, str) and holds_hidden_signs(part) for part in parts):
        abort(404)
    if request.is_json and any(map(holds_hidden_signs, _texts(_told()))):
        abort(400)
    # Cached properties: what is set here is what every view and form reads.
    request.args = _plain(request.args)
    given = request.form
    request.form = _plain(given)
    g.hidden_signs_in = frozenset(
        name for name, text in given.items(multi=True) if holds_hidden_signs(with_plain_lines(text))
    )


def _told() -> object:
    """What the request tells in JSON; nothing where that cannot be read, which is the reader's to say."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def _plain(given: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    fields = given.items(multi=True)
    return ImmutableMultiDict((_plain_text(name), _plain_text(text)) for name, text in fields)


def _plain_text(text: str) -> str:
    return without_hidden_signs(with_plain_lines(text))


def _texts(told: object) -> Iterator[str]:
    """Every text in what JSON told."""
    left = [told]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list):
            left += one
        elif isinstance(one, dict):
            left += [*one, *one.values()]
