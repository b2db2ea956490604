"""Patients enrolled by month and site."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from analysis.data.frame import StudyFrames
from analysis.results.recruitment import recruitment
from tests.analysis.studies import Patient, study

ON = date(2024, 5, 31)


def enrolled(*days: str, **at: tuple[str, ...]) -> StudyFrames:
    """A patient for each day, at the site main or at the named ones."""
    sites = {"main": days, **at}
    each = [(site, day) for site, of_site in sites.items() for day in of_site]
    return study(
        [Patient(f"p{n}", facts={"site": site, "enrolled_on": day}) for n, (site, day) in enumerate(each)]
    )


def told(frames: StudyFrames, under: int = 1, site: str | None = None) -> list[tuple[Any, ...]]:
    found = recruitment(frames, ON, suppress_under=under)
    names = ("since", "month", "enrolled", "in_all")
    return [tuple(one[name] for name in names) for one in found if one["site"] == site]


def test_every_month_from_the_first_to_the_day_of_the_report() -> None:
    """Also those in which nobody came."""
    frames = enrolled("2024-02-29", "2024-02-01", "2024-04-30")
    assert told(frames) == [
        ("2024-02", "2024-02", 2, 2),
        ("2024-03", "2024-03", 0, 2),
        ("2024-04", "2024-04", 1, 3),
        ("2024-05", "2024-05", 0, 3),
    ]


def test_each_site_has_every_month() -> None:
    frames = enrolled("2024-04-02", north=("2024-05-01", "2024-05-02"))
    assert told(frames, site="main") == [("2024-04", "2024-04", 1, 1), ("2024-05", "2024-05", 0, 1)]
    assert told(frames, site="north") == [("2024-04", "2024-04", 0, 0), ("2024-05", "2024-05", 2, 2)]


def test_months_of_few_are_taken_together() -> None:
    """The last ones join the span before."""
    frames = enrolled(*["2024-01-05"] * 3, *["2024-02-05"] * 3, *["2024-04-05"] * 5, "2024-05-05")
    assert told(frames, 5) == [
        ("2024-01", "2024-02", 6, 6),
        ("2024-03", "2024-03", 0, 6),
        ("2024-04", "2024-05", 6, 12),
    ]


def test_few_patients_are_told_of_nowhere() -> None:
    assert recruitment(enrolled("2024-04-05", "2024-05-05"), ON) == []
    two = enrolled(*["2024-04-05"] * 20, small=("2024-05-05",) * 3, other=("2024-05-05",) * 6)
    assert told(two, 5, "small") == []
    assert told(two, 5, "main") == [("2024-04", "2024-04", 20, 20), ("2024-05", "2024-05", 0, 20)]


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 40))])
def test_nobody_is_lost_and_no_count_is_small(seed: int) -> None:
    """Whatever is shown adds up; at all sites less those shown, too."""
    random = np.random.default_rng(seed)
    at: dict[str, list[str]] = {}
    for site, month in zip(random.choice(list("aaabbc"), 50), random.integers(1, 13, 50), strict=True):
        at.setdefault(str(site), []).append(f"2023-{month:02d}-15")
    found = recruitment(enrolled(**{site: tuple(days) for site, days in at.items()}), ON)
    by: dict[str | None, list[int]] = {}
    for one in found:
        by.setdefault(one["site"], []).append(one["enrolled"])
    assert not [count for counts in by.values() for count in counts if 0 < count < 5]
    whole = by.pop(None)
    assert sum(whole) == 50
    shown = [sum(counts) for counts in zip(*by.values(), strict=True)]
    assert not [one for one, rest in zip(whole, shown, strict=True) if 0 < one - rest < 5]
