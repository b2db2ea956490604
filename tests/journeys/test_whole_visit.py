"""One patient, from the personal link to the thanks, on both databases."""

from __future__ import annotations

import logging
import re

import pytest
from flask import Flask

from tests.support.patient import Patient, in_process
from tests.support.study import CONTACT, FACE, PHQ9, SAQ, WHO_READS, Invited, invite, one_table, scores


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited to FaCE, PHQ-9 and SAQ."""
    return invite(app)


@pytest.fixture
def patient(app: Flask, invited: Invited) -> Patient:
    """Who opened the link and sees the introduction."""
    walker = Patient(in_process(app))
    walker.open(invited.token)
    return walker


@pytest.mark.database(both=False)
def test_a_whole_visit_is_stored_and_scored(app: Flask, patient: Patient) -> None:
    """FaCE, PHQ-9, SAQ in this order; the scores are those worked out by hand."""
    patient.finish(FACE, PHQ9, SAQ)

    assert patient.page.heading == "Thank you"
    responses = one_table(app, "response")
    assert [row["instrument"] for row in responses] == ["face", "phq9", "saq"]
    assert [row["source"] for row in responses] == ["web"] * 3
    assert {row["locale"] for row in responses} == {"en"}
    for row, given in zip(responses, (FACE, PHQ9, SAQ), strict=True):
        assert row["answers"] == {f"q{number}": value for number, value in enumerate(given, start=1)}
        assert row["answered_at"].keys() == row["answers"].keys()
        assert row["not_given"] == {}
        assert row["started_at"] <= row["submitted_at"]
    assert scores(app) == {
        "face.facial_movement": (1 + 2 + 3 - 3) * 100 / 12,
        "face.facial_comfort": (4 + 1 + 3 - 3) * 100 / 12,
        "face.oral_function": (1 + 2 - 2) * 100 / 8,
        "face.eye_comfort": (5 + 2 - 2) * 100 / 8,
        "face.lacrimal_control": (3 - 1) * 100 / 4,
        "face.social_function": (4 + 5 + 4 + 5 - 4) * 100 / 16,
        "face.total": (45 - 15) * 100 / 60,
        "phq9.total": 12,
        "saq.total": 25 * 100 / 45,
    }
    assert one_table(app, "draft") == []
    assert one_table(app, "alert") == []


def test_the_introduction_says_what_how_long_and_who_reads(patient: Patient) -> None:
    """What comes, how long it takes, who reads it, that one may stop, and whom to ask."""
    for said in ("3 short sets", "about 10 minutes", WHO_READS, "You can stop at any time", "skip", CONTACT):
        assert said in patient.page.text


def test_between_questionnaires_one_learns_what_is_saved(patient: Patient) -> None:
    """The way to the next questionnaire says how far one is and how long the next takes."""
    patient.finish(FACE)
    assert patient.page.heading == "Part 1 of 3 is saved"
    assert "about 3 minutes" in patient.page.text
    patient.finish(PHQ9)
    assert patient.page.heading == "Part 2 of 3 is saved"
    assert "about 3 minutes" in patient.page.text


def test_thanks_are_said_once_at_the_very_end(patient: Patient) -> None:
    """No page but the last says "Thank you", and the last asks for nothing more."""
    patient.finish(FACE, PHQ9, SAQ)
    thanked = [reply.path for reply in patient.replies if "Thank you" in reply.html]
    assert thanked == [patient.path]
    assert patient.page.forms == []


def test_every_step_forward_is_one_form(patient: Patient) -> None:
    """Each page but the last has one POST form: inputs and buttons inside it, the forward button first."""
    seen = set()
    while patient.page.steps:
        form = patient.step
        assert len(patient.page.forms) == 1
        assert patient.page.loose == 0
        assert form.action in (None, patient.path)
        assert form.hidden.keys() - {"read"} == {"csrf_token"}
        forward, *further = form.buttons
        assert forward.name is None
        assert {button.text for button in further} <= {"Back", "Stop for now", forward.text}
        assert "form" not in patient.page.attributes
        seen.add(re.sub(r"\d+", "N", patient.path.partition("?")[0]))
        patient.answer(form.radios[0].value) if form.radios else patient.next()
    assert seen == {
        "/visit/N",
        "/visit/N/face/N",
        "/visit/N/face/review",
        "/visit/N/saved",
        "/visit/N/phqN/N",
        "/visit/N/phqN/review",
        "/visit/N/saq/N",
        "/visit/N/saq/review",
        "/visit/N/helped",
    }


def test_nothing_is_chosen_beforehand(patient: Patient) -> None:
    """Every item first comes with all its choices and none of them chosen."""
    patient.next()
    count = 0
    while patient.page.steps:
        if patient.asked:
            count += 1
            assert patient.step.checked is None, patient.path
            assert len(patient.step.radios) == (4 if patient.asked.startswith("phq9") else 5)
            patient.answer(patient.step.radios[0].value)
        else:
            patient.next()
    assert count == len(FACE) + len(PHQ9) + len(SAQ)


def test_items_come_with_progress_recall_and_instruction(patient: Patient) -> None:
    """Where one is, the part of the visit, and the period that the question speaks of."""
    patient.next()
    assert "Question 1 of 15" in patient.page.text
    assert "Part 1 of 3" in patient.page.text
    patient.fill(FACE)
    patient.next()
    patient.next()
    assert "Over the last 2 weeks" in patient.page.text
    assert "Question 1 of 9" in patient.page.text
    assert "Part 2 of 3" in patient.page.text
    patient.answer(1)
    assert patient.page.text.count("Over the last 2 weeks") == 1
    assert "Question 2 of 9" in patient.page.text


def test_the_link_leaves_the_address_bar_and_is_never_seen_again(
    app: Flask, invited: Invited, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in a later address, header or page, and in no log, however talkative."""
    caplog.set_level(logging.DEBUG)
    patient = Patient(in_process(app))
    patient.open(invited.token)
    patient.finish(FACE, PHQ9, SAQ)

    first, *later = patient.replies
    assert first.path == invited.path
    assert first.status == 302
    for reply in patient.replies:
        assert not [header for header in reply.headers if invited.token in "".join(header)]
    for reply in later:
        assert invited.token not in reply.path
        assert invited.token not in reply.html
    assert invited.token not in caplog.text


def test_back_keeps_and_saves_the_answers(app: Flask, patient: Patient) -> None:
    """An answer chosen before pressing Back is kept too, and the ones before show as they were given."""
    patient.next()
    patient.fill([1, 2])
    patient.press("Back", 3)
    assert (patient.asked, patient.step.checked) == ("face/2", "2")
    patient.press("Back")
    assert (patient.asked, patient.step.checked) == ("face/1", "1")
    patient.next()
    patient.next()
    assert (patient.asked, patient.step.checked) == ("face/3", "3")
    [draft] = one_table(app, "draft")
    assert {item: [one["value"] for one in said] for item, said in draft["answers"].items()} == {
        "q1": [1],
        "q2": [2],
        "q3": [3],
    }


def test_back_without_an_answer_asks_for_none(app: Flask, patient: Patient) -> None:
    """Going back is no decision about the item that is left."""
    patient.next()
    patient.answer(1)
    patient.press("Back")
    assert (patient.status, patient.asked) == (200, "face/1")
    assert list(one_table(app, "draft")[0]["answers"]) == ["q1"]


def test_an_item_may_be_skipped_once_asked(app: Flask, patient: Patient) -> None:
    """Going on without an answer is refused once and Skip is offered; skipping is stored as a decision."""
    patient.next()
    assert [button.text for button in patient.step.buttons] == ["Next", "Stop for now"]
    patient.next()
    assert (patient.status, patient.asked) == (422, "face/1")
    assert "Please choose an answer" in patient.page.text
    assert [button.text for button in patient.step.buttons] == ["Next", "Skip this question", "Stop for now"]
    assert one_table(app, "draft") == []

    patient.press("Skip this question")
    assert (patient.status, patient.asked) == (200, "face/2")
    patient.fill(FACE[1:])
    assert "Not answered" in patient.page.text
    patient.next()

    [response] = one_table(app, "response")
    assert response["not_given"] == {"q1": "skipped"}
    assert "q1" not in response["answers"]
    assert "q1" in response["answered_at"]
    assert scores(app)["face.total"] is None
    assert scores(app)["face.facial_movement"] is None
    assert scores(app)["face.lacrimal_control"] == 50


def test_the_review_shows_the_words_that_were_chosen(patient: Patient) -> None:
    """Every question of the questionnaire with the answer's words and a link to change it."""
    patient.finish(FACE)
    patient.next()
    patient.fill(PHQ9)
    assert patient.page.heading == "Check your answers"
    assert patient.page.text.count("Not at all") == 3
    assert patient.page.text.count("Nearly every day") == 2
    changes = [words for words in patient.page.links.values() if words.startswith("Change ")]
    assert len(changes) == len(set(changes)) == 9


def test_an_answer_changed_from_the_review_is_stored_with_what_it_was(app: Flask, patient: Patient) -> None:
    """Back to the review after the change; the response holds the last answer, the audit trail both."""
    patient.next()
    patient.fill(FACE)
    change = next(path for path in patient.page.links if "/face/4" in path)
    patient.get(change)
    assert patient.step.checked == "4"
    assert [button.text for button in patient.step.buttons] == ["Save", "Stop for now"]
    patient.answer(2)
    assert patient.page.heading == "Check your answers"
    patient.next()

    [response] = one_table(app, "response")
    assert response["answers"]["q4"] == 2
    [value] = one_table(app, "event_value")
    assert (value["field"], value["before"], value["after"]) == ("face.q4", "[4]", "[2]")


def test_a_skipped_item_may_be_answered_from_the_review(app: Flask, patient: Patient) -> None:
    """What was not answered may be answered after all, and answered items may be left out after all."""
    patient.next()
    patient.skip()
    patient.fill(FACE[1:])
    patient.get(next(path for path in patient.page.links if "/face/1?" in path))
    assert [button.text for button in patient.step.buttons] == ["Save", "Skip this question", "Stop for now"]
    patient.answer(5)
    assert "Not answered" not in patient.page.text
    patient.next()
    [response] = one_table(app, "response")
    assert response["answers"]["q1"] == 5
    assert response["not_given"] == {}


def test_stopping_says_how_to_come_back(patient: Patient) -> None:
    """Stop leads to a page that says that all is kept, and back to where one was."""
    patient.next()
    patient.answer(1)
    patient.press("Stop for now")
    assert patient.page.heading == "Your answers are kept"
    assert patient.page.forms == []
    patient.get(next(path for path, words in patient.page.links.items() if words == "Back to the questions"))
    assert patient.asked == "face/2"
