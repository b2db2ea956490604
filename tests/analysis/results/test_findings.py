"""The records of a part of a study are computed once, for every page and the report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis.figures.course import course_figure
from analysis.figures.view import TOGETHER, View
from analysis.results import models
from analysis.results.course import course, course_change
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


def test_a_model_is_fitted_once_for_all_that_rests_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The course, its change, its sensitivity and its figure ask the same of the same numbers."""
    fitted = []

    def counted(*arrays: Any) -> Any:
        fitted.append(b"".join(b"" if one is None else np.asarray(one).tobytes() for one in arrays))
        return fit(*arrays)

    fit = models.fit
    monkeypatch.setattr(models, "fit", counted)
    frames = registry(3, 151)  # of no other test: nothing of it is kept yet
    found = Findings.of(frames, 5)
    told = found.course, found.course_change, found.sensitivity
    course_figure(frames, "face.total", View(may_open_patients=True, strata=TOGETHER))
    assert all(told)
    assert len(set(fitted)) > 10
    assert len(fitted) == len(set(fitted))


def test_a_model_that_was_kept_has_the_numbers_of_a_new_one() -> None:
    frames = registry(3, 80)
    found = Findings(frames, 5)
    assert found.sensitivity
    assert found.course == course(frames.scored, found.scale_info)
    scales = list(dict.fromkeys(one["scale"] for one in found.course_change))
    new = [one for key in scales for one in course_change(frames.scored, key, found.scale_info[key])]
    assert found.course_change == new
