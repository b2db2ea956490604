"""Alerts: raised by answers, kept, acknowledged."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Alert, Event, Visit
from surveys.store.errors import Refused
from surveys.store.visit import alerts
from surveys.store.visit.alerts import Cause
from tests.surveys.store.conftest import AT


class Tell(Protocol):
    """Tells the store of an answer; gives the number of new alerts."""

    def __call__(self, answer: int | None, *, item: str = ..., answered_at: datetime = ...) -> int: ...


@pytest.fixture
def notice(session: Session, library: Library, visit: Visit) -> Tell:
    """Tells of an answer to an item of the PHQ-9."""

    def tell(answer: int | None, *, item: str = "q9", answered_at: datetime = AT) -> int:
        cause = Cause(visit.id, visit.patient_id, library.get("phq9"), item, answer, answered_at)
        return alerts.notice(session, [cause], at=AT, actor="patient")

    return tell


def the_alert(session: Session) -> Alert:
    """The one alert there is, as the database has it."""
    return session.scalars(select(Alert).execution_options(populate_existing=True)).one()


def test_item_nine_above_zero_raises_one_alert(session: Session, notice: Tell) -> None:
    """With its audit event; other items, 0 and a skip raise none."""
    assert [notice(3, item="q1"), notice(0), notice(None)] == [0, 0, 0]
    assert notice(1) == 1
    alert = the_alert(session)
    assert (alert.instrument, alert.rule, alert.state) == ("phq9", "item9", "new")
    assert (alert.first_answer, alert.last_answer, alert.raised_at) == (1, 1, AT)
    session.commit()
    assert session.scalars(select(Event.action).order_by(Event.id.desc())).first() == "alert.raised"


def test_one_cause_is_one_alert_however_often_it_is_saved(session: Session, notice: Tell) -> None:
    """The first answer stays, the last one follows; changing it back neither closes nor hides."""
    assert [notice(1), notice(1), notice(3), notice(0), notice(None)] == [1, 0, 0, 0, 0]
    alert = the_alert(session)
    assert (alert.first_answer, alert.last_answer, alert.state) == (1, None, "new")


def test_the_crisis_text_is_due_again_after_the_answer_is_given_again(
    session: Session, visit: Visit, notice
) -> None:
    """Seen once does not mean seen for the next time."""
    notice(1)
    alerts.crisis_text_seen(session, [the_alert(session).id], at=AT)
    assert the_alert(session).crisis_text_seen_at == AT
    notice(0)
    assert the_alert(session).crisis_text_seen_at == AT
    notice(2)
    assert the_alert(session).crisis_text_seen_at is None


@pytest.mark.parametrize(
    ("age", "state"), [(timedelta(days=14), "new"), (timedelta(days=14, seconds=1), "historical")]
)
def test_old_answers_raise_historical_alerts(
    session: Session, notice: Tell, age: timedelta, state: str
) -> None:
    """More than 14 days: listed, and nobody is called."""
    assert notice(2, answered_at=AT - age) == 1
    assert the_alert(session).state == state


def test_acknowledging_says_who_when_and_what(session: Session, notice: Tell) -> None:
    """Once; an empty note is none."""
    notice(2)
    alert = the_alert(session)
    later = AT + timedelta(hours=2)
    alerts.acknowledge(session, alert.id, at=later, actor="staff:7", note="")
    session.commit()
    alert = the_alert(session)
    assert (alert.state, alert.acknowledged_at, alert.acknowledged_by) == ("acknowledged", later, "staff:7")
    assert alert.note is None
    with pytest.raises(Refused, match="acknowledged already"):
        alerts.acknowledge(session, alert.id, at=later, actor="staff:8", note="me too")


def test_an_acknowledged_alert_stays_so_when_the_answer_comes_again(session: Session, notice: Tell) -> None:
    """The last answer is kept all the same."""
    notice(1)
    alerts.acknowledge(session, the_alert(session).id, at=AT, actor="staff:7", note=None)
    session.flush()
    assert notice(3) == 0
    alert = the_alert(session)
    assert (alert.state, alert.last_answer) == ("acknowledged", 3)


def test_an_alert_goes_its_way_step_by_step(session: Session, notice: Tell) -> None:
    """Taken on, acted on, closed: each once, in this order, with who, when and a note; nothing is skipped."""
    notice(2)
    alert_id = the_alert(session).id
    with pytest.raises(Refused, match="not taken on yet"):
        alerts.act(session, alert_id, at=AT, actor="staff:7", note="called")
    alerts.acknowledge(session, alert_id, at=AT, actor="staff:7", note="I call")
    with pytest.raises(Refused, match="acknowledged: it cannot be closed"):
        alerts.close(session, alert_id, at=AT, actor="staff:7", note=None)
    with pytest.raises(Refused, match="Say what was done"):
        alerts.act(session, alert_id, at=AT, actor="staff:7", note=" ")
    later = AT + timedelta(hours=1)
    alerts.act(session, alert_id, at=later, actor="staff:8", note="Called, safe.")
    with pytest.raises(Refused, match="acted on"):
        alerts.act(session, alert_id, at=later, actor="staff:9", note="again")
    alerts.close(session, alert_id, at=later, actor="staff:9", note=None)
    session.commit()
    alert = the_alert(session)
    assert (alert.state, alert.acted_at, alert.acted_by, alert.acted_note) == (
        "closed",
        later,
        "staff:8",
        "Called, safe.",
    )
    assert (alert.note, alert.closed_by, alert.closed_note) == ("I call", "staff:9", None)
    with pytest.raises(Refused, match="closed"):
        alerts.close(session, alert_id, at=later, actor="staff:9", note=None)
    actions = session.scalars(select(Event.action).where(Event.action.like("alert.%")).order_by(Event.id))
    assert list(actions) == ["alert.raised", "alert.acknowledged", "alert.acted_on", "alert.closed"]
