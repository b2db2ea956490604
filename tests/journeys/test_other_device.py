"""A draft opened on another device: the year of birth, hidden answers, and the last answer wins."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import update

from surveys.models import Contact
from surveys.models import Patient as PatientRow
from surveys.store.visit.devices import TRIES
from tests.support.answers import PHONE, arrived, send
from tests.support.patient import Patient, in_process
from tests.support.study import CONTACT, FACE, Invited, changing, invite, one_table

TABLET = "tablet"
ASKED = "Would you like to see what you answered before?"
HIDDEN = "Answered earlier"


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
    """Where three items were answered."""
    return arrived(app, invited.token, draft=(2, 3, 4))


@pytest.fixture
def tablet(app: Flask, phone: Patient, invited: Invited) -> Patient:
    """Another device, asked for the year of birth."""
    walker = Patient(in_process(app, device=TABLET))
    walker.get(invited.path)
    assert walker.page.heading == ASKED
    return walker


def rest(app: Flask, invited: Invited, *, but: int = 0, device: str = PHONE) -> None:
    """Answer what is left of FaCE on that device, but for the last few."""
    send(app, invited.token, draft=FACE[3 : len(FACE) - but], device=device)


def tell(device: Patient, year: str) -> None:
    """Fill in the year and go on."""
    device.post(device.path, {"birth_year": year})


def shown(device: Patient, invited: Invited, number: int) -> str | None:
    """Which answer the item's page shows as chosen."""
    device.get(f"/visit/{invited.visit_id}/face/{number}")
    return device.step.checked


def test_the_right_year_shows_what_was_answered(tablet: Patient, invited: Invited) -> None:
    """It goes on at the first open item, and Back shows the answers."""
    tell(tablet, " 1970 ")
    assert tablet.asked == "face/4"
    assert [shown(tablet, invited, number) for number in (1, 2, 3)] == ["2", "3", "4"]
    tablet.get(invited.path)
    assert tablet.asked == "face/4"


def test_the_birth_date_of_the_contact_will_do(app: Flask, tablet: Patient, invited: Invited) -> None:
    """Where the study knows no year and the clinic a day."""
    with changing(app) as session:
        contact = Contact(born_on=date(1961, 5, 2))
        session.add(contact)
        session.flush()
        session.execute(update(PatientRow).values(birth_year=None, contact_id=contact.id))
    tell(tablet, "1961")
    assert shown(tablet, invited, 1) == "2"


def test_without_it_one_goes_on_and_earlier_answers_stay_hidden(
    app: Flask, tablet: Patient, invited: Invited
) -> None:
    """Not on Back, not on the review, and what is hidden can still be answered again."""
    tablet.next()
    assert tablet.asked == "face/4"
    tablet.press("Back")
    assert (tablet.asked, tablet.step.checked) == ("face/3", None)
    assert "answered earlier" in tablet.page.text
    tablet.next()
    assert tablet.asked == "face/4"
    rest(app, invited, but=1, device=TABLET)
    tablet.get(f"/visit/{invited.visit_id}")
    tablet.answer(FACE[-1])
    assert tablet.page.heading == "Check your answers"
    assert tablet.page.text.count(HIDDEN) == 3
    tablet.get(f"/visit/{invited.visit_id}/face/2?change=1")
    tablet.press("Save", 5)
    assert tablet.page.text.count(HIDDEN) == 2
    tablet.next()
    [response] = one_table(app, "response")
    assert [response["answers"][f"q{number}"] for number in (1, 2, 3)] == [2, 5, 4]


def test_a_skipped_item_is_hidden_like_any_other(app: Flask, phone: Patient, invited: Invited) -> None:
    """Neither that it was skipped nor the button for it is shown."""
    phone.skip()
    tablet = Patient(in_process(app))
    tablet.open(invited.token)
    assert tablet.asked == "face/5"
    tablet.press("Back")
    assert [button.text for button in tablet.step.buttons] == ["Next", "Back", "Stop for now"]
    assert "answered earlier" in tablet.page.text


def test_few_tries_and_nobody_is_locked_out(app: Flask, tablet: Patient, invited: Invited) -> None:
    """Wrong years are counted for the visit, whatever cookies are cleared; going on works throughout."""
    for wrong in ("1969", "1971", "01.02.1972"):
        assert tablet.page.heading == ASKED
        tell(tablet, wrong)
        assert tablet.status == 422
    assert tablet.step.hidden.keys() == {"csrf_token"} == {one.name for one in tablet.step.inputs}
    tell(tablet, "1970")
    assert tablet.asked == "face/4"
    assert shown(tablet, invited, 1) is None
    fresh = Patient(in_process(app))
    fresh.get(invited.path)
    assert "too many tries" in fresh.page.text
    assert CONTACT in fresh.page.text
    fresh.next()
    assert fresh.asked == "face/4"
    fresh.post(f"/visit/{invited.visit_id}/birth-year", {"birth_year": "1970"})
    assert shown(fresh, invited, 1) is None
    assert [row["matched"] for row in one_table(app, "birth_year_try")] == [False] * TRIES
    assert not one_table(app, "event_value")
    assert "1969" not in str([(row["facts"], row["reason"]) for row in one_table(app, "event")])


def test_a_year_that_nobody_knows_is_not_asked(app: Flask, phone: Patient, invited: Invited) -> None:
    """One goes on at the first open item; earlier answers stay hidden."""
    with changing(app) as session:
        session.execute(update(PatientRow).values(birth_year=None))
    tablet = Patient(in_process(app))
    tablet.get(invited.path)
    assert tablet.asked == "face/4"
    assert shown(tablet, invited, 1) is None
    tablet.get(f"/visit/{invited.visit_id}/birth-year")
    assert tablet.asked == "face/4"


def test_the_device_that_answered_is_asked_nothing(phone: Patient, invited: Invited) -> None:
    """Opening the link again on the same device goes on as before."""
    phone.get(invited.path)
    assert phone.asked == "face/4"
    assert shown(phone, invited, 3) == "4"


def test_the_last_answer_wins_and_the_other_device_is_told(
    app: Flask, phone: Patient, tablet: Patient, invited: Invited
) -> None:
    """Once on the next page, and on the review for as long as it is so."""
    tablet.next()
    tablet.answer(1)
    tablet.get(tablet.path.replace("/5", "/1"))
    tablet.answer(5)
    phone.answer(3)
    assert "Question 1 was answered again in the meantime." in phone.page.text
    phone.answer(3)
    assert "answered again" not in phone.page.text
    send(app, invited.token, draft=FACE[5:-1])
    phone.get(f"/visit/{invited.visit_id}/face/15")
    phone.answer(FACE[-1])
    assert "Changed in the meantime" in phone.page.text
    phone.get(phone.path.replace("review", "1?change=1"))
    assert phone.step.checked is None
    phone.press("Save", 2)
    assert "in the meantime" not in phone.page.text
    tablet.get(phone.path)
    assert "Question 1, 4" not in tablet.page.text
    assert "Questions 1, 4 were answered again in the meantime." in tablet.page.text


def test_who_told_the_year_sees_what_was_changed(
    app: Flask, phone: Patient, tablet: Patient, invited: Invited
) -> None:
    """With the answer that counts now."""
    tell(tablet, "1970")
    rest(app, invited, but=1, device=TABLET)
    tablet.get(f"/visit/{invited.visit_id}")
    tablet.answer(FACE[-1])
    phone.get(f"/visit/{invited.visit_id}/face/15?change=1")
    phone.press("Save", 1)
    tablet.get(tablet.path)
    assert tablet.page.text.count("(changed in the meantime)") == 1


def test_nobody_sends_what_another_device_changed_unseen(
    app: Flask, phone: Patient, tablet: Patient, invited: Invited
) -> None:
    """A review left open shows the change first; sent again, the last answers count."""
    rest(app, invited)
    phone.get(f"/visit/{invited.visit_id}")
    assert phone.page.heading == "Check your answers"
    tell(tablet, "1970")
    tablet.get(f"/visit/{invited.visit_id}/face/15?change=1")
    tablet.press("Save", 1)
    phone.press("Send my answers")
    assert phone.page.heading == "Check your answers"
    assert "Question 15 was answered again in the meantime." in phone.page.text
    assert one_table(app, "response") == []
    phone.press("Send my answers")
    [response] = one_table(app, "response")
    assert response["answers"]["q15"] == 1


def test_the_same_answer_from_both_is_given_by_both(app: Flask, phone: Patient, tablet: Patient) -> None:
    """Nothing is changed then, and nothing hidden from either."""
    tablet.next()
    tablet.get(tablet.path.replace("/4", "/1"))
    tablet.answer(2)
    tablet.get(tablet.path.replace("/2", "/1"))
    assert tablet.step.checked == "2"
    phone.get(tablet.path)
    assert phone.step.checked == "2"
    [draft] = one_table(app, "draft")
    [said] = draft["answers"]["q1"]
    assert len(said["by"]) == 2
