"""Worked examples guard a definition: it is refused when one does not come out as written."""

from collections.abc import Callable

import pytest

from surveys.instruments.definition import Fault

FAILURES = {
    "other value": (
        "expected = { total = 5, comfort = 100 }",
        "expected = { total = 4, comfort = 100 }",
        "examples.complete.expected.total",
        "is 4, but the definition gives 5.",
    ),
    "value where there is no score": (
        'expected = { total = 3 }\nunscored = ["comfort"]',
        "expected = { total = 3, comfort = 50 }",
        "examples.one_missing.expected.comfort",
        "is 50, but the definition gives no score.",
    ),
    "no score where there is a value": (
        "expected = { total = 5, comfort = 100 }",
        'expected = { total = 5 }\nunscored = ["comfort"]',
        "examples.complete.expected.comfort",
        "is no score, but the definition gives 100.",
    ),
    "other band": (
        'bands = { total = "high" }',
        'bands = { total = "low" }',
        "examples.complete.bands.total",
        "is 'low', but the definition gives 'high'.",
    ),
    "band of a scale without bands": (
        'bands = { total = "high" }',
        'bands = { total = "high", comfort = "good" }',
        "examples.complete.bands.comfort",
        "gives None",
    ),
    "alert that is not raised": (
        'unscored = ["comfort"]\nwrong',
        'unscored = ["comfort"]\nalerts = ["third"]\nwrong',
        "examples.one_missing.alerts",
        "are ['third'], but these answers raise [].",
    ),
    "alert that is not expected": (
        'alerts = ["third"]\n',
        "",
        "examples.complete.alerts",
        "are [], but these answers raise ['third'].",
    ),
    "wrong value that comes out": (
        'name = "not_reversed", scale = "total", value = 6',
        'name = "not_reversed", scale = "total", value = 3',
        "examples.one_missing.wrong.not_reversed",
        "comes out, which is the known mistake.",
    ),
    "wrong band that comes out": (
        'scale = "total", band = "low"',
        'scale = "total", band = "high"',
        "examples.complete.wrong.band_of_the_mean",
        "comes out, which is the known mistake.",
    ),
    "wrong answer that says nothing": (
        'name = "not_reversed", scale = "total", value = 6',
        'name = "not_reversed", scale = "total"',
        "examples.one_missing.wrong.not_reversed",
        "needs either a value or a band.",
    ),
    "answer outside the choices": (
        "answers = { q1 = 2, q2 = 1, q3 = 2 }",
        "answers = { q1 = 2, q2 = 1, q3 = 7 }",
        "examples.complete.answers",
        "small q3: 7 is not one of the choices 0, 1, 2.",
    ),
    "item that is not there": (
        "answers = { q1 = 2, q2 = 1, q3 = 2 }",
        "answers = { q1 = 2, q2 = 1, q3 = 2, q8 = 1 }",
        "examples.complete.answers",
        "small has no item 'q8'",
    ),
    "item forgotten": (
        "answers = { q1 = 2, q2 = 2 }",
        "answers = { q1 = 2 }",
        "examples.one_missing.answers",
        "says nothing of q2.",
    ),
    "scale forgotten": (
        "expected = { total = 5, comfort = 100 }",
        "expected = { total = 5 }",
        "examples.complete.expected",
        "says nothing of comfort.",
    ),
    "scale that is not there": (
        "expected = { total = 5, comfort = 100 }",
        "expected = { total = 5, comfort = 100, sum = 5 }",
        "examples.complete.expected",
        "names 'sum', which is not a scale.",
    ),
    "alert that is not there": (
        'alerts = ["third"]',
        'alerts = ["third", "fourth"]',
        "examples.complete.alerts",
        "names 'fourth'",
    ),
}


@pytest.mark.parametrize(("old", "new", "where", "problem"), FAILURES.values(), ids=FAILURES)
def test_example_that_fails_is_refused(
    sole_fault: Callable[[str, str], Fault], old: str, new: str, where: str, problem: str
) -> None:
    """The fault names the example and says both values."""
    fault = sole_fault(old, new)
    assert fault.where == where
    assert problem in fault.problem


def test_scale_without_example_is_refused(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """Nobody need trust a scoring that was never worked by hand."""
    from .conftest import SMALL

    examples = SMALL[SMALL.index("[[examples]]") : SMALL.index("[wording]")]
    (fault,) = faults((examples, ""))
    assert (fault.where, fault.problem) == ("examples", "has no example.")


def test_slip_in_the_scoring_is_found_by_the_examples(faults: Callable[..., tuple[Fault, ...]]) -> None:
    """A forgotten reversal leaves the range as it was; only the worked examples notice."""
    found = faults(('reverse = ["q2"]\n', ""))
    assert [fault.where for fault in found] == [
        "examples.one_missing.expected.total",
        "examples.one_missing.wrong.not_reversed",
    ]
