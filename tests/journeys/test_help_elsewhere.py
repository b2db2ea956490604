"""Stopping at the crisis text and coming back: only who may know what was answered reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from surveys.models import Alert, Response, Study
from surveys.models import Patient as PatientRow
from surveys.store.visit import corrections
from tests.support.patient import Patient, in_process
from tests.support.study import FACE, PHQ9, SAQ, Invited, changing, invite, library, one_table

ASKED = "Would you like to see what you answered before?"
HELP = "Where to find help"
NEUTRAL = "Where to find help, if you need it"
TELLING = ("Thank you for telling us", "such thoughts")
ITEM_9 = "/phq9/9?change=1"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough here: what is written is tested on both beside the store."""
    return sqlite_url


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody born in 1970, invited to FaCE, PHQ-9 and SAQ."""
    return invite(app)


@pytest.fixture
def phone(app: Flask, invited: Invited) -> Patient:
    """Where item 9 was answered with 1: the crisis text is open."""
    walker = Patient(in_process(app))
    walker.open(invited.token)
    walker.finish(FACE)
    walker.next()
    walker.fill((*PHQ9[:8], 1))
    assert walker.page.heading == HELP
    return walker


def elsewhere(app: Flask, invited: Invited) -> Patient:
    """The link opened on another device, or on the same one without its cookie."""
    walker = Patient(in_process(app))
    walker.get(invited.path)
    return walker


def tell(device: Patient, year: str) -> None:
    """Fill in the year and go on."""
    device.post(device.path, {"birth_year": year})


def seen(app: Flask) -> bool:
    """Whether the crisis text counts as seen."""
    [alert] = one_table(app, "alert")
    return alert["crisis_text_seen_at"] is not None


def told_nothing(device: Patient) -> bool:
    """Whether no page of this device ever told of an answer."""
    return not any(words in reply.html for reply in device.replies for words in TELLING)


def test_stopping_there_counts_as_seen(app: Flask, phone: Patient, invited: Invited) -> None:
    """The link then leads on, on this device and, after the year of birth or without it, on any other."""
    phone.press("Stop for now")
    assert phone.page.heading == "Your answers are kept"
    assert seen(app)
    phone.get(invited.path)
    assert phone.page.heading == "Check your answers"
    other = elsewhere(app, invited)
    assert other.page.heading == ASKED
    other.next()
    assert other.page.heading == "Check your answers"
    assert told_nothing(other)


def test_closed_without_a_press_it_waits_on_the_same_device(
    app: Flask, phone: Patient, invited: Invited
) -> None:
    """It comes first again; going on notes it."""
    phone.get(invited.path)
    assert phone.page.heading == HELP
    assert not seen(app)
    phone.next()
    assert seen(app)
    assert phone.page.heading == "Check your answers"


@pytest.mark.usefixtures("phone")
def test_the_right_year_shows_it_elsewhere(app: Flask, invited: Invited) -> None:
    """It is not lost for the patient: whoever tells the year reads it, once."""
    other = elsewhere(app, invited)
    assert other.page.heading == ASKED
    tell(other, "1969")
    assert other.status == 422
    assert told_nothing(other)
    tell(other, "1970")
    assert other.page.heading == HELP
    assert TELLING[0] in other.page.text
    other.press("Stop for now")
    assert seen(app)
    other.get(invited.path)
    assert other.page.heading == "Check your answers"


def test_without_the_year_other_words_say_where_help_is(app: Flask, phone: Patient, invited: Invited) -> None:
    """They tell of no answer, name the same numbers and lead on; the patient's own device keeps its text."""
    other = elsewhere(app, invited)
    other.next()
    assert other.page.heading == NEUTRAL
    assert other.page.links["tel:112"] == "112"
    assert [button.text for button in other.step.buttons] == ["Go on with the questions", "Stop for now"]
    other.press("Stop for now")
    assert other.page.heading == "Your answers are kept"
    assert "Thank you for telling us" not in other.page.text
    other.get(f"/visit/{invited.visit_id}")
    assert other.page.heading == NEUTRAL
    other.next()
    assert other.page.heading == "Check your answers"
    assert told_nothing(other)
    assert not seen(app)
    phone.get(invited.path)
    assert phone.page.heading == HELP


@pytest.mark.usefixtures("phone")
def test_wrong_years_lead_to_the_other_words(app: Flask, invited: Invited) -> None:
    """When no try is left, on this device and on the next."""
    other = elsewhere(app, invited)
    for year in ("1969", "1971", "1972"):
        tell(other, year)
    other.next()
    assert other.page.heading == NEUTRAL
    third = elsewhere(app, invited)
    assert third.page.heading == NEUTRAL
    assert told_nothing(other)
    assert told_nothing(third)


@pytest.mark.usefixtures("phone")
def test_so_does_a_year_that_nobody_knows(app: Flask, invited: Invited) -> None:
    """Nothing is asked then."""
    with changing(app) as session:
        session.execute(update(PatientRow).values(birth_year=None))
    other = elsewhere(app, invited)
    assert other.page.heading == NEUTRAL
    other.next()
    assert other.page.heading == "Check your answers"
    assert told_nothing(other)


@pytest.mark.usefixtures("phone")
def test_no_page_asked_for_by_its_address_tells(app: Flask, invited: Invited) -> None:
    """Each leads to the year of birth, or says nothing; an answer sent meanwhile is kept."""
    visit = f"/visit/{invited.visit_id}"
    other = elsewhere(app, invited)
    for path in ("", "/help", "/phq9/9", "/phq9/review", "/saved", "/helped", "/thanks", "/copy", "/consent"):
        other.get(visit + path)
        assert other.page.heading == ASKED, path
    for path in ("/pause", "/taking-part", "/birth-year"):
        other.get(visit + path)
        assert other.status == 200
    for path, fields in (
        ("/phq9/9", {}),
        ("/phq9/9", {"answer": "77"}),
        ("/phq9/1", {"answer": "2"}),
        ("/phq9/review", {}),
        ("/help", {"go": "stop"}),
        ("/help", {}),
        ("/phq9/1", {}),
    ):
        other.post(visit + path, fields)
    assert told_nothing(other)
    assert not seen(app)
    [draft] = one_table(app, "draft")
    assert draft["answers"]["q1"][-1]["value"] == 2


def test_opening_the_link_again_begins_anew(app: Flask, phone: Patient, invited: Invited) -> None:
    """What one person passed over on a shared device is asked of the next."""
    other = elsewhere(app, invited)
    other.next()
    other.next()
    other.get(invited.path)
    assert other.page.heading == ASKED
    tell(other, "1970")
    assert other.page.heading == HELP
    other.next()
    assert seen(app)
    phone.get(invited.path)
    assert phone.page.heading == "Check your answers"


def test_who_answers_so_elsewhere_reads_it_there(app: Flask, phone: Patient, invited: Invited) -> None:
    """Whether the answer is another or the same; an answer of 0 there tells nothing."""
    phone.press("Stop for now")
    other = elsewhere(app, invited)
    other.next()
    for value, heading in ((0, "Check your answers"), (2, HELP)):
        other.get(f"/visit/{invited.visit_id}{ITEM_9}")
        other.answer(value)
        assert other.page.heading == heading
    [alert] = one_table(app, "alert")
    assert (alert["state"], alert["first_answer"], alert["last_answer"]) == ("new", 1, 2)


def test_an_answer_of_0_elsewhere_takes_it_from_nobody(app: Flask, phone: Patient, invited: Invited) -> None:
    """Who gave the answer before still reads where help is; who gave the 0 is told nothing."""
    other = elsewhere(app, invited)
    other.next()
    other.next()
    other.get(f"/visit/{invited.visit_id}{ITEM_9}")
    other.answer(0)
    assert other.page.heading == "Check your answers"
    assert told_nothing(other)
    phone.get(invited.path)
    assert phone.page.heading == HELP


@pytest.mark.usefixtures("phone")
def test_it_outlives_the_questionnaire(app: Flask, invited: Invited) -> None:
    """Sent from elsewhere without the year, the text still waits for whoever tells it."""
    other = elsewhere(app, invited)
    other.next()
    other.next()
    other.next()
    other.finish(SAQ)
    assert other.page.heading == "Thank you"
    assert told_nothing(other)
    third = elsewhere(app, invited)
    assert third.page.heading == ASKED
    tell(third, "1970")
    assert third.page.heading == HELP
    third.next()
    assert third.page.heading == "Thank you"


@pytest.mark.parametrize("kind", ["annulled", "answered again"])
def test_annulled_answers_ask_for_no_help(app: Flask, phone: Patient, invited: Invited, kind: str) -> None:
    """They were not the patient's; nothing is due until such an answer is given again; the alert stays."""
    phone.next()
    phone.next()
    [alert] = one_table(app, "alert")
    with changing(app) as session:
        response = session.scalars(select(Response).where(Response.instrument == "phq9")).one()
        facts: dict[str, Any] = {"study": session.scalars(select(Study)).one(), "reason": "another's"}
        facts |= {"at": datetime.now(UTC), "actor": "test"}
        corrections.annul(session, response, library(app).get("phq9"), library(app), **facts)
        session.execute(update(Alert).values(crisis_text_seen_at=None))
    other = elsewhere(app, invited)
    assert other.asked == "phq9/1"
    if kind == "answered again":
        other.fill((*PHQ9[:8], 1))
        assert other.page.heading == HELP
    [after] = one_table(app, "alert")
    assert (after["id"], after["state"], after["first_answer"]) == (alert["id"], "new", 1)


@pytest.mark.usefixtures("phone")
def test_the_other_words_need_no_number_and_speak_german(app: Flask, invited: Invited) -> None:
    """A simulated study's text may name none."""
    with changing(app) as session:
        session.execute(update(Study).values(crisis_texts={"en": "Thank you for telling us. Ask for help."}))
    other = elsewhere(app, invited)
    other.next()
    assert "call the emergency number of your country" in other.page.text
    other.post("/language", {"language": "de", "next": f"/visit/{invited.visit_id}/help"})
    assert other.page.heading == "Wo Sie Hilfe finden, falls Sie sie brauchen"
    assert "rufen Sie die Notrufnummer Ihres Landes an" in other.page.text
    assert told_nothing(other)
