"""The page that corrects a consent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask

from tests.support.staff import ENROLMENT, Member, signed_in
from tests.support.study import ask_consent, invite, one_table

PAGE = "/staff/S1/consents/P1"


def test_a_consent_is_corrected_and_the_old_one_shown(app: Flask, member: Member) -> None:
    """The form shows what stands; without a consent the page leads back."""
    assert "No consent of this patient is recorded yet." in member.get(PAGE).text
    ask_consent(app)
    today = datetime.now(UTC).date()
    [text] = one_table(app, "consent_text")
    said = {"text": str(text["id"]), "how": "paper", "signed_on": today.isoformat(), "parts": "research"}
    member.get("/staff/S1/patients/P1")
    member.post("/staff/S1/consent/P1", said)
    assert PAGE in member.page.links
    member.get(PAGE)
    assert f'value="{today}"' in member.replies[-1].html
    wanted = {**said, "decision": "agreed", "signed_on": (today - timedelta(days=3)).isoformat()}
    member.post(PAGE, {**wanted, "reason": ""})
    assert "Say why what was recorded is changed." in member.page.text
    member.post(PAGE, {**wanted, "reason": "misread"})
    for told in ("The consent was corrected.", "Consent, as recorded before", "corrected: misread"):
        assert told in member.page.text
    member.get(PAGE)
    member.post(PAGE, {**wanted, "reason": ""})
    assert "Nothing was changed." in member.page.text
    member.get(PAGE)
    member.post(PAGE, {**wanted, "decision": "declined", "reason": "the wrong box"})
    assert "The patient declined, and takes part no longer." in member.page.text
    member.get(PAGE)
    member.post(PAGE, {**wanted, "reason": "it was right before"})
    assert "The status was not changed." in member.page.text


def test_a_consent_of_elsewhere_is_told_where_it_is_kept(app: Flask, member: Member) -> None:
    """At enrolment, for one patient and for a list, and later; also where the study has no text."""
    member.get("/staff/S1/enrol")
    member.post("/staff/S1/enrol", {**ENROLMENT, "consent_reference": "Folder 3", "consent_on": "2025-02-03"})
    assert "Agreed elsewhere, 3 Feb 2025 (kept in: Folder 3)" in member.page.text
    member.get("/staff/S1/enrol/many")
    text = {"rows": "code,birth_year\nL-1,1970\nL-2,1971\n"}
    told = {"consent_reference": "Folder 4", "consent_on": "2025-02-04"}
    member.post("/staff/S1/enrol/many", {**text, **told, "check": "1"})
    assert "Folder 4, 4 Feb 2025" in member.page.text
    member.post("/staff/S1/enrol/many", {**text, **told, "add": "1"})
    assert [row["reference"] for row in one_table(app, "consent")] == ["Folder 3", "Folder 4", "Folder 4"]
    member.get("/staff/S1/patients/P1")
    assert "Record a consent given elsewhere" in member.page.text
    kept = {"how": "elsewhere", "signed_on": "2025-02-05", "reference": "Folder 5"}
    member.post("/staff/S1/consent/P1", kept)
    assert "Agreed elsewhere, 5 Feb 2025 (kept in: Folder 5)" in member.page.text
    member.get(PAGE)
    member.post(PAGE, {**kept, "decision": "agreed", "reference": "Folder 6", "reason": "misread"})
    assert "(kept in: Folder 6)" in member.page.text


def test_answers_without_consent_ask_first(app: Flask) -> None:
    """Nothing typed is lost; the consent is recorded with the answers, or the reason without."""
    invited = invite(app)
    member = signed_in(app)
    ask_consent(app)
    today = datetime.now(UTC).date().isoformat()
    [text] = one_table(app, "consent_text")

    def entry(key: str) -> str:
        return f"/staff/S1/visits/{invited.visit_id}/enter/{key}"

    typed = {"source": "paper", "on": today, "q1": "3"}
    member.get(entry("phq9"))
    assert "Was consent given?" in member.page.text
    member.post(entry("phq9"), typed)
    assert member.status == 422
    assert "Say whether consent was given." in member.page.text
    assert 'name="q1" value="3"' in member.replies[-1].html
    member.post(entry("phq9"), {**typed, "consent-given": "no", "consent-why": "On the old paper."})
    assert "On the old paper." in member.page.text
    assert one_table(app, "consent") == []
    member.get(entry("face"))
    paper = {"how": "paper", "text": str(text["id"]), "signed_on": today}
    said = {f"consent-{name}": value for name, value in {"given": "yes", **paper}.items()}
    member.post(entry("face"), {**typed, **said})
    assert [row["how"] for row in one_table(app, "consent")] == ["paper"]
    assert len(one_table(app, "response")) == 2
    member.get(entry("saq"))
    assert "Was consent given?" not in member.page.text


def test_the_consent_is_printed_with_its_text(app: Flask, member: Member) -> None:
    """What stands, with each part, and a line to sign on; without one the page leads back."""
    assert "No consent of this patient is recorded yet." in member.get("/staff/S1/consent-copy/P1").text
    ask_consent(app)
    [text] = one_table(app, "consent_text")
    member.get("/staff/S1/patients/P1")
    said = {"text": str(text["id"]), "how": "paper", "signed_on": "2026-01-02", "parts": "research"}
    member.post("/staff/S1/consent/P1", said)
    assert "/staff/S1/consent-copy/P1" in member.page.links
    page = member.get("/staff/S1/consent-copy/P1").text
    told = (
        "on paper, 2 Jan 2026",
        "You may stop.",
        "Use my answers. Yes",
        "Keep my answers. No",
        text["sha256"],
    )
    assert [one for one in told if one not in page] == []
