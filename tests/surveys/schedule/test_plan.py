"""The plans that ship, and the families of treatments that they speak of."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from analysis.data.kinds import FAMILY_OF, KINDS
from surveys.schedule import FAMILIES, PlanError, kinds_of, preset, preset_names, preset_title, window


@pytest.mark.parametrize("name", preset_names())
def test_every_plan_that_ships_can_be_used(name: str) -> None:
    """Keys are unique, something is asked each time, and windows that share an anchor do not overlap."""
    plan = preset(name)
    assert preset_title(name)
    assert len({visit.key for visit in plan}) == len(plan)
    assert all(visit.battery for visit in plan)
    for anchor in {(visit.anchor, visit.treatment) for visit in plan}:
        windows = [
            window(visit, date(2026, 1, 1), nth)
            for visit in plan
            if (visit.anchor, visit.treatment) == anchor
            for nth in range(1, visit.times + 1)
        ]
        assert all(one.closes_on < after.opens_on for one, after in pairwise(windows))


def test_an_unknown_plan_is_refused_with_those_there_are() -> None:
    """The message names them."""
    with pytest.raises(PlanError, match=r"There is no plan called 'trial'\. Choose one of: .*registry"):
        preset("trial")


def test_families_are_those_of_the_analysis() -> None:
    """What a plan anchors at surgery, the analysis counts as surgery."""
    for family, kinds in FAMILIES.items():
        assert set(kinds) == {kind for kind, of in FAMILY_OF.items() if of == family}
        assert kinds_of(family) == kinds
    assert kinds_of("myectomy") == ("myectomy",)
    assert not set(FAMILIES) & set(KINDS)
