"""`/api/v1/…`: tables of a study as JSON or CSV, page by page, for a key. Read only."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import astuple
from functools import wraps

from flask import current_app, request
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from surveys import SOFTWARE
from surveys.exchange.api import openapi, tables
from surveys.exchange.csv_writer import CsvRows
from surveys.exchange.tidy import codebook
from surveys.exchange.tidy.columns import cell
from surveys.exchange.tidy.contents import contents_of
from surveys.store.accounts.keys import Holder
from surveys.views.api.opened import holder_of, note, opened
from surveys.views.web.problems import problem

JSON, CSV = "application/json", "text/csv; charset=utf-8"


class _Problem(Exception):
    """A request without an answer, as RFC 9457 tells it."""

    def __init__(self, status: int, title: str, detail: str = "") -> None:
        super().__init__(title)
        self.status, self.title, self.detail = status, title, detail

    def response(self) -> Response:
        """The problem as JSON."""
        return problem(self.status, self.title, self.detail)


def description() -> Response:
    """Say what there is to read; for everybody."""
    told = openapi.document(current_app.extensions["library"], SOFTWARE)
    return Response(json.dumps(told), content_type=JSON)


def _told(view: Callable[..., Response]) -> Callable[..., Response]:
    @wraps(view)
    def answered(*args: str, **kwargs: str) -> Response:
        try:
            return view(*args, **kwargs)
        except _Problem as problem:
            return problem.response()
        except TooManyRequests:
            return _Problem(429, "More than 600 requests in a minute", "Wait a minute.").response()

    return answered


@_told
def table(study: str, name: str) -> Response:
    """A page of a table, or the codebook."""
    holder = _holder()
    if name != "codebook" and name not in tables.NAMES:
        raise _Problem(404, "No such table", f"Tables are: {', '.join((*tables.NAMES, 'codebook'))}.")
    _refuse_others()
    limit, after = _limit(), request.args.get("after", "")
    as_csv = request.accept_mimetypes.best_match(["application/json", "text/csv"]) == "text/csv"
    with opened(holder) as found:
        if found.study.code != study:
            raise _Problem(404, "The key is not for this study", f"It opens {found.study.code}.")
        note(holder, f"rest {name}")
        contents = contents_of(found.selection, found.library)
        if name == "codebook":
            lines = [
                [cell(value) for value in astuple(one)]
                for one in codebook.lines(contents.tables, contents.asked)
            ]
            content = codebook.content(contents.tables, contents.asked)
            return _csv(codebook.HEADER, lines) if as_csv else _json({"study": study, **content})
        exact = holder.dates == "exact"
        try:
            page = tables.page(found.selection, contents, name, after=after, limit=limit, exact=exact)
        except tables.BadCursor as error:
            raise _Problem(400, "No cursor", str(error)) from None
    names = [column.name for column in page.columns]
    if as_csv:
        answer = _csv(names, [[cell(value) for value in row] for row in page.rows])
        if page.after is not None:
            answer.headers["Link"] = f'<{request.path}?after={page.after}&limit={limit}>; rel="next"'
        return answer
    rows = [dict(zip(names, row, strict=True)) for row in page.rows]
    return _json({"rows": rows, "next": page.after})


def _holder() -> Holder:
    given = request.authorization
    found = holder_of(given.token or "") if given is not None and given.type == "bearer" else None
    if found is None:
        raise _Problem(401, "No key", "Send a key that is live: Authorization: Bearer KEY.")
    return found


def _refuse_others() -> None:
    """A filter that is passed over would give other data than was asked for."""
    others = sorted(request.args.keys() - {"after", "limit"})
    if others:
        raise _Problem(400, "No such parameter", f"Parameters are: after, limit. Not: {', '.join(others)}.")


def _limit() -> int:
    given = request.args.get("limit", str(tables.MOST))
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= tables.MOST):
        raise _Problem(400, "No limit", f"limit is a whole number from 1 to {tables.MOST}.")
    return int(given)


def _json(data: object) -> Response:
    return Response(json.dumps(data, ensure_ascii=False, allow_nan=False), content_type=JSON)


def _csv(header: tuple[str, ...] | list[str], rows: list[list[str]]) -> Response:
    file = io.StringIO(newline="")
    writer = CsvRows(file)
    writer.write(header)
    writer.write_all(rows)
    return Response(file.getvalue(), content_type=CSV)
