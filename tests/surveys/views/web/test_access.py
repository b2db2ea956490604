"""Who may open what, and signing in."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from surveys.background import FACTS
from surveys.exchange import freezing
from surveys.instruments.definition import Instrument
from surveys.models import Alert, AlertRule, Background, Message, Patient, Staff, Study, Treatment, Visit
from surveys.store.accounts import staff as store
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from surveys.views.web import access
from tests.support.pages import Page
from tests.support.patient import in_process
from tests.support.staff import PASSWORD, Member, employ, signed_in
from tests.support.study import Invited, changing, invite, library, one_table, stored

PATIENTS = {"coordinator", "investigator", "admin"}
CHANGES = {"coordinator", "admin"}
# How the addresses of a patient's rows begin.
OF_A_PATIENT = ("visits/", "alerts/", "treatment/", "responses/", "reported/", "calls/", "message/")
EVERY_ROLE = {"coordinator", "investigator", "analyst", "admin"}

# Who may open each guarded page. A new one without a line here fails the walk below.
MAY_OPEN = {
    "staff.index": EVERY_ROLE,
    "dashboard.index": EVERY_ROLE,
    "freezes.index": EVERY_ROLE,
    "freezes.make": CHANGES,
    "freezes.report": EVERY_ROLE,
    "dashboard.page": EVERY_ROLE,
    "dashboard.table": EVERY_ROLE,
    "patients.index": PATIENTS,
    "patients.search": PATIENTS,
    "patients.show": PATIENTS,
    "patients.new": CHANGES,
    "patients.add_treatment": CHANGES,
    "patients.add_visit": CHANGES,
    "patients.record_consent": CHANGES,
    "patients.issue_link": CHANGES,
    "patients.revoke_links": CHANGES,
    "clinic.today": PATIENTS,
    "clinic.expect": CHANGES,
    "clinic.take_off": CHANGES,
    "clinic.progress": PATIENTS,
    "clinic.needs": PATIENTS,
    "clinic.unscheduled": CHANGES,
    "clinic.by_hand": CHANGES,
    "overviews.completeness": PATIENTS,
    "overviews.changes": PATIENTS,
    "course.show": PATIENTS,
    "enrolment.many": CHANGES,
    "waiting_room.start": CHANGES,
    "records.contact": CHANGES,
    "records.status": CHANGES,
    "records.palsy": CHANGES,
    "records.treatment": CHANGES,
    "records.missed": CHANGES,
    "records.late": CHANGES,
    "records.grading": PATIENTS,
    "records.note": PATIENTS,
    "alerts.index": PATIENTS,
    "alerts.acknowledge": PATIENTS,
    "alerts.act": PATIENTS,
    "alerts.close": PATIENTS,
    "alerts.report": PATIENTS,
    "alert_rules.index": PATIENTS,
    "messages.index": PATIENTS,
    "messages.letter": CHANGES,
    "messages.came_back": CHANGES,
    "messages.of_patient": PATIENTS,
    "message_words.settings": CHANGES,
    "message_words.edit": CHANGES,
    "alert_rules.add": CHANGES,
    "alert_rules.confirm": CHANGES,
    "alert_rules.remove": CHANGES,
    "instruments.index": EVERY_ROLE,
    "instruments.show": EVERY_ROLE,
    "instruments.preview": EVERY_ROLE,
    "instruments.permit": CHANGES,
    "instruments.load": CHANGES,
    "setup.index": PATIENTS,
    "setup.section": CHANGES,
    "setup.consent": CHANGES,
    "setup.send_test": CHANGES,
    "setup.acknowledge_test": PATIENTS,
    "setup.ask_phq8": CHANGES,
    "setup.activate": CHANGES,
    "setup.close": CHANGES,
    "setup.new": {"admin"},
    "planning.edit": CHANGES,
    "export.index": EVERY_ROLE,
    "reported.decide": CHANGES,
    "answers.show": PATIENTS,
    "removal.decide": CHANGES,
    "team.index": CHANGES,
    "team.invite": CHANGES,
    "team.reset": CHANGES,
    "team.confirm": CHANGES,
    "team.codes_off": {"admin"},
    "team.remove": CHANGES,
    "account.index": EVERY_ROLE,
    "account.code": EVERY_ROLE,
    "account.code_off": EVERY_ROLE,
    "removal.copy": CHANGES,
    "answers.enter": CHANGES,
    "answers.correct": CHANGES,
    "answers.annul": CHANGES,
}

# What holds for every site of a study: closed to members who are limited to one.
WHOLE_STUDY = {
    "freezes.index",
    "freezes.make",
    "freezes.report",
    "message_words.settings",
    "message_words.edit",
    "alert_rules.add",
    "alert_rules.confirm",
    "alert_rules.remove",
    "instruments.permit",
    "instruments.load",
    "setup.section",
    "setup.consent",
    "setup.send_test",
    "setup.ask_phq8",
    "setup.activate",
    "setup.close",
    "planning.edit",
    "team.index",
    "team.invite",
    "team.reset",
    "team.confirm",
    "team.codes_off",
    "team.remove",
}
A_SITE = "coordinator of a site"

# Sent by a coordinator of the whole study, these change it.
CHANGING = {
    "alert_rules.add": {"measure": "face.total", "kind": "at_least", "at_least": "12"},
    "alert_rules.remove": {},
    "message_words.settings": {
        "clinic": "another clinic",
        "reminder_days": "7",
        "send_hour": "9",
        "earliest_hour": "8",
        "latest_hour": "20",
    },
    "message_words.edit": {
        "subject": "Questions",
        "body": "{greeting}, until {last_day}:\n{link}",
        "patient": "",
        "do": "keep",
    },
    "freezes.make": {"name": "Mine"},
    "setup.section": {"ethics_not_required": "A survey."},
    "setup.consent": {"version": "1", "text__en": "May we?", "research__en": "Use them."},
    "team.invite": {"email": "another@example.org", "role": "investigator"},
    "team.reset": {},
    "team.remove": {},
}


@dataclass(frozen=True)
class Door:
    """One address under one method, in a study; `study` is None where the address names none."""

    endpoint: str
    method: str
    path: str
    study: str | None


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Every page is opened on both databases once: here."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def two_studies(app: Flask) -> dict[str, dict[str, object]]:
    """What fills the addresses' placeholders in the studies S1 and S2."""
    found: dict[str, dict[str, object]] = {}
    for study, patient in (("S1", "P1"), ("S2", "P2")):
        invited = invite(app, patient, study=study)
        with changing(app) as session:
            alert = Alert(
                visit_id=invited.visit_id,
                instrument="phq9",
                rule="item9",
                first_answer=1,
                last_answer=1,
                raised_at=datetime.now(UTC),
            )
            treatment = Treatment(patient_id=invited.patient_id, kind="massage")
            rule = AlertRule(
                study_id=invited.study_id, instrument="phq9", scale="total", kind="at_least", threshold=10
            )
            call = Message(
                visit_id=invited.visit_id, kind="invitation", channel="telephone", planned_at=alert.raised_at
            )
            said = Background(
                visit_id=invited.visit_id,
                question="side",
                answer={"value": "left"},
                locale="en",
                reported_by="patient",
                at=datetime.now(UTC),
            )
            session.add_all((alert, treatment, rule, said, call))
            session.flush()
            frozen = freezing.freeze(
                session,
                session.get_one(Study, invited.study_id),
                library(app),
                "Report",
                at=datetime.now(UTC),
                actor="test",
            )
            response_id = answered(session, invited, library(app).get("saq"))
            found[study] = {
                "code": study,
                "patient": patient,
                "visit_id": invited.visit_id,
                "alert_id": alert.id,
                "rule_id": rule.id,
                "kind": "invitation",
                "locale": "en",
                "treatment_id": treatment.id,
                "message_id": call.id,
                "response_id": response_id,
                "freeze_id": frozen.id,
                "background_id": said.id,
                "place": FACTS.index("side"),
                "key": "face",
                "section": "ethics",
                "page": "time",
                "figure": "time-face-total",
            }
        found[study]["staff_id"] = employ(app, f"colleague-{study}@example.org", "analyst", study=study)
    return found


def answered(session: Session, invited: Invited, instrument: Instrument) -> int:
    """The questionnaire, all items answered with 1; the response's id."""
    at = datetime.now(UTC)
    new = NewResponse(
        visit_id=invited.visit_id,
        patient_id=invited.patient_id,
        instrument=instrument,
        version_id=versions.freeze(session, instrument, at=at),
        answers={item.key: 1 for item in instrument.items},
        source="paper",
        submitted_at=at,
        completed_on=at.date(),
    )
    return responses.insert_scored(session, [new], at=at, actor="test")[0]


def doors(app: Flask, studies: dict[str, dict[str, object]]) -> Iterator[Door]:
    """Every guarded address of the application, in each study."""
    adapter = app.create_url_adapter(None) or app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint in access.OPEN:
            continue
        places = studies.values() if "code" in rule.arguments else [None]
        for place in places:
            values = {name: place[name] for name in rule.arguments} if place else {}
            path = adapter.build(rule.endpoint, values, force_external=False)
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield Door(rule.endpoint, method, path, str(place["code"]) if place else None)


def entered(app: Flask, role: str) -> Member:
    """Somebody in that role with a browser; a coordinator of a site sees the site North alone."""
    if role == "nobody":
        return Member(in_process(app))
    return signed_in(app, site="North") if role == A_SITE else signed_in(app, role)


def of_a_patient(door: Door) -> bool:
    """Whether the address names a row of the one patient of S1."""
    return any(name in door.path for name in ("P1", "SOUTH-1", *OF_A_PATIENT))


def knock(member: Member, door: Door) -> str:
    """What the guard says: opened, sign in, forbidden, or nothing there."""
    answer = member.send(door.method, door.path, [])
    if answer.status == 302 and (answer.header("Location") or "").startswith("/login"):
        return "sign in"
    return {403: "forbidden", 404: "not there"}.get(answer.status, "opened")


@pytest.mark.parametrize(
    "role",
    [
        pytest.param(role, marks=pytest.mark.database) if role == "admin" else role  # who opens every page
        for role in (*sorted(EVERY_ROLE), A_SITE, "nobody")
    ],
)
def test_every_address_opens_to_whom_it_should(
    app: Flask, two_studies: dict[str, dict[str, object]], role: str
) -> None:
    """One's own study opens by the rules; the other, and another site, are as if they were not there."""
    app.config["WTF_CSRF_ENABLED"] = False  # so that the guard alone answers
    member = entered(app, role)
    walked = list(doors(app, two_studies))
    before = stored(app)
    assert {door.endpoint for door in walked} == MAY_OPEN.keys()
    for door in walked:
        if role == "nobody":
            expected = "sign in"
        elif (door.study == "S2" and role != "admin") or (role == A_SITE and of_a_patient(door)):
            expected = "not there"
        elif role == A_SITE:
            open_to_it = "coordinator" in MAY_OPEN[door.endpoint] and door.endpoint not in WHOLE_STUDY
            expected = "opened" if open_to_it else "forbidden"
        else:
            expected = "opened" if role in MAY_OPEN[door.endpoint] else "forbidden"
        assert knock(member, door) == expected, door
        if (door.endpoint, expected) == ("waiting_room.start", "opened"):  # which signs out
            member = signed_in(app, role)
    if role in {A_SITE, "nobody"}:
        after = stored(app)
        changed = {table for table in after if after[table] != before[table]}
        own = {"event", "second_factor", "failed_sign_in"}
        assert changed <= own, "an export is noted; one's account is one's own"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_is_limited_to_a_site_changes_nothing_for_others(
    app: Flask, two_studies: dict[str, dict[str, object]]
) -> None:
    """With forms that are in order, and do change the study when a coordinator of all of it sends them."""
    app.config["WTF_CSRF_ENABLED"] = False
    walked = [door for door in doors(app, {"S1": two_studies["S1"]}) if door.endpoint in WHOLE_STUDY]
    posts = [door for door in walked if door.method == "POST"]
    limited, before = entered(app, A_SITE), stored(app)
    for door in posts:
        answer = limited.send("POST", door.path, list(CHANGING.get(door.endpoint, {}).items()))
        assert answer.status == 403, door
        assert "You are limited to the site North" in answer.html, door
    assert stored(app) == before
    everywhere = signed_in(app)
    for door in posts:
        if door.endpoint in CHANGING:
            before = stored(app)
            everywhere.send("POST", door.path, list(CHANGING[door.endpoint].items()))
            assert stored(app) != before, door


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_is_limited_to_a_site_sees_nothing_of_others(
    app: Flask, two_studies: dict[str, dict[str, object]]
) -> None:
    """No page, list, count or file names the patient of another site; no link leads to a closed page."""
    with changing(app) as session:
        session.execute(update(Patient).where(Patient.code == "P1").values(code="SOUTH-1", site="South"))
    two_studies["S1"]["patient"] = "SOUTH-1"
    app.config["WTF_CSRF_ENABLED"] = False
    member = entered(app, A_SITE)
    member.send("POST", "/staff/S1/patients", [("search", "SOUTH")])
    closed = set()
    for door in doors(app, {"S1": two_studies["S1"]}):
        if door.method == "GET" and not of_a_patient(door):
            member.get(door.path)
            assert "SOUTH" not in member.replies[-1].html, door
            closed |= {door.path} if member.status == 403 else set()
    linked = {link for reply in member.replies for link in Page(reply.html).links}
    assert not closed & linked
    answer = member.send("POST", "/staff/S1/export", [])
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        assert not [name for name in package.namelist() if b"SOUTH" in package.read(name)]
    employ(app, "coordinator-North-S1@example.org", "coordinator", study="S2", site="North")
    assert "Alerts waiting" in member.get("/staff/").text
    assert re.findall(r"numeric\">(\d+)", member.replies[-1].html) == ["0", "0"]


def test_what_belongs_to_another_study_is_not_there(
    app: Flask, two_studies: dict[str, dict[str, object]]
) -> None:
    """Another study's patient, visit or alert cannot be reached through one's own study's address."""
    app.config["WTF_CSRF_ENABLED"] = False
    member = signed_in(app)
    mixed = {"S1": {**two_studies["S2"], "code": "S1"}}
    before = stored(app)
    for door in doors(app, mixed):
        if any(name in door.path for name in ("P2", "team/", *OF_A_PATIENT)):
            assert knock(member, door) == "not there", door
    assert stored(app) == before


def test_what_belongs_to_another_site_is_not_there(
    app: Flask, two_studies: dict[str, dict[str, object]]
) -> None:
    """A member limited to a site reaches nothing of the patients elsewhere, and does not see them listed."""
    app.config["WTF_CSRF_ENABLED"] = False
    member = signed_in(app, site="North")
    for door in doors(app, {"S1": two_studies["S1"]}):
        if of_a_patient(door):
            assert knock(member, door) == "not there", door
    assert "P1" not in member.get("/staff/S1/patients").text
    assert "P1" not in member.get("/staff/S1/alerts").text


def test_an_address_without_a_rule_stops_the_start() -> None:
    """A page that nobody opened by name is a fault of the program, found before anybody asks for it."""
    bare = Flask("bare")
    bare.add_url_rule("/static/x", "static")
    bare.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(access.UnguardedError, match=r"/forgotten \(forgotten\)"):
        access.check(bare)


def test_a_role_needs_a_study_in_the_address() -> None:
    """A view for roles whose address names no study could never know the role."""
    bare = Flask("bare")
    bare.add_url_rule("/list", "list", access.for_roles("analyst")(lambda: ""))
    with pytest.raises(access.UnguardedError, match="must begin with /staff/<code>/"):
        access.check(bare)


def test_a_change_says_whether_it_holds_for_the_whole_study() -> None:
    """Or the program does not start; an address that names a row of one patient need not say it."""
    bare = Flask("bare")
    marked = access.for_roles("coordinator")
    bare.add_url_rule("/static/x", "static")
    bare.add_url_rule("/staff/<code>/note/<patient>", "note", marked(lambda: ""), methods=["POST"])
    access.check(bare)
    said = access.for_roles("coordinator", whole_study=False)
    bare.add_url_rule("/staff/<code>/search", "search", said(lambda: ""), methods=["POST"])
    access.check(bare)
    bare.add_url_rule("/staff/<code>/rules", "rules", marked(lambda: ""), methods=["GET", "POST"])
    with pytest.raises(access.UnguardedError, match=r"/rules \(rules\) changes .* Write whole_study=True"):
        access.check(bare)


def test_every_post_needs_a_token(app: Flask, two_studies: dict[str, dict[str, object]]) -> None:
    """Without the token of our own page nothing is changed, by whoever is signed in."""
    member = signed_in(app)
    before = stored(app)
    for door in doors(app, {"S1": two_studies["S1"]}):
        if door.method == "POST":
            assert member.send("POST", door.path, []).status == 400, door
    assert member.send("POST", "/logout", []).status == 400
    assert stored(app) == before


# Signing in ---------------------------------------------------------------------------------------------


@pytest.fixture
def visitor(app: Flask) -> Member:
    """Somebody with an account in two studies, not signed in."""
    invite(app, study="S1")
    invite(app, study="S2")
    employ(app, "Ann.Abel@Example.org", "coordinator", study="S1")
    employ(app, "ann.abel@example.org", "analyst", study="S2")
    return Member(in_process(app))


def test_sign_in_leads_to_the_studies(visitor: Member) -> None:
    """Capitals and spaces around the address do not matter."""
    page = visitor.sign_in(" ANN.abel@example.org ")
    assert visitor.path == "/staff/"
    assert page.heading == "Your studies"
    assert "ann.abel@example.org" in page.text


def test_a_wrong_sign_in_does_not_say_what_was_wrong(visitor: Member) -> None:
    """An unknown address and a wrong password read the same."""
    for email, password in (
        ("ann.abel@example.org", "wrong horse battery"),
        ("nobody@example.org", PASSWORD),
    ):
        page = visitor.sign_in(email, password)
        assert visitor.status == 422
        assert "The e-mail address, the password or the code is wrong." in page.text
        assert "#password" in page.links
        assert "#email" not in page.links


def test_nothing_typed_is_said_at_each_field(visitor: Member) -> None:
    """Both errors are linked from the summary."""
    page = visitor.sign_in("", "")
    assert visitor.status == 422
    assert {"#email", "#password"} <= page.links.keys()


def test_a_closed_account_cannot_sign_in(app: Flask, visitor: Member) -> None:
    """Nor does it stay signed in."""
    visitor.sign_in("ann.abel@example.org")
    with changing(app) as session:
        session.execute(update(Staff).values(active=False))
    visitor.get("/staff/")
    assert visitor.path.startswith("/login")
    visitor.sign_in("ann.abel@example.org")
    assert visitor.status == 422


def test_a_new_password_signs_everybody_out(app: Flask, visitor: Member) -> None:
    """Whoever had the account open elsewhere has to sign in again."""
    visitor.sign_in("ann.abel@example.org")
    with changing(app) as session:
        member = session.scalars(select(Staff)).one()
        store.set_password(session, member, "another long password", at=datetime.now(UTC), actor="test")
    visitor.get("/staff/")
    assert visitor.path.startswith("/login")
    visitor.sign_in("ann.abel@example.org", "another long password")
    assert visitor.path == "/staff/"


def test_one_comes_back_to_the_page_asked_for(visitor: Member) -> None:
    """The address that needed sign-in opens after it, with its filters."""
    visitor.get("/staff/S1/patients?state=due")
    assert visitor.path == "/login?next=/staff/S1/patients?state%3Ddue"
    fields = {**visitor.step.hidden, "email": "ann.abel@example.org", "password": PASSWORD}
    visitor.post("/login", fields)
    assert visitor.path == "/staff/S1/patients?state=due"


def test_sign_in_never_leads_to_another_site(visitor: Member) -> None:
    """Whatever `next` says, the browser stays here."""
    for elsewhere in (
        "https://evil.test/",
        "//evil.test",
        "///evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "javascript:alert(1)",
    ):
        visitor.get("/login")
        fields = {"email": "ann.abel@example.org", "password": PASSWORD, "next": elsewhere}
        answer = visitor.send("POST", "/login", [("csrf_token", visitor.csrf_token), *fields.items()])
        assert answer.status == 302, elsewhere
        place = urljoin("http://localhost/login", answer.header("Location") or "")
        assert place.startswith("http://localhost/"), elsewhere
        visitor.get("/staff/")
        visitor.post("/logout", {})


def test_guessing_is_slowed_down_by_account(app: Flask, visitor: Member) -> None:
    """After ten failures the account waits, from whatever browser; others go on."""
    for _ in range(10):
        visitor.sign_in("ann.abel@example.org", "wrong horse battery")
        assert visitor.status == 422
    other_browser = Member(in_process(app))
    page = other_browser.sign_in("Ann.Abel@example.org")
    assert other_browser.status == 429
    assert "wait a quarter of an hour" in page.text
    employ(app, "bea@example.org", "analyst")
    visitor.sign_in("bea@example.org")
    assert visitor.status == 200


def test_signing_in_often_is_no_guessing(visitor: Member) -> None:
    """Only failures count."""
    for _ in range(12):
        visitor.sign_in("ann.abel@example.org")
        assert visitor.status == 200
        visitor.post("/logout", {})


def test_sign_out_is_a_post(visitor: Member) -> None:
    """A link or a picture on another site cannot sign anybody out."""
    visitor.sign_in("ann.abel@example.org")
    assert visitor.send("GET", "/logout", []).status == 405
    visitor.post("/logout", {})
    assert visitor.path == "/login"
    visitor.get("/staff/")
    assert visitor.path.startswith("/login")


def test_nothing_else_of_the_extension_is_there(visitor: Member) -> None:
    """Only sign-in and sign-out."""
    for path in ("/register", "/reset", "/verify", "/change", "/us-signin", "/fs-static/x"):
        assert visitor.send("GET", path, []).status == 404, path


@pytest.mark.parametrize("public_url", ["https://seventh.example"])
def test_forms_work_behind_https(app: Flask, visitor: Member) -> None:
    """Without a Referer too, which some browsers never send; the cookie goes over https only."""
    visitor.send = in_process(app, "https://seventh.example")
    visitor.sign_in("ann.abel@example.org")
    assert visitor.path == "/staff/"
    cookies = [cookie for reply in visitor.replies for cookie in reply.cookies]
    assert cookies
    assert all({"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; ")) for cookie in cookies)


def test_passwords_are_kept_as_argon2id(app: Flask, visitor: Member) -> None:
    """And nowhere in the audit."""
    [member] = one_table(app, "staff")
    assert member["password"].startswith("$argon2id$")
    assert PASSWORD not in str(stored(app, "event", "event_value"))


def test_a_visit_opened_by_its_link_signs_nobody_in(app: Flask) -> None:
    """A patient's session opens no staff page."""
    invited = invite(app)
    patient = Member(in_process(app))
    patient.open(invited.token)
    assert patient.status == 200
    patient.get("/staff/S1/patients")
    assert patient.path.startswith("/login")
    with changing(app) as session:
        assert session.scalars(select(Visit.id)).first() == invited.visit_id
