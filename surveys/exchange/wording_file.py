"""A site's own text of an instrument, from TOML, a sheet or a form, checked against the definition.

Pure: bytes in, the instrument in these words out. docs/wordings.md describes them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from analysis.words import words as _
from surveys.exchange.faults import Fault, FileRefused, span, uneven
from surveys.exchange.sheets import cut, reading
from surveys.instruments.faults import Faults
from surveys.instruments.instrument import Instrument, LocaleText, Wording
from surveys.instruments.library import Library, UnknownInstrument
from surveys.instruments.table import TomlTable
from surveys.instruments.wording import check_markup, check_texts, read_texts
from surveys.store.words.versions import UNKNOWN_WORDING
from surveys.typed import holds_hidden_signs

COLUMNS = ("instrument", "version", "name", "locale", "part", "key", "text")
BESIDE = "for_reference"  # the words that are here now, beside the text: read past
WHOSE = ("instrument", "version", "name")
LARGEST_BYTES = 1_000_000
LONGEST_NAME = 64
LONGEST_LOCALE = 16

# Part → where its text belongs in the tables of a language, what its key looks like, and that in words.
_KEY = r"[A-Za-z0-9_-]+"
PARTS: Mapping[str, tuple[str, str, str]] = {
    "title": ("title", "", "empty"),
    "notice": ("notice", "", "empty"),
    "recall": ("sections.{key}.recall", _KEY, _("the section")),
    "instruction": ("sections.{key}.instruction", _KEY, _("the section")),
    "choice": ("sections.{section}.choices.{value}", rf"{_KEY}\.-?[0-9]+", _("section.value, as in main.0")),
    "item": ("items.{key}", _KEY, _("the item")),
}
# Languages of which Windows-1252 has every letter.
WESTERN = frozenset(
    {"ca", "da", "de", "en", "es", "fi", "fr", "is", "it", "nb", "nl", "nn", "no", "pt", "sv"}
)
NOT_WESTERN = _("has letters that this file (in Windows-1252) cannot hold. Save it as .xlsx or as CSV UTF-8.")
MAY_BE_EMPTY = ("notice", "instruction")

Tables = dict[str, Any]
Rows = dict[str, int]


def read(name: str, content: bytes, library: Library) -> Instrument:
    """The instrument that the file `name` names, in the file's words (status `loaded`).

    Raises:
        FileRefused: with every fault of the file.
    """
    if len(content) > LARGEST_BYTES:
        raise FileRefused(
            [
                Fault(
                    _(
                        "The file is larger than %(largest_bytes)s MB.",
                        largest_bytes=LARGEST_BYTES // 1_000_000,
                    )
                )
            ]
        )
    kinds = {".csv": _from_sheet, ".xlsx": _from_sheet, ".toml": _from_toml}
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    if ending not in kinds:
        raise FileRefused([Fault(_("The file's name must end in .toml, .xlsx or .csv."))])
    tables, rows = kinds[ending](content)
    faults = Faults(name)
    instrument = _in_these_words(_stripped(tables), library, faults)
    if faults.all() or instrument is None:
        raise FileRefused([_fault(fault.where, fault.problem, fault.mend, rows) for fault in faults.all()])
    return instrument


def typed(
    instrument: Instrument, name: str, given: Mapping[str, str], library: Library
) -> tuple[Instrument | None, Sequence[Fault]]:
    """The instrument in the texts `given` by language and place (`de.items.q1`), checked as a file's are.

    None if there are faults; the `column` of a fault is the language and place of its text.
    """
    tables: Tables = {"instrument": instrument.key, "version": instrument.version, "name": name}
    for where, text in given.items():
        if text.strip():
            _put(tables, f"texts.{where}", text)
    faults = Faults("form")
    found = _in_these_words(_stripped(tables), library, faults)
    told = [(one.where.removeprefix("texts."), f"{one.problem} {one.mend}") for one in faults.all()]
    return None if told else found, [Fault(said, column=where) for where, said in told]


def place_of(part: str, key: str) -> str:
    """Where the text of a part with this key stands in the tables of a language."""
    section, __, value = key.rpartition(".")
    return PARTS[part][0].format(key=key, section=section, value=value)


def _put(tables: Tables, where: str, text: str) -> None:
    *path, last = where.split(".")
    for step in path:
        tables = tables.setdefault(step, {})
    tables[last] = text


def _in_these_words(tables: Tables, library: Library, faults: Faults) -> Instrument | None:
    """The instrument with the file's wording; None if the file does not name a known instrument."""
    table = TomlTable(tables, "", faults)
    key, version, name = (table.text(field) for field in WHOSE)
    texts = read_texts(table)
    table.refuse_unknown()
    check_markup(tables, faults)
    _check_signs(tables, faults)
    instrument = _known(key, version, library, faults)
    if instrument is None:
        return None
    _check_name(name, instrument, faults)
    if not texts and not faults.about("texts"):
        faults.add("texts", _("has no language."), _("Add the texts of one language at least."))
    for locale in texts:
        if len(locale) > LONGEST_LOCALE:
            faults.add(
                f"texts.{locale}", _("is too long for a language code."), _("Write one such as pt-BR.")
            )
    check_texts("texts", texts, instrument.sections, instrument.items, faults)
    return replace(instrument, wording=Wording(name, "loaded", _in_order(texts)))


def _known(key: str, version: str, library: Library, faults: Faults) -> Instrument | None:
    if faults.at("instrument", "version"):
        return None
    try:
        found = library.get(key, version)
    except UnknownInstrument as error:
        faults.add("instrument" if key not in library else "version", _("is not known."), str(error))
        return None
    if not found.items:
        faults.add(
            "instrument",
            _("is %(key)s, of which only the scoring is known here.", key=key),
            _("Add a definition of your own first: docs/add-an-instrument.md."),
        )
        return None
    return found


def _check_name(name: str, instrument: Instrument, faults: Faults) -> None:
    if faults.at("name"):
        return
    if len(name) > LONGEST_NAME or not name.isprintable():
        faults.add(
            "name",
            _(
                "has more than %(longest_name)s signs, or one that cannot be printed.",
                longest_name=LONGEST_NAME,
            ),
            _("Shorten it."),
        )
    if name in (instrument.wording.name, UNKNOWN_WORDING):
        faults.add(
            "name",
            _("is %(name)s, which means another text already.", name=repr(name)),
            _("Choose a name of your own."),
        )


def _check_signs(tables: Tables, faults: Faults) -> None:
    for where, text in _texts(tables):
        if holds_hidden_signs(text) or "\r" in text:
            faults.add(where, _("holds a control character."), _("Remove it."))


def _in_order(texts: Mapping[str, LocaleText]) -> dict[str, LocaleText]:
    return {locale: texts[locale] for locale in sorted(texts)}


# Reading ------------------------------------------------------------------------------------------------


def _from_toml(content: bytes) -> tuple[Tables, Rows]:
    try:
        return tomllib.loads(content.decode("utf-8-sig")), {}
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise FileRefused([Fault(_("The file is not UTF-8 from here on. Save it as UTF-8."), row)]) from None
    except tomllib.TOMLDecodeError as error:
        raise FileRefused([Fault(_("This is not TOML: %(error)s.", error=error))]) from None


def _from_sheet(content: bytes) -> tuple[Tables, Rows]:
    """The tables as from TOML, and the row of each text."""
    records = cut.verbatim(reading.text(content, None, _fits))
    if not _fits(records):
        said = _("The columns must be, in this order: %(columns)s.", columns=", ".join(COLUMNS))
        raise FileRefused([Fault(said, records[0][0] if records else 1)])
    western = reading.is_western(content)
    faults: list[Fault] = []
    empty: list[int] = []
    tables: Tables = {"texts": {}}
    rows: Rows = {}
    width = _width(records)
    for number, cells in records[1:]:
        # Spreadsheets save empty columns beside the texts too.
        if len(cells) < len(COLUMNS) or any(cells[width:]):
            faults.append(Fault(uneven(len(cells), len(COLUMNS)), number))
            continue
        row = dict(zip(COLUMNS, cells, strict=False))
        if not row["text"] and row["part"] in PARTS and row["part"] not in MAY_BE_EMPTY:
            empty.append(number)
        faults += _same_wording(row, tables, number)
        faults += _place_text(row, tables, rows, number)
        if western and row["locale"].partition("-")[0] not in WESTERN:
            faults.append(Fault(f"{row['locale']!r} {NOT_WESTERN}", number, "locale", row["locale"]))
    if empty:
        told = _(
            "The column text is still empty in row %(span)s. Fill it in and load the sheet again.",
            span=span(empty),
        )
        faults.append(Fault(told))
    if faults:
        raise FileRefused(faults)
    return tables, rows


def _fits(rows: Sequence[cut.Row]) -> bool:
    """Whether a sheet with these rows can be a wording."""
    header = rows[0][1] if rows else []
    return tuple(header[: len(COLUMNS)]) == COLUMNS and not any(header[_width(rows) :])


def _width(rows: Sequence[cut.Row]) -> int:
    """How many columns the sheet's header names."""
    return len(COLUMNS) + (rows[0][1][len(COLUMNS) : len(COLUMNS) + 1] == [BESIDE])


def _same_wording(row: Mapping[str, str], tables: Tables, number: int) -> Iterator[Fault]:
    """One file is one wording: every row names it."""
    for column in WHOSE:
        said = tables.setdefault(column, row[column])
        if not row[column]:
            yield Fault(_("This cell must not be empty."), number, column)
        elif row[column] != said:
            yield Fault(
                _(
                    "This row says %(row)s, but the first says %(said)s. A file holds one wording.",
                    row=repr(row[column]),
                    said=repr(said),
                ),
                number,
                column,
            )


def _place_text(row: Mapping[str, str], tables: Tables, rows: Rows, number: int) -> Iterator[Fault]:
    part, key, text = row["part"], row["key"], row["text"]
    if not re.fullmatch(r"[A-Za-z0-9-]+", row["locale"]):
        yield Fault(
            _("%(row)s is not a language code such as en or pt-BR.", row=repr(row["locale"])),
            number,
            "locale",
        )
        return
    if part not in PARTS:
        yield Fault(
            _("%(part)s is not one of: %(parts)s.", part=repr(part), parts=", ".join(PARTS)), number, "part"
        )
        return
    __, looks, meaning = PARTS[part]
    if not re.fullmatch(looks, key):
        yield Fault(
            _(
                "The key of a %(part)s must be %(meaning)s, but is %(key)s.",
                part=part,
                meaning=meaning,
                key=repr(key),
            ),
            number,
            "key",
        )
        return
    if not text and part in MAY_BE_EMPTY:
        return
    where = f"texts.{row['locale']}.{place_of(part, key)}"
    if where in rows:
        yield Fault(_("This text stands in row %(rows)s already.", rows=rows[where]), number, "key")
        return
    rows[where] = number
    _put(tables, where, text)


def _fault(where: str, problem: str, mend: str, rows: Rows) -> Fault:
    """A fault of the tables as a fault of the file, with its row if it has one."""
    told = f"{where}: {problem} {mend}" if where else f"{problem} {mend}"
    row = rows.get(where) or next((row for place, row in rows.items() if place.startswith(f"{where}.")), None)
    if where in WHOSE and rows:
        return Fault(f"{where} {problem} {mend}", min(rows.values()), where)
    return Fault(told, row, "text" if row else None)


def _stripped(data: Any) -> Any:
    if isinstance(data, str):
        return data.strip()
    if isinstance(data, dict):
        return {name: _stripped(value) for name, value in data.items()}
    return data


def _texts(data: Any, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(data, str):
        yield where, data
    elif isinstance(data, dict):
        for name, value in data.items():
            yield from _texts(value, f"{where}.{name}" if where else name)
