"""One month's alerts: what was raised, how long it waited, what became of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from surveys.lists import alert_report
from surveys.lists.alert_report import Report, ReportedCause
from surveys.lists.scope import Scope
from surveys.models import Patient, Visit
from tests.surveys.lists.conftest import DUE
from tests.surveys.lists.test_alerts import put
from tests.surveys.lists.test_changes import add
from tests.surveys.lists.test_patients import add_visit, scope

MARCH = date(2026, 3, 1)
HOUR = timedelta(hours=1)
BERLIN = "Europe/Berlin"
# In Berlin March 2026 begins at 23:00 UTC and ends, in summer time, at 22:00 UTC.
BEGINS = datetime(2026, 2, 28, 23, tzinfo=UTC)
ENDS = datetime(2026, 3, 31, 22, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def visit(session: Session, patient: Patient) -> Visit:
    return add_visit(session, patient)


def test_a_month_is_one_of_the_studys_clock(session: Session, visit: Visit, patient: Patient) -> None:
    for rule, at in (("a", BEGINS - SECOND), ("b", BEGINS), ("c", ENDS - SECOND), ("d", ENDS)):
        put(session, visit, rule, raised_at=at)
    report = alert_report.of_month(session, scope(patient), MARCH, BERLIN)
    assert [cause.rule for cause in report.causes] == ["b", "c"]


def test_a_month_without_an_alert_has_nothing_to_tell(session: Session, patient: Patient) -> None:
    empty = Report(0, 0, (), 0, None, None, 0, 0, 0, 0)
    assert alert_report.of_month(session, scope(patient), MARCH, BERLIN) == empty


def test_what_became_of_a_months_alerts(session: Session, visit: Visit, patient: Patient) -> None:
    """Those of old answers are counted, and nothing else is said of them."""
    second = add_visit(session, patient, "v2")
    at = datetime(2026, 3, 10, 9, tzinfo=UTC)
    for one, rule, state, waited, facts in (
        (visit, "item9", "acknowledged", 1, {}),
        (second, "item9", "acted_on", 2, {"acted_at": at, "escalated_at": at}),
        (visit, "worse", "closed", 9, {"closed_at": at}),
        (second, "worse", "new", None, {"escalated_at": at}),
        (visit, "old", "historical", 30, {"escalated_at": at, "acted_at": at}),
    ):
        taken = at + waited * HOUR if waited is not None else None
        put(session, one, rule, state, raised_at=at, acknowledged_at=taken, **facts)
    put(session, add_visit(session, add(session, "P2", patient, site="North")), raised_at=at)
    assert alert_report.of_month(session, scope(patient), MARCH, BERLIN).raised == 5
    report = alert_report.of_month(session, Scope(patient.study_id, "North", DUE), MARCH, BERLIN)
    assert (report.raised, report.waiting) == (1, 1)
    patient.site = "South"
    session.flush()
    report = alert_report.of_month(session, Scope(patient.study_id, "South", DUE), MARCH, BERLIN)
    assert report == Report(
        raised=4,
        historical=1,
        causes=(ReportedCause("phq9", "item9", 2), ReportedCause("phq9", "worse", 2)),
        taken_on=3,
        median_wait=2 * HOUR,
        longest_wait=9 * HOUR,
        escalated=2,
        acted_on=1,
        closed=1,
        waiting=1,
    )


@pytest.mark.parametrize(
    ("first", "months"),
    [
        (datetime(2026, 3, 10, tzinfo=UTC), ["2026-03"]),
        (BEGINS, ["2026-03"]),
        (BEGINS - SECOND, ["2026-03", "2026-02"]),
        (datetime(2025, 12, 31, 22, tzinfo=UTC), ["2026-03", "2026-02", "2026-01", "2025-12"]),
        (ENDS, []),
    ],
)
def test_months_go_back_to_the_first_alert(
    session: Session, visit: Visit, patient: Patient, first: datetime, months: list[str]
) -> None:
    """By the study's clock, latest first."""
    put(session, visit, raised_at=first)
    found = alert_report.months(session, scope(patient), BERLIN)
    assert found == [date.fromisoformat(f"{month}-01") for month in months]
    assert alert_report.months(session, Scope(patient.study_id, "North", DUE), BERLIN) == []


def test_without_an_alert_there_is_no_month(session: Session, patient: Patient) -> None:
    assert alert_report.months(session, scope(patient), BERLIN) == []
