"""A coordinator enters a paper form, puts an answer right, and takes back what is another patient's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from surveys.db import db
from surveys.store.audit import verify
from surveys.store.visit.responses import wrong_scores
from tests.support.answers import send
from tests.support.present import today
from tests.support.staff import Member, signed_in
from tests.support.study import FACE, PHQ9, Invited, invite, one_table


@pytest.fixture
def patient(app: Flask) -> Invited:
    """P1, invited; there is P2 as well."""
    first = invite(app, "P1")
    invite(app, "P2")
    return first


@pytest.fixture
def coordinator(app: Flask, patient: Invited) -> Member:
    """Signed in."""
    return signed_in(app)


def typed(values: tuple[Any, ...], **fields: str) -> dict[str, str]:
    """The boxes of the form."""
    boxes = {f"q{number}": "" if value is None else str(value) for number, value in enumerate(values, 1)}
    return {**boxes, **fields}


def enter(
    member: Member, invited: Invited, key: str, values: tuple[Any, ...], source: str = "paper", **fields: str
) -> None:
    address = f"/staff/S1/visits/{invited.visit_id}/enter/{key}"
    member.get(address)
    member.post(address, typed(values, **{"source": source, "on": today().isoformat(), **fields}))


def responses(app: Flask, key: str) -> list[dict[str, Any]]:
    """The stored responses to one questionnaire, oldest first."""
    return sorted(
        (one for one in one_table(app, "response") if one["instrument"] == key), key=lambda one: one["id"]
    )


def everything_holds(app: Flask) -> None:
    """The audit trail is whole, and every score is what its answers give."""
    with app.app_context():
        assert list(verify(db.session)) == []
        assert list(wrong_scores(db.session)) == []


def test_a_paper_form_is_a_response_like_others(app: Flask, coordinator: Member, patient: Invited) -> None:
    """Scored, with source and day; item 9 above 0 raises an alert, and whoever types it in is told."""
    enter(coordinator, patient, "phq9", (*PHQ9[:7], None, 2), answered_by="typed_by_other")
    assert coordinator.path == "/staff/S1/patients/P1"
    assert "An alert is waiting for this visit." in coordinator.page.text
    [response] = responses(app, "phq9")
    assert (response["source"], response["answered_by"]) == ("paper", "typed_by_other")
    assert response["completed_on"] == today()
    assert response["not_given"] == {"q8": "skipped"}
    [alert] = one_table(app, "alert")
    assert (alert["rule"], alert["first_answer"], alert["state"]) == ("item9", 2, "new")
    coordinator.get(f"/staff/S1/visits/{patient.visit_id}/enter/phq9")
    enter(coordinator, patient, "phq9", PHQ9)
    assert coordinator.status == 422
    assert "answered at this visit already" in coordinator.page.text
    everything_holds(app)


def test_old_paper_calls_nobody(app: Flask, coordinator: Member, patient: Invited) -> None:
    """An answer of three weeks ago is listed as historical."""
    before = (today() - timedelta(days=21)).isoformat()
    enter(coordinator, patient, "phq9", (*PHQ9[:8], 1), on=before)
    assert [one["state"] for one in one_table(app, "alert")] == ["historical"]


def test_item_9_passed_over_on_the_telephone_is_a_notice(
    app: Flask, coordinator: Member, patient: Invited
) -> None:
    """As where a patient skips it on the page."""
    enter(coordinator, patient, "phq9", (*PHQ9[:8], None), source="staff_read")
    [alert] = one_table(app, "alert")
    assert (alert["rule"], alert["state"], alert["first_answer"]) == ("item9_skipped", "new", None)
    assert responses(app, "phq9")[0]["source"] == "staff_read"


def test_what_is_no_answer_is_told_at_its_box(app: Flask, coordinator: Member, patient: Invited) -> None:
    """Nothing is stored; what was typed stays in the form."""
    enter(coordinator, patient, "face", (9, *FACE[1:]))
    assert coordinator.status == 422
    assert "Item 1: enter one of 1, 2, 3, 4, 5, or leave it empty." in coordinator.page.text
    assert 'name="q2" value="2"' in coordinator.replies[-1].html
    tomorrow = (today() + timedelta(days=2)).isoformat()
    year_ago = (today() - timedelta(days=365)).isoformat()
    for values, fields, said in (
        (FACE, {"on": year_ago}, "Check the year."),
        (FACE, {"on": tomorrow}, "ahead"),
        ((None,) * 15, {}, "Not one answer was entered."),
    ):
        enter(coordinator, patient, "face", values, **fields)
        assert coordinator.status == 422
        assert said in coordinator.page.text
    assert one_table(app, "response") == []


def test_what_a_patient_has_begun_is_not_overtaken(app: Flask, coordinator: Member, patient: Invited) -> None:
    """A draft is the patient's: no paper form takes its place."""
    send(app, patient.token, draft=FACE[:3])
    enter(coordinator, patient, "face", FACE)
    assert coordinator.status == 422
    assert "has begun this questionnaire by the link" in coordinator.page.text


def test_a_correction_supersedes_and_keeps(app: Flask, coordinator: Member, patient: Invited) -> None:
    """The old response is as it was but superseded; the new one has the reason, new scores, new alerts."""
    enter(coordinator, patient, "phq9", PHQ9)
    [before] = responses(app, "phq9")
    address = f"/staff/S1/responses/{before['id']}/correct"
    coordinator.get(address)
    coordinator.post(address, typed(PHQ9))
    assert coordinator.status == 422  # no reason
    coordinator.post(address, typed(PHQ9, reason="Typing mistake"))
    assert "Nothing was changed." in coordinator.page.text
    coordinator.post(address, typed((3, *PHQ9[1:8], 1), reason="Typing mistake"))
    assert "The answers were corrected." in coordinator.page.text
    old, new = responses(app, "phq9")
    assert old == {**before, "superseded_at": old["superseded_at"]}
    assert old["superseded_at"] is not None
    assert (new["supersedes_id"], new["reason"]) == (old["id"], "Typing mistake")
    assert (new["source"], new["completed_on"], new["submitted_at"]) == (
        old["source"],
        old["completed_on"],
        old["submitted_at"],
    )
    scores = {one["response_id"]: one["value"] for one in one_table(app, "score")}
    assert (scores[old["id"]], scores[new["id"]]) == (sum(PHQ9), sum(PHQ9) + 4)
    assert [one["rule"] for one in one_table(app, "alert")] == ["item9"]
    values = {one["field"]: (one["before"], one["after"]) for one in one_table(app, "event_value")}
    assert (values["phq9.q1"], values["phq9.q9"]) == (("0", "3"), ("0", "1"))
    page = coordinator.get(f"/staff/S1/responses/{new['id']}")
    assert "Typing mistake" in page.text
    assert "before: 0" in page.text
    coordinator.get(f"/staff/S1/responses/{old['id']}/correct")
    coordinator.post(f"/staff/S1/responses/{old['id']}/correct", typed(FACE[:9], reason="Late"))
    assert coordinator.status == 422
    everything_holds(app)


def test_a_correction_calls_again_only_for_what_it_changes(
    app: Flask, coordinator: Member, patient: Invited
) -> None:
    """Item 9 as before: the alert and what its patient has seen of it stay as they are."""
    enter(coordinator, patient, "phq9", (*PHQ9[:8], 1))
    before = one_table(app, "alert")
    [response] = responses(app, "phq9")
    address = f"/staff/S1/responses/{response['id']}/correct"
    coordinator.get(address)
    coordinator.post(address, typed((3, *PHQ9[1:8], 1), reason="Misread"))
    assert one_table(app, "alert") == before


def test_answers_of_another_patient_go_where_they_belong(
    app: Flask, coordinator: Member, patient: Invited
) -> None:
    """Annulled here with the reason, entered there with the same times; alerts at both say what happened."""
    enter(coordinator, patient, "phq9", (*PHQ9[:8], 1))
    [wrong] = responses(app, "phq9")
    address = f"/staff/S1/responses/{wrong['id']}/annul"
    coordinator.get(address)
    coordinator.post(address, {"reason": "", "patient": ""})
    assert coordinator.status == 422
    for nobody in ("P1", "P99"):
        coordinator.post(address, {"reason": "Wrong chart", "patient": nobody})
        assert "study code of another patient" in coordinator.page.text
    assert responses(app, "phq9")[0]["annulled_at"] is None
    coordinator.post(address, {"reason": "Wrong chart", "patient": "P2"})
    assert "Choose a visit" in coordinator.page.text
    right = next(
        visit["id"]
        for visit in one_table(app, "visit")
        if visit["patient_id"] != patient.patient_id and visit["name"] == "baseline"
    )
    coordinator.post(address, {"reason": "Wrong chart", "patient": "P2", "visit": str(right)})
    assert "entered under the right patient" in coordinator.page.text
    wrong, moved = responses(app, "phq9")
    assert wrong["annulled_at"] is not None
    assert (moved["visit_id"], moved["answers"], moved["submitted_at"], moved["reason"]) == (
        right,
        wrong["answers"],
        wrong["submitted_at"],
        "Wrong chart",
    )
    alerts = {one["visit_id"]: one for one in one_table(app, "alert")}
    assert alerts[patient.visit_id]["last_answer"] is None
    assert alerts[right]["last_answer"] == 1
    enter(coordinator, patient, "phq9", PHQ9)  # the visit is free again
    assert len(responses(app, "phq9")) == 3
    everything_holds(app)


def test_annulled_answers_count_nowhere(app: Flask, coordinator: Member, patient: Invited) -> None:
    """Where nobody knows whose they are, they are annulled alone; a second time is refused."""
    enter(coordinator, patient, "face", FACE)
    [response] = responses(app, "face")
    address = f"/staff/S1/responses/{response['id']}/annul"
    coordinator.get(address)
    coordinator.post(address, {"reason": "Somebody else's tablet"})
    assert coordinator.path == "/staff/S1/patients/P1"
    assert "FaCE: not begun" in coordinator.page.text
    coordinator.get(address)
    coordinator.post(address, {"reason": "Again"})
    assert coordinator.status == 422
    event = next(one for one in one_table(app, "event") if one["action"] == "response.annulled")
    assert event["reason"] == "Somebody else's tablet"
    everything_holds(app)
