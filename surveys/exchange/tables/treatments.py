"""Treatments in a table: one in each row that has its day. Proposed by form, and always to be confirmed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from analysis.data.kinds import ALL_KINDS, INJECTED, KINDS
from analysis.words import words as _
from surveys import typed
from surveys.exchange import cells, import_file
from surveys.exchange.cells import CellError
from surveys.exchange.tables import days, words
from surveys.exchange.tables.mapping import FileMapping, TreatmentColumns
from surveys.exchange.tables.table import Column
from surveys.exchange.tables.values import code
from surveys.models.patient import SIDES
from surveys.store.patient.patients import NewTreatment

T = TypeVar("T")
UNIT = "U"  # in which botulinum toxin is counted
LONGEST_PRODUCT = 200
_TOXIN = re.compile(r"botox|botulin|\btoxin|dysport|xeomin|\binj(?:ection|ected)?s?\b", re.IGNORECASE)
_TREATMENT = re.compile(r"treatment|therap|surgery|operation|procedure|behandlung|eingriff", re.IGNORECASE)
_STARTED = re.compile(r"(?:^|_)(?:started_on|start|begin|date|on|day)$")
_PARTS = {
    "product": re.compile(r"product|brand|prepar|präparat", re.IGNORECASE),
    "dose": re.compile(r"dose|dosis|units|einheiten", re.IGNORECASE),
    "side": re.compile(r"\bside|_side|seite", re.IGNORECASE),
    "kind": re.compile(r"kind|type|art\b|which", re.IGNORECASE),
}


@dataclass(frozen=True)
class ProposedTreatment:
    """The columns of a form's treatments, and sentences about what must be looked at."""

    mapping: TreatmentColumns
    doubts: tuple[str, ...]


def proposed(
    repeated: Iterable[str], days_of: Mapping[str, Sequence[str]], left: Iterable[Column]
) -> dict[str, ProposedTreatment]:
    """The treatments that `repeated` forms seem to hold, by form. `days_of` has the days' columns of each."""
    columns: dict[str, list[Column]] = {}
    for column in left:
        columns.setdefault(column.form, []).append(column)
    found = {}
    for form in repeated:
        own = [column for column in columns.get(form, ()) if not column.identity]
        starts = [one for one in days_of.get(form, ()) if any(column.name == one for column in own)]
        starts += [column.name for column in own if _STARTED.search(column.name)]
        text = [form, *(f"{column.name} {column.label}" for column in own)]
        if starts and are_told_by(text):
            found[form] = _form(form, own, starts[0], " ".join(map(_said, text)))
    return found


def are_told_by(text: Iterable[str]) -> bool:
    """Whether names and questions of a form tell of treatments."""
    said = " ".join(map(_said, text))
    return bool(_TOXIN.search(said) or _TREATMENT.search(said))


def _said(name: str) -> str:
    return name.replace("_", " ")


def _form(form: str, own: Sequence[Column], start: str, text: str) -> ProposedTreatment:
    said: list[str] = [
        _(
            "Each row of %(form)s is proposed as a treatment that began on %(column)s. Is it?",
            form=form,
            column=start,
        )
    ]
    parts: dict[str, Column] = {}
    for column in own:
        for part, pattern in _PARTS.items():
            if column.name != start and part not in parts and pattern.search(_said(column.name)):
                parts[part] = column
                break
    kind = INJECTED if _TOXIN.search(text) else ""
    kinds = _meant(parts["kind"], _kinds()) if "kind" in parts else {}
    if kinds:
        kind = ""
    else:
        parts.pop("kind", None)
        said.append(
            _("It is taken for %(kind)s. Is it?", kind=kind)
            if kind
            else _(
                'Say of which kind it is: [treatments.%(form)s] kind = "…", one of %(kinds)s.',
                form=form,
                kinds=", ".join(KINDS),
            )
        )
    dose = parts["dose"].name if "dose" in parts else ""
    if dose:
        said.append(_("%(column)s is taken for the dose, in %(unit)s. Is it?", column=dose, unit=UNIT))
    return ProposedTreatment(
        TreatmentColumns(
            started_on=start,
            kind=kind,
            kind_column=parts["kind"].name if "kind" in parts else "",
            product=parts["product"].name if "product" in parts else "",
            dose=dose,
            unit=UNIT if dose else "",
            side=parts["side"].name if "side" in parts else "",
            kinds=kinds,
            products=_labels(parts["product"]) if "product" in parts else {},
            sides=_meant(parts["side"], {side: side for side in SIDES}) if "side" in parts else {},
        ),
        tuple(said),
    )


def _kinds() -> dict[str, str]:
    return {words.bare(name): kind.key for kind in ALL_KINDS for name in (kind.key, str(kind.words))}


def _labels(column: Column) -> dict[str, str]:
    return {code(key): label for key, label in column.choices.items()}


def _meant(column: Column, known: Mapping[str, str]) -> dict[str, str]:
    """Our word for each code, where the text of its choice is one of ours."""
    return {
        code(key): known[words.bare(label)]
        for key, label in column.choices.items()
        if words.bare(label) in known
    }


@dataclass
class Readings:
    """Reads the treatments of rows; what is wrong with a cell is told by its column."""

    mapping: FileMapping
    is_missing: Callable[[str, str], bool]
    faults: list[tuple[str, str]] = field(default_factory=list)

    def of_row(self, row: Mapping[str, str]) -> tuple[NewTreatment, ...]:
        """The treatments of one row, of which `row` has the cells by column."""
        return tuple(self._each(row))

    def told(self) -> list[tuple[str, str]]:
        """The columns and what is wrong with their cells, since it was last asked."""
        told, self.faults = self.faults, []
        return told

    def _each(self, row: Mapping[str, str]) -> Iterator[NewTreatment]:
        for form, one in self.mapping.treatments.items():
            started = self._cell(row, one.started_on)
            if not started:
                continue
            kind = one.kind or self._word(form, row, one.kind_column, one.kinds, "kinds")
            on = self._tried(one.started_on, started, self._day)
            dose = self._tried(one.dose, self._cell(row, one.dose), self._dose)
            product = self._word(form, row, one.product, one.products, "products", free=True)
            side = self._word(form, row, one.side, one.sides, "sides")
            if kind and on:
                yield NewTreatment(
                    kind,
                    cells.partial_date(on),
                    product=product or None,
                    dose=dose,
                    unit=one.unit if dose is not None else None,
                    side=side or None,
                )

    def _cell(self, row: Mapping[str, str], column: str) -> str:
        cell = row[column] if column else ""
        return "" if not cell or self.is_missing(column, cell) else cell

    def _word(
        self,
        form: str,
        row: Mapping[str, str],
        column: str,
        meant: Mapping[str, str],
        name: str,
        *,
        free: bool = False,
    ) -> str:
        """Our word for a cell; a `free` one is its own where no table is given."""
        cell = self._cell(row, column)
        found = meant.get(cell) or meant.get(code(cell)) or (cell if free and not meant else "")
        if cell and not found:
            said = _(
                "%(cell)s has no meaning in the mapping. Add it: [%(place)s] %(name)s = …",
                cell=repr(cell),
                place=f"treatments.{form}",
                name=name,
            )
            self.faults.append((column, said))
        if free and (fault := typed.formula_fault(found, _("A product"))):
            self.faults.append((column, fault))
        return found[:LONGEST_PRODUCT]

    def _tried(self, column: str, cell: str, read: Callable[[str], T]) -> T | None:
        try:
            return read(cell) if cell else None
        except (CellError, typed.NoNumberError) as error:
            self.faults.append((column, str(error)))
            return None

    def _day(self, cell: str) -> str:
        known = import_file.is_partial_date(cell)
        return cell if known else days.written(cell, self.mapping.order, "")[:10]

    def _dose(self, cell: str) -> float:
        value = typed.number(cell)
        if value <= 0:
            raise CellError(_("The dose must be above 0."))
        return value
