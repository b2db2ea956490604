"""What comes back to a patient: the next day, words of the study, her own answers and scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.exchange.tidy.occasions import VISITS
from surveys.models import Palsy, Study, Visit
from surveys.schedule import PlannedVisit
from surveys.store.visit import feedback, responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.support.answers import send
from tests.support.patient import Patient, in_process
from tests.support.present import now, today
from tests.support.staff import signed_in
from tests.support.study import FACE, PHQ9, Invited, changing, invite, library, one_table
from tests.surveys.exchange.tidy.test_answers import rows


def enrolled() -> datetime:
    return now() - timedelta(days=185)


PLAN = [
    PlannedVisit(key, name, "enrolment", days, 10, 30, ("face", "phq9"))
    for key, name, days in (
        ("baseline", "Baseline", 0),
        ("month_6", "Month 6", 180),
        ("month_12", "Month 12", 365),
    )
]
ALL = ["next_visit", "use", "news", "answers", "scores", "priority"]
WORDS = {
    "use_texts": {"en": "Dr Abel reads them before she sees you."},
    "news_texts": {"en": "We are 100 now."},
}
BAD = (1,) * 15


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody who answered half a year ago, and is invited again; her study gives everything back."""
    found = invite(app, at=enrolled(), visit="month_6", plan=PLAN)
    with changing(app) as session:
        before(session, app, found, FACE)
        switch(session, app, ALL)
        palsy = session.scalars(select(Palsy)).one()
        palsy.onset_on, palsy.onset_precision = today() - timedelta(days=300), "day"
    return found


def switch(session: Session, app: Flask, what: Sequence[str]) -> None:
    study = session.scalars(select(Study)).one()
    session.refresh(study, ["timepoints"])
    facts = {"feedback": list(what), **WORDS}
    feedback.change(session, study, facts, library(app), at=now(), actor="test")


def before(session: Session, app: Flask, invited: Invited, face: Sequence[int], **facts: object) -> None:
    """Her answers of the first visit."""
    first = session.scalars(select(Visit).where(Visit.name == "baseline")).one()
    instrument = library(app).get("face")
    new = NewResponse(
        visit_id=first.id,
        patient_id=invited.patient_id,
        instrument=instrument,
        version_id=versions.freeze(session, instrument, at=enrolled()),
        answers={f"q{n}": value for n, value in enumerate(face, 1)},
        locale="en",
        source="web",
        submitted_at=enrolled(),
        completed_on=enrolled().date(),
    )
    responses.add(session, [new], at=enrolled(), actor="test")


def at_the_end(app: Flask, invited: Invited, helped: str = "patient", face: Sequence[int] = BAD) -> Patient:
    """Who has sent everything, and said who helped."""
    send(app, invited.token, PHQ9, face)
    patient = Patient(in_process(app))
    patient.open(invited.token)
    if patient.path.endswith("/what-matters"):
        patient.answer("eye")
    patient.answer(helped)
    return patient


def look_back(patient: Patient, invited: Invited, year: str = "1970") -> Patient:
    patient.get(f"/visit/{invited.visit_id}/looking-back")
    patient.post(patient.path, {"birth_year": year})
    return patient


def test_everything_comes_back(app: Flask, invited: Invited) -> None:
    """In one visit: what she is asked, sees, takes along and prints; and what staff have of it."""
    patient = at_the_end(app, invited)
    page = patient.page
    assert page.heading == "Thank you"
    assert [
        told
        for told in ("Dr Abel reads them", "We are 100 now.", "The next questions come about")
        if told not in page.text
    ] == []
    assert page.steps == []

    patient.get(f"/visit/{invited.visit_id}/next.ics")
    entry = patient.replies[-1].content.decode()
    [due] = [row["due_on"] for row in one_table(app, "visit") if row["name"] == "month_12"]
    assert f"DTSTART;VALUE=DATE:{due:%Y%m%d}\r\n" in entry
    assert "SUMMARY:Questionnaire\r\n" in entry
    assert not any(told in entry.lower() for told in ("http", "localhost", "face", "palsy", "s1", "p1"))

    place = f"/visit/{invited.visit_id}/looking-back"
    for hidden in ("/scores", "/answers/1", "/for-my-doctor"):
        patient.get(place + hidden)
        assert patient.path == place  # her year of birth comes first
    look_back(patient, invited, "70")
    assert patient.status == 422
    assert one_table(app, "birth_year_try") == []  # a slip is not a try
    look_back(patient, invited)
    assert patient.path == place
    for link in ("/scores", "/for-my-doctor", "/answers/1", "/answers/2"):
        assert place + link in patient.page.links

    patient.get(f"{place}/scores")
    assert "Your clinic sees this too." in patient.page.text
    assert "If your face or eye feels worse, call us, whatever this line shows." in patient.page.text
    assert "less than 17.6 points are usual" in patient.page.text
    html = patient.replies[-1].html
    assert (html.count("<polyline"), html.count("<rect x")) == (2, 1)  # the total, and how the eye feels
    assert "style=" not in html
    patient.get(f"{place}/for-my-doctor")
    assert "Facial Clinimetric Evaluation Scale" in patient.page.text
    patient.get(f"{place}/answers/2")
    assert "The eye on my weaker side felt dry, sore or gritty." in patient.page.text
    patient.get(f"{place}/answers/1")
    assert "how I feel" in patient.page.text
    assert "Little interest" not in patient.page.text
    patient.get(f"{place}/answers/1?mood=1")
    assert "Little interest" in patient.page.text

    shown = [row["what"] for row in one_table(app, "feedback_shown")]
    assert sorted(shown) == sorted(["next_visit", "use", "news", "scores", "doctor", "answers"])
    events = [row["facts"]["what"] for row in one_table(app, "event") if row["action"] == "feedback.shown"]
    assert sorted(events) == sorted(shown)
    assert "total_worse" in [row["rule"] for row in one_table(app, "alert")]
    row = exported(app)
    assert (row["matters_most"], row["feedback_shown"]) == (
        "eye",
        "next_visit;use;news;answers;scores;doctor",
    )


def exported(app: Flask) -> dict[str, str]:
    """The line of the second visit in the tidy package."""
    return next(line for line in rows(app, VISITS) if line["visit"] == "month_6")


def test_what_matters_heads_her_card(app: Flask, invited: Invited) -> None:
    """On Clinic today, as she said it; passed over, nothing does."""
    at_the_end(app, invited)
    member = signed_in(app)
    member.get("/staff/S1/clinic")
    member.post("/staff/S1/clinic", {"numbers": "P1"})
    assert "Matters most now: The eye" in member.get("/staff/S1/clinic").text


def lines_offered(app: Flask, invited: Invited, patient: Patient) -> bool:
    look_back(patient, invited)
    return f"/visit/{invited.visit_id}/looking-back/scores" in patient.page.links


@pytest.mark.parametrize(
    ("days", "precision", "cause", "offered"),
    [
        (89, "day", "bells_palsy", False),
        (90, "day", "bells_palsy", True),
        (0, "year", "bells_palsy", False),
        (None, None, "unknown", False),
        (None, None, "congenital_or_syndromic", True),
    ],
)
def test_no_scores_soon_after_the_onset(
    app: Flask, invited: Invited, days: int | None, precision: str | None, cause: str, offered: bool
) -> None:
    """An onset counts as the last day on which it may have been; an unknown one may be of yesterday."""
    onset = None if days is None else today() - timedelta(days=days)
    with changing(app) as session:
        palsy = session.scalars(select(Palsy)).one()
        palsy.onset_on = onset.replace(month=1, day=1) if onset and precision == "year" else onset
        palsy.onset_precision, palsy.cause = precision, cause
    assert lines_offered(app, invited, at_the_end(app, invited)) is offered


@pytest.mark.parametrize("helped", ["typed_by_other", "chosen_by_other", "interpreter"])
def test_no_scores_where_somebody_else_answered(app: Flask, invited: Invited, helped: str) -> None:
    """Whoever sat beside her sees none, also by the address."""
    patient = at_the_end(app, invited, helped)
    assert not lines_offered(app, invited, patient)
    patient.get(f"/visit/{invited.visit_id}/looking-back/scores")
    assert patient.path.endswith("/looking-back")


def test_no_line_that_staff_would_not_hear_of(app: Flask, invited: Invited) -> None:
    """Without the rule its line goes; without the switch all of it; and before sending nothing comes."""
    visit = f"/visit/{invited.visit_id}"
    early = Patient(in_process(app))
    early.open(invited.token)
    for path in ("/looking-back", "/looking-back/scores", "/next.ics", "/what-matters"):
        early.get(visit + path)
        assert not early.path.endswith(path)
    patient = at_the_end(app, invited)
    member = signed_in(app)
    for rule in one_table(app, "alert_rule"):
        member.get("/staff/S1/alert-rules")
        member.post(f"/staff/S1/alert-rules/{rule['id']}", {})
    look_back(patient, invited)
    patient.get(f"{visit}/looking-back/scores")
    assert (
        patient.replies[-1].html.count("<polyline") == 1
    )  # how the eye feels: no amount is published for it
    with changing(app) as session:
        switch(session, app, [])
    patient.get(f"{visit}/thanks")
    assert "Look back" not in patient.page.text
    patient.get(f"{visit}/looking-back/scores")
    assert patient.page.heading == "Thank you"


def test_staff_choose_what_comes_back(app: Flask, invited: Invited) -> None:
    """On a page of the study: with its words in every language, or refused in words."""
    member = signed_in(app)
    member.get("/staff/S1/study/feedback")
    kept = {"feedback": "use", "use_texts__en": "Nobody but us.", "news_texts__en": ""}
    member.post("/staff/S1/study/feedback", {**kept, "use_texts__en": ""})
    assert "Say in English who uses the answers" in member.page.text
    member.post("/staff/S1/study/feedback", kept)
    [study] = one_table(app, "study")
    assert (study["feedback"], study["use_texts"]) == (["use"], {"en": "Nobody but us."})
    assert "Who uses the answers, in the study's words" in member.get("/staff/S1/study").text
