"""The background form: asked before the first questionnaire, kept as said, and never lost or doubled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from surveys.models import Study, Visit
from surveys.schedule import PlannedVisit
from surveys.store.visit import links
from tests.journeys.test_at_once import all_at_once, assert_no_error
from tests.support.about_you import AS_STORED, WHOLE
from tests.support.pages import Page
from tests.support.patient import Patient, Reply, in_process, over_http
from tests.support.server import LiveServer
from tests.support.study import Invited, changing, invite, one_table, stored

FIRST = "Is this the first time that you have trouble with your face?"
REVIEW = "Check your answers"
PLAN = tuple(
    PlannedVisit(key, key, "enrolment", day, 0, 20, ("phq9",)) for key, day in (("one", 0), ("two", 60))
)
BOTH = pytest.mark.parametrize("database_url", ["sqlite_url", "postgres_url"], indirect=True)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite; where statements might differ, PostgreSQL too."""
    return str(request.getfixturevalue(getattr(request, "param", "sqlite_url")))


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited in a study that asks of palsy and treatments."""
    return invite(app, asks_background=True)


@pytest.fixture
def patient(app: Flask, invited: Invited) -> Patient:
    """Who read the introduction."""
    walker = Patient(in_process(app))
    walker.open(invited.token)
    assert "Before that we ask about your face and its treatment." in walker.page.text
    walker.next()
    return walker


def give(patient: Patient, fields: str = "", go: str | None = None) -> Page:
    """Fill in the question that is open, as `name=value&name=value`, and press a button."""
    pairs = [tuple(pair.split("=")) for pair in fields.split("&") if pair]
    hidden = [(name, value) for name, value in patient.step.hidden.items() if name != "csrf_token"]
    pressed = [("go", go)] if go else []
    return patient.post(patient.path.partition("?")[0], [*hidden, *pairs, *pressed])  # type: ignore[list-item]


def give_all(patient: Patient, answers: Sequence[tuple[str, str]] = WHOLE) -> None:
    """Answer every question, each being the one expected."""
    for question, fields in answers:
        assert patient.step.hidden["asked"] == question
        give(patient, fields)


def said(app: Flask) -> dict[str, list[Any]]:
    """Everything said, by question, oldest first; "skipped" where it was."""
    found: dict[str, list[Any]] = {}
    for row in one_table(app, "background"):
        found.setdefault(row["question"], []).append(row["answer"].get("value", "skipped"))
    return found


@BOTH
def test_everything_is_kept_as_it_was_said(app: Flask, patient: Patient, invited: Invited) -> None:
    """One question per screen, each treatment with its date; then a review, then the questionnaires."""
    assert patient.page.heading == FIRST
    give_all(patient)
    assert patient.page.heading == REVIEW
    for words in ("March 2024", "4 March 2024", "A weight in the upper eyelid", "None of these", "Nearly"):
        assert words in patient.page.text
    patient.next()
    assert patient.asked == "face/1"
    assert said(app) == {**{key: [value] for key, value in AS_STORED.items()}, "sent": ["whole"]}
    rows = one_table(app, "background")
    assert {row["visit_id"] for row in rows} == {invited.visit_id}
    assert {(row["locale"], row["reported_by"]) for row in rows} == {("en", "patient")}
    assert [event["facts"] for event in one_table(app, "event") if event["action"] == "background.sent"] == [
        {"visit": invited.visit_id, "form": "whole"}
    ]
    assert one_table(app, "treatment") == []


def test_nothing_is_chosen_beforehand_and_nothing_is_asked_before(patient: Patient, invited: Invited) -> None:
    """Neither an item's address nor its form leads past it, nor is there a way ahead in the form."""
    for question, fields in WHOLE:
        assert not [one for one in patient.step.inputs if one.checked], question
        give(patient, fields)
    for path in (f"/visit/{invited.visit_id}/face/1", f"/visit/{invited.visit_id}/face/review"):
        patient.get(path)
        assert patient.page.heading == REVIEW
        patient.post(path, {"answer": "3"})
        assert patient.page.heading == REVIEW


def test_nobody_gets_ahead(patient: Patient, invited: Invited) -> None:
    """Later questions and the review lead back to the first that is open."""
    give(patient, "answer=first_time")
    for place in ("3", "99", "0", "review"):
        patient.get(f"/visit/{invited.visit_id}/about-you/{place}")
        assert patient.step.hidden["asked"] == "onset"
    patient.post(f"/visit/{invited.visit_id}/about-you/review", {})
    assert patient.step.hidden["asked"] == "onset"
    patient.post(f"/visit/{invited.visit_id}/about-you/9", {"asked": "recovered", "answer": "yes"})
    patient.get(f"/visit/{invited.visit_id}/about-you/9")
    assert patient.step.hidden["asked"] == "onset"


def test_skipping_is_asked_once_and_kept(app: Flask, patient: Patient) -> None:
    """As for the questionnaires."""
    give(patient, "answer=unknown")
    give(patient)
    assert patient.status == 422
    assert "Please write an answer." in patient.page.text
    give(patient, go="skip")
    patient.skip()
    assert patient.page.heading == "Has anyone told you what caused it?"
    assert said(app) == {"had_before": ["unknown"], "onset": ["skipped"], "side": ["skipped"]}


def test_back_shows_what_was_said(app: Flask, patient: Patient) -> None:
    """Chosen as it was, and unchanged when sent again; what is chosen when going back is kept too."""
    give_all(patient, WHOLE[:4])
    give(patient, "answer=massage&answer=operation", go="back")
    assert patient.step.checked == "bells_palsy"
    patient.press("Back")
    patient.press("Back")
    assert [one.value for one in patient.step.inputs if one.kind == "text"] == ["", "3", "2024"]
    for _ in range(3):
        give(patient, WHOLE[[key for key, _ in WHOLE].index(patient.step.hidden["asked"])][1])
    assert [one.value for one in patient.step.inputs if one.checked] == ["massage", "operation"]
    assert {len(answers) for answers in said(app).values()} == {1}


def test_a_change_is_kept_beside_what_was_said_before(app: Flask, patient: Patient, invited: Invited) -> None:
    """From the review and back to it; what a change opens is asked, what it closes is not shown."""
    give_all(patient)
    patient.get(f"/visit/{invited.visit_id}/about-you/5?change=1")
    assert [button.text for button in patient.step.buttons] == ["Save", "Stop for now"]
    give(patient, "answer=botulinum_toxin")
    assert patient.page.heading == "When did you last have botulinum toxin?"
    give(patient, "month=11&year=2025")
    patient.get(f"/visit/{invited.visit_id}")
    assert patient.page.heading == REVIEW
    assert "upper eyelid" not in patient.page.text
    assert said(app)["treatments"] == [AS_STORED["treatments"], ["botulinum_toxin"]]
    assert said(app)["eyelid_weight"] == [AS_STORED["eyelid_weight"]]


FAULTS = {
    "onset": (
        ("day=4&year=2024", "Please write the month too"),
        ("month=3", "Please write the year too."),
        ("month=13&year=2024", "a number from 1 to 12"),
        ("day=31&month=2&year=2024", "That month has no such day."),
        ("year=24", "with four digits"),
        ("month=Ma&year=2024", "such as 27 3 2024"),
        ("month=3&year=1950", "That is before the year in which you were born"),
        ("year=2199", "This lies in the future."),
    ),
    "side": (("answer=above", "That is not one of the answers."),),
    "treatments": (
        ("answer=none&answer=massage", "not both"),
        ("answer=massage&answer=massage", "That is not one of the answers."),
    ),
}


def test_what_is_no_answer_is_explained(app: Flask, patient: Patient) -> None:
    """What was typed stays on the page; nothing is stored."""
    for question, right in WHOLE[:5]:
        before = one_table(app, "background")
        for fields, words in FAULTS.get(question, ()):
            give(patient, fields)
            assert patient.status == 422
            assert words in patient.page.text
            shown = {
                (one.name, one.value) for one in patient.step.inputs if one.kind == "text" or one.checked
            }
            assert question == "side" or {tuple(pair.split("=")) for pair in fields.split("&")} <= shown
        assert one_table(app, "background") == before
        give(patient, right)


def test_a_date_before_birth_may_stand(app: Flask, patient: Patient) -> None:
    """Asked about once: the year of birth may be the one that is wrong. A month may have its name."""
    give(patient, "answer=first_time")
    for status in (422, 200):
        give(patient, "day=27.&month=M\u00e4rz&year=1950")
        assert patient.status == status
    assert said(app)["onset"] == [{"on": "1950-03-27", "precision": "day"}]


@BOTH
def test_another_device_goes_on_where_it_stopped(app: Flask, patient: Patient, invited: Invited) -> None:
    """At the first question that is open, at the review, and past a form that was sent."""
    other = Patient(in_process(app))
    give_all(patient, WHOLE[:5])
    other.get(invited.path)
    assert other.page.heading == "Would you like to see what you answered before?"
    other.post(other.path, {"birth_year": "1970"})
    assert other.step.hidden["asked"] == "operations"
    give_all(other, WHOLE[5:])
    patient.get(invited.path)
    assert patient.page.heading == "Would you like to see what you answered before?"
    patient.next()
    assert patient.page.heading == REVIEW
    assert patient.page.text.count("Answered earlier") == 5
    other.next()
    before = stored(app, "background", "event")
    patient.next()
    assert patient.asked == "face/1"
    for fields in ({"asked": "side", "answer": "right"}, {"asked": "treatments", "answer": "massage"}):
        patient.post(f"/visit/{invited.visit_id}/about-you/2", fields)
        assert patient.asked == "face/1"
    assert stored(app, "background", "event") == before


def test_a_device_that_may_not_see_is_told_nothing(app: Flask, patient: Patient, invited: Invited) -> None:
    """It goes on behind what was answered, without questions that would tell of it, and may answer anew."""
    give_all(patient, WHOLE[:6])
    other = Patient(in_process(app))
    other.open(invited.token)
    assert other.step.hidden["asked"] == "symptoms"
    other.press("Back")
    assert other.step.hidden["asked"] == "treatments"
    assert "This question was answered earlier" in other.page.text
    assert not [one for one in other.step.inputs if one.checked]
    other.next()
    give_all(other, WHOLE[8:])
    assert other.page.heading == REVIEW
    for words in ("Steroid", "eyelid", "March", "left"):
        assert words not in other.page.text
    other.get(f"/visit/{invited.visit_id}/about-you/5?change=1")
    give(other, "answer=oral_corticosteroid")
    assert other.page.heading == "When did you start the steroid tablets?"
    give(other, "year=2024")
    patient.get(f"/visit/{invited.visit_id}/about-you/5")
    patient.press("Next")
    assert said(app)["treatments"] == [["oral_corticosteroid", "operation"], ["oral_corticosteroid"]]
    other.get(f"/visit/{invited.visit_id}/about-you/review")
    other.next()
    assert other.asked == "face/1"


def test_a_form_too_old_is_shown_as_it_was_filled_in(app: Flask, patient: Patient) -> None:
    """It says that nothing was sent yet; a press stores it."""
    give(patient, "answer=first_time")
    path = patient.path
    fields = [("asked", "onset"), ("month", "3"), ("year", "2024")]
    patient._ask("POST", path, [("csrf_token", "of another session"), *fields])
    assert patient.status == 422
    assert "Your answer was not sent yet." in patient.page.text
    assert said(app) == {"had_before": ["first_time"]}
    give(patient, "month=3&year=2024")
    assert said(app) == {"had_before": ["first_time"], "onset": [AS_STORED["onset"]]}
    stranger = Patient(in_process(app))
    stranger._ask("POST", path, [("csrf_token", "of another session"), *fields])
    assert stranger.status == 403
    patient._ask("POST", path.removesuffix("2") + "review", [("csrf_token", "of another session")])
    assert patient.step.hidden["asked"] == "side"


@BOTH
def test_a_later_visit_asks_what_changed(app: Flask) -> None:
    """Only that, and since when; whoever never sent the first form is asked the whole one again."""
    first = invite(app, asks_background=True, plan=PLAN, visit="one")
    with changing(app) as session:
        later = session.scalars(select(Visit).where(Visit.name == "two")).one()
        later.opens_on = later.opens_on - timedelta(days=60)
        again = links.issue(session, later, at=datetime.now(UTC), actor="test")
    patient = Patient(in_process(app))
    patient.open(again)
    patient.next()
    assert patient.page.heading == FIRST
    patient.open(first.token)
    patient.next()
    give_all(patient)
    patient.next()
    patient.open(again)
    assert "Before that we ask what has changed since the last time." in patient.page.text
    patient.next()
    assert patient.page.heading.startswith("Has your face become weak once more since ")
    give_all(
        patient,
        [
            ("came_again", "answer=no"),
            ("treatments", "answer=none"),
            ("symptoms", "answer=eye"),
            ("changed", "answer=much_better"),
            ("recovered", "answer=yes"),
        ],
    )
    patient.next()
    assert patient.asked == "phq9/1"
    assert [row["answer"] for row in one_table(app, "background") if row["question"] == "sent"] == [
        {"value": "whole"},
        {"value": "short"},
    ]


def test_it_never_interrupts_a_questionnaire(app: Flask) -> None:
    """A study that begins to ask does so at visits that are not begun."""
    invited = invite(app)
    patient = Patient(in_process(app))
    patient.open(invited.token)
    patient.next()
    patient.answer(1)
    with changing(app) as session:
        session.execute(update(Study).values(asks_background=True))
    patient.open(invited.token)
    assert patient.asked == "face/2"
    patient.get(f"/visit/{invited.visit_id}/about-you/1")
    assert patient.asked == "face/2"


@pytest.mark.database(both=False)
@BOTH
@pytest.mark.long
def test_many_presses_at_once_keep_one_answer(app: Flask, live_server: LiveServer, invited: Invited) -> None:
    """One answer sent twelve times in the same moment, then the form from eight devices."""
    first = Patient(over_http(live_server.url))
    first.open(invited.token)
    first.next()
    give_all(first, WHOLE[:1])
    fields = [("csrf_token", first.csrf_token), ("asked", "onset"), ("month", "3"), ("year", "2024")]
    replies: list[Reply] = []
    all_at_once([lambda: replies.append(first.send("POST", first.path, fields)) for _ in range(12)])
    assert {reply.status for reply in replies} == {302}
    first.open(invited.token)
    give_all(first, WHOLE[2:])
    crowd = [first, *(Patient(over_http(live_server.url)) for _ in range(7))]
    for one in crowd[1:]:
        one.open(invited.token)
    assert {one.page.heading for one in crowd} == {REVIEW}
    all_at_once([one.next for one in crowd])
    assert_no_error(crowd)
    assert {one.asked for one in crowd} == {"face/1"}
    assert {question: len(answers) for question, answers in said(app).items()} == dict.fromkeys(
        [*AS_STORED, "sent"], 1
    )
    assert [event["action"] for event in one_table(app, "event")].count("background.sent") == 1
