"""One TOML file is one instrument: load(path) returns it, or refuses it with every fault.

The front door of the package: the dataclasses of instrument.py and DefinitionError are imported from here.
"""

import tomllib
from collections.abc import Iterator
from datetime import date, time
from functools import lru_cache
from pathlib import Path

from surveys.instruments.checks import check_structure
from surveys.instruments.examples import check_examples
from surveys.instruments.faults import DefinitionError, Fault, Faults
from surveys.instruments.instrument import (
    Alert,
    Answer,
    Choice,
    Citation,
    Example,
    Instrument,
    Item,
    Licence,
    LocaleText,
    Loinc,
    Section,
    SectionText,
    Supply,
    UnknownPart,
    Wording,
    WrongAnswer,
)
from surveys.instruments.parts import read_instrument
from surveys.instruments.scale import (
    Band,
    ChangeThreshold,
    Cutoff,
    LookupRow,
    MissingRule,
    Outline,
    Part,
    Scale,
)
from surveys.instruments.table import TomlTable
from surveys.instruments.wording import check_markup, check_wording

__all__ = [
    "Alert",
    "Answer",
    "Band",
    "ChangeThreshold",
    "Choice",
    "Citation",
    "Cutoff",
    "DefinitionError",
    "Example",
    "Fault",
    "Instrument",
    "Item",
    "Licence",
    "LocaleText",
    "Loinc",
    "LookupRow",
    "MissingRule",
    "Outline",
    "Part",
    "Scale",
    "Section",
    "SectionText",
    "Supply",
    "UnknownPart",
    "Wording",
    "WrongAnswer",
    "load",
]

_SCORED_PARTS = ("sections", "items", "scales", "alerts", "examples")


def load(path: str | Path) -> Instrument:
    """The instrument that a file defines. Raises DefinitionError with all faults of the file."""
    file = str(path)
    try:
        source = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise DefinitionError(
            file, "", f"cannot be read: {error.strerror}.", "Give a TOML file that exists."
        ) from error
    except UnicodeDecodeError as error:
        raise DefinitionError(file, "", f"is not UTF-8: {error.reason}.", "Save it as UTF-8.") from error
    return parse(source, file)


@lru_cache(maxsize=256)
def parse(source: str, file: str) -> Instrument:
    """The same for the text of a file; `file` is the name that faults give. The same text is read once."""
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(file, "", f"is not TOML: {error}.", "Correct the line.") from error
    faults = Faults(file)
    for where in _dates(data):
        faults.add(where, "is a date or a time of day.", "Write it in quotes, as text.")
    if faults.all():
        raise DefinitionError.of(faults.all())
    instrument = read_instrument(data, source, TomlTable(data, "", faults))
    check_markup(data, faults)
    check_structure(instrument, faults)
    check_wording(instrument.wording, instrument.sections, instrument.items, faults)
    if not faults.about(*_SCORED_PARTS):
        check_examples(instrument, faults)
    if faults.all():
        raise DefinitionError.of(faults.all())
    return instrument


def _dates(data: object, where: str = "") -> Iterator[str]:
    """Where a file holds what TOML knows and no definition does."""
    if isinstance(data, date | time):
        yield where
    elif isinstance(data, dict):
        for name, value in data.items():
            yield from _dates(value, f"{where}.{name}" if where else name)
    elif isinstance(data, list):
        for position, value in enumerate(data, start=1):
            yield from _dates(value, f"{where}.{position}")
