"""A study of real patients from nothing to its close, in the browser and by two people."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import update

from surveys.db import db, short_transaction
from surveys.mail.mailer import MemoryMailer
from surveys.models import Study
from surveys.post import Post
from surveys.store.study import studies
from tests.support.pages import Page
from tests.support.patient import in_process
from tests.support.staff import Member, employ, signed_in
from tests.support.study import changing, invite, one_table

BASE = "/staff/F1/study"
NEW = {"code": "F1", "title": "Faces", "timezone": "Europe/Berlin", "plan": "acute_bells_palsy"}
SECTIONS = {
    "contact": {"contact": "Telephone 020 7946 0000", "who_reads__en": "Dr Abel, on Mondays."},
    "ethics": {
        "ethics_committee": "Medical faculty",
        "ethics_number": "2026-17",
        "ethics_on": "2026-01-15",
        "ethics_not_required": "",
    },
    "data": {
        "controller": "University hospital",
        "data_protection_contact": "privacy@example.org",
        "legal_basis": "Consent",
        "retention_years": "10",
        "smallest_group": "8",
        "heads_address": "Monitor@Sponsor.Example",
    },
    "notices": {"privacy_notices__en": "We use your answers so."},
    "crisis": {"crisis_texts__en": "Not safe? Call 112 now. Dr Abel reads this on Mondays, not at once."},
}


def asking(page: Page, *instruments: str) -> dict[str, str]:
    """What the plan's form would send, with those instruments alone asked everywhere."""
    form = next(one for one in page.steps if one.action == f"{BASE}/plan")
    sent = {one.name: one.value for one in form.inputs if one.kind not in {"checkbox", "select"}}
    rows = range(1, int(sent["rows"]))
    return sent | {f"row_{row}-ask_{key}": "y" for row in rows for key in instruments}


def by_mail(app: Flask) -> dict[str, str]:
    """A mail server takes all mail to staff; the paths of the links in it, by who gets it."""
    mailer = MemoryMailer()
    with app.app_context():
        engine = db.engine
        secret = app.config["SETTINGS"].secret_key
        Post(
            lambda: short_transaction(engine),
            mailer,
            "https://x.example",
            secret,
            None,
            lambda: datetime.now(UTC),
        ).tell_staff()
    return {mail.to: re.findall(r"https://x\.example(\S+)", mail.body)[0] for mail in mailer.sent}


def test_from_nothing_to_active_to_closed(app: Flask) -> None:
    """Each thing that is missing is said, filled in, and said no more; the last ones take two people."""
    admin = signed_in(app, "admin")
    page = admin.post("/staff/studies/new", NEW)
    assert page.heading == "Study F1 Draft"
    assert "Fill in the ethics committee" in page.text
    assert "No e-mail goes to patients" in page.text
    assert "The worker was never seen. Until it runs no mail goes out" in page.text
    assert "The address is not https" in page.text
    employ(app, "first@example.org", "coordinator", study="F1")
    employ(app, "deputy@example.org", "investigator", study="F1")
    member, deputy = Member(in_process(app)), Member(in_process(app))
    member.sign_in("first@example.org")
    deputy.sign_in("deputy@example.org")

    assert "{emergency number}" in member.get(f"{BASE}/crisis").text  # our words to begin with
    for section, typed in SECTIONS.items():
        member.get(f"{BASE}/{section}")
        page = member.post(f"{BASE}/{section}", typed)
        assert "Saved." in page.text, page.text
    assert "Fill in the ethics committee" not in page.text
    assert "Medical faculty, 2026-17" in page.text
    assert "Heads of the audit trail go to Monitor@sponsor.example; none went yet" in page.text

    member.get(f"{BASE}/plan")
    anchors = {f"row_{row}-anchor": "enrolment" if row == 1 else "onset" for row in range(1, 7)}
    page = member.post(f"{BASE}/plan", asking(member.page, "phq9", "gad7") | anchors)
    assert "The plan was saved." in page.text
    assert {tuple(row["battery"]) for row in one_table(app, "timepoint")} == {("phq9", "gad7")}

    people = {row["email"]: row["id"] for row in one_table(app, "staff")}
    hours = {
        "alert_days": "monday",
        "alert_from": "09:00",
        "alert_until": "16:00",
        "escalate_after_hours": "24",
        "first": str(people["first@example.org"]),
        "deputy": str(people["deputy@example.org"]),
    }
    member.post(f"{BASE}/alerts", hours)
    page = member.post(f"{BASE}/test-alert", {})
    assert "The deputy has not acknowledged a test alert yet" in page.text
    sent = by_mail(app)
    for reader, other in ((member, "deputy@example.org"), (deputy, "first@example.org")):
        assert "A test alert of" in reader.get(BASE).text
        assert "went to somebody else" in reader.get(sent[other]).text
    for reader, own in ((member, "first@example.org"), (deputy, "deputy@example.org")):
        assert "its link is not opened yet" in reader.get(BASE).text
        reader.get(sent[own])
        page = reader.post(sent[own], {})
        assert "it is known now that mail reaches you" in page.text
    assert "no longer good" in member.get(f"{BASE}/test-alert/mfrgg").text

    assert "1 thing is to be done" in member.get(BASE).text
    page = member.post(f"{BASE}/activate", {})
    assert "No backup of this database has been restored yet" in page.text
    with changing(app) as session:
        studies.note_backup_proved(session, sha256="0" * 64, at=datetime.now(UTC), actor="test")
    member.get(BASE)
    page = member.post(f"{BASE}/activate", {})
    assert page.heading == "Study F1 Active"

    page = member.post(f"{BASE}/ethics", {**SECTIONS["ethics"], "ethics_number": ""})
    assert "an active study cannot do without" in page.text
    page = member.post(f"{BASE}/close", {"reason": "The last patient was seen."})
    assert "Tick that you know what closing does." in page.text
    page = member.post(f"{BASE}/close", {"reason": "The last patient was seen.", "sure": "y"})
    assert page.heading == "Study F1 Closed"
    told = [row["action"] for row in one_table(app, "event")]
    assert {"study.changed", "plan.changed", "alert_readers.named", "study.activated", "study.closed"} <= set(
        told
    )


def test_a_study_that_reads_no_alerts_asks_phq8(app: Flask) -> None:
    """One button takes the question about self-harm out of every timepoint."""
    invite(app)
    with changing(app) as session:
        session.execute(update(Study).values(status="draft"))
    member = signed_in(app)
    assert "Ask PHQ-8 instead of PHQ-9" in [
        one.text for form in member.get("/staff/S1/study").steps for one in form.buttons
    ]
    page = member.post("/staff/S1/study/phq8", {})
    assert "The plan asks PHQ-8 now" in page.text
    assert all("phq8" in row["battery"] for row in one_table(app, "timepoint"))
    assert "phq9" not in str(one_table(app, "visit"))


def test_a_consent_text_is_written_in_the_browser(app: Flask) -> None:
    """Patients are asked in it; another one needs another version."""
    invite(app)
    member = signed_in(app)
    member.get("/staff/S1/study/consent")
    typed = {"version": "1", "text__en": "May we keep your answers?", "research__en": "Use them."}
    page = member.post("/staff/S1/study/consent", typed)
    assert "Patients are asked in this version" in page.text
    [text] = one_table(app, "consent_text")
    assert (text["text"], text["parts"]) == ("May we keep your answers?", {"research": "Use them."})
    member.get("/staff/S1/study/consent")
    page = member.post("/staff/S1/study/consent", {**typed, "text__en": "Other words"})
    assert "give this a new one" in page.text


def test_a_plan_begins_from_a_preset(app: Flask) -> None:
    """The table is filled, the years are counted, and nothing is kept before it is saved."""
    admin = signed_in(app, "admin")
    admin.post("/staff/studies/new", NEW)
    before = one_table(app, "timepoint")
    page = admin.get(f"{BASE}/plan?preset=botulinum_toxin")
    assert "Nothing is kept before it is saved" in page.text
    assert "What is asked of one patient" in page.text
    assert one_table(app, "timepoint") == before
    sent = asking(page, "face", "saq") | {
        f"row_{row}-anchor": "treatment:botulinum_toxin:planned" for row in (1, 2, 3)
    }
    sent |= {"row_4-name": "Next year", "row_4-anchor": "enrolment", "row_4-offset_days": "365"}
    page = admin.post(f"{BASE}/plan", sent)
    assert "choose at least one questionnaire" in page.text
    page = admin.post(f"{BASE}/plan", sent | {"row_4-ask_face": "y", "row_3-remove": "y"})
    assert "The plan was saved." in page.text
    rows = sorted(one_table(app, "timepoint"), key=lambda row: row["position"])
    assert [(row["key"], row["treatment"]) for row in rows] == [
        ("before", "botulinum_toxin"),
        ("peak", "botulinum_toxin"),
        ("next_year", None),
    ]
    page = admin.post(f"{BASE}/plan", sent | {"row_1-offset_days": "soon"})
    assert "Day must be a whole number." in page.text


def test_only_an_administrator_makes_a_study(app: Flask) -> None:
    """And a code is taken once."""
    admin = signed_in(app, "admin")
    admin.post("/staff/studies/new", NEW)
    page = admin.post("/staff/studies/new", NEW)
    assert "There already is a study F1" in page.text
    page = admin.post("/staff/studies/new", {**NEW, "code": "F 2", "timezone": "Mars"})
    assert "Enter a time zone such as Europe/Berlin." in page.text
    assert "beginning with a letter or digit" in page.text, "all faults at once"


def test_who_is_limited_to_a_site_changes_nothing_for_others(app: Flask) -> None:
    """The page shows what the study says, and no way to change it."""
    invite(app)
    member = signed_in(app, site="North")
    page = member.get("/staff/S1/study")
    assert "Close the study" not in page.text
    assert not [link for link in page.links if "/study/" in link]
    for path in ("ethics", "plan", "close", "activate", "phq8", "test-alert"):
        member.post(f"/staff/S1/study/{path}", {})
        assert member.status == 403


def test_patients_are_asked_of_their_palsy_where_the_study_wants_it(app: Flask) -> None:
    """A tick in the study's basics, kept as it is when other things change there."""
    admin = signed_in(app, "admin")
    admin.post("/staff/studies/new", NEW)
    basics = {"title": "Faces", "timezone": "Europe/Berlin", "locales": "en", "lowest_age": "18"}
    admin.get(f"{BASE}/basics")
    page = admin.post(f"{BASE}/basics", {**basics, "asks_background": "y"})
    assert "asks about the palsy and its treatment" in page.text
    assert [row["asks_background"] for row in one_table(app, "study") if row["code"] == "F1"] == [True]
    assert re.search(
        r'name="asks_background"[^>]*checked', admin.get(f"{BASE}/basics") and admin.replies[-1].html
    )
    admin.post(f"{BASE}/basics", basics)
    assert [row["asks_background"] for row in one_table(app, "study") if row["code"] == "F1"] == [False]
