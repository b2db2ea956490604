"""PHQ-9 item 9 above 0: an alert at once, the study's crisis text before anything else."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.answers import arrived, finish
from tests.support.patient import Patient, in_process
from tests.support.staff import signed_in
from tests.support.study import CONTACT, FACE, PHQ9, SAQ, Invited, invite, one_table, scores, stored

HELP = "Where to find help"
NEUTRAL = "Where to find help, if you need it"
SAYS = "If you do not feel safe, call 112 now."
BEFORE_ITEM_9 = PHQ9[:8]


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited to FaCE, PHQ-9 and SAQ."""
    return invite(app)


@pytest.fixture
def patient(app: Flask, invited: Invited) -> Patient:
    """Who stands at item 9 of the PHQ-9."""
    return arrived(app, invited.token, FACE, draft=BEFORE_ITEM_9)


def to_the_end(app: Flask, patient: Patient, invited: Invited) -> None:
    """From the review of the PHQ-9: send it and the rest, and see what the link leads to."""
    patient.next()
    finish(app, invited.token, SAQ)
    patient.get(f"/visit/{invited.visit_id}")


@pytest.mark.parametrize("value", [1, 2, 3])
def test_the_alert_is_there_as_soon_as_the_answer_is(app: Flask, patient: Patient, value: int) -> None:
    """While there is only a draft; with the answer, unread, and with its event in the audit trail."""
    patient.answer(value)
    [alert] = one_table(app, "alert")
    assert (alert["instrument"], alert["rule"], alert["state"]) == ("phq9", "item9", "new")
    assert (alert["first_answer"], alert["last_answer"]) == (value, value)
    assert [row["instrument"] for row in one_table(app, "response")] == ["face"]
    assert "alert.raised" in [event["action"] for event in one_table(app, "event")]


def test_no_alert_without_such_an_answer(app: Flask, patient: Patient) -> None:
    """Item 9 at 0 raises none, whatever the total."""
    patient.answer(0)
    assert patient.page.heading == "Check your answers"
    assert one_table(app, "alert") == []


def test_the_crisis_text_comes_before_anything_else(app: Flask, patient: Patient, invited: Invited) -> None:
    """Every other page of the visit leads to it until the patient went on.

    On another device none tells of it: without the year of birth other words say where help is.
    """
    patient.answer(1)
    assert patient.page.heading == HELP
    assert SAYS in patient.page.text
    assert patient.page.links["tel:112"] == "112"
    other = Patient(in_process(app))
    other.open(invited.token)
    assert other.page.heading == NEUTRAL

    visit = f"/visit/{invited.visit_id}"
    for path in ("", "/phq9/9", "/phq9/1?change=1", "/phq9/review", "/saved", "/thanks", "/saq/1", "/face/1"):
        for who, heading in ((patient, HELP), (other, NEUTRAL)):
            who.get(visit + path)
            assert (who.status, who.page.heading) == (200, heading), path
    for path in ("", "/phq9/9", "/phq9/review", "/saved", "/saq/1", "/face/1", "/face/review"):
        for who, heading in ((patient, HELP), (other, NEUTRAL)):
            who.post(visit + path, {})
            assert who.page.heading == heading, path
    assert [row["instrument"] for row in one_table(app, "response")] == ["face"]

    patient.next()
    assert patient.page.heading == "Check your answers"
    other.get(visit)
    assert other.page.heading == "Check your answers"
    assert one_table(app, "alert")[0]["crisis_text_seen_at"] is not None


def test_one_may_stop_at_the_crisis_text(patient: Patient) -> None:
    """The page of stopping says where help is as well."""
    patient.answer(1)
    assert [button.text for button in patient.step.buttons] == ["Go on with the questions", "Stop for now"]
    patient.press("Stop for now")
    assert patient.page.heading == "Your answers are kept"
    assert SAYS in patient.page.text
    assert patient.page.links["tel:112"] == "112"


def test_the_thanks_repeat_where_help_is(app: Flask, patient: Patient, invited: Invited) -> None:
    """After an alert the last page names the help again; else it names none."""
    patient.answer(1)
    patient.next()
    to_the_end(app, patient, invited)
    assert patient.page.heading == "Thank you"
    assert SAYS in patient.page.text
    assert patient.page.links["tel:112"] == "112"


def test_the_thanks_name_no_help_without_an_alert(app: Flask, patient: Patient, invited: Invited) -> None:
    """Nobody is reminded of what they did not say."""
    patient.answer(0)
    to_the_end(app, patient, invited)
    assert patient.page.heading == "Thank you"
    assert SAYS not in patient.page.text


def test_changing_the_answer_back_neither_closes_nor_hides_the_alert(
    app: Flask, patient: Patient, invited: Invited
) -> None:
    """The alert stays new, with the first and the last answer; the help stays on the thanks page."""
    patient.answer(2)
    patient.next()
    patient.get(next(path for path in patient.page.links if "/phq9/9" in path))
    patient.answer(0)
    assert patient.page.heading == "Check your answers"
    [alert] = one_table(app, "alert")
    assert (alert["state"], alert["first_answer"], alert["last_answer"]) == ("new", 2, 0)
    assert alert["acknowledged_at"] is None
    to_the_end(app, patient, invited)
    assert SAYS in patient.page.text
    assert patient.page.links["tel:112"] == "112"
    assert len(one_table(app, "alert")) == 1


def test_skipping_it_after_all_keeps_the_alert(app: Flask, patient: Patient) -> None:
    """Taking the answer back by skipping leaves the alert with its first answer."""
    patient.answer(3)
    patient.next()
    patient.get(next(path for path in patient.page.links if "/phq9/9" in path))
    patient.post(patient.path, {"go": "skip", "change": "1"})
    [alert] = one_table(app, "alert")
    assert (alert["state"], alert["first_answer"], alert["last_answer"]) == ("new", 3, None)


def test_a_higher_answer_shows_the_help_again(app: Flask, patient: Patient) -> None:
    """Who chooses a worse answer afterwards reads the text again; the alert is still one."""
    patient.answer(1)
    patient.next()
    patient.get(next(path for path in patient.page.links if "/phq9/9" in path))
    patient.answer(3)
    assert patient.page.heading == HELP
    [alert] = one_table(app, "alert")
    assert (alert["first_answer"], alert["last_answer"]) == (1, 3)


def test_an_alert_needs_no_score(app: Flask, invited: Invited) -> None:
    """Three items skipped: no total, but the alert."""
    patient = arrived(app, invited.token, FACE, draft=(None, None, None, 0, 0, 0, 0, 0))
    patient.answer(1)
    patient.next()
    patient.next()
    assert patient.page.heading == "Part 2 of 3 is saved"
    assert scores(app)["phq9.total"] is None
    assert len(one_table(app, "alert")) == 1


def test_going_on_twice_notes_the_first_time(app: Flask, patient: Patient) -> None:
    """A second press on the crisis text's button changes nothing."""
    patient.answer(1)
    path = patient.path
    patient.next()
    before = stored(app)
    patient.post(path, {})
    assert patient.page.heading == "Check your answers"
    assert stored(app) == before


def test_item_nine_skipped_is_a_notice_to_staff(app: Flask, patient: Patient) -> None:
    """Once, without a crisis text, and in words; a later answer is noted, and one above 0 raises its own."""
    patient.skip()
    assert patient.page.heading == "Check your answers"
    [alert] = one_table(app, "alert")
    assert (alert["rule"], alert["state"], alert["first_answer"]) == ("item9_skipped", "new", None)
    member = signed_in(app)
    for page in ("/staff/S1/alerts", "/staff/S1/patients/P1"):
        text = member.get(page).text
        assert "was skipped" in text
        assert "not answered" in text
    change = next(path for path in patient.page.links if "/phq9/9?" in path)
    patient.get(change)
    patient.answer(2)
    assert patient.page.heading == HELP
    raised = {one["rule"]: (one["first_answer"], one["last_answer"]) for one in one_table(app, "alert")}
    assert raised == {"item9_skipped": (None, 2), "item9": (2, 2)}


def test_other_items_skipped_are_no_notice(app: Flask, invited: Invited) -> None:
    """Only what an alert asks for is told."""
    arrived(app, invited.token, FACE).skip()
    assert one_table(app, "alert") == []


def test_everybody_finds_help_at_the_foot_of_each_page(app: Flask) -> None:
    """Also who has answered nothing: the eye, whom to call, the contact; and no word of an answer."""
    walker = Patient(in_process(app))
    walker.open(invite(app, "P9").token)
    for _ in range(2):
        [link] = [path for path, words in walker.page.links.items() if words == HELP]
        walker.next()
    walker.get(link)
    for words in ("A red or painful eye", "112", CONTACT):
        assert words in walker.page.text
    assert "Thank you for telling us" not in walker.page.text
