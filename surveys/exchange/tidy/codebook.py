"""The meaning of every column and code: lines for a table, and plain data with the scoring. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from surveys.exchange.tidy.columns import TidyTable
from surveys.instruments.instrument import Instrument, Item, LocaleText
from surveys.instruments.notes import formula, missing_sentence

# Words of these statuses may go with the data; a site's own words depend on its licence.
SHOWN = ("verbatim", "working")


@dataclass(frozen=True)
class Leave:
    """The permission to use a wording that the study recorded, and where it is written."""

    holder: str
    reference: str
    publication: str

    def __str__(self) -> str:
        return f"{self.holder}; {self.reference}; {self.publication}"


@dataclass(frozen=True)
class AnsweredInstrument:
    """An instrument in a version and wording that has answers; whether the site's words may be shown too."""

    instrument: Instrument
    wording: str
    status: str
    permission: Leave | None
    site_words: bool = False

    @property
    def text(self) -> LocaleText | None:
        """The words for items and codes, if they may be shown: English before other languages."""
        own = self.instrument.wording
        may_be_shown = self.status in SHOWN or (self.status == "loaded" and self.site_words)
        if own.name != self.wording or not may_be_shown or not own.texts:
            return None
        return own.texts.get("en") or next(iter(own.texts.values()))

    def words(self, item: Item) -> dict[int, str]:
        """The words of the item's choices by value; empty if they may not be shown."""
        chosen = self.text is not None and item.chosen
        return dict(self.text.sections[item.section].choices) if self.text and chosen else {}


@dataclass(frozen=True)
class CodebookLine:
    """One line of codebook.csv, its columns in this order."""

    file: str
    column: str
    type: str
    description: str
    only_with_exact_dates: bool = False
    values: str | None = None
    lowest: float | None = None
    highest: float | None = None
    unit: str | None = None
    direction: str | None = None
    missing_rule: str | None = None
    instrument: str | None = None
    version: str | None = None
    wording: str | None = None
    wording_status: str | None = None
    permission: str | None = None


HEADER = tuple(field.name for field in fields(CodebookLine))


def lines(tables: Sequence[TidyTable], asked: Iterable[AnsweredInstrument]) -> Iterator[CodebookLine]:
    """The columns of every file except items, then items and scales of each version and wording."""
    asked = list(asked)
    items = {f"{one.instrument.key}_{item.key}" for one in asked for item in one.instrument.items}
    for table in tables:
        for column in table.columns:
            if column.name not in items:
                yield CodebookLine(
                    table.file, column.name, column.type, column.words, column.is_date, _listed(column.codes)
                )
    columns = {column.name: column for table in tables for column in table.columns}
    for one in asked:
        instrument = one.instrument
        named: dict[str, Any] = {
            "instrument": instrument.key,
            "version": instrument.version,
            "wording": one.wording,
            "wording_status": one.status,
            "permission": str(one.permission) if one.permission else None,
        }
        for item in instrument.items:
            column = columns[f"{instrument.key}_{item.key}"]
            words = one.words(item)
            yield CodebookLine(
                f"answers_{instrument.key}.csv",
                column.name,
                column.type,
                one.text.items[item.key] if one.text else item.label,
                column.is_date,
                _listed({str(value): words.get(value) for value in instrument.values(item.key)}),
                item.low,
                item.high,
                item.unit,
                **named,
            )
        for scale in instrument.scales:
            yield CodebookLine(
                "scores.csv",
                f"{instrument.key}.{scale.key}",
                "number",
                f"{scale.title}: {formula(instrument, scale)}",
                lowest=scale.low,
                highest=scale.high,
                direction=scale.direction,
                missing_rule=missing_sentence(scale),
                **named,
            )


def _listed(codes: Mapping[str, str | None]) -> str | None:
    """`1=Left;2=Right`; a code without words stands alone."""
    return ";".join(f"{code}={words}" if words else code for code, words in codes.items()) or None


def content(tables: Sequence[TidyTable], asked: Iterable[AnsweredInstrument]) -> dict[str, Any]:
    """The codebook for programs: files with their columns, instruments with items, scoring and leave."""
    return {
        "files": [
            {
                "file": table.file,
                "title": table.title,
                "key": list(table.key),
                "columns": [
                    {
                        "name": column.name,
                        "type": column.type,
                        "description": column.words,
                        "only_with_exact_dates": column.is_date,
                        "values": [{"value": code, "text": words} for code, words in column.codes.items()],
                    }
                    for column in table.columns
                ],
            }
            for table in tables
        ],
        "instruments": [_instrument(one) for one in asked],
    }


def _instrument(one: AnsweredInstrument) -> dict[str, Any]:
    instrument = one.instrument
    return {
        "key": instrument.key,
        "version": instrument.version,
        "title": instrument.title,
        "citation": str(instrument.citation),
        "licence": str(instrument.licence),
        "definition_sha256": instrument.sha256,
        "wording": one.wording,
        "wording_status": one.status,
        "permission": asdict(one.permission) if one.permission else None,
        "items": [
            {
                "key": item.key,
                "number": item.number,
                "content": item.label,
                "text": one.text.items[item.key] if one.text else None,
                "kind": item.kind,
                "optional": item.optional,
                "values": [
                    {"value": value, "text": one.words(item).get(value)}
                    for value in instrument.values(item.key)
                ],
                "lowest": item.low,
                "highest": item.high,
                "unit": item.unit,
                "loinc": item.loinc,
            }
            for item in instrument.items
        ],
        "scales": [
            {
                "key": scale.key,
                "title": scale.title,
                "formula": formula(instrument, scale),
                "items": list(scale.items),
                "reversed": list(scale.reverse),
                "lowest": scale.low,
                "highest": scale.high,
                "direction": scale.direction,
                "missing": asdict(scale.missing),
                "bands": [asdict(band) for band in scale.bands],
                "loinc": scale.loinc,
            }
            for scale in instrument.scales
        ],
    }
