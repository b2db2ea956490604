"""REDCap's file of events or of designations: the unique names of a project's events."""

from __future__ import annotations

from analysis.words import words as _
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.sheets import cut, reading

NAME = "unique_event_name"


def read(content: bytes) -> tuple[str, ...]:
    """The unique names of the events, in their order, each once.

    Raises:
        FileRefused: it is no such file.
    """
    text, __ = reading.decoded(content)
    rows = list(cut.every_row(text, cut.steady_separator(text)))
    if not rows or NAME not in rows[0][1]:
        raise FileRefused(
            [Fault(_("This is no file of REDCap's events: it has no column %(name)s.", name=NAME))]
        )
    place = rows[0][1].index(NAME)
    return tuple(dict.fromkeys(cells[place] for __, cells in rows[1:] if len(cells) > place))
