"""Somebody who joins by herself, by real mail and real text message; a machine; a coordinator who looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from surveys.settings import Settings
from surveys.views.form import joining
from tests.support.gateway import TextGateway, text_gateway
from tests.support.patient import Patient, in_process
from tests.support.sample import sampled
from tests.support.smtp import MailServer, mail_server
from tests.support.staff import Member, signed_in
from tests.support.study import FACE, PHQ9, SAQ, ask_consent, invite, one_table

PARTS = {"research": "Use my answers.", "text_messages": "You may send me text messages."}
ANNA = "anna@example.org"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(scope="module")
def _mail_server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def server(_mail_server: MailServer) -> MailServer:
    return _mail_server.begin_anew()


@pytest.fixture(scope="module")
def _text_gateway() -> Iterator[TextGateway]:
    with text_gateway() as running:
        yield running


@pytest.fixture
def gateway(_text_gateway: TextGateway) -> TextGateway:
    return _text_gateway.begin_anew()


@pytest.fixture
def settings(settings: Settings, server: MailServer, gateway: TextGateway) -> Settings:
    return replace(
        settings,
        mail_url=server.url,
        mail_from="The clinic <clinic@example.org>",
        sms_url=gateway.url("post"),
    )


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test reads faster than people."""
    monkeypatch.setattr(joining, "LEAST_SECONDS", 0)


@pytest.fixture
def coordinator(app: Flask) -> Member:
    """She opens the page to people in Germany; P1 is a patient of the clinic."""
    invite(app)
    member = signed_in(app)
    opened = {"is_open": "y", "information__en": "Come and tell.\n\nIt helps.", "countries": "de"}
    assert "no consent text" in member.post("/staff/S1/joining", opened).text
    ask_consent(app, parts=PARTS)
    assert "no country" in member.post("/staff/S1/joining", {**opened, "countries": "Germany"}).text
    member.post("/staff/S1/joining", opened)
    assert "localhost/join/S1" in member.get("/staff/S1/joining/poster/en").text
    return member


def at_address(app: Flask, *parts: str, year: str = "1970") -> Patient:
    """Somebody who went through the pages up to the address."""
    person = Patient(in_process(app))
    page = person.get("/join/S1")
    assert "Come and tell." in page.text
    person.next()
    person.post(person.path, {"birth_year": year, "palsy": "yes", "country": "DE"})
    person.post(person.path, [("decision", "agree"), *(("parts", part) for part in parts)])
    assert person.path == "/join/S1/address"
    return person


def proof(server: MailServer) -> str:
    """The path of the link in the newest mail."""
    text = server.received[-1].get_content()
    [link] = re.findall(r"http://localhost(/joining/\S+)", text)
    return str(link)


def test_by_mail_into_the_first_visit(app: Flask, coordinator: Member, server: MailServer) -> None:
    """Agreed, proved, entered; marked until the coordinator has looked, and left out until then."""
    person = at_address(app, "research")
    assert "an e-mail address such as" in person.post(person.path, {"address": "anna"}).text
    person.post(person.path, {"address": ANNA})
    assert "We have sent you an e-mail" in person.page.text
    assert [row["code"] for row in one_table(app, "patient")] == ["P1"], "nobody before the proof"
    mail = server.received[-1]
    assert server.recipients == [ANNA]
    said = f"{mail['Subject']} {mail.get_content()}".replace(proof(server), "")  # by chance it may say s1
    assert not any(word in said.lower() for word in ("palsy", "mood", "s1"))

    elsewhere = Patient(in_process(app))
    elsewhere.get(proof(server))
    assert len(one_table(app, "patient")) == 1, "to look at the link is no press"
    elsewhere.next()
    assert re.fullmatch(r"/visit/\d+", elsewhere.path.partition("?")[0])
    elsewhere.finish(FACE, PHQ9, SAQ)
    assert "Thank you" in elsewhere.page.text
    again = Patient(in_process(app))
    again.get(proof(server))
    again.next()
    assert [row["code"] for row in one_table(app, "patient")] == ["P1", "P2"]
    assert one_table(app, "consent")[-1]["parts"] == {"research": True, "text_messages": False}

    assert "1 person joined" in coordinator.get("/staff/S1/needs").text
    assert "leave this patient out" in coordinator.get("/staff/S1/patients/P2").text
    page = coordinator.get("/staff/S1/joined")
    assert "went through the pages within half a minute" in page.text
    report = coordinator.get("/staff/S1/export")
    assert report
    assert "Say who this is" in coordinator.post("/staff/S1/joined/P2", {}).text
    wrong = {"outcome": "same", "same_as": "P9"}
    assert "no such patient" in coordinator.post("/staff/S1/joined/P2", wrong).text
    coordinator.post("/staff/S1/joined/P2", {"outcome": "apart"})
    assert "Nobody waits" in coordinator.page.text
    assert one_table(app, "self_enrolment")[0]["looked_by"].startswith("staff:")


def test_by_text_message_with_a_code(
    app: Flask, coordinator: Member, gateway: TextGateway, server: MailServer
) -> None:
    """Only who agreed to texts; the code is asked on the page."""
    person = at_address(app, "research")
    assert "E-mail address or" not in person.page.text
    person = at_address(app, "text_messages")
    person.post(person.path, {"address": "+49 151 12345678"})
    [fields] = gateway.received
    [code] = re.findall(r"\b\d{6}\b", fields["text"])
    wrong = "000000" if code != "000000" else "111111"
    assert "does not fit" in person.post(person.path, {"code": wrong}).text
    person.post(person.path, {"code": code})
    assert person.path.startswith("/visit/")
    known = one_table(app, "contact")[-1]
    assert (known["mobile"], known["channel"]) == ("+4915112345678", "text")
    assert server.received == []


@pytest.mark.parametrize(
    "told",
    sampled(
        1,
        [
            {"birth_year": "2020", "palsy": "yes", "country": "DE"},
            {"birth_year": "1970", "palsy": "no", "country": "DE"},
            {"birth_year": "1970", "palsy": "yes", "country": "other"},
        ],
    ),
)
def test_who_may_not_join_is_told_kindly(app: Flask, coordinator: Member, told: dict[str, str]) -> None:
    """And nothing is kept, not even in the browser."""
    person = Patient(in_process(app))
    person.get("/join/S1")
    person.next()
    assert "four digits" in person.post(person.path, {**told, "birth_year": "70"}).text
    assert "for other people" in person.post(person.path, told).text
    assert person.get("/join/S1/consent").heading != "Would you like to take part?"
    assert one_table(app, "joining_request") == []


def test_machines_and_strangers(
    app: Flask, coordinator: Member, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A filled hidden box and a known address are told the same; who is too quick looks once more."""
    person = at_address(app, "research")
    told = person.post(person.path, {"address": ANNA, "website": "http://spam.example"}).text
    assert "We have sent you an e-mail" in told
    assert server.received == []
    assert one_table(app, "joining_request") == []
    monkeypatch.setattr(joining, "LEAST_SECONDS", 3600)
    person = at_address(app, "research")
    assert "once more" in person.post(person.path, {"address": ANNA}).text
    monkeypatch.setattr(joining, "LEAST_SECONDS", 0)
    coordinator.post("/staff/S1/contact/P1", {"email": ANNA, "name": "Anna"})
    told = at_address(app, "research").post("/join/S1/address", {"address": ANNA}).text
    assert "We have sent you an e-mail" in told
    stranger = Patient(in_process(app))
    assert "no longer works" in stranger.get("/joining/abcdefgh").text
    for path in ("/join/S9", "/join/s1"):
        assert "Nobody can join here" in stranger.get(path).text
    assert stranger.get("/join/S1/address").heading
    assert stranger.path == "/join/S1"
    server.reply = lambda line: "550 5.1.1 no" if line[:4].upper() == "RCPT" else None
    person = at_address(app, "research")
    assert "could not be sent" in person.post(person.path, {"address": "no@example.org"}).text


def test_a_known_patient_who_joins_again_is_one(app: Flask, coordinator: Member, server: MailServer) -> None:
    """The coordinator sees the likely twin, and the known code goes on."""
    coordinator.post("/staff/S1/contact/P1", {"email": "Anna@EXAMPLE.org", "name": "Anna"})
    person = at_address(app, "research")
    person.post(person.path, {"address": ANNA})
    person.get(proof(server))
    person.next()
    page = coordinator.get("/staff/S1/joined/P2")
    assert "P1 (same e-mail address)" in page.text
    coordinator.post("/staff/S1/joined/P2", {"outcome": "same", "same_as": "p1"})
    assert {row["code"]: row["status"] for row in one_table(app, "patient")} == {"P1": "active", "P2": "left"}
    assert "Joined twice" in coordinator.get("/staff/S1/patients/P2").text
    person.get(person.path)
    assert person.status in {403, 410}


def test_a_closed_page_is_closed(app: Flask, coordinator: Member) -> None:
    coordinator.post("/staff/S1/joining", {"information__en": "Come.", "countries": ""})
    person = Patient(in_process(app))
    assert "Nobody can join here" in person.get("/join/S1").text
    assert person.status == 404
