"""The checks on a simulated year of messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from surveys.models import (
    Alert,
    AlertMail,
    Message,
)
from tests.support.year import STUDY_ZONE, WAIT, Truth, local


def check(engine: Engine, truth: Truth, end: datetime) -> dict[str, int]:
    """Prove from the real events that every message was right; returns counts by kind.

    Raises:
        AssertionError: names the message or the alert.
    """
    with Session(engine) as session:
        rows = {row.id: row for row in session.scalars(select(Message))}
        words = list(session.scalars(select(AlertMail)))
        raised = list(session.scalars(select(Alert)))
    taken: dict[int, datetime] = {}
    for at, to, mail in truth.taken:
        kind, number, *_ = mail.reference.split(".")
        if kind != "message":
            assert to in {"first@clinic.example", "deputy@clinic.example"}
            continue
        row = rows[int(number)]
        assert row.id not in taken, f"message {row.id} went twice"
        taken[row.id] = at
        _check_taken(truth, row, at, to)
    for row in rows.values():
        _check_row(truth, row, rows, row.id in taken)
    for alert in raised:
        waited = (alert.acknowledged_at or end) - alert.raised_at
        late = timedelta(hours=10)  # between two rounds of the worker
        assert waited < WAIT + late or alert.escalated_at is not None, f"alert {alert.id} was forgotten"
        if alert.escalated_at is not None:
            assert WAIT <= alert.escalated_at - alert.raised_at < WAIT + late
    told = {(word.alert_id, word.kind) for word in words}
    for alert in raised:
        if alert.acknowledged_at is None:
            assert (alert.id, "raised") in told
        assert alert.escalated_at is None or (alert.id, "escalated") in told
    return {
        "messages": len(rows),
        "taken": len(taken),
        "unknown": sum(row.outcome == "unknown" for row in rows.values()),
        "failed": sum(row.outcome == "failed" for row in rows.values()),
        "alerts": len(raised),
        "escalated": sum(alert.escalated_at is not None for alert in raised),
        "deaths": truth.deaths,
        "refusals": truth.refusals,
    }


def _check_taken(truth: Truth, row: Message, at: datetime, to: str) -> None:
    """Check that each accepted mail was due, at that time, to that address."""
    about = f"message {row.id} ({row.kind} {row.nth}) at {at}"
    person = truth.people[truth.owner[row.visit_id]]
    assert person.status.at(at) == "active", f"{about}: patient is {person.status.at(at)}"
    assert not person.stopped.at(at), f"{about}: messages were stopped"
    assert to == person.address.at(at), f"{about}: wrong address"
    finished = truth.finished.get(row.visit_id)
    assert finished is None or finished > at, f"{about}: answered at {finished}"
    assert truth.study_closed is None or at < truth.study_closed, f"{about}: study closed"
    opens, closes = truth.windows[row.visit_id].at(at)
    assert opens <= local(at, STUDY_ZONE) <= closes, f"{about}: outside {opens} to {closes}"
    hour = at.astimezone(ZoneInfo(person.zone)).hour
    assert 8 <= hour < 20, f"{about}: {hour} o'clock in {person.zone}"
    assert row.outcome in {"sent", "unknown"}, f"{about}: taken, but said to be {row.outcome}"


def _went_shortly_before(row: Message, rows: dict[int, Message], at: datetime) -> bool:
    """Whether another message about the visit may have been read within a day."""
    return any(
        one.visit_id == row.visit_id
        and one.outcome in {"sent", "unknown"}
        and one.outcome_at is not None
        and at - timedelta(days=1) < one.outcome_at <= at
        for one in rows.values()
    )


def _check_row(truth: Truth, row: Message, rows: dict[int, Message], taken: bool) -> None:
    """Check that a message's stored outcome is true, and that no message was lost silently."""
    about = f"message {row.id} ({row.kind} {row.nth}), {row.outcome}, {row.error}"
    person = truth.people[truth.owner[row.visit_id]]
    if row.outcome == "sent":
        assert taken, f"{about}: said to be sent"
    if row.outcome is None:
        assert truth.study_closed is None, f"{about}: the study is closed"
    if row.outcome != "cancelled" or row.outcome_at is None:
        return
    at, finished = row.outcome_at, truth.finished.get(row.visit_id)
    opens, closes = truth.windows[row.visit_id].at(at)
    hindered = bool(person.bad) or "paused" in person.status.values
    reasons = {
        "done": finished is not None and finished <= at,
        "stopped": person.stopped.at(at) or person.status.at(at) in {"left", "died"},
        "study_closed": truth.study_closed is not None and at >= truth.study_closed,
        "closed": local(at, STUDY_ZONE) > closes and (hindered or row.attempts > 0 or row.kind == "reminder"),
        "too_soon": row.kind == "reminder" and _went_shortly_before(row, rows, max(at, row.planned_at)),
        "plan": row.kind == "reminder",
    }
    true = reasons.get(row.error or "", row.error == person.status.at(at))
    assert true, f"{about}: that is not so (open from {opens} to {closes})"
