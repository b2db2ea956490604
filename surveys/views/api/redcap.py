"""`POST /api/`: what the clients of REDCap ask, answered from a study. Read only."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from surveys.exchange.api import redcap
from surveys.exchange.api.asked import Asked, NotAnswered
from surveys.exchange.api.redcap import Reader, Reply
from surveys.exchange.redcap.studies import source_of
from surveys.exchange.tidy.contents import contents_of
from surveys.views.api.opened import Opened, holder_of, note, streamed


def ask() -> Response:
    """Answer a request, or refuse it in the format that was asked for."""
    asked = Asked.of(request.form.items(multi=True))
    try:
        holder = holder_of(asked.value("token"))
        if holder is None:
            raise NotAnswered(403, "You do not have permissions to use the API")
        note(holder, f"redcap {asked.value('content')}"[:64])
        return streamed(
            holder, lambda found: redcap.reply(_reader(found), asked), _sent, lambda one: one.pieces
        )
    except NotAnswered as error:
        return _refused(asked, error)
    except TooManyRequests:
        return _refused(asked, NotAnswered(429, "More than 600 requests in a minute. Wait a minute."))


def _reader(found: Opened) -> Reader:
    contents = contents_of(found.selection, found.library)
    source = source_of(found.selection, found.study, contents, found.library)
    return Reader(found.study, source, found.dates, found.holder.email)


def _sent(reply: Reply, pieces: Iterable[str]) -> Response:
    return Response(pieces, content_type=reply.mimetype)


def _refused(asked: Asked, error: NotAnswered) -> Response:
    mimetype, text = redcap.refusal(asked, error)
    return Response(text, status=error.status, content_type=mimetype)
