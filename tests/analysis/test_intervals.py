"""Intervals hold and tests are silent where nothing is: a hundred samples each of what costs little.

At length, and all of it: `python -m tests.proofs.intervals`, which writes the table of the documentation.
"""

from dataclasses import replace

import pytest

from tests.analysis.nothing import SLOPES
from tests.proofs.cases import cases
from tests.proofs.drawn import Case, Drawn
from tests.proofs.intervals import BEGIN, DOCUMENT, END, WITHIN, rate, tasks

RUNS = 100
CHEAP = ("mean", "difference of means", "before and after", "share", "Spearman", "Pearson", "Kruskal", "Dunn")


@pytest.mark.parametrize("what", CHEAP)
def test_what_costs_little_holds(what):
    found = [rate(case, RUNS) for case in cases() if case.what.startswith(what)]
    assert found
    assert [fault for one in found for fault in one.faults] == []


def test_the_documentation_has_a_row_of_each():
    table = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    lacking = [case for case in cases() if f"| {case.what} | {case.on} | {case.runs} |" not in table]
    assert lacking == []


def test_what_is_seldom_there_is_a_fault():
    seldom = Case(
        "thing", "of ten", lambda random: Drawn(0, 1, 0.5) if random.random() < 0.5 else None, wide=True
    )
    [fault] = rate(seldom, 200).faults
    assert "thing, of ten: has a value in" in fault
    assert rate(replace(seldom, answers=0.3), 200).faults == []


def test_every_sample_is_drawn_once():
    """No case shares its place with studies of nothing: 0 and 0.0 are one key."""
    parts = tasks()
    assert len(set(parts)) == len(parts)
    samples = sum(many for __, (__, many) in parts)
    assert samples == sum(case.runs for case in cases()) + len(SLOPES) * len(WITHIN)
