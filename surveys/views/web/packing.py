"""Pages of figures are sent compressed, where nobody outside can choose a text beside their secret.

A page holds a CSRF token. Whoever can put guesses into the page, and see how long it is when it is packed,
learns the token (BREACH). So a page is packed only if its address holds choices from lists and days, once
each: of these there are too few, and none looks like a part of a token.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request
from wtforms.fields.core import UnboundField

from surveys.forms.dashboard import DashboardForm, FilterField
from surveys.forms.fields import DayField
from surveys.views.web.headers import FIGURE_PAGES

CLOSED = frozenset(
    name
    for name, field in vars(DashboardForm).items()
    if isinstance(field, UnboundField) and field.field_class in (FilterField, DayField)
)


def init_app(app: Flask) -> None:
    """Pack the pages of figures of `app` for browsers that take gzip."""

    @app.after_request
    def pack(response: Response) -> Response:
        if response.status_code == 200 and request.endpoint in FIGURE_PAGES and _is_closed():
            response.vary.add("Accept-Encoding")
            if request.accept_encodings["gzip"] > 0:
                response.set_data(gzip.compress(response.get_data(), 6, mtime=0))
                response.content_encoding = "gzip"
        return response


def _is_closed() -> bool:
    return all(name in CLOSED and len(values) == 1 for name, values in request.args.lists())
