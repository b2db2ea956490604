"""The last score, its change, and what the change means."""

from __future__ import annotations

import pytest
from sqlalchemy import Double, cast, literal, null, select
from sqlalchemy.orm import Session

from analysis.data.change import judge
from surveys.instruments.change import threshold_of
from surveys.lists.own.scores import fields, judged
from surveys.views.clinic import display
from tests.surveys.lists.own.conftest import AT, LIBRARY, Shown, codes, scored

pytestmark = pytest.mark.database


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def database_url(request: pytest.FixtureRequest) -> str:
    """SQL that must say what Python says."""
    return str(request.getfixturevalue(request.param))


def test_the_database_judges_a_change_as_python_does(session: Session) -> None:
    """At, below and above the threshold, to either side, for either direction, and with a score missing."""
    values = (None, 0.0, 0.1, 0.3, 10.0, 17.2, 20.0, 21.000000001, 20.999999, 99.5)
    cases = [
        (before, after, direction, threshold)
        for before in values
        for after in values
        for direction in ("higher_better", "higher_worse")
        for threshold in (0.2, 7.2, 20.0)
    ]
    said = [
        judged(*(cast(null() if one is None else literal(one), Double) for one in pair), direction, threshold)
        for *pair, direction, threshold in cases
    ]
    told = [session.execute(select(*said[at : at + 100])).one() for at in range(0, len(said), 100)]
    assert [word for row in told for word in row] == [judge(*case) for case in cases]


def test_a_change_is_from_the_score_before(session: Session, shown: Shown) -> None:
    """Scores without a value and answers that no longer stand are passed over."""
    saq = threshold_of(LIBRARY.get("saq"), "total")
    assert saq is not None
    scored(session, "A", "saq", "total", 30, 30 + saq.value)
    scored(session, "B", "saq", "total", 50, None, 49)
    scored(session, "C", "saq", "total", 40)
    *_before, annulled = scored(session, "D", "saq", "total", 80, 60, 90)
    annulled.annulled_at = AT
    key = "saq.total"
    page = shown(["code", f"last.{key}", f"change.{key}", f"verdict.{key}"])
    assert [[cell.value for cell in row.cells][1:] for row in page.rows] == [
        [30 + saq.value, pytest.approx(saq.value), "worse"],
        [49, -1, "same"],
        [40, None, "unknown"],
        [60, -20, "better" if saq.value <= 20 else "same"],
    ]
    assert codes(shown(["code"], (f"change.{key}", "above", ["0"]))) == "A"
    assert codes(shown(["code"], (f"verdict.{key}", "is", ["worse", "unknown"]))) == "AC"
    assert codes(shown(["code"], sort=f"last.{key}", down=True)) == "DBAC" if saq.value < 19 else True


def test_only_a_published_threshold_judges() -> None:
    """A scale without one has its last score and change alone."""
    made = fields(LIBRARY, display.scale_name)
    found = {one.key: str(one.label) for one in made}
    assert found["change.face.total"].startswith("FaCE Total: change (")
    judged_ones = {
        f"verdict.{one.key}.{scale.key}"
        for one in LIBRARY
        for scale in one.scales
        if threshold_of(one, scale.key)
    }
    assert {key for key in found if key.startswith("verdict.")} == judged_ones
    assert "last.face.total" in found
