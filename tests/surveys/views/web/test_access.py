"""Who may open what."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.exceptions import Forbidden

from surveys.lists.scope import Scope
from surveys.models import (
    Alert,
    Patient,
    Study,
    Visit,
)
from surveys.views.web import access
from tests.support.doors import (
    A_SITE,
    CHANGING,
    EVERY_ROLE,
    MAY_OPEN,
    OF_A_PATIENT,
    WHOLE_STUDY,
    Door,
    doors,
    entered,
    knock,
    of_a_coordinator,
    of_a_patient,
)
from tests.support.pages import Page
from tests.support.patient import in_process
from tests.support.sample import sample, taken
from tests.support.staff import Member, employ, signed_in
from tests.support.study import changing, invite, stored
from tests.support.two_studies import fill_two_studies

ROLES = (*sorted(EVERY_ROLE), A_SITE, "nobody")


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Every page is opened on both databases once: here."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def two_studies(app: Flask) -> dict[str, dict[str, object]]:
    """What fills the addresses' placeholders in the studies S1 and S2."""
    return fill_two_studies(app)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", ROLES)
def test_every_address_opens_to_one_and_is_shut_to_who_may_not(
    app: Flask, two_studies: dict[str, dict[str, object]], role: str
) -> None:
    """Nobody opens what is not for their role; of what is, and another study's, one role tries one in two."""
    walked = list(doors(app, two_studies))
    assert {door.endpoint for door in walked} == MAY_OPEN.keys()
    answers: dict[tuple[str, str, str], list[tuple[str, Door]]] = {}
    for one, door in product(ROLES, walked):
        answers.setdefault((door.endpoint, door.method, expected(one, door)), []).append((one, door))
    first = (sample(1, cases, name=lambda case: _name(*case))[0] for cases in answers.values())
    chosen = {_name(*case) for case in first if taken(_name(*case), 2)}
    shut = {"forbidden", "sign in"}
    walk(app, role, [one for one in walked if expected(role, one) in shut or _name(role, one) in chosen])


def _name(role: str, door: Door) -> str:
    return f"{role} {door.endpoint} {door.method} {door.study}"


@pytest.mark.long
@pytest.mark.parametrize("role", ROLES)
def test_every_address_opens_to_whom_it_should(
    app: Flask, two_studies: dict[str, dict[str, object]], role: str
) -> None:
    """One's own study opens by the rules; the other, and another site, are as if they were not there."""
    walk(app, role, list(doors(app, two_studies)))


def walk(app: Flask, role: str, walked: list[Door]) -> None:
    """Knock at these doors; who sees a site, or nothing, has changed nothing behind them."""
    app.config["WTF_CSRF_ENABLED"] = False  # so that the guard alone answers
    member = entered(app, role)
    before = stored(app)
    for door in walked:
        assert knock(member, door) == expected(role, door), door
        if door.endpoint == "waiting_room.start" and expected(role, door) == "opened":  # which signs out
            member = signed_in(app, role)
    if role in {A_SITE, "nobody"}:
        after = stored(app)
        bound = {row["subject"] for row in after["binding"] if row not in before["binding"]}
        changed = {table for table in after if table != "binding" and after[table] != before[table]} | bound
        made = {"board_copy", "job", "job_part"}  # pages and files that are made to be read
        own = {"event", "second_factor", "sign_in_tries", "staff_session"} | made  # when it was used last
        assert changed <= own, "an export is noted; one's account is one's own"


def expected(role: str, door: Door) -> str:
    """What the guard should answer to that role at that door."""
    if role == "nobody":
        return "sign in"
    if (door.study == "S2" and role != "admin") or (
        role == A_SITE and of_a_patient(door) and of_a_coordinator(door)
    ):
        return "not there"
    if role == A_SITE:
        open_to_it = "coordinator" in MAY_OPEN[door.endpoint] and door.endpoint not in WHOLE_STUDY
        return "opened" if open_to_it else "forbidden"
    return "opened" if role in MAY_OPEN[door.endpoint] else "forbidden"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_is_limited_to_a_site_changes_nothing_for_others(
    app: Flask, two_studies: dict[str, dict[str, object]]
) -> None:
    """With forms that are in order, and do change the study when a coordinator of all of it sends them."""
    app.config["WTF_CSRF_ENABLED"] = False
    walked = [door for door in doors(app, {"S1": two_studies["S1"]}) if door.endpoint in WHOLE_STUDY]
    posts = [door for door in walked if door.method == "POST"]
    limited = {role: signed_in(app, role, site="North") for role in ("coordinator", "investigator")}
    before = stored(app)
    for door in posts:
        role = "investigator" if door.endpoint == "freezes.sign" else "coordinator"
        answer = limited[role].send("POST", door.path, list(CHANGING.get(door.endpoint, {}).items()))
        assert answer.status == 403, door
        assert "This holds for every site" in answer.html, door
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
    assert re.findall(r"numeric\"[^>]*>(?:<[^>]*>)*(\d+)", member.replies[-1].html) == ["0", "0"]


def test_what_belongs_to_another_study_is_not_there(
    app: Flask, two_studies: dict[str, dict[str, object]]
) -> None:
    """Another study's patient, visit or alert cannot be reached through one's own study's address."""
    app.config["WTF_CSRF_ENABLED"] = False
    member = signed_in(app)
    mixed = {"S1": {**two_studies["S2"], "code": "S1"}}
    before = stored(app)
    for door in doors(app, mixed):
        if not of_a_coordinator(door):
            continue
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
        if of_a_patient(door) and of_a_coordinator(door):
            assert knock(member, door) == "not there", door
    assert "P1" not in member.get("/staff/S1/patients").text
    assert "P1" not in member.get("/staff/S1/alerts").text


@pytest.mark.parametrize(
    ("role", "may_change", "may_open_patients"),
    [
        ("coordinator", True, True),
        ("admin", True, True),
        ("investigator", False, True),
        ("analyst", False, False),
    ],
)
def test_a_grant_says_what_its_role_may_do(role: str, may_change: bool, may_open_patients: bool) -> None:
    """With the patients of its site, on the day of the study's own time zone."""
    late = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    study = Study(id=7, code="S1", timezone="Europe/Berlin")
    given = access.Grant(study, role, "North", "staff:1", late)
    assert (given.may_change, given.may_open_patients) == (may_change, may_open_patients)
    assert given.scope == Scope(7, "North", date(2026, 3, 11))


def test_a_door_refuses_other_roles_and_members_of_one_site() -> None:
    """In this order; administrators pass every door."""
    study, at = Study(id=7, code="S1"), datetime(2026, 3, 10, tzinfo=UTC)
    own, everywhere = (access.Door(frozenset({"coordinator"}), whole) for whole in (False, True))
    member, limited = (access.Grant(study, "coordinator", site, "staff:1", at) for site in (None, "North"))
    assert [member.refusal(door) for door in (own, everywhere)] == [None, None]
    assert limited.refusal(own) is None
    refusal = limited.refusal(everywhere)
    assert isinstance(refusal, access.LimitedToSite)
    assert (refusal.site, refusal.code) == ("North", 403)
    assert type(access.Grant(study, "analyst", "North", "staff:1", at).refusal(everywhere)) is Forbidden
    assert access.Grant(study, "admin", None, "staff:1", at).refusal(everywhere) is None


def test_a_view_is_marked_with_its_door() -> None:
    assert access.for_roles("analyst")(lambda: "").door == access.Door(frozenset({"analyst"}), None)
    assert access.for_roles("analyst", whole_study=True)(lambda: "").door.whole_study is True
    assert access.for_staff(lambda: "").door == access.Door(frozenset(), None)


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


@pytest.mark.parametrize("roles", [(), ("owner",), ("analyst", "owner")])
def test_only_roles_that_there_are_open_a_view(roles: tuple[str, ...]) -> None:
    """A slip of the pen would close it to everybody, or to no one."""
    with pytest.raises(ValueError, match="one or more of coordinator, investigator, analyst"):
        access.for_roles(*roles)


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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("role", "told"), [("coordinator", True), ("analyst", False)])
def test_alerts_that_press_are_told_to_who_may_see_patients(app: Flask, role: str, told: bool) -> None:
    """On every page of the study; an analyst learns of none."""
    invited = invite(app)
    with changing(app) as session:
        alert = Alert(
            visit_id=invited.visit_id, instrument="phq9", rule="item9", first_answer=1, last_answer=1
        )
        alert.raised_at = datetime(2026, 3, 10, tzinfo=UTC)
        session.add(alert)
    page = signed_in(app, role).get("/staff/S1/instruments")
    assert ("Somebody must look at the alerts now" in page.text) is told


def test_every_post_needs_a_token(app: Flask, two_studies: dict[str, dict[str, object]]) -> None:
    """Without the token of our own page nothing is changed, by whoever is signed in."""
    member = signed_in(app)
    before = stored(app)
    for door in doors(app, {"S1": two_studies["S1"]}):
        if door.method == "POST":
            assert member.send("POST", door.path, []).status == 400, door
    assert member.send("POST", "/logout", []).status == 400
    assert stored(app) == before


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
