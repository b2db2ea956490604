"""Facts of patients in a table: proposed by name and by what the cells say, and always to be confirmed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analysis.data.gradings import HOUSE_BRACKMANN
from analysis.words import words as _
from surveys import same
from surveys.exchange.cells import CellError
from surveys.exchange.tables import words
from surveys.exchange.tables.mapping import FactColumn
from surveys.exchange.tables.table import Column, Table
from surveys.exchange.tables.values import code
from surveys.models.patient import CAUSES

_NAMES = {
    "sex": r"sex|gender|geschlecht",
    "birth_year": r"birth_?year|year_?of_?birth|geburtsjahr|yob|dob|date_?of_?birth|birth_?date|geburtsdatum",
    "onset_on": r"onset(_?(on|date))?|date_?of_?onset|palsy_?onset|beginn",
    "side": r"(palsy_?|affected_?)?side|seite",
    "cause": r"cause|aetiology|etiology|ursache",
    HOUSE_BRACKMANN: r"house_?brackmann|hb(_?grade)?",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "sex": {
        **dict.fromkeys(("f", "female", "w", "weiblich", "woman", "frau"), "female"),
        **dict.fromkeys(("m", "male", "männlich", "man", "mann"), "male"),
        **dict.fromkeys(("other", "divers", "diverse", "nonbinary", "x", "d"), "other"),
        **dict.fromkeys(("unknown", "notsaid", "nottold", "unbekannt", "u"), "unknown"),
    },
    "side": {
        **dict.fromkeys(("l", "left", "links"), "left"),
        **dict.fromkeys(("r", "right", "rechts"), "right"),
        **dict.fromkeys(("both", "bilateral", "beidseits", "beide", "b"), "both"),
        **dict.fromkeys(("unknown", "unbekannt", "u"), "unknown"),
    },
    "cause": {
        **{cause.replace("_", ""): cause for cause in CAUSES},
        **dict.fromkeys(("bell", "bells", "bellspalsy", "idiopathic"), "bells_palsy"),
    },
    HOUSE_BRACKMANN: {
        roman: str(number)
        for number, romans in enumerate(("i", "ii", "iii", "iv", "v", "vi"), start=1)
        for roman in (romans, str(number), f"grade{romans}", f"grad{romans}")
    },
}


@dataclass(frozen=True)
class ProposedFact:
    """A fact's column, and sentences about what must be looked at."""

    mapping: FactColumn
    doubts: tuple[str, ...]


def proposed(table: Table, columns: Sequence[Column]) -> dict[str, ProposedFact]:
    """The facts that these columns seem to hold, each once."""
    found: dict[str, ProposedFact] = {}
    for name, pattern in _NAMES.items():
        for column in columns:
            if re.fullmatch(pattern, same.folded(column.name).replace(" ", "_").replace("-", "_")):
                found[name] = _fact(table, name, column)
                break
    return found


def is_fact(name: str) -> bool:
    """Whether a column of this name is proposed as a fact."""
    folded = same.folded(name).replace(" ", "_").replace("-", "_")
    return any(re.fullmatch(pattern, folded) for pattern in _NAMES.values())


def _fact(table: Table, name: str, column: Column) -> ProposedFact:
    said = [_("%(name)s is proposed as %(name_2)s. Is it?", name=column.name, name_2=name)]
    if name not in _WORDS:
        if name == "birth_year":
            said.append(_("Of a date of birth the year alone is kept; day and month are dropped at once."))
        return ProposedFact(FactColumn(column.name), tuple(said))
    known = _WORDS[name]
    texts = {code(key): text for key, text in column.choices.items()}
    texts |= {code(cell): texts.get(code(cell), cell) for cell in table.counted(column.name)}
    meant = {cell: known.get(words.bare(text)) for cell, text in texts.items() if cell not in column.missing}
    strange = [cell for cell, word in meant.items() if word is None]
    if strange:
        said.append(
            _(
                "%(name)s has %(listed)s: write what it means (values = …).",
                name=column.name,
                listed=", ".join(strange[:5]),
            )
        )
    told = {cell: word for cell, word in meant.items() if word is not None}
    return ProposedFact(FactColumn(column.name, told), tuple(said))


def birth_year(cell: str) -> str:
    """The year of a birth; of a whole date nothing else is kept.

    Raises:
        CellError: the cell has no year of four digits.
    """
    years = re.findall(r"(?<![0-9])[0-9]{4}(?![0-9])", cell)
    if len(years) != 1:
        raise CellError(_("%(cell)s has no year of birth in four digits.", cell=repr(cell)))
    return str(years[0])


def days(found: Mapping[str, ProposedFact]) -> Iterable[str]:
    """The columns of facts that are days."""
    return [found["onset_on"].mapping.column] if "onset_on" in found else []
