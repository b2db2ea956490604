"""What staff enter and put right, without pages: what is stored, what is refused, whom an alert is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.instruments.scoring import AnswerError
from surveys.models import (
    Alert,
    ConsentText,
    Draft,
    Event,
    EventValue,
    Patient,
    Response,
    Score,
    Study,
    Visit,
)
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import consents, erasing, patients
from surveys.store.patient.consents import NewText
from surveys.store.patient.patients import NewPatient
from surveys.store.visit import corrections, visits
from surveys.store.visit.corrections import TypedAnswers
from surveys.store.words import versions
from tests.surveys.store.conftest import AT

TODAY = AT.date()
LATER = AT + timedelta(hours=1)
CALM = dict.fromkeys((f"q{number}" for number in range(1, 9)), 1) | {"q9": 0}
SHEET = TypedAnswers(CALM, "paper", TODAY, "en", "patient")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Who may answer at the same moment is shown in tests/journeys/test_at_once.py."""
    return sqlite_url


@pytest.fixture
def second(session: Session, library: Library, study: Study, patient: Patient) -> Visit:
    """The first visit of P2."""
    session.refresh(study, ["timepoints"])
    new = NewPatient("P2", TODAY, birth_year=1980)
    other = patients.enrol(session, study, study.timepoints, new, library, at=AT, actor="test")
    return session.scalars(select(Visit).where(Visit.patient_id == other.id, Visit.name == "baseline")).one()


def enter(
    session: Session, library: Library, study: Study, visit: Visit, entry: TypedAnswers = SHEET
) -> Response:
    phq9 = library.get("phq9")
    stored = corrections.enter(session, study, visit, phq9, entry, library, at=LATER, actor="staff:1")
    session.commit()
    return session.get_one(Response, stored)


def correct(
    session: Session, library: Library, study: Study, response: Response, **answers: int | None
) -> Response:
    stored = corrections.correct(
        session,
        study,
        response,
        library.get("phq9"),
        {**response.answers, **answers},
        reason=" misread ",
        at=LATER + timedelta(days=2),
        actor="staff:2",
    )
    session.commit()
    return session.get_one(Response, stored)


def annul(
    session: Session, library: Library, study: Study, response: Response, right: Visit | None = None
) -> int | None:
    stored = corrections.annul(
        session,
        response,
        library.get("phq9"),
        library,
        reason=" another's ",
        right=right,
        study=study,
        at=LATER + timedelta(days=2),
        actor="staff:2",
    )
    session.commit()
    return stored


def alerts(session: Session) -> Sequence[Alert]:
    return session.scalars(select(Alert).execution_options(populate_existing=True).order_by(Alert.id)).all()


def standing(session: Session) -> Sequence[int]:
    return session.scalars(select(Response.id).where(Response.stands).order_by(Response.id)).all()


def test_a_sheet_is_stored_as_it_was_read(
    session: Session, library: Library, study: Study, visit: Visit
) -> None:
    """What was left empty is passed over; it counts as given at noon of its day."""
    entry = replace(SHEET, answers={**CALM, "q2": None}, on=TODAY - timedelta(days=1))
    response = enter(session, library, study, visit, entry)
    assert response.answers == {item: value for item, value in CALM.items() if item != "q2"}
    assert response.not_given == {"q2": "skipped"}
    assert (response.source, response.answered_by, response.locale) == ("paper", "patient", "en")
    assert (response.completed_on, response.started_at) == (TODAY - timedelta(days=1), None)
    assert response.submitted_at == datetime(2026, 3, 9, 11, tzinfo=UTC)
    assert visit.opened_at == LATER
    score = session.scalars(select(Score).where(Score.scale == "total")).one()
    assert (score.value, score.items_missing) == (pytest.approx(7 * 9 / 8), 1)
    event = session.scalars(select(Event).where(Event.action == "response.stored")).one()
    assert (event.actor, event.at, event.patient_id) == ("staff:1", LATER, visit.patient_id)


def test_what_was_answered_on_paper_is_not_asked_again_soon(
    session: Session, library: Library, study: Study, patient: Patient, second: Visit
) -> None:
    """A planned visit opens two weeks later, as after answers by the link; also where they were another's."""
    answered = date(2026, 6, 1)
    made: dict[str, Any] = {"at": datetime(2026, 6, 1, 9, tzinfo=UTC), "actor": "staff:1"}
    face = library.get("face")
    opens = select(Patient.code, Visit.opens_on).join(Visit).where(Visit.name == "month_3")
    before = dict(session.execute(opens).all())
    between = visits.add_unscheduled(session, study, patient, ["face"], library, on=answered, **made)
    sheet = replace(SHEET, answers={item.key: 3 for item in face.asked([])}, on=answered)
    stored = corrections.enter(session, study, between, face, sheet, library, **made)
    later = answered + timedelta(days=14)
    assert dict(session.execute(opens).all()) == {**before, "P1": later}
    other = session.get_one(Patient, second.patient_id)
    right = visits.add_unscheduled(session, study, other, ["face"], library, on=answered, **made)
    told: dict[str, Any] = {"reason": "mixed up", "right": right, "study": study, **made}
    corrections.annul(session, session.get_one(Response, stored), face, library, **told)
    assert dict(session.execute(opens).all()) == {"P1": later, "P2": later}


def test_todays_sheet_is_not_of_the_future(
    session: Session, library: Library, study: Study, visit: Visit
) -> None:
    """Entered before noon."""
    phq9 = library.get("phq9")
    first = corrections.enter(session, study, visit, phq9, SHEET, library, at=AT, actor="staff:1")
    assert session.get_one(Response, first).submitted_at == AT


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"source": "web"}, "source"),
        ({"answered_by": "nobody"}, "source"),
        ({"on": TODAY + timedelta(days=1)}, "on"),
        ({"on": TODAY - timedelta(days=32)}, "on"),
        ({"answers": dict.fromkeys(CALM)}, None),
        ({"answers": {}}, None),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(
    session: Session, library: Library, study: Study, visit: Visit, facts: dict[str, Any], field: str | None
) -> None:
    """With the form's field; nothing is stored, and the visit's dates may still move."""
    with pytest.raises(Refused) as refused:
        enter(session, library, study, visit, replace(SHEET, **facts))
    assert refused.value.field == field
    assert standing(session) == []
    assert visit.opened_at is None


@pytest.mark.parametrize("days", [0, 31])
def test_paper_may_be_filled_in_before_a_visit_opens(
    session: Session, library: Library, study: Study, visit: Visit, days: int
) -> None:
    """A month before it; a day further off is a slip."""
    assert visit.opens_on == TODAY
    assert enter(session, library, study, visit, replace(SHEET, on=TODAY - timedelta(days=days))).stands


def test_who_left_answered_until_then(
    session: Session, library: Library, study: Study, patient: Patient, visit: Visit
) -> None:
    """A sheet of a later day is somebody else's."""
    patient.status, patient.status_since = "left", TODAY - timedelta(days=1)
    session.commit()
    with pytest.raises(Refused) as refused:
        enter(session, library, study, visit)
    assert refused.value.field == "on"
    assert enter(session, library, study, visit, replace(SHEET, on=TODAY - timedelta(days=1))).stands


def test_a_questionnaire_is_entered_once(
    session: Session, library: Library, study: Study, visit: Visit, second: Visit
) -> None:
    """Not where it is answered, nor where the patient is answering it; elsewhere it may be."""
    enter(session, library, study, visit)
    with pytest.raises(Refused, match="Correct it instead"):
        enter(session, library, study, visit)
    version_id = versions.freeze(session, library.get("phq9"), at=AT)
    draft = Draft(visit_id=second.id, instrument="phq9", instrument_version_id=version_id, locale="en")
    draft.answers, draft.started_at, draft.saved_at = {}, AT, AT
    session.add(draft)
    session.flush()
    with pytest.raises(Refused, match="has begun"):
        enter(session, library, study, second)
    draft.instrument = "face"
    session.flush()
    assert enter(session, library, study, second).stands


def test_what_is_no_answer_is_refused(session: Session, library: Library, study: Study, visit: Visit) -> None:
    with pytest.raises(AnswerError):
        enter(session, library, study, visit, replace(SHEET, answers={**CALM, "q1": 7}))


@pytest.mark.parametrize(("q9", "raised"), [(0, 0), (1, 1), (None, 1)])
def test_a_sheet_raises_the_alerts_of_a_patients_own(
    session: Session, library: Library, study: Study, visit: Visit, q9: int | None, raised: int
) -> None:
    """Also where the question was left empty."""
    enter(session, library, study, visit, replace(SHEET, answers={**CALM, "q9": q9}))
    found = alerts(session)
    assert len(found) == raised
    assert [(one.visit_id, one.last_answer, one.source) for one in found] == [
        (visit.id, q9, "paper")
    ] * raised


def test_a_correction_keeps_all_but_the_answers(
    session: Session, library: Library, study: Study, visit: Visit
) -> None:
    """Day, source, language; the first response stays as it was, and stands no longer."""
    first = enter(session, library, study, visit, replace(SHEET, answers={**CALM, "q2": None}))
    said = dict(first.answers)
    new = correct(session, library, study, first, q2=3, q1=None)
    assert (first.answers, first.superseded_at) == (said, LATER + timedelta(days=2))
    assert standing(session) == [new.id]
    assert (new.supersedes_id, new.reason) == (first.id, "misread")
    assert new.answers == {item: value for item, value in {**CALM, "q2": 3}.items() if item != "q1"}
    assert new.not_given == {"q1": "skipped"}
    for name in ("source", "answered_by", "locale", "partial", "completed_on", "submitted_at", "started_at"):
        assert getattr(new, name) == getattr(first, name), name
    values = session.scalars(select(EventValue).order_by(EventValue.field)).all()
    assert [(one.field, one.before, one.after) for one in values] == [
        ("phq9.q1", "1", "null"),
        ("phq9.q2", "null", "3"),
    ]
    assert list(audit.verify(session)) == []


def test_a_correction_says_something_new_and_why(
    session: Session, library: Library, study: Study, visit: Visit
) -> None:
    """And of answers that stand: not twice of the same."""
    first = enter(session, library, study, visit)
    with pytest.raises(Refused, match="Nothing was changed"):
        correct(session, library, study, first)
    assert first.stands
    with pytest.raises(Refused) as refused:
        corrections.correct(
            session, study, first, library.get("phq9"), {"q1": 3}, reason=" ", at=LATER, actor="staff:1"
        )
    assert refused.value.field == "reason"
    correct(session, library, study, first, q1=3)
    with pytest.raises(Refused, match="in the meantime"):
        correct(session, library, study, first, q1=2)


def test_only_what_was_changed_can_raise_an_alert(
    session: Session, library: Library, study: Study, visit: Visit
) -> None:
    """An alert that somebody dealt with is not raised anew because another item was misread."""
    first = enter(session, library, study, visit, replace(SHEET, answers={**CALM, "q9": 2}))
    [alert] = alerts(session)
    alert.state, alert.acknowledged_at = "acknowledged", LATER
    session.commit()
    new = correct(session, library, study, first, q1=3)
    [alert] = alerts(session)
    assert (alert.state, alert.last_answer) == ("acknowledged", 2)
    correct(session, library, study, new, q9=3)
    [alert] = alerts(session)
    assert (alert.first_answer, alert.last_answer) == (2, 3)


def test_answers_of_somebody_else_are_taken_back(
    session: Session, library: Library, study: Study, visit: Visit
) -> None:
    """They stand no longer and are not lost; their alert stays and says so."""
    first = enter(session, library, study, visit, replace(SHEET, answers={**CALM, "q9": 2}))
    assert annul(session, library, study, first) is None
    assert (first.annulled_at, standing(session)) == (LATER + timedelta(days=2), [])
    [alert] = alerts(session)
    assert (alert.visit_id, alert.first_answer, alert.last_answer) == (visit.id, 2, None)
    event = session.scalars(select(Event).where(Event.action == "response.annulled")).one()
    assert (event.reason, event.patient_id) == ("another's", visit.patient_id)
    with pytest.raises(Refused, match="in the meantime"):
        annul(session, library, study, first)


def test_they_are_entered_under_the_right_patient(
    session: Session, library: Library, study: Study, visit: Visit, second: Visit
) -> None:
    """As they were given, and with their alert there."""
    first = enter(session, library, study, visit, replace(SHEET, answers={**CALM, "q9": 2, "q3": None}))
    moved = session.get_one(Response, annul(session, library, study, first, second))
    assert standing(session) == [moved.id]
    assert (moved.visit_id, moved.reason, moved.supersedes_id) == (second.id, "another's", None)
    for name in ("answers", "not_given", "source", "answered_by", "locale", "completed_on", "submitted_at"):
        assert getattr(moved, name) == getattr(first, name), name
    assert [(one.visit_id, one.last_answer) for one in alerts(session)] == [(visit.id, None), (second.id, 2)]


def test_they_are_not_entered_where_they_cannot_be(
    session: Session, library: Library, study: Study, visit: Visit, second: Visit
) -> None:
    """At the same visit, over other answers, or of a day on which that patient took part no longer."""
    first = enter(session, library, study, visit)
    with pytest.raises(Refused, match="another visit"):
        annul(session, library, study, first, visit)
    session.rollback()
    there = enter(session, library, study, second)
    with pytest.raises(Refused, match="already"):
        annul(session, library, study, first, second)
    session.rollback()
    there.annulled_at = LATER
    owner = session.get_one(Patient, second.patient_id)
    owner.status, owner.status_since = "left", date(2026, 3, 9)
    session.commit()
    with pytest.raises(Refused, match="took part until"):
        annul(session, library, study, first, second)
    session.rollback()
    assert standing(session) == [first.id]


def test_nothing_is_entered_for_somebody_who_was_erased(
    session: Session, library: Library, study: Study, visit: Visit
) -> None:
    """A sheet of paper that turns up later would bring back what was taken away."""
    patient = session.get_one(Patient, visit.patient_id)
    erasing.remove(session, patient, reason="asked", on=TODAY, at=AT, actor="staff:1")
    session.commit()
    with pytest.raises(Refused, match="identity was removed: nothing more is entered"):
        enter(session, library, study, visit)


@pytest.fixture
def asked(session: Session, study: Study) -> ConsentText:
    """The study asks for consent, and nobody has decided yet."""
    consents.load(session, study, "1", {"en": NewText("May we?", {})}, at=AT, actor="test")
    session.commit()
    return session.scalars(select(ConsentText)).one()


def test_answers_without_consent_have_a_reason(
    session: Session, library: Library, study: Study, visit: Visit, asked: ConsentText
) -> None:
    """Kept in the trail, in the same transaction; after a consent it is asked no more."""
    with pytest.raises(Refused) as refused:
        enter(session, library, study, visit)
    assert refused.value.field == "given"
    session.rollback()
    enter(session, library, study, visit, replace(SHEET, without_consent=" On the old paper. "))
    [event] = session.scalars(select(Event).where(Event.action == "answers.without_consent")).all()
    assert (event.reason, event.facts) == ("On the old paper.", {"visit": visit.id, "instrument": "phq9"})
    assert list(audit.verify(session)) == []


def test_no_reason_is_noted_once_consent_is_recorded(
    session: Session, library: Library, study: Study, visit: Visit, second: Visit, asked: ConsentText
) -> None:
    """Neither is one asked; answers move to no patient whose consent is due."""
    signed = {"agreed": True, "parts": (), "how": "paper", "signed_on": TODAY}
    consents.decide(session, visit.patient_id, asked, **signed, at=AT, actor="test")
    response = enter(session, library, study, visit, replace(SHEET, without_consent="never mind"))
    assert session.scalars(select(Event).where(Event.action == "answers.without_consent")).all() == []
    told: dict[str, Any] = {"reason": "mixed up", "study": study, "at": LATER, "actor": "staff:1"}
    with pytest.raises(Refused, match="No consent of P2 is recorded"):
        corrections.annul(session, response, library.get("phq9"), library, right=second, **told)
