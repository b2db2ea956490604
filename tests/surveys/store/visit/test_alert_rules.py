"""Alerts that a study's own rules raise: this bad or worse, and worse than chance explains."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session

from surveys.db import writing
from surveys.instruments.change import threshold_of
from surveys.instruments.library import Library
from surveys.models import Alert, AlertRule, Event, Patient, Study, Visit
from surveys.store.errors import Refused
from surveys.store.visit import alert_rules, responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.surveys.store.conftest import AT


def add_rule(session: Session, study: Study, library: Library, measure: str, **facts: object) -> AlertRule:
    instrument, scale = measure.split(".")
    told = {"kind": "this_bad", "threshold": None, **facts}
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
    add_rule(session, study, library, "phq9.total", threshold=16)
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
    add_rule(session, study, library, "phq9.total", threshold=10)
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
        ("phq9.total", {"threshold": 28}, "from 0 to 27"),
        ("phq9.total", {}, "from 0 to 27"),
        ("phq9.sum", {"threshold": 1}, "no scale phq9.sum"),
        ("nothing.total", {"threshold": 1}, "no scale"),
        ("cesd.total", {"kind": "worse"}, "No detectable change"),
        ("face.q5", {"threshold": 6}, "Enter an answer to this question: 1, 2, 3, 4, 5"),
        ("face.q5", {}, "Enter an answer"),
        ("face.q5", {"kind": "worse"}, "Only a score"),
        ("face.q16", {"threshold": 1}, "no scale face.q16"),
    ]:
        with pytest.raises(Refused, match=words):
            add_rule(session, study, library, measure, **facts)
    add_rule(session, study, library, "face.q5", threshold=2)
    with pytest.raises(Refused, match="already"):
        add_rule(session, study, library, "face.q5", threshold=1)
    rule = add_rule(session, study, library, "phq9.total", threshold=10)
    with pytest.raises(Refused, match="already"):
        add_rule(session, study, library, "phq9.total", threshold=15)
    alert_rules.remove(session, study, rule.id, at=AT, actor="test")
    with pytest.raises(Refused, match="not there any more"):
        alert_rules.remove(session, study, rule.id, at=AT, actor="test")


def old_rule(session: Session, study: Study, measure: str, at_least: float) -> AlertRule:
    """A rule as it was stored before rules knew which end of a scale is bad."""
    instrument, scale = measure.split(".")
    rule = AlertRule(
        study_id=study.id, instrument=instrument, scale=scale, kind="at_least", threshold=at_least
    )
    session.add(rule)
    session.flush()
    return rule


def confirm(
    session: Session, study: Study, library: Library, rule_id: int, threshold: float | None, at: datetime = AT
) -> tuple[int, int]:
    done = alert_rules.confirm(session, study, library, rule_id, threshold=threshold, at=at, actor="test")
    return done.new, done.historical


DAY = timedelta(days=1)


def face(session: Session, library: Library, patient: Patient, visit: str, score: int, at: datetime) -> None:
    """FaCE with a total of 0, 50 or 100."""
    answer(session, library, patient, visit, "face", 1 + score // 25, at=at)


def test_this_bad_or_worse_follows_the_scale(
    session: Session, study: Study, patient: Patient, library: Library
) -> None:
    """Where higher is better the low end alerts: the best possible FaCE is none, the worst one is."""
    assert add_rule(session, study, library, "face.total", threshold=50).kind == "at_most"
    assert add_rule(session, study, library, "saq.total", threshold=50).kind == "at_least"
    face(session, library, patient, "baseline", 100, AT)
    assert raised(session) == []
    face(session, library, patient, "month_3", 50, AT)
    face(session, library, patient, "month_6", 0, AT)
    assert raised(session) == [
        ("total_at_most_50", "new", 50.0, None),
        ("total_at_most_50", "new", 0.0, None),
    ]


def test_a_score_is_at_the_number_that_pages_show(
    session: Session, study: Study, patient: Patient, library: Library
) -> None:
    """35.55… is shown as 35.6, 58.33… as 58.3: whoever enters these means them, whichever end is bad."""
    add_rule(session, study, library, "saq.total", threshold=35.6)
    add_rule(session, study, library, "face.total", threshold=58.3)
    answer(session, library, patient, "baseline", "saq", 1, more=7)
    answer(session, library, patient, "baseline", "face", 3, more=5)
    assert [one[0] for one in raised(session)] == ["total_at_least_35.6", "total_at_most_58.3"]


def test_until_it_is_confirmed_a_rule_watches_both_ends(
    session: Session, study: Study, patient: Patient, library: Library
) -> None:
    """It goes on as it was set, and misses nobody whom it was most likely meant for."""
    rule = old_rule(session, study, "face.total", 50)
    old_rule(session, study, "phq9.total", 10)
    assert [one.id for one, _ in alert_rules.to_confirm(session, study, library)] == [rule.id]
    for visit, score in (("baseline", 100), ("month_3", 0), ("month_6", 50)):
        face(session, library, patient, visit, score, AT)
    assert raised(session) == [
        ("total_at_least_50", "new", 100.0, None),
        ("total_at_most_50", "new", 0.0, None),
        ("total_at_most_50", "new", 50.0, None),
    ]


def test_confirming_judges_what_was_answered_before(
    session: Session, study: Study, patient: Patient, library: Library
) -> None:
    """Standing answers only, by their age, each once; what the other end raised stays."""
    for visit, score, days in (
        ("baseline", 0, 20),
        ("month_3", 0, 2),
        ("month_6", 50, 1),
        ("month_12", 100, 1),
    ):
        face(session, library, patient, visit, score, AT - days * DAY)
    annulled = session.scalars(select(responses.Response).order_by(responses.Response.id)).all()[2]
    annulled.annulled_at = AT
    rule = old_rule(session, study, "face.total", 60)
    face(session, library, patient, "month_24", 100, AT)
    assert confirm(session, study, library, rule.id, 55) == (1, 1)
    assert (rule.kind, rule.threshold) == ("at_most", 55)
    assert raised(session) == [
        ("total_at_least_60", "new", 100.0, None),
        ("total_at_most_55", "historical", 0.0, None),
        ("total_at_most_55", "new", 0.0, None),
    ]
    with pytest.raises(Refused, match="confirmed already"):
        confirm(session, study, library, rule.id, 55)
    session.commit()
    event = session.scalars(select(Event).where(Event.action == "alert_rule.confirmed")).one()
    assert (event.facts["before"], event.facts["rule"]) == ("total_at_least_60", "total_at_most_55")
    assert len(raised(session)) == 3
    assert alert_rules.to_confirm(session, study, library) == []


def test_confirming_doubles_no_alert(
    session: Session, study: Study, patient: Patient, library: Library
) -> None:
    """What both ends raised before it was confirmed is not raised again."""
    rule = old_rule(session, study, "face.total", 50)
    face(session, library, patient, "baseline", 0, AT)
    assert confirm(session, study, library, rule.id, 50) == (0, 0)
    assert raised(session) == [("total_at_most_50", "new", 0.0, None)]


def test_what_cannot_be_confirmed(session: Session, study: Study, library: Library) -> None:
    """A number that no score reaches, a rule that needs no confirming, one that is not there."""
    rule, fine = old_rule(session, study, "face.total", 50), old_rule(session, study, "phq9.total", 10)
    for number in (None, -1, 101):
        with pytest.raises(Refused, match="from 0 to 100"):
            confirm(session, study, library, rule.id, number)
    with pytest.raises(Refused, match="confirmed already"):
        confirm(session, study, library, fine.id, 10)
    with pytest.raises(Refused, match="not there any more"):
        confirm(session, study, library, 99, 10)
    with pytest.raises(Refused, match="already"):
        add_rule(session, study, library, "face.total", threshold=40)


def test_a_rule_of_an_unknown_instrument_asks_nobody(
    session: Session, study: Study, library: Library
) -> None:
    """Its definition is not here: nothing is known of its direction, and it raises nothing."""
    for measure in ("nothing.total", "face.nothing"):
        old_rule(session, study, measure, 1)
    assert alert_rules.to_confirm(session, study, library) == []


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
    answer(session, library, patient, "month_3", key, value, more=later, at=AT + DAY)
    assert len(raised(session)) == alerts


def test_answers_and_confirming_at_the_same_time(
    session: Session, study: Study, patient: Patient, library: Library, database_url: str
) -> None:
    """Whichever comes first, an answer is judged by the rule as it is confirmed; two confirm it once."""
    rule = old_rule(session, study, "face.total", 10)
    session.commit()
    rule_id, code = rule.id, study.code
    face(session, library, patient, "baseline", 50, AT)
    assert raised(session) == [("total_at_least_10", "new", 50.0, None)]
    engine = create_engine(database_url)

    def confirm_elsewhere() -> str:
        with writing(), Session(engine) as other:
            there = other.scalars(select(Study).where(Study.code == code)).one()
            try:
                new = confirm(other, there, library, rule_id, 55)
            except Refused as refusal:
                return str(refusal)
            other.commit()
            return str(new)

    with ThreadPoolExecutor(2) as both:
        told = [both.submit(confirm_elsewhere) for _ in range(2)]
        if engine.dialect.name == "postgresql":
            while session.scalar(WAITING) < 2 and not any(one.done() for one in told):
                time.sleep(0.01)
        session.commit()
        found = {one.result() for one in told}
    engine.dispose()
    assert found == {"(1, 0)", "This rule is confirmed already."}
    assert [one[0] for one in raised(session)] == ["total_at_least_10", "total_at_most_55"]


WAITING = select(func.count()).select_from(text("pg_locks")).where(text("NOT granted"))
