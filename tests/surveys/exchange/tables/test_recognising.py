"""Which of our instruments a table holds."""

from __future__ import annotations

from surveys.exchange.tables import recognising
from surveys.exchange.tables.table import Column
from tests.support.tables import KNOWN, LIBRARY, QUESTIONS, TEXT

DIFFICULTY = TEXT.items["q10"]


def found(*columns: Column) -> dict[str, list[str]]:
    """The columns of each instrument."""
    return {one.instrument.key: list(one.columns.values()) for one in recognising.found(columns, KNOWN)}


def asked(texts: list[str], form: str = "") -> list[Column]:
    """Columns without a telling name."""
    return [Column(f"v{number}", text, form=form) for number, text in enumerate(texts)]


def test_nine_items_are_one_and_eight_another() -> None:
    """They differ by item 9 alone; with the difficulty item in its place it is the shorter one."""
    assert list(found(*asked(QUESTIONS))) == ["phq9"]
    assert list(found(*asked(QUESTIONS[:8]))) == ["phq8"]
    assert list(found(*asked([*QUESTIONS[:8], DIFFICULTY]))) == ["phq8"]
    assert len(found(*asked([*QUESTIONS, DIFFICULTY]))["phq9"]) == 10
    assert list(found(*asked(QUESTIONS[:2]))) == ["phq2"]


def test_every_instrument_of_ours_is_found_by_its_own_texts() -> None:
    """Each alone, in any order of columns; nothing else is."""
    for one in KNOWN:
        if not one.texts or len(recognising.scored(one.instrument)) < recognising.FEWEST:
            continue
        texts = list(one.texts[0].items.values())
        assert list(found(*asked(texts[::-1])))[:1] == [one.instrument.key]


def test_names_alone_are_evidence_if_all_numbers_are_there() -> None:
    """A translated form; one number left out, and it is not found."""
    for pattern in ("phq_{}", "PHQ9[SQ00{}]", "phq9-phq9_q{}", "phq9_{}", "mood/phq9_item{}", "PHQ9Q{}"):
        columns = [Column(pattern.format(number), "Wie oft?") for number in range(1, 10)]
        assert list(found(*columns)) == ["phq9"], pattern
        assert "phq9" not in found(*columns[:4], *columns[5:]), pattern
    by = recognising.found([Column(f"phq_{number}") for number in range(1, 10)], KNOWN)[0].by
    assert set(by.values()) == {"name"}


def test_forms_are_looked_at_one_by_one_and_a_forms_name_says_nothing() -> None:
    """Two forms may ask the same; totals and identity are no items."""
    twice = recognising.found([*asked(QUESTIONS, "a"), *asked(QUESTIONS, "b")], KNOWN)
    assert [one.instrument.key for one in twice] == ["phq9", "phq9"]
    assert found(Column("x", "Anything", form="phq9"), Column("y", "Else", form="phq9")) == {}
    assert found(*[Column(f"phq_{number}", computed=True) for number in range(1, 10)]) == {}


def test_what_lacks_is_told() -> None:
    """Seven of nine are still that instrument."""
    one = recognising.found(asked([*QUESTIONS[:6], QUESTIONS[8]]), KNOWN)[0]
    assert one.instrument is LIBRARY.get("phq9")
    assert [item.key for item in one.lacking] == ["q7", "q8"]
