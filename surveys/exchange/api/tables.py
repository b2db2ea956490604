"""Tables of a study by pages: a page ends at a row, and the next begins behind it. Pure of HTTP.

The cursor names the last row's patient and how many of that patient's rows were given: rows of others may
come and go between two pages.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from surveys.exchange.redcap.records import codes_of
from surveys.exchange.tidy.columns import Column, TidyTable, cell
from surveys.exchange.tidy.contents import Contents
from surveys.exchange.tidy.queries import Selection

MOST = 1000  # rows of a page
AT_ONCE = 50  # patients read for it
# What may be asked for, and the table that answers it.
NAMES: Mapping[str, str] = {
    "patients": "patients",
    "visits": "visits",
    "scores": "scores",
    "answers": "answers_long",
    "attendance": "attendance",
}


class BadCursor(ValueError):
    """A cursor that no page gave."""


@dataclass(frozen=True)
class Page:
    """Rows of a table, in its columns' order, and the cursor behind the last; None where no row follows."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    after: str | None


def page(selection: Selection, contents: Contents, name: str, *, after: str, limit: int, exact: bool) -> Page:
    """At most `limit` rows of that table behind the cursor `after`; an empty one begins at the first.

    Raises:
        BadCursor: `after` is no cursor.
    """
    table = contents.table(NAMES[name])
    code, given = _read(after)
    rows: list[Sequence[Any]] = []
    last, count = code, given
    for whose, row in _rows(table, selection, code, given):
        if len(rows) == limit:
            return Page(table.columns, rows, _written(last, count))
        count = count + 1 if whose == last else 1
        last = whose
        rows.append([_plain(column, row, exact=exact) for column in table.columns])
    return Page(table.columns, rows, None)


def _rows(table: TidyTable, selection: Selection, code: str, given: int) -> Iterator[tuple[str, Any]]:
    """The rows from that patient on, without the first ones `given` of this patient."""
    patient = table.column("patient")
    codes = [one for one in codes_of(selection) if one.encode() >= code.encode()]
    for start in range(0, len(codes), AT_ONCE):
        some = replace(selection, patients=tuple(codes[start : start + AT_ONCE]))
        for row in table.rows(some):
            whose = patient.of(row)
            if whose == code and given:
                given -= 1
                continue
            yield whose, row


def _plain(column: Column, row: Any, *, exact: bool) -> Any:
    """The value as JSON can hold it; no calendar date unless `exact`."""
    if column.is_date and not exact:
        return None
    value = column.of(row)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if column.type == "string":
        return cell(value) or None
    return value


def _read(cursor: str) -> tuple[str, int]:
    if not cursor:
        return "", 0
    try:
        given, _, code = urlsafe_b64decode(cursor.encode()).decode().partition(":")
        return code, int(given)
    except ValueError:
        raise BadCursor("This is no cursor of ours. Take `next` of the page before.") from None


def _written(code: str, given: int) -> str:
    return urlsafe_b64encode(f"{given}:{code}".encode()).decode()
