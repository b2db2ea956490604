"""The records of a part of a study are computed once, for every page and the report."""

from __future__ import annotations

from analysis.results.filters import Filters, apply
from analysis.results.findings import Findings
from tests.analysis.studies import registry


def test_the_same_part_has_the_same_findings() -> None:
    frames = registry(3, 80)
    part = apply(frames, Filters(sex="female"))
    assert apply(frames, Filters(sex="female")) is part
    assert Findings.of(part, 5) is Findings.of(part, 5)
    assert Findings.of(part, 5).course is Findings.of(part, 5).course


def test_other_filters_and_other_limits_have_findings_of_their_own() -> None:
    frames = registry(3, 80)
    women = apply(frames, Filters(sex="female"))
    assert apply(frames, Filters(sex="male")) is not women
    assert Findings.of(women, 5) is not Findings.of(women, 10)
    assert all(one["suppressed"] is False for one in Findings.of(women, 0).course)
