"""The doubts of a proposed mapping, answered on a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analysis.words import words as _
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.tables.mapping import FileMapping, Order


@dataclass(frozen=True)
class Answers:
    """What a person said. `values` has the lines `cell = value` of an instrument: none, if cells are values.

    An instrument that is not in `values` keeps what is proposed, also tables that differ between its items.

    Instruments of `confirmed` were looked at, those of `dropped` stay outside. Facts of `taken` come in,
    others are left out; so do the treatments of `kinds`: each has its kind, or nothing where the rows say it.
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
    dropped: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    kinds: Mapping[str, str] = field(default_factory=dict)
    decimal: str = ""


def answered(proposed: FileMapping, said: Answers) -> FileMapping:
    """The proposed mapping with these answers.

    Raises:
        FileRefused: an answer cannot be read.
    """
    faults: list[Fault] = []
    instruments = {}
    for key, one in proposed.instruments.items():
        if key in said.dropped:
            continue
        if key in said.values:
            one = replace(one, values=_table(key, said.values[key], faults) or None)
        instruments[key] = replace(one, confirmed=key in said.confirmed)
    if said.timezone:
        try:
            ZoneInfo(said.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            faults.append(
                Fault(
                    _(
                        "%(timezone)s is no time zone. Write one such as Europe/Berlin or UTC.",
                        timezone=repr(said.timezone),
                    )
                )
            )
    if faults:
        raise FileRefused(faults)
    facts = {
        name: replace(fact, confirmed=True) for name, fact in proposed.facts.items() if name in said.taken
    }
    given = {
        name: replace(one, kind=said.kinds[name], confirmed=True)
        for name, one in proposed.treatments.items()
        if name in said.kinds
    }
    visit = proposed.visit
    if visit.constant or not visit.column:
        visit = replace(visit, constant=said.visit, occurrence=said.occurrence or visit.occurrence)
    meant = replace(
        proposed,
        patient=said.patient,
        completed_on=said.completed_on,
        visit=visit,
        order=said.order,
        timezone=said.timezone,
        missing=said.missing,
        instruments=instruments,
        facts=facts,
        treatments=given,
        decimal=said.decimal,
    )
    used = {column for _, column in meant.named()}
    let_go = (column for _, column in proposed.named() if column not in used)
    return replace(meant, left_out=tuple(dict.fromkeys((*proposed.left_out, *let_go))))


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


def lines(values: Mapping[str, int] | None) -> str:
    """A table of values as the lines that `answered` reads."""
    return "\n".join(f"{cell} = {value}" for cell, value in (values or {}).items())


def _table(key: str, said: str, faults: list[Fault]) -> dict[str, int]:
    table: dict[str, int] = {}
    for line in filter(None, map(str.strip, said.splitlines())):
        cell, equals, value = line.rpartition("=")
        value = value.strip()
        if not equals or not cell.strip() or not value.removeprefix("-").isdecimal() or len(value) > 9:
            faults.append(
                Fault(
                    _(
                        "%(key)s: %(line)s is not a cell and its value. Write each line as: 1 = 0",
                        key=key,
                        line=repr(line),
                    )
                )
            )
            continue
        before = table.setdefault(cell.strip(), int(value))
        if before != int(value):
            faults.append(
                Fault(
                    _(
                        "%(key)s: %(cell)s stands twice, as %(one)s and as %(other)s.",
                        key=key,
                        cell=cell.strip(),
                        one=before,
                        other=int(value),
                    )
                )
            )
    return table
