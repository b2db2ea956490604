"""What a request may bring: no control sign reaches a view, and only lists may be large."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask, g, request
from flask.testing import FlaskClient

from app import create_app
from surveys.settings import Settings
from surveys.views.web.received import LARGEST_BODY, LARGEST_LIST, LARGEST_OPEN
from tests.support.patient import Patient, in_process
from tests.support.sample import sampled
from tests.support.staff import ENROLMENT, Member, signed_in
from tests.support.study import invite, one_table, stored

BOTH = pytest.mark.parametrize("database_url", ["sqlite_url", "postgres_url"], indirect=True)
FORM = "application/x-www-form-urlencoded"
TAKEN_OUT = "Signs that cannot be seen were taken out of this."


@pytest.fixture
def member(app: Flask) -> Member:
    """A coordinator of S1, where P1 is."""
    invite(app, "P1", study="S1")
    return signed_in(app)


@BOTH
def test_no_control_sign_is_stored(app: Flask, member: Member) -> None:
    """Each form shows what it took out and is sent once more; nothing was stored before."""
    before = stored(app)
    for address, typed in (
        ("note/P1", {"text": "Prefers\0 mornings"}),
        ("contact/P1", {"name": "An\0na", "locale": "en"}),
        ("status/P1", {"status": "paused", "since": "2026-03-10", "reason": "aw\x01ay"}),
        ("enrol", {**ENROLMENT, "code": "P\0-8"}),
        ("enrol/many", {"rows": "code,birth_year\nP\0-8,1970"}),
        ("clinic", {"numbers": "H\0-1"}),
        ("treatments/P1", {"treatment-kind": "massage", "product": "A\x7fB"}),
    ):
        page = member.post(f"/staff/S1/{address}", typed)
        assert member.status == 422, address
        assert TAKEN_OUT in page.text, address
    assert stored(app) == before
    page = member.post("/staff/S1/note/P1", {"text": "Prefers mornings"})
    assert [row["text"] for row in one_table(app, "note")] == ["Prefers mornings"]


@BOTH
def test_whatever_is_looked_for_is_looked_for_without_them(client: FlaskClient, member: Member) -> None:
    """In addresses, searches and at sign-in, where nobody is known yet."""
    member.post("/staff/S1/patients", {"search": "P\0001"})
    assert member.status == 200
    member.get("/staff/S1/patients?search=P%001&state=%00")
    assert member.status < 500
    for address in ("/staff/S1/patients/P%001", "/staff/S1/note/P1%00", "/staff/S%001/patients"):
        member.get(address)
        assert member.status == 404, address
    visitor = Member(in_process(client.application))
    visitor.sign_in("an\0n@example.org", "pass\0word of nobody")
    assert visitor.status == 422
    told = {"email": "an\0n@example.org", "password": "x"}
    assert client.post("/login", json=told).status_code == 415


def test_a_number_that_no_database_holds_is_passed_over(app: Flask, member: Member) -> None:
    """Or not found; never a fault of ours."""
    investigator = signed_in(app, "investigator")
    for number in (2**31, 2**63, 10**40):
        investigator.get(f"/staff/S1/log?before={number}")
        assert investigator.status == 200
        for address in ("completeness?timepoint", "own-lists/look?list", "palsy/P1?number"):
            member.get(f"/staff/S1/{address}={number}")
            assert member.status in (200, 404), address
        for address, field in (
            ("at-once/status", "chosen"),
            ("at-once/missed", "chosen"),
            ("letters", "message"),
        ):
            member.post(f"/staff/S1/{address}", {field: str(number)})
            assert member.status < 500, address


def test_signs_that_are_not_utf8_are_no_fault_of_ours(client: FlaskClient, member: Member) -> None:
    """Bytes of other encodings, and halves of a surrogate pair."""
    for bad in ("%FF", "%ED%A0%80", "%C0%80"):
        member.get(f"/staff/S1/patients?search={bad}")
        assert member.status == 200
        member.get(f"/staff/S1/patients/{bad}")
        assert member.status == 404
    answer = client.post("/login", data=b"email=%ED%A0%80%FF&password=x", content_type=FORM)
    assert answer.status_code in (400, 422)
    body = json.dumps({"email": "\ud800", "password": "x"})
    assert client.post("/login", data=body, content_type="application/json").status_code == 415


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"a":' * 100_000])
def test_no_library_reads_json(client: FlaskClient, deep: str) -> None:
    """Not even to look for a token in it: a deeply nested text would break the reader, or the error page."""
    for address in ("/login", "/logout", "/theme", "/c", "/visit/1/face/1", "/staff/S1/enrol", "/nowhere"):
        for method in ("POST", "GET", "PUT"):
            answer = client.open(address, method=method, data=deep, content_type="application/json")
            assert answer.status_code == 415, (method, address)


def test_a_body_of_which_no_header_tells_is_none(app: Flask) -> None:
    """What nobody looked at, no view reads."""
    unsaid = {"wsgi.input": BytesIO(b"text=a"), "wsgi.input_terminated": True, "CONTENT_TYPE": FORM}
    with app.test_request_context("/theme", environ_overrides=unsaid):
        app.preprocess_request()
        assert (list(request.form), list(request.files), g.hidden_signs_in) == ([], [], frozenset())


def test_a_file_in_the_place_of_text_is_refused(client: FlaskClient, member: Member) -> None:
    """Where text belongs, whatever the form."""
    client.get("/login")
    for address in ("/login", "/c", "/theme", "/staff/S1/enrol", "/staff/S1/note/P1", "/staff/S1/enrol/many"):
        for name in ("email", "csrf_token", "text", "rows", "code", "next"):
            sent = {"csrf_token": member.csrf_token, name: (BytesIO(b"x"), "x.txt")}
            assert client.post(address, data=sent).status_code == 400, (address, name)


def test_a_patients_answer_goes_on_without_them(app: Flask) -> None:
    """A choice with such a sign is asked again, and nothing is lost; what is typed is taken without it."""
    patient = Patient(in_process(app))
    patient.open(invite(app).token)
    patient.next()
    [form] = [form for form in patient.page.forms if form.radios]
    chosen = form.radios[0]
    patient.post(patient.path, {chosen.name: f"{chosen.value}\0", "go": "next"})
    assert (patient.status, patient.asked) == (422, "face/1")
    patient.post(patient.path, {chosen.name: chosen.value, "go": "ne\0xt"})
    [draft] = one_table(app, "draft")
    assert [told[-1]["value"] for told in draft["answers"].values()] == [int(chosen.value)]


def test_a_box_of_one_line_holds_one_line(member: Member) -> None:
    """Whatever ends the line; a text of several lines may have any."""
    for end in ("\n", "\r", "\r\n", "\x85", "\u2028"):
        page = member.post("/staff/S1/contact/P1", {"name": f"Ada{end}Byron", "locale": "en"})
        assert "Write this on one line." in page.text
        member.post("/staff/S1/note/P1", {"text": f"One{end}two"})
        assert member.path == "/staff/S1/patients/P1"


def test_a_line_end_counts_as_one_sign(app: Flask, member: Member) -> None:
    """Browsers send two for it."""
    text = "\r\n".join(["x" * 39] * 100)
    member.post("/staff/S1/note/P1", {"text": text})
    assert member.path == "/staff/S1/patients/P1"
    [note] = one_table(app, "note")
    assert note["text"] == text.replace("\r\n", "\n")
    assert len(note["text"]) == 3999


def rows(count: int) -> str:
    """A list of `count` patients with all columns filled."""
    header = (
        "code,site,birth_date,birth_year,sex,side,cause,begin,onset_on,treatments,name,hospital_number,email,"
        "telephone,locale"
    )
    return "\n".join(
        [
            header,
            *(
                f"A-{n:04},The Large University Hospital of Somewhere,1970-05-17,1970,female,left,"
                "bells_palsy,sudden,2025-03-01,oral_corticosteroid@2025-03-02;physiotherapy_neuromuscular_retraining@2025,"
                f"Somebody With A Rather Long Name {n},HN-{n:06},somebody.with.a.long.name.{n}@example.org,"
                f"+44 20 7946 {n:04},en"
                for n in range(1, count + 1)
            ),
        ]
    )


def test_a_list_larger_than_other_forms_is_checked(member: Member) -> None:
    """Beside its patients, with every column, it has empty lines."""
    text = rows(20) + "\n" * LARGEST_BODY
    page = member.post("/staff/S1/enrol/many", {"rows": text})
    assert member.status == 200
    assert "20 patients can be added." in page.text


@pytest.mark.long
def test_a_list_of_the_most_patients_is_checked_pasted_or_as_a_file(member: Member) -> None:
    """2000 of them with every column, which is more than a form may hold elsewhere."""
    text = rows(2000)
    assert len(text) > 500_000
    page = member.post("/staff/S1/enrol/many", {"rows": text})
    assert member.status == 200
    assert "2000 patients can be added." in page.text


@pytest.mark.long
def test_what_a_file_may_hold_can_be_added(app: Flask, member: Member) -> None:
    """2000 rows with the longest cells are 3.3 million signs; what a file held is sent on as text."""
    text = "code,birth_year\nP-9,1970" + "\n" * 3_400_000
    member.post("/staff/S1/enrol/many", {"rows": text, "add": "1"})
    assert member.path == "/staff/S1/patients"
    assert [row["code"] for row in one_table(app, "patient")] == ["P1", "P-9"]


def test_only_lists_may_be_large(client: FlaskClient, member: Member) -> None:
    """Elsewhere the page says what to do; patients' and open pages take little."""
    member.post("/staff/S1/note/P1", {"text": "x" * LARGEST_BODY})
    assert member.status == 413
    assert "send it in parts" in member.page.text
    for address in ("/login", "/c", "/theme", "/visit/1/begin"):
        reply = client.post(address, data=b"a=" + b"x" * LARGEST_OPEN, content_type=FORM)
        assert reply.status_code == 413, address
        assert "send it in parts" in reply.text
    reply = client.post("/staff/S1/enrol/many", data=b"a=" + b"x" * LARGEST_OPEN, content_type=FORM)
    assert reply.status_code == 413, "nobody is signed in"
    member.post("/staff/S1/enrol/many", {"rows": "x" * LARGEST_LIST})
    assert member.status == 413


@pytest.mark.parametrize(("length", "read"), [(LARGEST_OPEN + 1, LARGEST_OPEN + 1), (LARGEST_LIST + 1, 0)])
def test_a_body_that_is_refused_is_read_past(client: FlaskClient, length: int, read: int) -> None:
    """What a web server in front lets through: the next request comes on the same connection."""
    body = BytesIO(b"x" * length)
    kind = "application/x-www-form-urlencoded"
    reply = client.post("/c", input_stream=body, content_length=length, content_type=kind)
    assert (reply.status_code, body.tell()) == (413, read)


@pytest.mark.parametrize(
    ("proxies", "believed"), sampled(1, [(0, "10.0.0.9"), (1, "192.0.2.1"), (2, "198.51.100.7")])
)
def test_only_our_own_proxies_are_believed(settings: Settings, proxies: int, believed: str) -> None:
    """Each adds whom it heard; what stands before is anybody's word, and so is a name of this site."""
    app = create_app(replace(settings, proxies=proxies))
    headers = {
        "X-Forwarded-For": "203.0.113.5, 198.51.100.7, 192.0.2.1",
        "X-Forwarded-Host": "evil.test",
        "X-Forwarded-Prefix": "/evil",
    }
    with app.test_client() as client:
        client.get("/theme", headers=headers, environ_overrides={"REMOTE_ADDR": "10.0.0.9"})
        assert (request.remote_addr, request.host, request.script_root) == (believed, "localhost", "")
