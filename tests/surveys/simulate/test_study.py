"""A simulated study in the database, and the demonstration study, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from surveys.db import writing
from surveys.instruments.library import Library
from surveys.lists.checks.check import Terms
from surveys.lists.checks.page import waiting
from surveys.lists.scope import Scope
from surveys.models import Study
from surveys.schedule import preset
from surveys.simulate import demo
from surveys.simulate.study import simulate
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit import answering, links, opening, responses
from surveys.store.visit.seals import Seals
from surveys.store.words.wordings import Texts
from tests.support.engines import engine_of

LIBRARY = Library.load()
SEALS = Seals("test " * 10)
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    with writing(), engine_of(database_url) as engine, Session(engine) as opened:
        yield opened


def make(session: Session, code: str = "S1", plan: str | None = "registry", **facts: Any) -> Study:
    timepoints = preset(plan) if plan else ()
    return studies.create(session, NewStudy(code=code, **facts), timepoints, LIBRARY, at=NOW, actor="test")


def fill(session: Session, study: Study, patients: int = 40, visits: int = 5, seed: int = 1) -> None:
    simulate(
        lambda: nullcontext(session),
        study,
        LIBRARY,
        patients=patients,
        visits=visits,
        seed=seed,
        today=TODAY,
        at=NOW,
        actor="test",
    )


def rows(session: Session, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in session.execute(text(query))]


def test_simulated_answers_pass_through_the_real_rules(session: Session) -> None:
    """Scores are right, the audit trail is whole, sources and dates are what they should be."""
    fill(session, make(session))
    session.commit()
    assert list(responses.wrong_scores(session)) == []
    assert list(audit.verify(session)) == []
    assert rows(session, "SELECT DISTINCT source, locale FROM response") == [("simulated", "en")]
    late = text("SELECT count(*) FROM response WHERE completed_on >= :today")
    assert session.scalar(late, {"today": TODAY}) == 0
    outside = (
        "SELECT count(*) FROM response JOIN visit ON visit.id = visit_id "
        "WHERE completed_on < opens_on OR completed_on > closes_on"
    )
    assert session.scalar(text(outside)) == 0


def test_the_same_seed_gives_the_same_answers(session: Session) -> None:
    """In two studies, patient by patient; another seed gives others."""
    for code, seed in (("A", 3), ("B", 3), ("C", 4)):
        fill(session, make(session, code), patients=15, seed=seed)
    session.commit()

    def answers(code: str) -> list[tuple[Any, ...]]:
        query = text(
            "SELECT patient.code, visit.name, instrument, completed_on, CAST(answers AS VARCHAR) "
            "FROM response JOIN visit ON visit.id = visit_id JOIN patient ON patient.id = patient_id "
            "JOIN study ON study.id = patient.study_id WHERE study.code = :code ORDER BY 1, 2, 3"
        )
        return [tuple(row) for row in session.execute(query, {"code": code})]

    assert answers("A") == answers("B")
    assert answers("A") != answers("C")


@pytest.mark.parametrize(("plan", "visits"), [("registry", 2), ("registry", 8), (None, 3)])
def test_nobody_has_more_visits_answered_than_asked_for(
    session: Session, plan: str | None, visits: int
) -> None:
    """Beyond the plan, and without one, visits are unscheduled."""
    fill(session, make(session, plan=plan), patients=80, visits=visits)
    answered = rows(
        session,
        "SELECT patient_id, count(DISTINCT visit_id) FROM response "
        "JOIN visit ON visit.id = visit_id GROUP BY 1",
    )
    assert 1 < max(count for _, count in answered) <= visits
    unscheduled = session.scalar(text("SELECT count(*) FROM visit WHERE timepoint_id IS NULL"))
    assert bool(unscheduled) == (plan is None or visits > 5)


def test_a_study_of_real_people_is_refused(session: Session) -> None:
    """An active one, and a draft that has patients."""
    study = make(session)
    study.status = "active"
    with pytest.raises(Refused, match="is a real one"):
        fill(session, study)


def test_the_demo_has_something_of_everything(session: Session) -> None:
    """Active and simulated; visits due, in progress and done; alerts that wait; people who stopped coming."""
    study = demo.create(session, LIBRARY, SEALS, at=NOW, actor="test")
    session.commit()
    assert (study.status, study.simulated) == ("active", True)
    [(patients,)] = rows(session, "SELECT count(*) FROM patient")
    assert patients == demo.PATIENTS + demo.NEWCOMERS
    assert rows(session, "SELECT count(*) FROM draft") == [(demo.OF_THEM_BEGUN,)]
    assert dict(rows(session, "SELECT state, count(*) FROM alert GROUP BY state"))["new"] >= 2
    assert dict(rows(session, "SELECT status, count(*) FROM patient GROUP BY status"))["lost"] >= 10
    visits = rows(
        session,
        "SELECT n, count(*) FROM (SELECT patient_id, count(DISTINCT visit_id) AS n FROM response "
        "JOIN visit ON visit.id = visit_id GROUP BY patient_id) AS attended GROUP BY n",
    )
    assert {number for number, _ in visits} == {1, 2, 3, 4, 5}
    assert rows(session, "SELECT count(*) FROM score WHERE value IS NULL")[0][0] > 50
    terms = Terms(Scope(study.id, None, NOW.date()), study.lowest_age, list(LIBRARY))
    assert "no_channel" not in waiting(session, terms)  # the checks of a demonstration find what is worth it


def test_an_open_visit_is_always_found(session: Session) -> None:
    """The newest that nobody has begun; when all are begun or closed, a patient is added."""
    study = demo.create(session, LIBRARY, SEALS, at=NOW, actor="test")
    first = demo.open_visit(session, study, LIBRARY, at=NOW, actor="test")
    assert first.opens_on <= TODAY <= first.closes_on
    assert first.battery == ["face", "phq9", "saq"]
    assert demo.open_visit(session, study, LIBRARY, at=NOW, actor="test") is first
    later = NOW + timedelta(days=100)
    added = demo.open_visit(session, study, LIBRARY, at=later, actor="test")
    assert added.opens_on == date(2026, 6, 9)
    assert rows(session, "SELECT count(*) FROM patient") == [(demo.PATIENTS + demo.NEWCOMERS + 1,)]
    again = demo.open_visit(session, study, LIBRARY, at=later + timedelta(days=100), actor="test")
    assert again.patient_id != added.patient_id


def test_every_visit_handed_out_asks_all_three(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also once the newcomers' visits are used up, the acute ones of whom are asked fewer questionnaires."""
    monkeypatch.setattr(demo, "PATIENTS", 20)
    study = demo.create(session, LIBRARY, SEALS, at=NOW, actor="test")
    query = "SELECT battery FROM visit WHERE opens_on <= '2026-03-01' AND closes_on >= '2026-03-01'"
    assert any("saq" not in str(battery) for [battery] in rows(session, query))
    texts, handed_out = Texts(LIBRARY), set()
    for run in range(30):
        at = NOW + timedelta(seconds=run)
        visit = demo.open_visit(session, study, LIBRARY, at=at, actor="test")
        assert visit.battery == ["face", "phq9", "saq"]
        link_id = links.find(session, links.issue(session, visit, at=at, actor="test"))
        assert link_id is not None
        opened = opening.load(session, link_id, texts, device="test", at=at, lock=True)
        assert not opened.begun
        answering.save_answer(session, opened, LIBRARY.get("face"), "q1", 3, locale="en", at=at, seals=SEALS)
        handed_out.add(visit.id)
    assert len(handed_out) == 30
    [(patients,)] = rows(session, "SELECT count(*) FROM patient")
    assert patients > demo.PATIENTS + demo.NEWCOMERS + 15
