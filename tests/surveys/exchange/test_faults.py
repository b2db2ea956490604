"""Faults of a file: each with its place, the first of them listed."""

from __future__ import annotations

import pytest

from surveys.exchange.faults import LISTED, Fault, FaultGroup, FileRefused
from surveys.store.errors import Refused


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("It is empty."), "It is empty."),
        (Fault("It is empty.", 3), "row 3: It is empty."),
        (Fault("It is empty.", 3, "side"), "row 3, column side: It is empty."),
        (Fault("It is empty.", column="side"), "column side: It is empty."),
    ],
)
def test_a_fault_says_where(fault: Fault, said: str) -> None:
    assert str(fault) == said


def test_faults_are_told_in_the_order_of_rows() -> None:
    """What is about the whole file comes first; of one row in the order found."""
    faults = [Fault("c", 3), Fault("b", 2, "x"), Fault("a", 2, "y"), Fault("whole")]
    refused = FileRefused(faults)
    assert str(refused).splitlines() == ["whole", "row 2, column x: b", "row 2, column y: a", "row 3: c"]
    assert refused.faults == (faults[3], faults[1], faults[2], faults[0])


def test_the_first_are_listed_and_the_others_counted() -> None:
    faults = [Fault("wrong", row) for row in range(2, LISTED + 2)]
    assert len(str(FileRefused(faults)).splitlines()) == LISTED
    lines = str(FileRefused([*faults, Fault("wrong", 99), Fault("wrong", 100)])).splitlines()
    assert (len(lines), lines[-1]) == (LISTED + 1, "… and 2 more faults.")


def test_a_refused_file_is_a_refusal() -> None:
    """Pages show it as they show any other."""
    assert isinstance(FileRefused([Fault("wrong")]), Refused)


def test_the_same_fault_of_a_column_is_one_line() -> None:
    """With the rows in short, and what each cell says where they differ."""
    odd = [Fault("'x' is not one of: a.", row, "sex", "x") for row in (2, 3, 4, 9)]
    other = Fault("'y' is not one of: a.", 5, "sex", "y")
    refused = FileRefused([Fault("Too long."), *odd, Fault("Taken.", 3, "code"), Fault("Taken.", 2, "code")])
    assert refused.groups == (
        FaultGroup("", None, "Too long."),
        FaultGroup("2–4, 9", "sex", "'x' is not one of: a."),
        FaultGroup("2–3", "code", "Taken."),
    )
    [both] = FileRefused([*odd, other]).groups
    assert both == FaultGroup("2–5, 9", "sex", "'x' (row 2–4, 9), 'y' (row 5): is not one of: a.")
    [many] = FileRefused([Fault(f"'{n}' is odd.", n, "a", str(n)) for n in range(2, 40)]).groups
    assert many.problem.endswith("'11' (row 11) and 28 others: is odd.")
