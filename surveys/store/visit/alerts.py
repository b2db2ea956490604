"""Alerts: raised when an answer is saved, acknowledged and closed by staff, never deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.instruments.definition import Instrument
from surveys.instruments.scoring import alerts_raised
from surveys.models import Alert, Visit
from surveys.models.dialects import insert_once
from surveys.store import audit
from surveys.store.errors import Refused

HISTORICAL_AFTER = timedelta(days=14)
SKIPPED = "_skipped"  # after a rule's name: its question was skipped


@dataclass(frozen=True)
class Cause:
    """An answer that a rule may apply to."""

    visit_id: int
    patient_id: int
    instrument: Instrument
    item: str
    answer: float | None
    answered_at: datetime
    source: str = "web"


def notice(session: Session, causes: Iterable[Cause], *, at: datetime, actor: str) -> int:
    """Raise the alerts of these answers, and store the latest answer in existing alerts.

    There is one alert per visit, instrument and rule, however often the answer is saved. To change an answer
    back neither closes nor hides it. Answers older than `HISTORICAL_AFTER` are listed as historical and
    notify no one. Returns how many alerts are new.
    """
    new = 0
    for cause in causes:
        raised = (
            set() if cause.answer is None else set(alerts_raised(cause.instrument, cause.item, cause.answer))
        )
        for rule in cause.instrument.alerts:
            if rule.item != cause.item:
                continue
            where = (
                Alert.visit_id == cause.visit_id,
                Alert.instrument == cause.instrument.key,
                Alert.rule == rule.rule,
            )
            if rule not in raised:
                session.execute(update(Alert).where(*where).values(last_answer=cause.answer))
                continue
            state = "historical" if at - cause.answered_at > HISTORICAL_AFTER else "new"
            added = insert_once(
                session,
                Alert,
                visit_id=cause.visit_id,
                instrument=cause.instrument.key,
                rule=rule.rule,
                first_answer=cause.answer,
                last_answer=cause.answer,
                raised_at=at,
                state=state,
                source=cause.source,
            )
            if added is None:
                session.execute(
                    update(Alert).where(*where).values(last_answer=cause.answer, crisis_text_seen_at=None)
                )
                continue
            new += 1
            audit.record(
                session,
                audit.Entry(
                    at,
                    actor,
                    "alert.raised",
                    cause.patient_id,
                    {
                        "alert": added,
                        "instrument": cause.instrument.key,
                        "rule": rule.rule,
                        "state": state,
                    },
                ),
            )
    return new


def notice_skipped(session: Session, cause: Cause, *, at: datetime, actor: str) -> None:
    """Tell staff that a patient skipped an item that an alert watches; once, and without a crisis text.

    Only a patient's own decision counts, not an empty cell of an import. A later answer is noted.
    """
    for rule in cause.instrument.alerts:
        if rule.item != cause.item:
            continue
        name = rule.rule + SKIPPED
        of_this = (Alert.visit_id == cause.visit_id, Alert.instrument == cause.instrument.key)
        if cause.answer is not None:
            session.execute(
                update(Alert).where(*of_this, Alert.rule == name).values(last_answer=cause.answer)
            )
            continue
        if session.scalar(select(Alert.id).where(*of_this, Alert.rule == rule.rule)):
            continue  # staff know already, and its last answer says that it was withdrawn
        added = insert_once(
            session,
            Alert,
            visit_id=cause.visit_id,
            instrument=cause.instrument.key,
            rule=name,
            raised_at=at,
            state="new",
            source=cause.source,
        )
        if added is not None:
            facts = {
                "alert": added,
                "instrument": cause.instrument.key,
                "rule": name,
                "state": "new",
            }
            audit.record(session, audit.Entry(at, actor, "alert.raised", cause.patient_id, facts))


def crisis_text_seen(session: Session, alert_ids: Collection[int], *, at: datetime) -> None:
    """Record that the patient went on from the crisis text of these alerts, or stopped there."""
    session.execute(
        update(Alert)
        .where(Alert.id.in_(alert_ids), Alert.crisis_text_seen_at.is_(None))
        .values(crisis_text_seen_at=at)
    )


def acknowledge(session: Session, alert_id: int, *, at: datetime, actor: str, note: str | None) -> Alert:
    """Record that a member of staff takes the alert on.

    Raises:
        Refused: somebody already did.
    """
    alert, patient_id = _locked(session, alert_id)
    if alert.state != "new":
        raise Refused(_("This alert is %(said)s already.", said=_said(alert)))
    alert.state = "acknowledged"
    alert.acknowledged_at = at
    alert.acknowledged_by = actor
    alert.note = note or None
    audit.record(session, audit.Entry(at, actor, "alert.acknowledged", patient_id, {"alert": alert.id}))
    return alert


def act(session: Session, alert_id: int, *, at: datetime, actor: str, note: str | None) -> Alert:
    """Record the action about an alert that was taken on.

    Raises:
        Refused: it was not taken on, was acted on or closed already, or the note is empty.
    """
    alert, patient_id = _locked(session, alert_id)
    if alert.state != "acknowledged":
        raise Refused(_("This alert is %(said)s: it cannot be marked as acted on.", said=_said(alert)))
    if not (note or "").strip():
        raise Refused(_("Say what was done."), "note")
    alert.state = "acted_on"
    alert.acted_at, alert.acted_by, alert.acted_note = at, actor, note
    audit.record(session, audit.Entry(at, actor, "alert.acted_on", patient_id, {"alert": alert.id}))
    return alert


def close(session: Session, alert_id: int, *, at: datetime, actor: str, note: str | None) -> Alert:
    """Close the alert, which stays stored.

    Raises:
        Refused: it was not acted on, or it is closed already.
    """
    alert, patient_id = _locked(session, alert_id)
    if alert.state != "acted_on":
        raise Refused(_("This alert is %(said)s: it cannot be closed.", said=_said(alert)))
    alert.state = "closed"
    alert.closed_at, alert.closed_by, alert.closed_note = at, actor, note or None
    audit.record(session, audit.Entry(at, actor, "alert.closed", patient_id, {"alert": alert.id}))
    return alert


def _locked(session: Session, alert_id: int) -> tuple[Alert, int]:
    query = select(Alert, Visit.patient_id).join(Visit).where(Alert.id == alert_id).with_for_update(of=Alert)
    alert, patient_id = session.execute(query.execution_options(populate_existing=True)).one()
    return alert, patient_id


def _said(alert: Alert) -> str:
    return {"new": _("not taken on yet"), "historical": _("of old answers")}.get(
        alert.state, alert.state.replace("_", " ")
    )
