"""The doubts of a proposed mapping, answered on a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.tables.mapping import FileMapping, Order


@dataclass(frozen=True)
class Answers:
    """What a person said. `values` has the lines `cell = value` of an instrument: none, if cells are values.

    An instrument that is not in `values` keeps what is proposed, also tables that differ between its items.

    Instruments of `confirmed` were looked at; facts of `taken` come in, others are left out.
    """

    patient: str = ""
    completed_on: str = ""
    visit: str = ""
    occurrence: str = ""
    order: Order | None = None
    timezone: str = ""
    missing: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()


def answered(proposed: FileMapping, said: Answers) -> FileMapping:
    """The proposed mapping with these answers.

    Raises:
        FileRefused: an answer cannot be read.
    """
    faults: list[Fault] = []
    instruments = {}
    for key, one in proposed.instruments.items():
        if key in said.values:
            one = replace(one, values=_table(key, said.values[key], faults) or None)
        instruments[key] = replace(one, confirmed=key in said.confirmed)
    if said.timezone:
        try:
            ZoneInfo(said.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            faults.append(
                Fault(f"{said.timezone!r} is no time zone. Write one such as Europe/Berlin or UTC.")
            )
    if faults:
        raise FileRefused(faults)
    facts = {
        name: replace(fact, confirmed=True) for name, fact in proposed.facts.items() if name in said.taken
    }
    dropped = tuple(fact.column for name, fact in proposed.facts.items() if name not in said.taken)
    visit = proposed.visit
    if visit.constant or not visit.column:
        visit = replace(visit, constant=said.visit, occurrence=said.occurrence or visit.occurrence)
    return replace(
        proposed,
        patient=said.patient,
        completed_on=said.completed_on,
        visit=visit,
        order=said.order,
        timezone=said.timezone,
        missing=said.missing,
        instruments=instruments,
        facts=facts,
        left_out=tuple(dict.fromkeys((*proposed.left_out, *dropped, *_let_go(proposed, said)))),
    )


def reused(before: FileMapping, now: FileMapping) -> FileMapping:
    """The mapping of an earlier file for one with the same columns, of which `now` is proposed.

    What the new file does not prove waits for a person again: it may count its choices from another number.
    """
    instruments = {
        key: replace(
            one, confirmed=one.confirmed and key in now.instruments and now.instruments[key].confirmed
        )
        for key, one in before.instruments.items()
    }
    return replace(before, instruments=instruments)


def _let_go(proposed: FileMapping, said: Answers) -> list[str]:
    """Columns that were proposed for what another now is."""
    pairs = ((proposed.patient, said.patient), (proposed.completed_on, said.completed_on))
    return [before for before, now in pairs if before and before != now]


def lines(values: Mapping[str, int] | None) -> str:
    """A table of values as the lines that `answered` reads."""
    return "\n".join(f"{cell} = {value}" for cell, value in (values or {}).items())


def _table(key: str, said: str, faults: list[Fault]) -> dict[str, int]:
    table = {}
    for line in filter(None, map(str.strip, said.splitlines())):
        cell, equals, value = line.rpartition("=")
        value = value.strip()
        if not equals or not cell.strip() or not value.removeprefix("-").isdecimal() or len(value) > 9:
            faults.append(Fault(f"{key}: {line!r} is not a cell and its value. Write each line as: 1 = 0"))
            continue
        table[cell.strip()] = int(value)
    return table
