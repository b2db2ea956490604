"""A study's own rules about one answer, raised as soon as it is given, or stored without a draft."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from sqlalchemy import update
from sqlalchemy.orm import Session

from surveys.instruments.instrument import Instrument
from surveys.models import Alert
from surveys.models.dialects import insert_once
from surveys.store import audit
from surveys.store.visit.alerts import HISTORICAL_AFTER, Cause


class ItemRule(Protocol):
    """A rule of the study; it is about an item where its `scale` names one."""

    instrument: str
    scale: str
    kind: str
    threshold: float | None


def is_of_item(instrument: Instrument, key: str) -> bool:
    """Whether a rule about `key` is about an item; a scale of that name comes first."""
    return all(scale.key != key for scale in instrument.scales) and any(
        item.key == key for item in instrument.items
    )


def name(rule: ItemRule) -> str:
    """The name of its alerts."""
    return f"{rule.scale}_{rule.kind}_{rule.threshold:g}"


def notice(
    session: Session, rules: Iterable[ItemRule], cause: Cause, *, at: datetime, actor: str
) -> str | None:
    """Raise what `rules` say of this answer; the latest answer is kept with alerts that are there already.

    One alert per visit and rule, however often the answer changes. Returns the state of the new one.
    """
    state = None
    for rule in rules:
        if rule.instrument != cause.instrument.key or rule.scale != cause.item or rule.threshold is None:
            continue
        if not _is_at(rule, cause.answer):
            _keep_last(session, rule, cause)
            continue
        state = "historical" if at - cause.answered_at > HISTORICAL_AFTER else "new"
        added = insert_once(
            session,
            Alert,
            visit_id=cause.visit_id,
            instrument=cause.instrument.key,
            rule=name(rule),
            first_answer=cause.answer,
            last_answer=cause.answer,
            raised_at=at,
            state=state,
            source=cause.source,
        )
        if added is None:
            _keep_last(session, rule, cause)
            continue
        facts = {"alert": added, "instrument": cause.instrument.key, "rule": name(rule), "state": state}
        audit.record(session, audit.Entry(at, actor, "alert.raised", cause.patient_id, facts))
    return state


def _is_at(rule: ItemRule, answer: float | None) -> bool:
    if answer is None or rule.threshold is None:
        return False
    return answer >= rule.threshold if rule.kind == "at_least" else answer <= rule.threshold


def _keep_last(session: Session, rule: ItemRule, cause: Cause) -> None:
    session.execute(
        update(Alert)
        .where(
            Alert.visit_id == cause.visit_id,
            Alert.instrument == cause.instrument.key,
            Alert.rule == name(rule),
        )
        .values(last_answer=cause.answer)
    )
