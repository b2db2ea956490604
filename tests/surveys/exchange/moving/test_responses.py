"""Answers of a package, and its scores."""

from __future__ import annotations

import pytest

from surveys.store.errors import Refused
from tests.support import moved
from tests.support.desk import Desk


def test_each_way_in_which_an_answer_is_missing_is_kept(package: moved.Files, desk: Desk) -> None:
    """Skipped, not reached, and nobody recorded why; and who answered, when, and that it was corrected."""
    moved.take(desk, package)
    assert desk.rows("SELECT DISTINCT not_given FROM response ORDER BY not_given") == [
        ('{"q1": "skipped", "q2": "not_reached"}',),
        ("{}",),
    ]
    assert desk.rows("SELECT DISTINCT source, partial FROM response") == [("web", 0)]
    assert desk.rows("SELECT count(*) FROM response WHERE started_at < submitted_at") == [(7,)]
    [(answers, reason)] = desk.rows("SELECT answers, reason FROM response WHERE reason IS NOT NULL")
    assert '"q1": 0' in answers
    assert reason.startswith("Corrected before it came here")


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("scores.csv", ",total,", ",totals,", "its answers give no such score here"),
        ("scores.csv", "\n0012,", "\n0012,", "lacks"),
        ("answers_long.csv", ",q1,0,", ",q1,9,", "column value: .*9"),
        ("answers_long.csv", ",q1,", ",q77,", "has no such item"),
        ("answers_long.csv", "skipped", "refused", "'refused' is not one of"),
        ("answers_phq9.csv", "0012,baseline,1", "0012,baseline,2", "no such (visit|response)"),
    ],
)
def test_what_does_not_agree_refuses_the_package(
    package: moved.Files, desk: Desk, file: str, before: str, after: str, said: str
) -> None:
    """Scores are computed anew, and compared."""
    if before == after:
        lines = package[file].decode().splitlines(keepends=True)
        found = moved.summed({**package, file: "".join([lines[0], *lines[2:]]).encode()})
    else:
        found = moved.changed(package, file, before, after)
    with pytest.raises(Refused, match=said):
        moved.take(desk, found)
    assert desk.count("patient") == 0
