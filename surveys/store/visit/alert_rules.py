"""A study's own alert rules: a score or an answer this bad or worse, or worse by the detectable change.

`alerts` raises what an instrument's own definition names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from analysis.data.change import judge
from analysis.data.cutoffs import BAD_END
from analysis.words import words as _
from surveys.instruments.change import threshold_of
from surveys.instruments.facts import bad_end
from surveys.instruments.instrument import Answer, Instrument
from surveys.instruments.library import Library
from surveys.instruments.scale import Scale
from surveys.models import Alert, AlertRule, Patient, Response, Score, Study, Visit
from surveys.models.dialects import insert_once
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.visit import item_rules
from surveys.store.visit.alerts import HISTORICAL_AFTER, Cause

GIVEN_KINDS = ("this_bad", "worse")
# Half of the last digit that pages show: a score shown as 58.3 is at 58.3.
_SHOWN = 0.05
_RULES = (
    select(Patient.id, AlertRule)
    .join(AlertRule, AlertRule.study_id == Patient.study_id)
    .where(
        Patient.id.in_(bindparam("people", expanding=True)),
        AlertRule.instrument.in_(bindparam("asked", expanding=True)),
    )
    .order_by(AlertRule.id)
    .with_for_update(read=True, of=AlertRule)
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True)
class ScoredResponse:
    """A stored response with its answers by item and its scores by scale."""

    visit_id: int
    patient_id: int
    instrument: Instrument
    source: str
    submitted_at: datetime
    scores: Mapping[str, float | None]
    answers: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True)
class ConfirmedRule:
    """A confirmed rule, and how many alerts it raised from earlier answers, by state."""

    rule: AlertRule
    new: int
    historical: int


def watch(session: Session, measured: Sequence[ScoredResponse], *, at: datetime, actor: str) -> None:
    """Raise what the studies' rules say of these scores.

    One alert per visit and rule, however often its answers are corrected. Answers older than 14 days are
    listed as historical.
    """
    rules = _rules(session, measured)
    for one in measured:
        for rule in rules.get(one.patient_id, ()):
            if rule.instrument == one.instrument.key:
                _apply(session, one, rule, at, actor)


def _rules(session: Session, measured: Sequence[ScoredResponse]) -> dict[int, list[AlertRule]]:
    """The rules that hold for each patient; none of them changes before these scores are committed."""
    people = sorted({one.patient_id for one in measured})
    asked = sorted({one.instrument.key for one in measured})
    found: dict[int, list[AlertRule]] = {}
    for start in range(0, len(people), 500):
        for person, rule in session.execute(_RULES, {"people": people[start : start + 500], "asked": asked}):
            found.setdefault(person, []).append(rule)
    return found


def _apply(session: Session, one: ScoredResponse, rule: AlertRule, at: datetime, actor: str) -> str | None:
    """Raise what the rule says of a response; the new alert's state."""
    if item_rules.is_of_item(one.instrument, rule.scale):
        return _apply_to_answer(session, one, rule, at, actor)
    value = one.scores.get(rule.scale)
    if value is None:
        return None
    scale = one.instrument.scale(rule.scale)
    if rule.threshold is None:
        before = _before(session, one, rule.scale)
        amount = threshold_of(one.instrument, rule.scale)
        if judge(before, value, scale.direction, amount.value if amount else None) != "worse":
            return None
        return _raise(session, one, name(rule), value, before, at, actor)
    for kind in _watched_as(rule, scale):
        if _is_at(kind, rule.threshold, value):
            cause = _name(rule.scale, kind, rule.threshold)
            return _raise(session, one, cause, value, None, at, actor)
    return None


def _apply_to_answer(
    session: Session, one: ScoredResponse, rule: AlertRule, at: datetime, actor: str
) -> str | None:
    given = one.answers.get(rule.scale)
    number = given if isinstance(given, int | float) else None
    cause = Cause(
        one.visit_id, one.patient_id, one.instrument, rule.scale, number, one.submitted_at, one.source
    )
    return item_rules.notice(session, [rule], cause, at=at, actor=actor)


def _watched_as(rule: AlertRule, scale: Scale) -> tuple[str, ...]:
    """What the rule watches, the bad end first; an unconfirmed rule watches both ends."""
    return (BAD_END[scale.direction], rule.kind) if unconfirmed(rule, scale) else (rule.kind,)


def _is_at(kind: str, threshold: float, value: float) -> bool:
    return value >= threshold - _SHOWN if kind == "at_least" else value <= threshold + _SHOWN


def _before(session: Session, one: ScoredResponse, scale: str) -> float | None:
    """The patient's last score before this one, of another visit of the same study."""
    query = (
        select(Score.value)
        .join(Response, Response.id == Score.response_id)
        .join(Visit, Visit.id == Response.visit_id)
        .where(
            Visit.patient_id == one.patient_id,
            Visit.id != one.visit_id,
            Response.instrument == one.instrument.key,
            Response.stands,
            Response.submitted_at < one.submitted_at,
            Score.scale == scale,
            Score.value.is_not(None),
        )
        .order_by(Response.submitted_at.desc(), Response.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def _raise(
    session: Session,
    one: ScoredResponse,
    cause: str,
    value: float,
    before: float | None,
    at: datetime,
    actor: str,
) -> str | None:
    """Raise the alert; returns its state, or None where this cause has an alert at this visit already."""
    state = "historical" if at - one.submitted_at > HISTORICAL_AFTER else "new"
    added = insert_once(
        session,
        Alert,
        visit_id=one.visit_id,
        instrument=one.instrument.key,
        rule=cause,
        raised_at=at,
        state=state,
        source=one.source,
        score=value,
        before=before,
    )
    if added is None:
        return None
    facts = {"alert": added, "instrument": one.instrument.key, "rule": cause, "state": state}
    audit.record(session, audit.Entry(at, actor, "alert.raised", one.patient_id, facts))
    return state


def name(rule: AlertRule) -> str:
    """The name of its alerts: one cause, one name."""
    return _name(rule.scale, rule.kind, rule.threshold)


def name_as_confirmed(rule: AlertRule, scale: Scale) -> str:
    """The name of its alerts after it is confirmed unchanged."""
    return _name(rule.scale, BAD_END[scale.direction], rule.threshold)


def _name(scale: str, kind: str, threshold: float | None) -> str:
    return f"{scale}_{kind}" + ("" if threshold is None else f"_{threshold:g}")


def unconfirmed(rule: AlertRule, scale: Scale) -> bool:
    """Whether the rule looks at the good end of its scale, as rules without a direction did."""
    return rule.threshold is not None and rule.kind != BAD_END[scale.direction]


def to_confirm(session: Session, study: Study, library: Library) -> list[tuple[AlertRule, Scale]]:
    """The study's rules whose end of the scale somebody must confirm."""
    query = select(AlertRule).where(AlertRule.study_id == study.id).order_by(AlertRule.id)
    return [
        (rule, scale)
        for rule in session.scalars(query)
        if (scale := _scale(library, rule.instrument, rule.scale)) is not None and unconfirmed(rule, scale)
    ]


def watched_for_worse(session: Session, study_id: int) -> set[tuple[str, str]]:
    """The scales, as (instrument, scale), that raise an alert where they get worse."""
    query = select(AlertRule.instrument, AlertRule.scale).where(
        AlertRule.study_id == study_id, AlertRule.kind == "worse"
    )
    return {(row.instrument, row.scale) for row in session.execute(query)}


def add(
    session: Session,
    study: Study,
    library: Library,
    *,
    instrument: str,
    scale: str,
    kind: str,
    threshold: float | None,
    at: datetime,
    actor: str,
) -> AlertRule:
    """Add a rule to `study`, for answers from now on; `kind` is `this_bad` or `worse`.

    `scale` may also be an item, whose answer is then watched.

    Raises:
        Refused: there is no such scale or item, its threshold is out of range, the change has no published
            amount, or the rule is there already.
    """
    if kind not in GIVEN_KINDS:
        raise Refused(_("A rule is about a score this bad or worse, or one that got worse."), "kind")
    known = _scale(library, instrument, scale)
    if known is None and instrument in library and item_rules.is_of_item(library.get(instrument), scale):
        kind, threshold = _of_item(library.get(instrument), scale, kind, threshold)
        same = set(BAD_END.values())
    elif known is None:
        raise Refused(
            _("There is no scale %(instrument)s.%(scale)s.", instrument=instrument, scale=scale), "scale"
        )
    elif kind == "this_bad":
        kind, threshold, same = BAD_END[known.direction], _checked(known, threshold), set(BAD_END.values())
    elif threshold_of(library.get(instrument), scale) is None:
        raise Refused(
            _(
                "No detectable change is published for %(instrument)s.%(scale)s.",
                instrument=instrument,
                scale=scale,
            ),
            "kind",
        )
    else:
        threshold, same = None, {kind}
    if _is_there(session, study, instrument, scale, same):
        raise Refused(_("There is such a rule already. Remove it first."), "scale")
    rule = AlertRule(study_id=study.id, instrument=instrument, scale=scale, kind=kind, threshold=threshold)
    session.add(rule)
    session.flush()
    facts = {"study": study.code, "instrument": instrument, "rule": name(rule)}
    audit.record(session, audit.Entry(at, actor, "alert_rule.added", facts=facts, study_id=study.id))
    return rule


def _of_item(instrument: Instrument, item: str, kind: str, threshold: float | None) -> tuple[str, float]:
    """The kind and threshold of a rule about an answer."""
    end, values = bad_end(instrument, item), instrument.values(item)
    if end is None:
        raise Refused(
            _("It is not known which answers to %(key)s.%(item)s are bad.", key=instrument.key, item=item),
            "scale",
        )
    if kind != "this_bad":
        raise Refused(_("Only a score is worse by a detectable change. Choose this bad or worse."), "kind")
    low, high = instrument.extent(item)
    if threshold is None or not low <= threshold <= high or (values and threshold not in values):
        given = (
            ", ".join(map(str, sorted(values)))
            if values
            else _("from %(low)s to %(high)s", low=f"{low:g}", high=f"{high:g}")
        )
        raise Refused(_("Enter an answer to this question: %(given)s.", given=given), "threshold")
    return end, threshold


def _checked(scale: Scale, threshold: float | None) -> float:
    if threshold is None or not scale.low <= threshold <= scale.high:
        raise Refused(
            _("Enter a number from %(low)s to %(high)s.", low=f"{scale.low:g}", high=f"{scale.high:g}"),
            "threshold",
        )
    return threshold


def _is_there(session: Session, study: Study, instrument: str, scale: str, kinds: Collection[str]) -> bool:
    query = select(AlertRule.id).where(
        AlertRule.study_id == study.id,
        AlertRule.instrument == instrument,
        AlertRule.scale == scale,
        AlertRule.kind.in_(kinds),
    )
    return session.scalar(query) is not None


def confirm(
    session: Session,
    study: Study,
    library: Library,
    rule_id: int,
    *,
    threshold: float | None,
    at: datetime,
    actor: str,
) -> ConfirmedRule:
    """Confirm that the rule means `threshold` or worse; stored answers are judged again.

    Its alerts at the other end stay.

    Raises:
        Refused: the study has no such rule, it needs no confirming, or the threshold is out of range.
    """
    # Lock visits before the rule, in the order of submission: two that wait for each other would both fail.
    visits = select(Visit.id).join(Patient).where(Patient.study_id == study.id).order_by(Visit.id)
    session.execute(visits.with_for_update(of=Visit, read=True, key_share=True))
    rule = _locked(session, study, rule_id)
    scale = _scale(library, rule.instrument, rule.scale)
    if scale is None or not unconfirmed(rule, scale):
        raise Refused(_("This rule is confirmed already."))
    before, rule.threshold, rule.kind = name(rule), _checked(scale, threshold), BAD_END[scale.direction]
    session.flush()
    facts = {"study": study.code, "instrument": rule.instrument, "rule": name(rule), "before": before}
    audit.record(session, audit.Entry(at, actor, "alert_rule.confirmed", facts=facts, study_id=study.id))
    answered = _answered(session, study, library.get(rule.instrument), rule.scale)
    states = [_apply(session, one, rule, at, actor) for one in answered]
    return ConfirmedRule(rule, states.count("new"), states.count("historical"))


def _answered(session: Session, study: Study, instrument: Instrument, scale: str) -> Iterator[ScoredResponse]:
    """The scores of the study's responses that stand, oldest first."""
    query = (
        select(Response.visit_id, Visit.patient_id, Response.source, Response.submitted_at, Score.value)
        .join(Visit, Visit.id == Response.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(Score, Score.response_id == Response.id)
        .where(
            Patient.study_id == study.id,
            Response.instrument == instrument.key,
            Response.stands,
            Score.scale == scale,
        )
        .order_by(Response.submitted_at, Response.id)
    )
    for row in session.execute(query).all():
        yield ScoredResponse(
            row.visit_id, row.patient_id, instrument, row.source, row.submitted_at, {scale: row.value}
        )


def remove(session: Session, study: Study, rule_id: int, *, at: datetime, actor: str) -> None:
    """Remove the rule; its alerts stay.

    Raises:
        Refused: the study has no such rule.
    """
    rule = _locked(session, study, rule_id)
    session.delete(rule)
    session.flush()
    facts = {"study": study.code, "instrument": rule.instrument, "rule": name(rule)}
    audit.record(session, audit.Entry(at, actor, "alert_rule.removed", facts=facts, study_id=study.id))


def _locked(session: Session, study: Study, rule_id: int) -> AlertRule:
    query = (
        select(AlertRule)
        .where(AlertRule.id == rule_id, AlertRule.study_id == study.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rule = session.scalar(query)
    if rule is None:
        raise Refused(_("This rule is not there any more."))
    return rule


def _scale(library: Library, instrument: str, scale: str) -> Scale | None:
    if instrument not in library:
        return None
    return next((one for one in library.get(instrument).scales if one.key == scale), None)
