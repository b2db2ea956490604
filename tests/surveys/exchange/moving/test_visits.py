"""Visits of a package need the plan and the questionnaires that they are of."""

from __future__ import annotations

import pytest

from surveys.store.errors import Refused
from tests.support import moved
from tests.support.desk import Desk


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("0012,baseline", "0012,week_2", "The plan of the study has no timepoint week_2"),
        ("face;phq9;saq", "face;moods", "the questionnaire moods, whose definition is not here"),
        (",month_3,1,true", ",=1+1,1,false", "A visit's name cannot begin with ="),
        (",month_3,1,true", ",month_3,x,true", "column occurrence: 'x' is not a whole number"),
    ],
)
def test_what_the_study_lacks_is_told(
    package: moved.Files, desk: Desk, before: str, after: str, said: str
) -> None:
    """Once, with what to do."""
    with pytest.raises(Refused, match=said):
        moved.take(desk, moved.changed(package, "visits.csv", before, after))


def test_windows_are_kept(package: moved.Files, desk: Desk) -> None:
    """As they were laid where they come from, not anew."""
    moved.take(desk, package)
    package = package["visits.csv"].decode().splitlines()
    stored = desk.rows(
        "SELECT code, name, occurrence, opens_on, due_on, closes_on FROM visit JOIN patient "
        "ON patient.id = patient_id ORDER BY code, due_on, name, occurrence"
    )
    assert len(stored) == len(package) - 1
    for (code, name, occurrence, *days), line in zip(stored, package[1:], strict=True):
        assert line.startswith(f"{code},{name},{occurrence},")
        assert line.endswith(",".join(map(str, days)))
