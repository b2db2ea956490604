"""The handbook of the instruments is what the definitions give, and misses nothing that a reader needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveys.instruments.definition import Instrument, parse
from surveys.instruments.handbook import handbook
from surveys.instruments.library import Library

from .conftest import WIDE

COMMITTED = Path(__file__).parents[3] / "docs/instruments.md"
AGAIN = (
    '.venv/bin/python -c "from surveys.instruments.handbook import handbook; '
    "from surveys.instruments.library import Library; print(handbook(Library.load()), end='')\" "
    "> docs/instruments.md"
)
LIBRARY = Library.load()
each = pytest.mark.parametrize("instrument", LIBRARY, ids=lambda instrument: instrument.key)


def test_committed_handbook_is_the_generated_one() -> None:
    """A changed definition changes the handbook in the same commit."""
    assert COMMITTED.read_text(encoding="utf-8") == handbook(LIBRARY), f"Run: {AGAIN}"


def section(instrument: Instrument) -> str:
    text = handbook(Library([instrument]))
    return text[text.index("## <a id") :]


@each
def test_section_holds_rules_sources_and_licence(instrument: Instrument) -> None:
    """Formula, missing rule, bands, cut-offs, worked examples, licence, wording status and sources."""
    text = section(instrument)
    wanted = [
        instrument.citation.title,
        instrument.licence.statement,
        instrument.licence.source,
        f"**Wording:** {instrument.wording.status}",
        *instrument.traps,
        *instrument.evidence,
        *instrument.references,
        *(item.label for item in instrument.items),
        *(scale.missing.statement for scale in instrument.scales),
        *(band.label for scale in instrument.scales for band in scale.bands),
        *(cutoff.source for scale in instrument.scales for cutoff in scale.cutoffs),
        *(threshold.caveat for threshold in instrument.change_thresholds),
        *(example.name.replace("_", " ") for example in instrument.examples),
        *(instrument.supply.needs if instrument.supply else ()),
    ]
    assert [words for words in wanted if words.replace("|", r"\|") not in text and words not in text] == []


def test_every_kind_of_item_and_scale_is_told() -> None:
    """Ranges, units, several choices, dates, tables, weights and conventional ranges."""
    text = section(parse(WIDE, "wide.toml"))
    for line in (
        "| q5 | Pain | whole number, 0 to 10 |  |",
        "| q6 | Size | number, 0 to 1.5 cm |  |",
        "| q7 | Signs | several of 1, 2, 4 |  |",
        "| q8 | Operated on | date |  |",
        "    balance = (2 × Comfort − Size − 0.5 × T-score − 0.75) / 2",
        "    t = the table's value for sum of 4 items",
        "- **Reversed:** q2 counts 3 − answer",
        "- **Conventional range:** -25 to 0; values outside it are kept and flagged",
        "| 12 | 70 |",
        "| complete | 3 0 3 3 8 1.5 1+4 2024-02-29 4 |",
    ):
        assert line in text


def test_tables_are_not_broken_by_a_bar() -> None:
    """A title may hold the sign that separates cells."""
    assert r"[FACE-Q Paralysis](#face_q_paralysis)" in handbook(LIBRARY)
    rows = [line for line in handbook(LIBRARY).splitlines() if line.startswith("| ")]
    assert all(len(row.replace(r"\|", "").split("|")) >= 4 for row in rows)
