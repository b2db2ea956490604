"""A study's own alert rules: a score at a threshold or above, or worse by the detectable change.

What an instrument's own definition raises is in `alerts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from analysis.data.change import judge
from surveys.instruments.change import threshold_of
from surveys.instruments.definition import Instrument
from surveys.instruments.library import Library
from surveys.instruments.scoring import Score as Result
from surveys.models import Alert, AlertRule, Patient, Response, Score, Study, Visit
from surveys.store import audit
from surveys.store.alerts import HISTORICAL_AFTER
from surveys.store.errors import Refused


@dataclass(frozen=True)
class Measured:
    """A stored response with its scores."""

    response_id: int
    visit_id: int
    patient_id: int
    instrument: Instrument
    source: str
    submitted_at: datetime
    scores: Sequence[Result]


def watch(session: Session, measured: Sequence[Measured], *, at: datetime, actor: str) -> int:
    """Raise what the studies' rules say of these scores; how many alerts are new.

    One alert per visit and rule, however often its answers are corrected. Answers older than 14 days are
    listed as historical.
    """
    rules = _rules(session, measured)
    new = 0
    for one in measured:
        for rule in rules.get(one.patient_id, ()):
            if rule.instrument != one.instrument.key:
                continue
            value = next((score.value for score in one.scores if score.scale == rule.scale), None)
            if value is None:
                continue
            before = _before(session, one, rule.scale) if rule.kind == "worse" else None
            if _is_broken(rule, one.instrument, value, before):
                new += _raise(session, one, rule, value, before, at, actor)
    return new


def _rules(session: Session, measured: Sequence[Measured]) -> dict[int, list[AlertRule]]:
    """The rules that hold for each patient."""
    keys = {one.instrument.key for one in measured}
    people = sorted({one.patient_id for one in measured})
    query = select(AlertRule).where(AlertRule.instrument.in_(keys)).order_by(AlertRule.id)
    by_study: dict[int, list[AlertRule]] = {}
    for rule in session.scalars(query):
        by_study.setdefault(rule.study_id, []).append(rule)
    if not by_study:
        return {}
    found: dict[int, list[AlertRule]] = {}
    for start in range(0, len(people), 500):
        some = select(Patient.id, Patient.study_id).where(Patient.id.in_(people[start : start + 500]))
        found |= {row.id: by_study.get(row.study_id, []) for row in session.execute(some)}
    return found


def _before(session: Session, one: Measured, scale: str) -> float | None:
    """The patient's last score before this one, of another visit of the same study."""
    query = (
        select(Score.value)
        .join(Response, Response.id == Score.response_id)
        .join(Visit, Visit.id == Response.visit_id)
        .where(
            Visit.patient_id == one.patient_id,
            Visit.id != one.visit_id,
            Response.instrument == one.instrument.key,
            Response.superseded_at.is_(None),
            Response.annulled_at.is_(None),
            Response.submitted_at < one.submitted_at,
            Score.scale == scale,
            Score.value.is_not(None),
        )
        .order_by(Response.submitted_at.desc(), Response.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def _is_broken(rule: AlertRule, instrument: Instrument, value: float, before: float | None) -> bool:
    if rule.at_least is not None:
        return value >= rule.at_least
    amount = threshold_of(instrument, rule.scale)
    direction = instrument.scale(rule.scale).direction
    return judge(before, value, direction, amount.value if amount else None) == "worse"


def _raise(
    session: Session,
    one: Measured,
    rule: AlertRule,
    value: float,
    before: float | None,
    at: datetime,
    actor: str,
) -> int:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    state = "historical" if at - one.submitted_at > HISTORICAL_AFTER else "new"
    statement = insert(Alert).values(
        visit_id=one.visit_id,
        instrument=rule.instrument,
        rule=name(rule),
        raised_at=at,
        state=state,
        source=one.source,
        score=value,
        before=before,
    )
    added = session.execute(statement.on_conflict_do_nothing().returning(Alert.id)).first()
    if added is None:
        return 0
    facts = {"alert": added.id, "instrument": rule.instrument, "rule": name(rule), "state": state}
    audit.record(session, audit.Entry(at, actor, "alert.raised", one.patient_id, facts))
    return 1


def name(rule: AlertRule) -> str:
    """What its alerts are called: one cause, one name."""
    return f"{rule.scale}_{rule.kind}" + ("" if rule.at_least is None else f"_{rule.at_least:g}")


def add(
    session: Session,
    study: Study,
    library: Library,
    *,
    instrument: str,
    scale: str,
    kind: str,
    at_least: float | None,
    at: datetime,
    actor: str,
) -> AlertRule:
    """A further rule of `study`, for answers from now on.

    Raises:
        Refused: there is no such scale or rule, its threshold is out of range, the change has no published
            amount, or the rule is there already.
    """
    found = next((one for one in library if one.key == instrument), None)
    known = next((one for one in found.scales if one.key == scale), None) if found else None
    if found is None or known is None:
        raise Refused(f"There is no scale {instrument}.{scale}.", "scale")
    if kind == "at_least" and (at_least is None or not known.low <= at_least <= known.high):
        raise Refused(f"Enter a number from {known.low:g} to {known.high:g}.", "at_least")
    if kind == "worse" and threshold_of(found, scale) is None:
        raise Refused(f"No detectable change is published for {instrument}.{scale}.", "kind")
    same = select(AlertRule.id).where(
        AlertRule.study_id == study.id,
        AlertRule.instrument == instrument,
        AlertRule.scale == scale,
        AlertRule.kind == kind,
    )
    if session.scalar(same) is not None:
        raise Refused("There is such a rule already. Remove it first.", "scale")
    rule = AlertRule(
        study_id=study.id,
        instrument=instrument,
        scale=scale,
        kind=kind,
        at_least=at_least if kind == "at_least" else None,
    )
    session.add(rule)
    session.flush()
    facts = {"study": study.code, "instrument": instrument, "rule": name(rule)}
    audit.record(session, audit.Entry(at, actor, "alert_rule.added", facts=facts))
    return rule


def remove(session: Session, study: Study, rule_id: int, *, at: datetime, actor: str) -> None:
    """The rule raises nothing from now on; what it raised stays.

    Raises:
        Refused: the study has no such rule.
    """
    rule = session.scalar(select(AlertRule).where(AlertRule.id == rule_id, AlertRule.study_id == study.id))
    if rule is None:
        raise Refused("This rule is not there any more.")
    session.delete(rule)
    session.flush()
    facts = {"study": study.code, "instrument": rule.instrument, "rule": name(rule)}
    audit.record(session, audit.Entry(at, actor, "alert_rule.removed", facts=facts))
