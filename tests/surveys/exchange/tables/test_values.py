"""What cells mean. Numbers 1 to 4 for 0 to 3 must never be taken for ours."""

from __future__ import annotations

from collections import Counter

import pytest

from surveys.catalogues import read_in
from surveys.exchange.tables import recognising, values
from surveys.exchange.tables.table import Column
from surveys.exchange.tables.values import Proposal, Seen
from tests.support.tables import KNOWN, OPTIONS, QUESTIONS

FOUND = recognising.found([Column(f"v{number}", text) for number, text in enumerate(QUESTIONS, 1)], KNOWN)[0]
BY_ONE = {"1": 0, "2": 1, "3": 2, "4": 3}
OURS = dict(zip("0123", OPTIONS, strict=True))


def proposed(cells: dict[str, int], choices: dict[str, str] | None = None) -> Proposal:
    """Of item 1, whose column alone has these cells; the other columns have the first of them."""
    first = dict.fromkeys(list(cells)[:1], 1)
    seen = {
        item: Seen(Column(name, choices=choices or {}), Counter(cells if item == "q1" else first))
        for item, name in FOUND.columns.items()
    }
    return values.proposed(FOUND, seen)["q1"]


def test_our_numbers_with_our_texts_are_certain() -> None:
    """Also where nobody chose the last, and where other missing codes stand beside."""
    assert proposed({"0": 1, "3": 2}, OURS) == Proposal(None, True)


OVER = {1: "1 value of v1 is 4; PHQ-9 goes to 3", 2: "2 values of v1 are 4; PHQ-9 goes to 3"}


@pytest.mark.parametrize("cells", [{"1": 5, "4": 2}, {"2": 3, "3": 1, "4": 1}])
def test_numbers_from_one_are_proposed_and_never_certain(cells: dict[str, int]) -> None:
    """The sentence says what is too high, and asks."""
    found = proposed(cells)
    assert (found.values, found.certain) == (BY_ONE, False)
    assert OVER[cells["4"]] in found.doubts[0]
    assert "subtract 1?" in found.doubts[0]


def test_numbers_from_one_of_which_nobody_chose_the_last() -> None:
    """They could be ours: it is asked, with the table to write."""
    found = proposed({"1": 2, "3": 1})
    assert not found.certain
    assert "No cell of PHQ-9 is 0" in found.doubts[0]
    assert '{ "1" = 0, "2" = 1, "3" = 2, "4" = 3 }' in found.doubts[0]


def test_numbers_without_texts_are_never_certain() -> None:
    """They may be the other way round."""
    assert proposed({"0": 2, "3": 1}).certain is False


def test_labels_that_are_ours_under_other_numbers() -> None:
    """Proved by texts, and still to be confirmed, because it changes numbers; also the other way round."""
    found = proposed({"1": 1}, dict(zip("1234", OPTIONS, strict=True)))
    assert (found.values, found.certain) == (BY_ONE, False)
    assert "‘1’ is labelled ‘Not at all’" in found.doubts[0]
    turned = proposed({"1": 1}, dict(zip("0123", OPTIONS[::-1], strict=True)))
    assert (turned.values, turned.certain) == ({"0": 3, "1": 2, "2": 1, "3": 0}, False)


def test_one_other_option_is_another_version() -> None:
    """Equal numbers, one text differs: never accepted. A German reader is told in German."""
    other = OURS | {"2": "About half the time"}
    found = proposed({"1": 1}, other)
    assert (found.values, found.certain) == (None, False)
    assert "‘About half the time’ for ‘More than half the days’" in found.doubts[0]
    with read_in("de"):
        [told] = proposed({"1": 1}, other).doubts
        assert "„About half the time“ statt „More than half the days“" in str(told)


def test_another_language_and_another_number_of_choices() -> None:
    """The numbers are proposed as they stand, or nothing is."""
    german = dict(zip("0123", ("Gar nicht", "Manchmal", "Oft", "Immer"), strict=True))
    assert proposed({"1": 1}, german).values is None
    assert proposed({"1": 1}, german).certain is False
    shifted = proposed({"1": 1}, dict(zip("1234", german.values(), strict=True)))
    assert (shifted.values, shifted.certain) == (BY_ONE, False)
    assert proposed({"1": 1}, german | {"4": "Weiß nicht"}).values == {}


def test_texts_are_certain_and_codes_are_asked() -> None:
    """Texts of ours, in any spelling; A1 is the first as it is shown."""
    found = proposed({"Not at all": 2, "several days": 1})
    assert found.certain
    assert found.values is not None
    assert (found.values["several days"], found.values["Nearly every day"]) == (1, 3)
    coded = proposed({"A1": 1, "A3": 1})
    assert (coded.values, coded.certain) == ({"A1": 0, "A2": 1, "A3": 2, "A4": 3}, False)
    assert proposed({"A0": 1, "A3": 1}).values == {"A0": 0, "A1": 1, "A2": 2, "A3": 3}


def test_what_nobody_knows_has_no_values() -> None:
    """An empty table: the import asks for each cell."""
    for cells in ({"ja": 1}, {"0": 1, "7": 1}, {"A9": 1}):
        assert proposed(cells).values == {}, cells
    assert values.code("2.0") == values.code("2") == "2"
