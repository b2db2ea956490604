"""The columns of a list of patients: what each is called, and what its cells may say."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from analysis.data.kinds import KINDS
from analysis.words import words as _
from surveys import same
from surveys.exchange import cells
from surveys.exchange.cells import CellError
from surveys.exchange.faults import Fault
from surveys.exchange.sheets import days
from surveys.exchange.sheets.cut import Row
from surveys.exchange.sheets.days import Order
from surveys.forms import everyday
from surveys.models.patient import BEGINNINGS, CAUSES, SEXES, SIDES
from surveys.same import NoAddressError
from surveys.store.patient.patients import NewTreatment

Take = Callable[[str, Order | None], Any]

HEADER_WITHIN = 20  # rows in which the header may stand, below a title
EMPTY = ("-", "–", "—")  # what people type into a cell to say that it is empty
CODED: Mapping[str, Collection[str]] = {
    "sex": SEXES,
    "side": SIDES,
    "cause": CAUSES,
    "begin": BEGINNINGS,
    "treatments": KINDS,
}
DATES = ("enrolled_on", "birth_date", "onset_on", "consent_on", "treatments")
BIRTH = ("birth_date", "birth_year")


def _text(longest: int) -> Take:
    def take(cell: str, __: Order | None) -> str:
        if len(cell) > longest or not cell.isprintable():
            raise CellError(_("At most %(longest)s characters, on one line.", longest=longest))
        if said := days.misread(cell):
            raise CellError(f"{cell!r} {said}")
        return cell

    return take


def _number(cell: str, order: Order | None) -> str:
    """A code or number, which spreadsheets like to change."""
    if said := days.damage(cell):
        raise CellError(f"{cell!r} {said}")
    return str(_text(64)(cell, order))


def _day(cell: str, order: Order | None) -> date:
    return _whole(cell, order, "")


def _birth_date(cell: str, order: Order | None) -> date:
    return _whole(cell, order, _(" Use the column birth_year where only that is known."))


def _whole(cell: str, order: Order | None, else_do: str) -> date:
    found = days.partial_date(cell, order)
    if found.precision != "day":
        raise CellError(_("%(cell)s is not a whole date.%(else_do)s", cell=repr(cell), else_do=else_do))
    return found.on


def _email(cell: str, __: Order | None) -> str:
    try:
        return same.email_address(cell)
    except NoAddressError as error:
        raise CellError(str(error)) from None


def _one_of(fact: str, allowed: Collection[str]) -> Callable[[str], str]:
    def take(cell: str) -> str:
        found = everyday.code(fact, cell)
        if found is None:
            listed = ", ".join(allowed)
            raise CellError(
                _(
                    "%(cell)s is not one of: %(listed)s. Everyday words do too, in English or German.",
                    cell=repr(cell),
                    listed=listed,
                )
            )
        return found

    return take


def _coded(fact: str) -> Take:
    take = _one_of(fact, CODED[fact])
    return lambda cell, _: take(cell)


def _treatments(cell: str, order: Order | None) -> tuple[NewTreatment, ...]:
    found = []
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        kind, start = _parted(part)
        started = days.partial_date(start, order) if "@" in part else None
        found.append(NewTreatment(_one_of("treatments", KINDS)(kind), started))
    return tuple(dict.fromkeys(found))


def _parted(treatment: str) -> tuple[str, str]:
    kind, __, start = treatment.partition("@")
    return kind.strip(), start.strip()


COLUMNS: Mapping[str, Take] = {
    "code": _number,
    "site": _text(64),
    "enrolled_on": _day,
    "birth_date": _birth_date,
    "birth_year": lambda cell, _: cells.year(cell),
    "sex": _coded("sex"),
    "side": _coded("side"),
    "cause": _coded("cause"),
    "begin": _coded("begin"),
    "onset_on": days.partial_date,
    "treatments": _treatments,
    "consent_on": _day,
    "consent_reference": _text(200),
    "name": _text(200),
    "given_name": _text(100),
    "family_name": _text(100),
    "hospital_number": _number,
    "email": _email,
    "telephone": _number,
    "mobile": _number,
    "locale": lambda cell, _: everyday.code("locale", cell) or cells.locale(cell),
}


@dataclass(frozen=True)
class Header:
    """The header of a list: by column of ours, where it stands and what the list calls it."""

    row: int
    places: Mapping[str, int]
    names: Mapping[str, str]
    unknown: tuple[str, ...]
    width: int

    def record(self, cells_of_row: Sequence[str]) -> dict[str, str]:
        """The cells of a row by column of ours; where people write that a cell is empty, it is."""
        record = {name: cells_of_row[place] for name, place in self.places.items()}
        return {name: "" if cell in EMPTY else cell for name, cell in record.items()}

    def shown(self, column: str | None) -> str | None:
        """What the list calls the column."""
        return None if column is None else self.names.get(column, column)


def starts(record: Mapping[str, str]) -> list[str]:
    """The texts of a row that are dates."""
    parts = [_parted(part)[1] for part in record.get("treatments", "").split(";")]
    return [*(record.get(name, "") for name in DATES if name != "treatments"), *parts]


def fits(rows: Sequence[Row]) -> bool:
    """Whether a sheet with these rows can be a list of patients."""
    return _known(rows[_place_of_header(rows)][1]) > 1


def header(rows: Sequence[Row]) -> tuple[int, Header, list[Fault]]:
    """The place of the header in `rows`, the header, and its faults. Pure."""
    place = _place_of_header(rows)
    number, called = rows[place] if rows else (1, [])
    while called and not called[-1]:
        called = called[:-1]
    places: dict[str, int] = {}
    unknown: list[str] = []
    faults: list[Fault] = []
    for column, name in enumerate(called):
        meant = _meant(name)
        if name and called.count(name) > 1:
            if called.index(name) == column:
                faults.append(Fault(_("This column stands twice."), number, name))
        elif meant is None or meant in places:
            unknown.append(name or "without a name")
            why = (
                _("It means %(meant)s, as %(called)s does.", meant=meant, called=repr(called[places[meant]]))
                if meant
                else _mend(name)
            )
            faults.append(
                Fault(_("This column is not known. %(why)s", why=why), number, name or "without a name")
            )
        else:
            places[meant] = column
    names = {meant: called[column] for meant, column in places.items()}
    if not set(BIRTH) & {_meant(name) for name in called}:
        said = _("The study has a lowest age: add the column birth_date or birth_year.")
        faults.append(Fault(said, number))
    return place, Header(number, places, names, tuple(unknown), len(called)), faults


def _meant(name: str) -> str | None:
    return name if name in COLUMNS else everyday.code("column", name)


def _known(names: Sequence[str]) -> int:
    return len({_meant(name) for name in names} - {None})


def _place_of_header(rows: Sequence[Row]) -> int:
    """The first row with several known columns; lists often have a title above it."""
    return next((place for place, (__, cut) in enumerate(rows[:HEADER_WITHIN]) if _known(cut) > 1), 0)


def _mend(name: str) -> str:
    near = difflib.get_close_matches(everyday.folded(name), everyday.spellings("column"), n=1, cutoff=0.7)
    if near:
        [meant] = everyday.spellings("column")[near[0]]
        return _("Is it %(name)s?", name=meant)
    return _("The columns are: %(columns)s.", columns=", ".join(COLUMNS))


def name_of(values: Mapping[str, Any]) -> str | None:
    """The name in one, where the list has it in parts."""
    if "family_name" in values or "given_name" in values:
        parts = (values.get("given_name"), values.get("family_name") or values.get("name"))
        return " ".join(part for part in parts if part)
    return values.get("name")
