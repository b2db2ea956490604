"""Messages as staff see them: words and settings, planned ones, letters, codes."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.models import Contact, Message, Visit
from surveys.models import Patient as PatientRow
from surveys.store.post import messages
from tests.support.pages import Page
from tests.support.patient import Patient, in_process
from tests.support.staff import Member, signed_in
from tests.support.study import Invited, changing, invite, one_table, stored

MESSAGES = "/staff/S1/messages"
OF_P1 = "/staff/S1/patients/P1/messages"
SETTINGS = "/staff/S1/message-settings"
ALL_DAY = {
    "clinic": "the Riverside Clinic",
    "reminder_days": "5, 9",
    "send_hour": "0",
    "earliest_hour": "0",
    "latest_hour": "24",
}


@pytest.fixture
def invited(app: Flask) -> Invited:
    """P1 of S1, a person with name, e-mail address and telephone."""
    made = invite(app)
    with changing(app) as session:
        contact = Contact(name="Anna Abel", email="anna@example.org", telephone="020 7946 0123")
        session.add(contact)
        session.flush()
        session.get_one(PatientRow, made.patient_id).contact_id = contact.id
    return made


@pytest.fixture
def member(app: Flask, invited: Invited) -> Member:
    """The coordinator, who has let messages go all day long."""
    found = signed_in(app)
    found.post(SETTINGS, ALL_DAY)
    return found


def plan(app: Flask) -> None:
    with changing(app) as session:
        messages.plan(session, at=datetime.now(UTC))


def test_settings_are_kept_and_checked(app: Flask, member: Member) -> None:
    """Days and hours in their order, and a sender that tells others nothing."""
    [row] = one_table(app, "messaging")
    assert (row["clinic"], row["reminder_days"]) == ("the Riverside Clinic", [5, 9])
    for change, words in [
        ({"reminder_days": "9, 5"}, "each larger than the one before"),
        ({"reminder_days": "soon"}, "Write numbers of days"),
        ({"earliest_hour": "9", "send_hour": "8"}, "from the earliest on"),
        ({"latest_hour": "25"}, "from 0 to 24"),
        ({"send_hour": "x"}, "whole number"),
        ({"clinic": "Facial palsy clinic"}, "would tell others"),
    ]:
        page = member.post(SETTINGS, {**ALL_DAY, **change})
        assert member.status == 422, change
        assert words in page.text
    assert one_table(app, "messaging") == [row]


def test_words_are_previewed_for_a_real_patient_and_kept(app: Flask, member: Member) -> None:
    """With name and dates, without making a link; nothing is kept by looking; a bad field is refused."""
    words = "/staff/S1/message-words/reminder/en"
    assert "It takes a few minutes" in member.get("/staff/S1/message-words/invitation/en").text
    form = {
        "subject": "Questions from {clinic}",
        "body": "{greeting}, until {last_day}:\n{link}",
        "patient": "P1",
    }
    before = stored(app, "link", "message_template")
    page = member.post(words, {**form, "do": "preview"})
    assert "Questions from the Riverside Clinic" in page.text
    assert "Dear Anna Abel, until" in page.text
    assert stored(app, "link", "message_template") == before
    page = member.post(words, {**form, "body": "{linc}", "do": "keep"})
    assert member.status == 422
    assert "There is no field {linc}." in page.text
    page = member.post(words, {**form, "subject": "Your mood", "do": "keep"})
    assert "“mood” would tell others" in page.text
    assert stored(app, "link", "message_template") == before
    member.post(words, {**form, "do": "keep"})
    [row] = one_table(app, "message_template")
    assert (row["kind"], row["locale"], row["subject"]) == ("reminder", "en", "Questions from {clinic}")
    assert "The study's own words." in member.get(words).text
    member.get("/staff/S1/message-words/reminder/de")
    assert member.status == 404, "the study speaks no German"


def test_what_is_planned_can_be_seen(app: Flask, member: Member) -> None:
    """Of the study and of the patient."""
    plan(app)
    page = member.get(f"{MESSAGES}?state=planned")
    assert "Planned (" in page.text
    assert "Invitation, e-mail" in page.text
    page = member.get(OF_P1)
    assert "Reminder 2, e-mail" in page.text


def by_letter(app: Flask) -> int:
    """The patient's invitation is to go by letter; its number."""
    with changing(app) as session:
        contact = session.scalars(select(Contact)).one()
        contact.channel, contact.address = "letter", "1 High Street"
    plan(app)
    return int(one_table(app, "message")[0]["id"])


def codes(page: Page) -> list[str]:
    return re.findall(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b", page.text)


def test_a_letter_opens_the_visit_by_its_code(app: Flask, member: Member, invited: Invited) -> None:
    """Drawn from the list of letters due; the code works with the year of birth, however it is typed."""
    number = by_letter(app)
    assert "Print the letter" in member.get("/staff/S1/needs").text
    page = member.post(f"/staff/S1/message/{number}/letter", {})
    assert "1 High Street" in page.text
    assert "Dear Anna Abel," in page.text
    assert "localhost/c" in page.text
    assert "S1" not in page.text, "what is printed names no study"
    [code] = codes(page)
    walker = Patient(in_process(app))
    walker.get("/c")
    page = walker.post("/c", {"code": code, "birth_year": "1971"})
    assert walker.status == 422
    assert "do not go together" in page.text
    walker.post("/c", {"code": code.lower().replace("-", " "), "birth_year": "1970"})
    assert walker.path.partition("?")[0] == f"/visit/{invited.visit_id}"


def test_no_letter_for_who_may_not_be_written_to(app: Flask, member: Member, invited: Invited) -> None:
    """Decided when it is drawn; nor where the message goes another way."""
    number = by_letter(app)
    with changing(app) as session:
        session.get_one(Visit, invited.visit_id).missed_reason = "away"
    before = stored(app, "link", "short_code")
    page = member.post(f"/staff/S1/message/{number}/letter", {})
    assert "Nothing was printed for P1: the visit was missed." in page.text
    with changing(app) as session:
        session.get_one(Message, number).channel = "email"
    page = member.post(f"/staff/S1/message/{number}/letter", {})
    assert "Nothing was printed for P1: this goes another way now." in page.text
    assert stored(app, "link", "short_code") == before


def test_a_code_allows_few_tries(app: Flask, member: Member) -> None:
    """After five wrong years it opens nothing any more, says so and whom to ask; other codes say nothing."""
    [code] = codes(member.post(f"/staff/S1/message/{by_letter(app)}/letter", {}))
    walker = Patient(in_process(app))
    walker.get("/c")
    for year in ("1950", "1960", "1980", "1990", "2000"):
        walker.post("/c", {"code": code, "birth_year": year})
    page = walker.post("/c", {"code": code, "birth_year": "1970"})
    assert walker.status == 422
    wrong = walker.post("/c", {"code": "2222-2222", "birth_year": "1970"})
    assert "too many tries" in page.text
    assert "do not go together" in wrong.text
    for nonsense in ("", "1234", "0000-OOOO"):
        walker.post("/c", {"code": nonsense, "birth_year": "1970"})
        assert walker.status == 422


def test_what_came_back_is_told_by_staff(app: Flask, member: Member) -> None:
    """It stands under what did not arrive, and the address is marked until it is corrected."""
    plan(app)
    with changing(app) as session:
        message = session.scalars(select(Message).order_by(Message.id)).first()
        assert message is not None
        message.outcome, message.outcome_at = "sent", datetime.now(UTC)
        number = message.id
    member.post(f"/staff/S1/message/{number}/came-back", {})
    assert "Mail servers do not take the address anna@example.org" in member.get(OF_P1).text
    assert "Did not arrive (1)" in member.get(MESSAGES).text
    assert one_table(app, "contact")[0]["refused_email"] == "anna@example.org"


def test_staff_send_a_link_now_send_again_and_say_that_it_arrived(
    app: Flask, member: Member, invited: Invited
) -> None:
    """From the page of the patient's messages; nothing goes within the request."""
    plan(app)
    assert "Send the link of First visit now" in member.get(OF_P1).text
    page = member.post(f"/staff/S1/visits/{invited.visit_id}/send", {})
    assert "It goes out with the worker’s next round" in page.text
    assert "nothing can be sent now (one is on its way already)" in page.text
    with changing(app) as session:
        message = session.scalars(select(Message).where(Message.asked_at.is_not(None))).one()
        assert (message.kind, message.outcome) == ("invitation", None)
        message.outcome, message.outcome_at, number = "unknown", datetime.now(UTC), message.id
    assert "It did arrive" in [button.text for form in member.get(OF_P1).steps for button in form.buttons]
    page = member.post(f"/staff/S1/message/{number}/arrived", {})
    assert "It counts as arrived" in page.text
    page = member.post(f"/staff/S1/message/{number}/again", {})
    assert "Invitation, e-mail" in page.text
    assert [row["nth"] for row in one_table(app, "message") if row["kind"] == "invitation"] == [1, 2]
