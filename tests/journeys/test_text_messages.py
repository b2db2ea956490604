"""A patient who is reached by text message, through a real gateway: from the coordinator's form to a STOP."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import update

from surveys.models import Message, Messaging
from surveys.settings import Settings
from surveys.store.patient import consents
from tests.support.commands import Seventh, seventh_with
from tests.support.gateway import TextGateway, text_gateway
from tests.support.patient import Patient, in_process
from tests.support.staff import Member, signed_in
from tests.support.study import ask_consent, changing, invite, one_table

PARTS = {"research": "Use my answers.", "text_messages": "You may send me text messages."}
ALL_DAY = {
    "clinic": "the Riverside Clinic",
    "reminder_days": [7],
    "send_hour": 0,
    "earliest_hour": 0,
    "latest_hour": 24,
    "thanks": False,
}
TITLE = "Life after facial palsy"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(scope="module")
def _text_gateway() -> Iterator[TextGateway]:
    with text_gateway() as running:
        yield running


@pytest.fixture
def gateway(_text_gateway: TextGateway) -> TextGateway:
    return _text_gateway.begin_anew()


@pytest.fixture
def settings(settings: Settings, gateway: TextGateway) -> Settings:
    return replace(settings, sms_url=gateway.url("twilio", "", price="0.0749", currency="EUR"))


@pytest.fixture
def coordinator(app: Flask) -> Member:
    """P1 agreed to text messages on paper; the study writes at all hours."""
    invited = invite(app, title=TITLE)
    ask_consent(app, parts=PARTS)
    at = datetime.now(UTC)
    with changing(app) as session:
        session.add(Messaging(study_id=invited.study_id, changed_by="test", changed_at=at, **ALL_DAY))
        text = consents.newest(session, invited.study_id, "en")
        consents.decide(
            session,
            invited.patient_id,
            text,
            agreed=True,
            parts=list(PARTS),
            how="paper",
            signed_on=at.date(),
            at=at,
            actor="test",
        )
    return signed_in(app)


def sent(seventh: Seventh) -> str:
    seventh("messages", "plan")
    return seventh("messages", "send").out


def told(app: Flask, path: str, fields: Mapping[str, str], *, key: str = "token") -> int:
    """What the gateway tells us, signed with that token; the status of our answer."""
    signed = f"http://localhost{path}" + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    made = b64encode(hmac.new(key.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    return (
        app.test_client()
        .post(
            path,
            data=urlencode(fields),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": made},
        )
        .status_code
    )


def test_from_the_number_to_a_stop(
    app: Flask, settings: Settings, coordinator: Member, gateway: TextGateway
) -> None:
    """The number is dialled in the study's country; one text goes; its link asks the year before anything."""
    seventh = seventh_with(settings)
    hours = {"reminder_days": "7", "send_hour": "0", "earliest_hour": "0", "latest_hour": "24"}
    hours["clinic"] = "the Riverside Clinic"
    contact = {"name": "Anna Abel", "mobile": "0151 12345678", "channel": "text"}
    assert "country code" in coordinator.post("/staff/S1/contact/P1", contact).text
    assert "two letters" in coordinator.post("/staff/S1/message-settings", {**hours, "region": "XX"}).text
    coordinator.post("/staff/S1/message-settings", {**hours, "region": "de"})
    wired = {**contact, "mobile": "030 123456"}
    assert "no mobile number" in coordinator.post("/staff/S1/contact/P1", wired).text
    coordinator.post("/staff/S1/contact/P1", contact)
    [known] = one_table(app, "contact")
    assert (known["mobile"], known["channel"]) == ("+4915112345678", "text")

    assert sent(seventh) == "Messages: 1 sent.\n"
    assert sent(seventh) == "Messages: none is due.\n"
    [fields] = gateway.received
    assert fields["To"] == "+4915112345678"
    lines = fields["Body"].splitlines()
    assert len(fields["Body"]) <= 160
    assert not any(word in fields["Body"] for word in ("Anna", "S1", TITLE, "palsy", "mood"))
    [link] = [line for line in lines if line.startswith("http://localhost/c/")]
    [row] = [row for row in one_table(app, "message") if row["outcome"]]
    assert (row["outcome"], row["parts"]) == ("sent", 1)
    costs = coordinator.get("/staff/S1/messages?state=sent").text
    assert "By text message: 1 went, which the gateway counts as 1, 1 of them this month." in costs
    assert "At today's price of 0.0749 EUR each that is €0.07, this month €0.07." in costs

    stranger = Patient(in_process(app))
    page = stranger.get(link.removeprefix("http://localhost"))
    for _ in range(5):
        assert not any(word in stranger.replies[-1].html for word in (TITLE, "Riverside", "call the clinic"))
        page = stranger.post(stranger.path, {"birth_year": "1985"})
    assert "too many tries" in page.text
    assert "call the clinic" not in page.text

    coordinator.post(f"/staff/S1/message/{row['id']}/again", {})
    assert sent(seventh) == "Messages: 1 sent.\n"
    anna = Patient(in_process(app))
    [link] = [line for line in gateway.received[-1]["Body"].splitlines() if "/c/" in line]
    anna.get(link.removeprefix("http://localhost"))
    assert "four digits" in anna.post(anna.path, {"birth_year": "70"}).text
    anna.post(anna.path, {"birth_year": "1 May 1970"})
    assert anna.path.startswith("/visit/")
    assert TITLE in anna.replies[-1].html

    report = gateway.received[-1]["StatusCallback"].removeprefix("http://localhost")
    failed = {"MessageStatus": "undelivered", "ErrorCode": "30005", "To": fields["To"]}
    assert told(app, report, failed, key="another") == 403
    assert told(app, report[:-1], failed) == 404
    assert told(app, report, failed) == 204
    assert one_table(app, "contact")[0]["refused_mobile"] == fields["To"]
    assert "undelivered 30005" in coordinator.get("/staff/S1/needs").text
    coordinator.post("/staff/S1/contact/P1", {**contact, "mobile": "0151 87654321"})

    stop = {"From": "+4915187654321", "Body": "Stop", "MessageSid": "SM2"}
    assert told(app, "/texts", stop, key="another") == 403
    assert told(app, "/texts", {**stop, "Body": "Thanks!"}) == 204
    assert one_table(app, "consent")[-1]["parts"]["text_messages"] is True
    assert told(app, "/texts", stop) == 204
    assert one_table(app, "consent")[-1]["parts"] == {"research": True, "text_messages": False}
    assert "answered STOP" in coordinator.get("/staff/S1/patients/P1/messages").text


def test_what_the_gateway_did_not_take(
    app: Flask, settings: Settings, coordinator: Member, gateway: TextGateway
) -> None:
    """Busy, it is tried again later; when it hangs up the outcome is unknown, and nothing goes twice."""
    seventh = seventh_with(settings)
    contact = {"name": "Anna Abel", "mobile": "+49 151 12345678", "channel": "text"}
    coordinator.post("/staff/S1/contact/P1", contact)
    gateway.reply = lambda fields: (429, {"code": 20429})
    assert sent(seventh) == "Messages: 1 to be tried again.\n"
    gateway.reply = lambda fields: None
    with changing(app) as session:
        session.execute(update(Message).where(Message.retry_at.is_not(None)).values(retry_at=None))
    assert sent(seventh) == "Messages: 1 of unknown fate.\n"
    assert sent(seventh) == "Messages: none is due.\n"
    assert len(gateway.received) == 2
    report = gateway.received[-1]["StatusCallback"].removeprefix("http://localhost")
    assert told(app, report, {"MessageStatus": "delivered", "To": "+4915112345678"}) == 204
    [row] = [row for row in one_table(app, "message") if row["outcome"]]
    assert (row["outcome"], row["parts"]) == ("sent", 1)


def test_the_words_of_a_text_are_short_and_tell_nothing(coordinator: Member) -> None:
    """Staff see how long it is, which sign makes it dear, and what may not stand there."""
    page = "/staff/S1/message-words/text/en"
    shown = {"body": "Questions until {last_day}:\n{link}", "patient": "", "do": "preview"}
    assert "of the 160 in one text message" in coordinator.post(page, shown).text
    assert "Because of Ł ł" in coordinator.post(page, {**shown, "body": "Łł {link}".replace(" ", "\n")}).text
    for body, said in (
        ("For {name}:\n{link}", "There is no field {name}"),
        ("How is your mood?\n{link}", "would tell others"),
        (f"{TITLE}\n{{link}}", "would tell others"),
        ("Questions", "nobody can answer"),
        ("x" * 150 + "\n{link}", "one text message holds 160"),
        ("ł" * 50 + "\n{link}", "Leave out ł"),
    ):
        assert said in coordinator.post(page, {**shown, "body": body, "do": "keep"}).text
        assert coordinator.status == 422
    coordinator.post(page, {**shown, "do": "keep"})
    assert coordinator.path.endswith("/message-settings")
