"""Stopping, coming back, two devices, stale pages and replays: nothing lost, nothing doubled."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.answers import arrived, finish
from tests.support.patient import Patient, in_process
from tests.support.study import FACE, PHQ9, SAQ, Invited, invite, one_table, stored


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited to FaCE, PHQ-9 and SAQ."""
    return invite(app)


def device(app: Flask, invited: Invited) -> Patient:
    """A new browser that opened the link."""
    patient = Patient(in_process(app))
    patient.open(invited.token)
    return patient


def replay(app: Flask, patient: Patient) -> None:
    """Send every form of the journey again, in order, from the same browser."""
    sent = [reply.path for reply in patient.replies if reply.method == "POST"]
    assert sent
    for path in sent:
        patient.post(path, {"answer": "2"} if path.rpartition("/")[2].isdigit() else {})
        assert patient.status == 200, path


def test_the_link_goes_on_at_the_first_open_item_on_another_device(app: Flask, invited: Invited) -> None:
    """A fresh browser opens the link and stands where the other stopped."""
    first = device(app, invited)
    first.next()
    first.fill(FACE[:4])
    other = device(app, invited)
    assert other.asked == "face/5"
    other.fill(FACE[4:])
    assert other.page.heading == "Check your answers"
    assert device(app, invited).page.heading == "Check your answers"
    other.next()
    assert device(app, invited).asked == "phq9/1"
    other.finish(PHQ9, SAQ)
    assert device(app, invited).page.heading == "Thank you"


def test_an_item_left_open_comes_before_later_ones(app: Flask, invited: Invited) -> None:
    """Nobody gets ahead of the first open item, by address or by going back and forth."""
    patient = device(app, invited)
    patient.get(f"/visit/{invited.visit_id}/face/7")
    assert patient.asked == "face/1"
    patient.get(f"/visit/{invited.visit_id}/face/review")
    assert patient.asked == "face/1"
    patient.get(f"/visit/{invited.visit_id}/thanks")
    assert patient.page.heading == "How is your face, and how are you?"
    patient.get(f"/visit/{invited.visit_id}/saved")
    assert patient.page.heading == "How is your face, and how are you?"


def test_a_later_questionnaire_waits_for_the_one_before(app: Flask, invited: Invited) -> None:
    """An address of a later questionnaire leads to what is open now: PHQ-9 would else end a visit."""
    patient = device(app, invited)
    for ahead in ("phq9/1", "saq/1", "saq/review"):
        patient.get(f"/visit/{invited.visit_id}/{ahead}")
        assert patient.asked == "face/1"


def test_two_devices_at_once_lose_nothing(app: Flask, invited: Invited) -> None:
    """Answers from both are kept, and of two for one item the last wins."""
    one, two = device(app, invited), device(app, invited)
    one.next()
    two.next()
    one.answer(1)
    two.answer(5)
    one.answer(3)
    two.answer(4)
    [draft] = one_table(app, "draft")
    said = {item: [told["value"] for told in told_all] for item, told_all in draft["answers"].items()}
    assert said == {"q1": [1, 5], "q2": [3, 4]}


def test_a_second_submit_makes_no_second_response(app: Flask, invited: Invited) -> None:
    """Two tabs on the review: the second press leads on, and nothing changes."""
    one = arrived(app, invited.token, draft=FACE)
    two = device(app, invited)
    one.next()
    before = stored(app)
    two.next()
    assert two.page.heading == "Part 1 of 3 is saved"
    two.post(f"/visit/{invited.visit_id}/face/review", {})
    assert two.page.heading == "Part 1 of 3 is saved"
    assert stored(app) == before


def test_replaying_every_form_of_a_journey_changes_nothing(app: Flask, invited: Invited) -> None:
    """After the thanks every form sent before is sent again: no error page, no second response."""
    patient = device(app, invited)
    patient.finish(FACE, PHQ9, SAQ)
    before = stored(app)
    replay(app, patient)
    assert patient.page.heading == "Thank you"
    assert stored(app) == before


def test_stale_tabs_lead_to_what_is_open(app: Flask, invited: Invited) -> None:
    """Pages of a questionnaire that was sent show nothing of it and lead on."""
    patient = arrived(app, invited.token, FACE)
    for stale in ("face/3", "face/3?change=1", "face/review"):
        patient.get(f"/visit/{invited.visit_id}/{stale}")
        assert patient.asked == "phq9/1"
    patient.post(f"/visit/{invited.visit_id}/face/3", {"answer": "5", "change": "1"})
    assert patient.asked == "phq9/1"
    patient.post(f"/visit/{invited.visit_id}/face/3", {"go": "back"})
    assert patient.asked == "phq9/1"
    assert one_table(app, "response")[0]["answers"]["q3"] == FACE[2]
    assert one_table(app, "draft") == []


def test_the_same_answer_twice_is_kept_once(app: Flask, invited: Invited) -> None:
    """A double click or a reload says nothing new."""
    patient = device(app, invited)
    for _ in range(3):
        patient.post(f"/visit/{invited.visit_id}/face/1", {"answer": "4"})
    [draft] = one_table(app, "draft")
    assert [told["value"] for told in draft["answers"]["q1"]] == [4]


def test_an_item_saved_ahead_is_kept(app: Flask, invited: Invited) -> None:
    """A late form of another tab is stored; the journey still asks what is open."""
    patient = device(app, invited)
    patient.post(f"/visit/{invited.visit_id}/face/6", {"answer": "4"})
    assert patient.asked == "face/1"
    assert list(one_table(app, "draft")[0]["answers"]) == ["q6"]


def test_sending_before_the_end_leads_to_the_open_item(app: Flask, invited: Invited) -> None:
    """A review form sent while items are open makes no response."""
    patient = arrived(app, invited.token, draft=FACE[:3])
    patient.post(f"/visit/{invited.visit_id}/face/review", {})
    assert (patient.status, patient.asked) == (200, "face/4")
    assert one_table(app, "response") == []


def test_after_the_end_the_link_reveals_no_answer(app: Flask, invited: Invited) -> None:
    """Whoever finds the link later reads "Thank you" and nothing that was submitted."""
    finish(app, invited.token, FACE, PHQ9, SAQ)
    stranger = device(app, invited)
    for path in ("", "/face/1", "/face/review", "/saq/9?change=1", "/saved", "/thanks"):
        stranger.get(f"/visit/{invited.visit_id}{path}")
        assert (stranger.status, stranger.page.heading) == (200, "Thank you")


def test_one_browser_with_two_links_speaks_for_the_one_opened_last(app: Flask, invited: Invited) -> None:
    """A couple on one tablet: the first one's open tab is refused, and stores nothing for the other."""
    other = invite(app, "P2")
    patient = device(app, invited)
    patient.next()
    patient.open(other.token)
    before = stored(app)
    patient.post(f"/visit/{invited.visit_id}/face/1", {"answer": "4"})
    assert patient.status == 403
    assert patient.page.heading == "Please open your personal link"
    assert stored(app) == before
