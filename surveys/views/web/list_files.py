"""A list of a page, sent as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Response

from surveys.exchange.list_file import KINDS, ListFile
from surveys.views.web import jobs
from surveys.views.web.access import Grant

SIZE = 1000  # rows that are read at once

Ending = Literal["xlsx", "csv"]
Row = TypeVar("Row")


def every(page: Callable[[int], Sequence[Row]]) -> list[Row]:
    """The rows of all pages of `SIZE` rows; `page` reads one by its number."""
    rows: list[Row] = []
    for number in range(1, 1 + 2**31 // SIZE):
        found = page(number)
        rows += found
        if len(found) < SIZE:
            break
    return rows


def by_clock(here: Grant, at: datetime | None) -> datetime | None:
    """An instant by the study's clock, as a spreadsheet has it: without a time zone."""
    return at and at.astimezone(ZoneInfo(here.study.timezone)).replace(tzinfo=None)


def sent(here: Grant, listed: ListFile, name: str, ending: Ending) -> Response:
    """The file, whose name tells study and day; that it was taken is noted."""
    file = f"{here.study.code}-{name}-{here.today.isoformat()}.{ending}"
    jobs.note_download(here, file)
    return Response(
        listed.written(ending),
        content_type=KINDS[ending] + ("; charset=utf-8" if ending == "csv" else ""),
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )
