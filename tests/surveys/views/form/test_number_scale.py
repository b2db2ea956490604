"""Which answers are a scale of numbers, and that nothing of a label is lost in its cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.views.form.number_scale import number_scale


def scale(*labels: str) -> dict[int, str]:
    """The labels of choices with the values 1 to n."""
    return dict(enumerate(labels, start=1))


BARE = [str(number) for number in range(11)]


@pytest.mark.parametrize(
    ("labels", "explained"),
    [
        (BARE, ()),
        (["0 – not at all", *BARE[1:10], "10 – as much as I can think of"], (0, 10)),
        (["0: none", *BARE[1:5], "5 (half)", *BARE[6:10], "10 = all"], (0, 5, 10)),
        ([str(number) for number in range(-5, 6)], ()),
        (["−4", "−3", "−2", "−1", "0", "+1", "+2", "+3"], ()),
        ([*BARE[:7], "7 or more"], (7,)),
        ([str(number) for number in range(0, 101, 10)], ()),
        (list("٠١٢٣٤٥٦٧٨٩"), ()),
        (["０", *BARE[1:]], ()),
        (list(reversed(BARE)), ()),
    ],
)
def test_scales_of_numbers(labels: list[str], explained: tuple[int, ...]) -> None:
    """Numbers of up to three signs, of any script, a few with words."""
    found = number_scale(scale(*labels))
    assert found is not None
    assert found.explained == tuple(labels[place] for place in explained)


@pytest.mark.parametrize(
    "labels",
    [
        BARE[:7],
        [*BARE[:10], "ten"],
        [f"{number} days" for number in range(8)],
        [f"{number} %" for number in range(0, 100, 10)],
        [f"{number}.5" for number in range(10)],
        [f"{number}½" for number in range(10)],
        [str(number) for number in range(1000, 1010)],
        [*BARE, "Not applicable"],
        [*BARE[:10], "9"],
        [*BARE[:10], ""],
        [],
    ],
)
def test_other_answers(labels: list[str]) -> None:
    """Few answers, words, shares, fractions, years: those stay in rows."""
    assert number_scale(scale(*labels)) is None


WORDS = st.sampled_from(["", "", "", " – none", ": all", " (half)", ".5", " %", " or more", "½"])
LABELS = st.builds(lambda number, words: f" {number}{words} ", st.integers(-20, 120), WORDS)


@given(st.lists(LABELS, max_size=12) | st.lists(st.text(max_size=12), max_size=14))
def test_no_label_is_cut(labels: list[str]) -> None:
    """A cell's number and words are its label, but for the space around it; no two show one number."""
    choices = scale(*labels)
    found = number_scale(choices)
    if found is not None:
        assert {value: cell.number + cell.words for value, cell in found.cells.items()} == {
            value: label.strip() for value, label in choices.items()
        }
        assert len({cell.number for cell in found.cells.values()}) == len(choices)
