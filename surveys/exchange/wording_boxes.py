"""The texts that a wording needs, each beside the words that are here now: for a form, and as a sheet.

`wording_file` reads both. The sheet is that of docs/wordings.md with one more column, which it passes over.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.words import words as _
from surveys.exchange.wording_file import BESIDE, COLUMNS, MAY_BE_EMPTY, place_of
from surveys.instruments.instrument import Instrument, LocaleText

SHEET = "Wording"
_TITLES = {
    "title": _("Title"),
    "notice": _("Line that the licence asks for"),
    "recall": _("Recall period"),
    "instruction": _("Instruction"),
    "choice": _("Choice"),
    "item": _("Item"),
}
_WIDTHS = (12, 9, 18, 9, 12, 14, 60, 60)


@dataclass(frozen=True)
class Box:
    """A text of a wording: its part and key as in a sheet, and the words that are here now."""

    part: str
    key: str
    shown: str

    def name(self, locale: str) -> str:
        """Its language and place (`de.items.q1`), by which texts are given."""
        return f"{locale}.{place_of(self.part, self.key)}"

    @property
    def title(self) -> str:
        """What it is, for staff."""
        return f"{_TITLES[self.part]} {self.key}".rstrip()

    @property
    def is_needed(self) -> bool:
        """Whether a wording without it is refused."""
        return self.part not in MAY_BE_EMPTY


def boxes(instrument: Instrument) -> list[Box]:
    """Every text of the instrument, in the order in which a patient reads them."""
    now = next(iter(instrument.wording.texts.values()), None)
    return [Box(part, key, _words(instrument, now, part, key)) for part, key in _parts(instrument)]


def kept_words(instrument: Instrument, locales: Iterable[str]) -> dict[str, str]:
    """The instrument's own words in those of these languages that it has: nobody need type them again.

    Working words are never taken over.
    """
    if instrument.wording.status != "verbatim":
        return {}
    texts = {locale: instrument.wording.texts[locale] for locale in locales if locale in instrument.locales}
    return {
        box.name(locale): _words(instrument, text, box.part, box.key)
        for locale, text in texts.items()
        for box in boxes(instrument)
    }


def rows(
    instrument: Instrument, name: str, locales: Sequence[str], given: Mapping[str, str]
) -> Iterator[tuple[str, ...]]:
    """The rows of the sheet, its header first, with the texts that are given already."""
    yield (*COLUMNS, BESIDE)
    for locale in locales:
        for box in boxes(instrument):
            text = given.get(box.name(locale), "")
            yield instrument.key, instrument.version, name, locale, box.part, box.key, text, box.shown


def as_csv(sheet: Iterable[Sequence[str]]) -> bytes:
    """As spreadsheets open it where they part cells by semicolons."""
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows(sheet)
    return ("\ufeff" + file.getvalue()).encode()


def as_workbook(sheet: Iterable[Sequence[str]]) -> bytes:
    """As a workbook, whose cells are texts."""
    # Here, so that the server starts without it.
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        page, bold = book.add_worksheet(SHEET), book.add_format({"bold": True})
        for place, width in enumerate(_WIDTHS):
            page.set_column(place, place, width, text)
        for number, cells in enumerate(sheet):
            for place, cell in enumerate(cells):
                page.write_string(number, place, cell, text if number else bold)
        page.freeze_panes(1, 0)
    return file.getvalue()


def _parts(instrument: Instrument) -> Iterator[tuple[str, str]]:
    yield "title", ""
    yield "notice", ""
    for section in instrument.sections:
        yield "recall", section.key
        yield "instruction", section.key
        yield from (("choice", f"{section.key}.{choice.value}") for choice in section.choices)
        yield from (("item", item.key) for item in instrument.items if item.section == section.key)


def _words(instrument: Instrument, text: LocaleText | None, part: str, key: str) -> str:
    """The words of a part; of a definition without words only what its items are about."""
    if text is None:
        return instrument.item(key).label if part == "item" else ""
    section, __, value = key.rpartition(".")
    match part:
        case "title":
            return text.title
        case "notice":
            return text.notice or ""
        case "recall":
            return text.sections[key].recall
        case "instruction":
            return text.sections[key].instruction
        case "choice":
            return text.sections[section].choices[int(value)]
    return text.items[key]
