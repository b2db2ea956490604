"""The gateway that takes text messages by HTTP: where it is, and what its answers mean.

Nothing is sent twice: once a request may have reached the gateway and no clear answer came, the outcome is
unknown. A redirect is not followed, because it would post the text a second time.
"""

from __future__ import annotations

import json
import re
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Protocol, TextIO
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from analysis.words import words as _
from surveys.mail.channels.channel import Price
from surveys.mail.channels.text.signs import Size, size
from surveys.mail.mailer import MailSettingsError, NotTaken, PerhapsTaken
from surveys.settings import CONSOLE, is_this_machine

PATIENCE = 30  # seconds for one answer
LONGEST_ANSWER = 65536  # bytes
PRICED = ("price", "currency")  # for us, and nothing that the gateway is told
_AMOUNT = re.compile(r"\d{1,6}(\.\d{1,6})?", re.ASCII)
_CURRENCY = re.compile("[A-Z]{3}")


@dataclass(frozen=True)
class Text:
    """One text message. `reference` comes back in a report about it; `report_to` is where reports go."""

    to: str
    body: str
    reference: str
    report_to: str

    @property
    def size(self) -> Size:
        """How long it is."""
        return size(self.body)

    @property
    def parts(self) -> int:
        """How many messages a gateway counts."""
        return self.size.parts


@dataclass(frozen=True)
class Answer:
    """What a gateway answered: the HTTP status, and the fields of a JSON object if it sent one."""

    status: int
    told: Mapping[str, Any]


@dataclass(frozen=True)
class Heard:
    """What a gateway tells us: an answer of a person (`text` from a number), or a message's fate.

    `failed` is None for a message that is under way or `arrived`; `address`: because of its number.
    """

    number: str
    text: str | None = None
    arrived: bool = False
    failed: str | None = None
    address: bool = False


@dataclass(frozen=True)
class Call:
    """A request that came in, as its sender signed it."""

    url: str
    body: bytes
    fields: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """Where a gateway is, and what the address in the settings says beside it."""

    secure: bool
    host: str
    port: int | None
    path: str
    user: str
    password: str = field(repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    price: Price | None = None


class Shape(Protocol):
    """How one kind of gateway is spoken to."""

    def request(self, text: Text, place: Place) -> tuple[str, Mapping[str, str]]:
        """The path, and the fields of the form that is posted."""

    def refusal(self, answer: Answer) -> NotTaken | None:
        """Why an answer with a status of 400 to 499 means that the text was not taken."""

    def is_genuine(self, call: Call, place: Place) -> bool:
        """Whether a request comes from the gateway."""

    def heard(self, call: Call) -> Heard:
        """What such a request tells."""


@dataclass(frozen=True)
class Gateway:
    """A gateway at a place, spoken to in its shape."""

    place: Place
    shape: Shape

    def send(self, text: Text) -> None:
        """Hand `text` over; see `Sender`."""
        path, fields = self.shape.request(text, self.place)
        body = urlencode(fields).encode()
        answer = self._answer(path, body)
        if 200 <= answer.status < 300:
            return
        if 400 <= answer.status < 500 and (refusal := self.shape.refusal(answer)):
            raise refusal
        if answer.status in {429, 503} or 300 <= answer.status < 500:
            raise NotTaken(str(answer.status))
        # A proxy in front may say so of a text that went on.
        raise PerhapsTaken(str(answer.status))

    def _answer(self, path: str, body: bytes) -> Answer:
        place = self.place
        if place.secure:
            made: HTTPConnection = HTTPSConnection(
                place.host, place.port, timeout=PATIENCE, context=ssl.create_default_context()
            )
        else:
            made = HTTPConnection(place.host, place.port, timeout=PATIENCE)
        try:
            try:
                made.connect()
            except OSError as error:
                raise NotTaken(f"no connection: {_reason(error)}") from error
            try:
                made.request("POST", path, body, self._headers())
                answer = made.getresponse()
                told = answer.read(LONGEST_ANSWER)
            except (OSError, HTTPException) as error:
                raise PerhapsTaken(_reason(error)) from error
        finally:
            made.close()
        return Answer(answer.status, _fields(told))

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if self.place.user:
            pair = b64encode(f"{self.place.user}:{self.place.password}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        return headers


@dataclass(frozen=True)
class ConsoleTexts:
    """Prints text messages, links included, for trials and never for patients."""

    out: TextIO

    def send(self, text: Text) -> None:
        """Print `text`."""
        self.out.write(f"To: {text.to}\n\n{text.body}\n\n")
        self.out.flush()


def place_of(url: str) -> tuple[str, Place]:
    """The kind of gateway that an address names, and where it is.

    Raises:
        MailSettingsError: it cannot be used.
    """
    parts = urlsplit(url)
    kind, __, transport = parts.scheme.partition("+")
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or transport not in {"", "http"} or (transport == "http" and not is_this_machine(host)):
        raise MailSettingsError(HOW_TO_WRITE)
    options = dict(parse_qsl(parts.query))
    place = Place(
        secure=transport != "http",
        host=host,
        port=port,
        path=parts.path,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options={name: value for name, value in options.items() if name not in PRICED},
        price=_price(options),
    )
    return kind, place


HOW_TO_WRITE = _(
    "SEVENTH_SMS_URL cannot be used: write twilio://ACCOUNT:TOKEN@api.twilio.com?from=%2B4915…, or "
    "post://user:password@host/path?from=NAME&secret=…, or console:. Both are spoken to by https; "
    "twilio+http:// and post+http:// reach a gateway on this machine."
)


def gateway_of(url: str) -> Gateway | None:
    """The gateway of `SEVENTH_SMS_URL`; None for the console.

    Raises:
        MailSettingsError: it names none.
    """
    from surveys.mail.channels.text.plain_post import PlainPost
    from surveys.mail.channels.text.twilio import Twilio

    if url == CONSOLE:
        return None
    kind, place = place_of(url)
    shapes: Mapping[str, Shape] = {"twilio": Twilio(), "post": PlainPost()}
    if kind not in shapes or (kind == "twilio" and not (place.user and place.password)):
        raise MailSettingsError(HOW_TO_WRITE)
    if not place.options.get("from"):
        raise MailSettingsError(HOW_TO_WRITE)
    return Gateway(place, shapes[kind])


def _price(options: Mapping[str, str]) -> Price | None:
    each, currency = (options.get(name) for name in PRICED)
    if each is None and currency is None:
        return None
    if not (_AMOUNT.fullmatch(each or "") and _CURRENCY.fullmatch(currency or "")):
        raise MailSettingsError(_("SEVENTH_SMS_URL: write the price of a text as price=0.075&currency=EUR."))
    return Price(Decimal(str(each)), str(currency))


def _fields(told: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(told)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _reason(error: Exception) -> str:
    """The reason, in a few words without addresses."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:80]
    return type(error).__name__
