"""What the columns of a table mean: which are items of an instrument, which is the patient, which the day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from analysis.data.gradings import HOUSE_BRACKMANN

Order = Literal["ymd", "dmy", "mdy"]
ORDERS: tuple[Order, ...] = get_args(Order)
FACTS = ("birth_year", "onset_on", "sex", "side", "cause", HOUSE_BRACKMANN)
DECIMALS = (".", ",")
OF_TREATMENT = ("kind_column", "product", "dose", "unit", "side")
BY_ORDER = "order"
"""The occurrence of a visit is counted: the first of the patient's rows is 1, by their days."""


@dataclass(frozen=True)
class InstrumentColumns:
    """The columns of an instrument's items, and what their cells mean.

    `values` is the value of each cell; None: the cells are our values. `values_of` has the tables of items
    that differ. Where `completed_on` is empty the table's own column counts. `partial` has the cells that
    mean: not sent. `confirmed`: a person looked at it.
    """

    items: Mapping[str, str]
    values: Mapping[str, int] | None = None
    values_of: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    completed_on: str = ""
    partial: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    confirmed: bool = False

    def table_of(self, item: str) -> Mapping[str, int] | None:
        """The values of an item's cells; None where they are ours."""
        return self.values_of.get(item, self.values)


@dataclass(frozen=True)
class FactColumn:
    """The column of a fact about the patient, or of a grade; `values` has our word for each cell."""

    column: str
    values: Mapping[str, str] = field(default_factory=dict)
    confirmed: bool = False


@dataclass(frozen=True)
class TreatmentColumns:
    """The columns of treatments: each row with a cell in `started_on` tells of one.

    All are of one `kind`, or `kinds` has ours for each cell of `kind_column`. `products` and `sides` have the
    words for cells; without `products` the cells of `product` are the words. The dose is counted in `unit`.
    """

    started_on: str
    kind: str = ""
    kind_column: str = ""
    kinds: Mapping[str, str] = field(default_factory=dict)
    product: str = ""
    products: Mapping[str, str] = field(default_factory=dict)
    dose: str = ""
    unit: str = ""
    side: str = ""
    sides: Mapping[str, str] = field(default_factory=dict)
    confirmed: bool = False

    def columns(self) -> Iterator[tuple[str, str]]:
        """Each of its columns, with what it is."""
        own = {
            "started_on": self.started_on,
            "kind_column": self.kind_column,
            "product": self.product,
            "dose": self.dose,
            "side": self.side,
        }
        yield from ((name, column) for name, column in own.items() if column)


@dataclass(frozen=True)
class VisitColumn:
    """The visit of a row: `constant`, or the cells of `column`, by other `names` where there are any.

    `occurrence` is a column of numbers, or `BY_ORDER`; empty: each visit is the only one of its name.
    """

    constant: str = ""
    column: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    occurrence: str = ""


@dataclass(frozen=True)
class FileMapping:
    """A whole mapping. Cells of `skip_where` leave a row out, those of `partial_where` make it unsent.

    `otherwise_on` is the day of rows whose `completed_on` is empty. `timezone` is that of times of day
    without one; where it is empty, the calendar day alone counts. `missing` are cells that are no answer,
    `skipped` those of them that were skipped on purpose. `decimal` is the sign before decimals: a comma is
    read where the mapping says so alone. `treatments` are by the name of their form. Columns of `left_out`
    are known, and not imported. Of a REDCap project it has the `forms` that the data have, where some are
    missing, and whether cells are `labels`.
    """

    patient: str = ""
    completed_on: str = ""
    otherwise_on: str = ""
    locale: str = ""
    program: str = ""
    encoding: str = ""
    separator: str = ""
    header_rows: int | None = None
    sheet: str = ""
    skip_where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    partial_where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    visit: VisitColumn = field(default_factory=VisitColumn)
    order: Order | None = None
    timezone: str = ""
    missing: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    instruments: Mapping[str, InstrumentColumns] = field(default_factory=dict)
    facts: Mapping[str, FactColumn] = field(default_factory=dict)
    treatments: Mapping[str, TreatmentColumns] = field(default_factory=dict)
    decimal: str = ""
    left_out: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    labels: bool = False

    def named(self) -> Iterator[tuple[str, str]]:
        """Every place of the mapping that names a column, and the column."""
        own = {
            "columns.patient": self.patient,
            "columns.completed_on": self.completed_on,
            "columns.otherwise_on": self.otherwise_on,
            "columns.locale": self.locale,
            "visit.column": self.visit.column,
            "visit.occurrence": "" if self.visit.occurrence == BY_ORDER else self.visit.occurrence,
        }
        yield from ((place, column) for place, column in own.items() if column)
        for place, cells in (
            ("file.skip_where", self.skip_where),
            ("file.partial_where", self.partial_where),
        ):
            yield from ((place, column) for column in cells)
        for key, one in self.instruments.items():
            yield from ((f"instruments.{key}.items.{item}", column) for item, column in one.items.items())
            if one.completed_on:
                yield f"instruments.{key}.completed_on", one.completed_on
            yield from ((f"instruments.{key}.partial", column) for column in one.partial)
        yield from ((f"facts.{name}.column", fact.column) for name, fact in self.facts.items())
        for name, treatment in self.treatments.items():
            yield from ((f"treatments.{name}.{part}", column) for part, column in treatment.columns())

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """The parts that nobody has confirmed, as the mapping names them."""
        parts: Mapping[str, Mapping[str, InstrumentColumns | FactColumn | TreatmentColumns]] = {
            "instruments": self.instruments,
            "facts": self.facts,
            "treatments": self.treatments,
        }
        return tuple(
            f"{place}.{name}"
            for place, named in parts.items()
            for name, part in named.items()
            if not part.confirmed
        )
