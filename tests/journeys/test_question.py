"""A question about data from the first doubt to its end, by three people; no answer is changed by it."""

from __future__ import annotations

import pytest
from flask import Flask

from surveys.models import Patient
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.support.present import now
from tests.support.staff import signed_in
from tests.support.study import changing, invite, library, one_table, stored


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pages alone."""
    return sqlite_url


def test_a_fact_is_asked_about_corrected_and_closed(app: Flask) -> None:
    """The investigator asks, the coordinator corrects the fact on its own page, the asker closes."""
    invite(app)
    coordinator, asker = signed_in(app), signed_in(app, "investigator")
    page = asker.get("/staff/S1/questions/ask/P1?about=birth_year")
    assert '<option value="birth_year" selected' in asker.replies[-1].html
    assert "Year of birth – 1970" in page.text
    asker.post("/staff/S1/questions/ask/P1", {"about": "", "text": "x"})
    assert asker.status == 422
    asker.post("/staff/S1/questions/ask/P1", {"about": "birth_year", "text": "The letter says 1971?"})
    number = asker.path.rpartition("/")[2]
    assert "1 question waits for an answer" in " ".join(coordinator.get("/staff/S1/needs").text.split())
    assert "Year of birth" in coordinator.get("/staff/S1/questions").text
    assert f"/staff/S1/questions/{number}" in coordinator.get("/staff/S1/patients/P1").links
    shown = coordinator.get(f"/staff/S1/questions/{number}")
    assert "/staff/S1/enrolment/P1" in shown.links
    assert "Close the question" not in shown.text
    fields = {"code": "P1", "enrolled_on": now().date().isoformat(), "birth_year": "1971", "sex": "unknown"}
    coordinator.post("/staff/S1/enrolment/P1", {**fields, "reason": "The letter"})
    assert "Changed since it was asked" in coordinator.get(f"/staff/S1/questions/{number}").text
    coordinator.post(f"/staff/S1/questions/{number}/answer", {"text": " "})
    assert coordinator.status == 422
    coordinator.post(f"/staff/S1/questions/{number}/answer", {"text": "Yes, corrected."})
    coordinator.post(f"/staff/S1/questions/{number}/close", {})
    assert "Who asked closes the question" in coordinator.page.text
    answered = asker.get(f"/staff/S1/questions/{number}").text
    assert "Yes, corrected." in answered
    assert "1 answer waits" in " ".join(asker.get("/staff/S1/needs").text.split())
    asker.post(f"/staff/S1/questions/{number}/answer", {"text": "Mine"})
    assert asker.status == 403
    asker.get(f"/staff/S1/questions/{number}")
    asker.post(f"/staff/S1/questions/{number}/close", {})
    assert [row["state"] for row in one_table(app, "data_question")] == ["closed"]
    assert "Questions about data" not in asker.get("/staff/S1/needs").text
    assert [row["action"] for row in one_table(app, "event") if row["action"].startswith("question.")] == [
        "question.asked",
        "question.answered",
        "question.closed",
    ]


def test_what_the_patient_answered_stays(app: Flask) -> None:
    """It leads to the answers to look at, never to their correction; another site sees neither."""
    invited = invite(app)
    with changing(app) as session:
        session.get_one(Patient, invited.patient_id).site = "South"
        saq = library(app).get("saq")
        made = {"visit_id": invited.visit_id, "patient_id": invited.patient_id, "instrument": saq}
        new = NewResponse(
            **made,  # type: ignore[arg-type]
            version_id=versions.freeze(session, saq, at=now()),
            answers={item.key: 2 for item in saq.items},
            source="web",
            submitted_at=now(),
            completed_on=now().date(),
        )
        responses.add(session, [new], at=now(), actor="test")
    before = stored(app, "response", "score")
    member = signed_in(app)
    about = f"visit:{invited.visit_id}:saq:score:total"
    member.post("/staff/S1/questions/ask/P1", {"about": about, "text": "So high?"})
    member.get(member.path)
    assert "It stays as it was given" in member.page.text
    links = member.page.links
    assert "/staff/S1/responses/1" in links
    assert not [link for link in links if link.endswith("/correct")]
    number = member.path.rpartition("/")[2]
    member.post(f"/staff/S1/questions/{number}/answer", {"text": "She says so."})
    member.post(f"/staff/S1/questions/{number}/close", {})
    assert stored(app, "response", "score") == before
    for path in (f"questions/{number}", "questions/ask/P1"):
        elsewhere = signed_in(app, site="North")
        elsewhere.get(f"/staff/S1/{path}")
        assert elsewhere.status == 404
    assert "SAQ" not in signed_in(app, site="North").get("/staff/S1/questions?state=closed").text
