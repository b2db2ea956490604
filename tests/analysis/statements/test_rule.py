"""When a direction is told: clear after adjustment, and nothing known that would explain it otherwise."""

from __future__ import annotations

import pytest

from analysis.statements.rule import TWO_POPULATIONS, Verdict, two_populations, verdict


def record(estimate: float | None, p_adjusted: float | None, reason: str | None = None) -> dict:
    return {"estimate": estimate, "p_adjusted": p_adjusted, "p": p_adjusted, "reason": reason}


@pytest.mark.parametrize(
    ("one", "guard", "told"),
    [
        (record(2.0, 0.049), None, Verdict("higher")),
        (record(-2.0, 0.049), None, Verdict("lower")),
        (record(2.0, 0.05), None, Verdict("none")),
        (record(2.0, 0.05), "a reason", Verdict("none")),
        (record(2.0, 1e-9), "a reason", Verdict("not_told", "a reason")),
        (record(None, None, "nobody"), None, Verdict("not_told", "nobody")),
        (record(2.0, None), None, Verdict("not_told", "it cannot be estimated")),
        (None, None, Verdict("not_told", "it cannot be estimated")),
    ],
)
def test_a_direction_needs_a_clear_test_and_no_guard(one, guard, told) -> None:
    assert verdict(one, guard=guard) == told


def test_p_alone_tells_nothing_where_it_was_adjusted_away() -> None:
    assert verdict({**record(2.0, 0.4), "p": 1e-9}) == Verdict("none")


@pytest.mark.parametrize(
    ("acute", "chronic", "told"),
    [(10, 10, TWO_POPULATIONS), (9, 200, None), (200, 9, None), (None, 200, None)],
)
def test_all_patients_together_are_not_told_of_two_populations(acute, chronic, told) -> None:
    of = {None: {"patients": 210}, "chronic": {"patients": chronic}}
    if acute is not None:
        of["acute"] = {"patients": acute}
    assert two_populations(of, None) == told
    assert two_populations(of, "chronic") is None
