"""Text messages over real HTTP, in both shapes: what is posted, and what an answer means."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from surveys.mail.channels.channel import Price
from surveys.mail.channels.text.gateway import Call, Gateway, Text, gateway_of
from surveys.mail.mailer import MailSettingsError, NotTaken, PerhapsTaken
from tests.support.gateway import TextGateway, text_gateway

TEXT = Text("+4915112345678", "Grüße: https://x.org/c/AB & mehr", "message.1.a.b", "https://x.org/texts/m")


@pytest.fixture
def gateway() -> Iterator[TextGateway]:
    with text_gateway() as running:
        yield running


def of(url: str) -> Gateway:
    made = gateway_of(url)
    assert made is not None
    return made


def test_twilio_gets_its_form(gateway: TextGateway) -> None:
    """With the account in the address, and the token as the password."""
    of(gateway.url("twilio", "")).send(TEXT)
    assert gateway.received == [
        {"To": TEXT.to, "From": "+15005550006", "Body": TEXT.body, "StatusCallback": TEXT.report_to}
    ]
    assert gateway.paths == ["/2010-04-01/Accounts/AC1/Messages.json"]
    assert gateway.keys == ["Basic " + b64encode(b"AC1:token").decode()]


def test_a_plain_gateway_gets_fields_by_its_own_names(gateway: TextGateway) -> None:
    """And whatever else the settings say; the secret for its calls to us stays here."""
    of(gateway.url("post", to_field="msisdn", text_field="message", secret="s", route="2")).send(TEXT)
    [fields] = gateway.received
    assert (fields["msisdn"], fields["message"], fields["from"]) == (TEXT.to, TEXT.body, "+15005550006")
    assert (fields["route"], fields["reference"]) == ("2", TEXT.reference)
    assert "secret" not in fields
    assert gateway.paths == ["/send"]


@pytest.mark.parametrize(
    ("kind", "status", "told", "final", "address"),
    [
        ("twilio", 400, {"code": 21211}, True, True),
        ("twilio", 400, {"code": 21610}, True, True),
        ("twilio", 400, {"code": 21617}, True, False),
        ("twilio", 401, {"code": 20003}, False, False),
        ("twilio", 429, {"code": 20429}, False, False),
        ("post", 422, {"error": "invalid_number"}, True, True),
        ("post", 400, {"error": "too long"}, True, False),
        ("post", 403, {}, False, False),
        ("post", 503, {}, False, False),
        ("post", 302, {}, False, False),
    ],
)
def test_what_was_not_taken(
    gateway: TextGateway, kind: str, status: int, told: dict[str, object], final: bool, address: bool
) -> None:
    """For good or for now, because of the number or of us."""
    gateway.reply = lambda fields: (status, told)
    with pytest.raises(NotTaken) as refused:
        of(gateway.url(kind)).send(TEXT)
    assert (refused.value.final, refused.value.address) == (final, address)
    assert len(gateway.received) == 1


@pytest.mark.parametrize("status", [500, 502, 504, None])
def test_what_may_have_been_taken(gateway: TextGateway, status: int | None) -> None:
    """A broken answer, or a proxy's: it is not sent a second time."""
    gateway.reply = lambda fields: None if status is None else (status, {})
    with pytest.raises(PerhapsTaken):
        of(gateway.url("post")).send(TEXT)


def test_nobody_there_took_nothing(gateway: TextGateway) -> None:
    """So it may be tried again."""
    made = of(gateway.url("post"))
    away = replace(made, place=replace(made.place, port=9))
    with pytest.raises(NotTaken, match="no connection") as refused:
        away.send(TEXT)
    assert not refused.value.final


def test_the_price_of_a_text_stays_here(gateway: TextGateway) -> None:
    """It is for us alone; without one nothing is known."""
    priced = of(gateway.url("post", price="0.0749", currency="EUR"))
    assert priced.place.price == Price(Decimal("0.0749"), "EUR")
    priced.send(TEXT)
    assert not {"price", "currency"} & gateway.received[0].keys()
    assert of(gateway.url("post")).place.price is None
    for wrong in ({"price": "0.1"}, {"currency": "EUR"}, {"price": "-1", "currency": "EUR"}):
        with pytest.raises(MailSettingsError, match=r"price=0\.075&currency=EUR"):
            gateway_of(gateway.url("post", **wrong))


@pytest.mark.parametrize(
    "url",
    [
        "https://gateway.example/",
        "post+http://gateway.example/?from=x",  # not this machine, and in clear
        "post://gateway.example/",  # from whom?
        "twilio://api.twilio.com?from=x",  # whose account?
        "post://gateway.example:x/?from=x",
        "post:///?from=x",
    ],
)
def test_an_address_that_cannot_be_used_says_how_to_write_it(url: str) -> None:
    with pytest.raises(MailSettingsError, match="twilio://ACCOUNT:TOKEN"):
        gateway_of(url)


def test_twilio_signs_what_it_tells(gateway: TextGateway) -> None:
    """By the address and the sorted fields, as its documentation's example does."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    fields = {"Digits": "1234", "To": "+18005551212", "From": "+14158675310", "CallSid": "CA1234567890ABCDE"}
    fields["Caller"] = "+14158675310"
    made = of("twilio://AC1:12345@api.twilio.com?from=x")
    signed = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    signature = b64encode(hmac.new(b"12345", signed.encode(), hashlib.sha1).digest()).decode()
    assert signature == "GvWf1cFY/Q7PnoempGyD5oXAezc="  # of that example
    call = Call(url, b"", fields, {"X-Twilio-Signature": signature})
    assert made.shape.is_genuine(call, made.place)
    for other in (
        replace(call, fields={**fields, "Digits": "1"}),
        replace(call, url=url + "3"),
        replace(call, headers={}),
    ):
        assert not made.shape.is_genuine(other, made.place)


def test_a_plain_gateway_holds_our_secret() -> None:
    """As a bearer or as a password; without a secret in the settings nobody is believed."""
    made = of("post://u:p@gateway.example/?from=x&secret=s%C3%A9")
    basic = b64encode("seventh:sé".encode()).decode()
    call = Call("https://x.org/texts", b"", {}, {})
    for told, genuine in (
        ("Bearer sé", True),
        (f"Basic {basic}", True),
        ("Basic !", False),
        ("Bearer ", False),
        ("", False),
    ):
        assert made.shape.is_genuine(replace(call, headers={"Authorization": told}), made.place) is genuine
    open_to_all = of("post://u:p@gateway.example/?from=x")
    assert not open_to_all.shape.is_genuine(
        replace(call, headers={"Authorization": "Bearer "}), open_to_all.place
    )
