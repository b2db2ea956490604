"""Alerts that a study's own rules raise: at a threshold, and where somebody is worse than chance explains."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.change import threshold_of
from surveys.instruments.library import Library
from surveys.models import Alert, AlertRule, Patient, Study, Visit
from surveys.store import alert_rules, responses, versions
from surveys.store.errors import Refused
from surveys.store.responses import NewResponse

from .conftest import AT


def add_rule(session: Session, study: Study, library: Library, measure: str, **facts: object) -> AlertRule:
    instrument, scale = measure.split(".")
    told = {"kind": "at_least", "at_least": None, **facts}
    return alert_rules.add(
        session, study, library, instrument=instrument, scale=scale, at=AT, actor="test", **told
    )


def answer(
    session: Session,
    library: Library,
    patient: Patient,
    visit: str,
    key: str,
    value: int,
    *,
    at: datetime = AT,
    now: datetime | None = None,
    more: int = 0,
) -> None:
    """Every item of `key` answered with `value`, the first `more` by one more, item 9 of the PHQ-9 by 0."""
    instrument = library.get(key)
    visit_id = session.scalars(
        select(Visit.id).where(Visit.patient_id == patient.id, Visit.name == visit)
    ).one()
    answers = {item.key: value + (n < more) for n, item in enumerate(instrument.asked([]))}
    new = NewResponse(
        visit_id=visit_id,
        patient_id=patient.id,
        instrument=instrument,
        version_id=versions.freeze(session, instrument, at=at),
        answers=answers | ({"q9": 0} if key == "phq9" else {}),
        source="kiosk",
        submitted_at=at,
        completed_on=at.date(),
    )
    responses.add(session, [new], at=now or at, actor="test")


def raised(session: Session) -> list[tuple[str, str, float | None, float | None]]:
    query = select(Alert).order_by(Alert.id).execution_options(populate_existing=True)
    return [(one.rule, one.state, one.score, one.before) for one in session.scalars(query)]


def test_a_total_at_the_threshold_or_above(
    session: Session, study: Study, patient: Patient, library: Library
) -> None:
    """At it, not below; with the score and where it was answered; without a rule nothing."""
    answer(session, library, patient, "baseline", "phq9", 3)
    assert raised(session) == []
    add_rule(session, study, library, "phq9.total", at_least=16)
    answer(session, library, patient, "month_3", "phq9", 1)
    answer(session, library, patient, "month_6", "phq9", 2)
    assert raised(session) == [("total_at_least_16", "new", 16.0, None)]
    assert session.scalars(select(Alert.source)).all() == ["kiosk"]


def test_worse_by_more_than_the_detectable_change(
    session: Session, study: Study, patient: Patient, library: Library
) -> None:
    """In the direction that is worse for this scale; against the last score before, of another visit."""
    for measure in ("phq9.total", "face.total"):
        add_rule(session, study, library, measure, kind="worse")
    days = timedelta(days=1)
    assert threshold_of(library.get("face"), "total") is not None
    answer(session, library, patient, "baseline", "face", 5, at=AT)
    answer(session, library, patient, "baseline", "phq9", 2, at=AT)
    assert raised(session) == []
    answer(session, library, patient, "month_3", "phq9", 0, at=AT + days)
    assert raised(session) == [], "better by a lot"
    answer(session, library, patient, "month_6", "phq9", 3, at=AT + 2 * days)
    assert raised(session) == [("total_worse", "new", 24.0, 0.0)]


def test_one_alert_however_often_it_is_told(
    session: Session, study: Study, patient: Patient, library: Library
) -> None:
    """A correction of the same visit raises no second one; old answers are historical."""
    add_rule(session, study, library, "phq9.total", at_least=10)
    answer(session, library, patient, "baseline", "phq9", 3, now=AT + timedelta(days=15))
    assert raised(session) == [("total_at_least_10", "historical", 24.0, None)]
    response = session.scalars(select(responses.Response)).one()
    response.superseded_at = AT
    session.flush()
    answer(session, library, patient, "baseline", "phq9", 2)
    assert len(raised(session)) == 1


def test_rules_are_checked(session: Session, study: Study, library: Library) -> None:
    """A threshold that nobody can reach, a scale that is not there, a change that is not published, twice."""
    for measure, facts, words in [
        ("phq9.total", {"at_least": 28}, "from 0 to 27"),
        ("phq9.total", {}, "from 0 to 27"),
        ("phq9.sum", {"at_least": 1}, "no scale phq9.sum"),
        ("nothing.total", {"at_least": 1}, "no scale"),
        ("cesd.total", {"kind": "worse"}, "No detectable change"),
    ]:
        with pytest.raises(Refused, match=words):
            add_rule(session, study, library, measure, **facts)
    rule = add_rule(session, study, library, "phq9.total", at_least=10)
    with pytest.raises(Refused, match="already"):
        add_rule(session, study, library, "phq9.total", at_least=15)
    alert_rules.remove(session, study, rule.id, at=AT, actor="test")
    with pytest.raises(Refused, match="not there any more"):
        alert_rules.remove(session, study, rule.id, at=AT, actor="test")


@pytest.mark.parametrize(
    ("key", "value", "more", "later", "alerts"),
    [
        ("phq9", 0, 4, 8, 0),
        ("phq9", 0, 3, 8, 1),
        ("gad7", 0, 1, 5, 0),
        ("gad7", 0, 1, 6, 0),
        ("gad7", 0, 1, 7, 1),
    ],
)
def test_a_change_of_exactly_the_amount_is_worse(
    session: Session,
    study: Study,
    patient: Patient,
    library: Library,
    key: str,
    value: int,
    more: int,
    later: int,
    alerts: int,
) -> None:
    """PHQ-9 by 5, GAD-7 by 6; a point less is not."""
    add_rule(session, study, library, f"{key}.total", kind="worse")
    answer(session, library, patient, "baseline", key, value, more=more)
    answer(session, library, patient, "month_3", key, value, more=later, at=AT + timedelta(days=1))
    assert len(raised(session)) == alerts
