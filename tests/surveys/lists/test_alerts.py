"""Alerts: who waits, in which order, what is wrong with the waiting, and whom to call."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from surveys.lists import alerts
from surveys.lists.alerts import AlertRow, Trouble
from surveys.lists.at_once import ask
from surveys.lists.scope import Scope
from surveys.models import Alert, AlertMail, Contact, Host, Patient, Staff, Study, Visit
from tests.surveys.lists.conftest import AT, DUE
from tests.surveys.lists.test_changes import add, score
from tests.surveys.lists.test_patients import add_visit, scope

HOUR = timedelta(hours=1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def visit(session: Session, patient: Patient) -> Visit:
    return add_visit(session, patient)


def put(session: Session, visit: Visit, rule: str = "item9", state: str = "new", **facts: Any) -> Alert:
    """An alert raised at `AT`, taken on at once where its state says that it was."""
    made = Alert(
        **{
            "visit_id": visit.id,
            "instrument": "phq9",
            "rule": rule,
            "raised_at": AT,
            "state": state,
            "acknowledged_at": AT if state not in ("new", "historical") else None,
            **facts,
        }
    )
    session.add(made)
    session.flush()
    return made


def mail(session: Session, alert: Alert, outcome: str | None) -> None:
    """A notice of the alert to a member of staff of its own."""
    number = len(session.new) + 100 + alert.id
    session.add(
        Staff(id=number, email=f"{number}@x.org", password="", fs_uniquifier=str(number), created_at=AT)
    )
    session.flush()
    study_id = session.get_one(Patient, alert.visit.patient_id).study_id
    session.add(
        AlertMail(
            study_id=study_id,
            alert_id=alert.id,
            kind="raised",
            staff_id=number,
            planned_at=AT,
            attempts=0,
            outcome=outcome,
            outcome_at=AT if outcome else None,
        )
    )
    session.flush()


def test_only_what_nobody_took_on_waits(session: Session, visit: Visit, patient: Patient) -> None:
    """Each state is counted apart."""
    for rule, state in (
        ("a", "new"),
        ("b", "new"),
        ("c", "acknowledged"),
        ("d", "closed"),
        ("e", "historical"),
    ):
        put(session, visit, rule, state)
    assert alerts.trouble(session, scope(patient), HOUR, AT).waiting == 2
    assert alerts.counts(session, scope(patient)) == {
        "new": 2,
        "acknowledged": 1,
        "closed": 1,
        "historical": 1,
    }
    put(session, add_visit(session, add(session, "P2", patient, site="North")))
    south = Scope(patient.study_id, "South", DUE)
    assert (alerts.trouble(session, south, HOUR, AT).waiting, alerts.counts(session, south)) == (0, {})


def test_the_scores_of_the_answers_that_were_sent(session: Session, visit: Visit, patient: Patient) -> None:
    """An alert of answers that are not sent yet has none."""
    sent = score(session, patient, date(2026, 3, 1), 3)
    waiting = put(session, visit)
    rows = alerts.page(session, scope(patient), "new", 1)
    assert waiting.id in {row.id for row in rows}
    [(alert, found)] = alerts.sent_answers(session, rows).items()
    assert alert != waiting.id
    assert (found.response_id, found.scores["total"]) == (sent.id, 27)


def test_alerts_may_be_ordered_by_patient_or_rule(session: Session, visit: Visit, patient: Patient) -> None:
    """Within one by the longest wait."""
    other = add_visit(session, add(session, "P0", patient))
    for place, (where, rule) in enumerate(((visit, "b"), (other, "b"), (visit, "a"), (other, "a"))):
        put(session, where, rule).raised_at = AT + timedelta(hours=place)
    session.flush()

    def told(sort: str) -> list[tuple[str, str]]:
        rows = alerts.page(session, scope(patient), "new", 1, sort=sort)
        return [(row.patient, row.rule) for row in rows]

    assert told("raised") == [("P1", "b"), ("P0", "b"), ("P1", "a"), ("P0", "a")]
    assert told("patient") == [("P0", "b"), ("P0", "a"), ("P1", "b"), ("P1", "a")]
    assert told("rule") == [("P1", "a"), ("P0", "a"), ("P1", "b"), ("P0", "b")]


def test_studies_are_counted_apart(session: Session, visit: Visit, patient: Patient) -> None:
    """Within each person's scopes; without a scope nothing is."""
    other = Study(code="S2", title="S2", locales=["en"], who_reads={}, crisis_texts={}, created_at=AT)
    session.add(other)
    session.flush()
    theirs = Patient(study_id=other.id, code="X1", enrolled_on=DUE, status_since=DUE)
    session.add(theirs)
    session.flush()
    for rule in ("a", "b"):
        put(session, visit, rule)
    put(session, visit, "c", "closed")
    put(session, add_visit(session, theirs))
    both = [scope(patient), scope(theirs)]
    assert alerts.waiting_by_study(session, both) == {patient.study_id: 2, other.id: 1}
    assert alerts.waiting_by_study(session, both[:1]) == {patient.study_id: 2}
    assert alerts.waiting_by_study(session, [Scope(other.id, "North", DUE)]) == {}
    assert alerts.waiting_by_study(session, []) == {}


@pytest.mark.parametrize(
    ("outcomes", "unheard"),
    [((), 0), (("sent",), 0), ((None,), 0), (("failed",), 1), (("bounced",), 1), (("unknown",), 1)],
)
def test_a_notice_that_did_not_arrive_is_trouble(
    session: Session, visit: Visit, patient: Patient, outcomes: tuple[str | None, ...], unheard: int
) -> None:
    """Until somebody takes the alert on."""
    alert = put(session, visit)
    for outcome in outcomes:
        mail(session, alert, outcome)
    session.add(Host(name="one", seen_at=AT))
    found = alerts.trouble(session, scope(patient), HOUR, AT)
    assert (found, found.pressing) == (Trouble(1, 0, unheard, AT), bool(unheard))
    alert.state, alert.acknowledged_at = "acknowledged", AT
    session.flush()
    assert not alerts.trouble(session, scope(patient), HOUR, AT).pressing


def test_an_alert_may_wait_so_long_and_no_longer(session: Session, visit: Visit, patient: Patient) -> None:
    """The hour itself is too long."""
    put(session, visit)
    put(session, visit, "other", "acknowledged")
    second = timedelta(seconds=1)
    assert not alerts.trouble(session, scope(patient), HOUR, AT + HOUR - second).pressing
    assert alerts.trouble(session, scope(patient), HOUR, AT + HOUR) == Trouble(1, 1, 0)


def test_the_longest_wait_comes_first(session: Session, visit: Visit, patient: Patient) -> None:
    """What is settled is listed latest first; of one moment in the order in which they came."""
    for rule, hours in (("b", 1), ("c", 2), ("a", 0), ("d", 2)):
        put(session, visit, rule, raised_at=AT + hours * HOUR)
        put(session, visit, f"{rule}-closed", "closed", raised_at=AT + hours * HOUR)
    rules = [row.rule for row in alerts.page(session, scope(patient), "new", 1)]
    assert rules == ["a", "b", "c", "d"]
    closed = ["c-closed", "d-closed", "b-closed", "a-closed"]
    assert [row.rule for row in alerts.page(session, scope(patient), "closed", 1)] == closed
    of_patient = [row.rule for row in ask(session, alerts.of_patient(scope(patient), patient.id))]
    assert of_patient == ["c", "c-closed", "d", "d-closed", "b", "b-closed", "a", "a-closed"]
    second = add_visit(session, patient, "v2")
    tied = [put(session, one, "tied", raised_at=AT - HOUR).id for one in (second, visit)]
    assert [row.id for row in ask(session, alerts.of_patient(scope(patient), patient.id))][-2:] == tied
    pages = [alerts.page(session, scope(patient), "new", number, 3) for number in (1, 2, 3)]
    assert [[row.rule for row in page] for page in pages] == [["tied", "tied", "a"], ["b", "c", "d"], []]


def test_a_row_has_everything_for_the_call(session: Session, visit: Visit, patient: Patient) -> None:
    """And everything that was done, in its own words."""
    patient.birth_year = 1970
    patient.contact = Contact(name="Anna Abel", telephone="0123", born_on=DUE.replace(year=1970), locale="de")
    visit.occurrence = 2
    done = {
        f"{what}_{part}": value
        for what in ("acknowledged", "acted", "closed")
        for part, value in (("at", AT + HOUR), ("by", f"staff:{what}"))
    }
    notes = {"note": "I call.", "acted_note": "Called.", "closed_note": "Done."}
    told = {"first_answer": 1, "last_answer": 3, "source": "web", "score": 12.0, "before": 4.0}
    alert = put(session, visit, state="closed", escalated_at=AT, **done, **notes, **told)
    row = alerts.find(session, scope(patient), alert.id)
    assert row == AlertRow(
        id=alert.id,
        patient="P1",
        visit_id=visit.id,
        visit="v1 2",
        instrument="phq9",
        rule="item9",
        raised_at=AT,
        state="closed",
        escalated_at=AT,
        name="Anna Abel",
        telephone="0123",
        born_on=DUE.replace(year=1970),
        birth_year=1970,
        locale="de",
        **done,
        **notes,
        **told,
    )
    assert row
    assert row.people == ("staff:acknowledged", "staff:acted", "staff:closed")


def test_who_has_no_contact_is_listed_too(session: Session, visit: Visit, patient: Patient) -> None:
    """Within the scope; another site's alert is not found by its number."""
    alert = put(session, visit)
    row = alerts.find(session, scope(patient), alert.id)
    assert row
    assert (row.name, row.telephone) == (None, None)
    south = Scope(patient.study_id, "South", DUE)
    assert alerts.find(session, south, alert.id) is None
    assert ask(session, alerts.of_patient(south, patient.id)) == []
    assert alerts.page(session, south, "new", 1) == []
