"""The postman: takes messages from the outbox, writes them, hands them over, and records the outcome.

No transaction is open while it talks to a server. The store decides which messages may go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from surveys.catalogues import read_in
from surveys.mail import bounces, words
from surveys.mail.channels import USUAL, by_machine, channels
from surveys.mail.channels.channel import Channel, Draft, Sender
from surveys.mail.mailer import Mail, Mailer, NotTaken, PerhapsTaken
from surveys.mail.staff_words import heads_of_trail, word_of_alert
from surveys.settings import Settings
from surveys.store.post import alert_mail, head_mail, messages, settling
from surveys.store.post.outbox import CLAIM_LASTS, Outcome, Rejected, Sent, TryLater, Unclear
from surveys.store.study import mail_proof
from surveys.store.transactions import Transaction


@dataclass(frozen=True)
class Way:
    """A channel, what hands its messages over, and why none may go to real patients."""

    channel: Channel
    sender: Sender
    hindrance: str | None


def further_ways(settings: Settings, out: TextIO) -> tuple[Way, ...]:
    """The ways beside mail that messages go by themselves.

    Raises:
        MailSettingsError: the settings of one cannot be used.
    """
    found = []
    for key in by_machine():
        channel = channels()[key]
        if key != USUAL and (sender := channel.sender(settings, out)) is not None:
            found.append(Way(channel, sender, channel.hindrance(settings)))
    return tuple(found)


@dataclass(frozen=True)
class Post:
    """One postman; several may work at once.

    Every step calls `now` again, so that no step has the time of the round's start. `secret` signs the
    messages' numbers. `hindrance` says why no mail about real patients may go; their messages then stay as
    they are. Staff get mail alone; `further` are the ways beside mail to reach patients.
    """

    transaction: Transaction
    mailer: Mailer
    public_url: str
    secret: str
    hindrance: str | None
    now: Callable[[], datetime]
    further: tuple[Way, ...] = ()

    @property
    def ways(self) -> tuple[Way, ...]:
        """By mail, and the further ways, which messages to patients go."""
        return Way(channels()[USUAL], self.mailer, self.hindrance), *self.further

    def plan(self) -> messages.Counts:
        """Plan ahead."""
        with self.transaction() as session:
            return messages.plan(session, at=self.now())

    def tell_staff(self) -> dict[str, int]:
        """Escalate alerts that waited too long, and send notices; returns the numbers by outcome."""
        counts: dict[str, int] = {}
        with self.transaction() as session:
            alert_mail.plan(session, at=self.now())
        while True:
            with self.transaction() as session:
                at = self.now()
                word = alert_mail.claim(session, at=at, simulated_only=self.hindrance is not None)
            if word is None:
                return counts
            page = "alerts"
            if word.kind == "test":  # the part that only this mail holds shows that it arrived
                page = f"study/test-alert/{mail_proof.signed(word.id, self.secret)}"
            link = f"{self.public_url}/staff/{word.study}/{page}"
            with read_in(word.language):
                said = word_of_alert(word.kind, word.study, link, word.hours)
                mail = Mail(word.to, str(said.subject), said.body, f"alert.{word.id}")
            outcome = self._handed_over(self.mailer, mail, at)
            with self.transaction() as session:
                alert_mail.settle(session, word.id, outcome, at=self.now())
            _count(counts, NAMES[type(outcome)])

    def keep_heads(self) -> dict[str, int]:
        """Send the heads of the audit trail where they are kept; returns the numbers by outcome."""
        counts: dict[str, int] = {}
        with self.transaction() as session:
            head_mail.plan(session, at=self.now())
        while True:
            with self.transaction() as session:
                at = self.now()
                own = head_mail.claim(session, at=at, simulated_only=self.hindrance is not None)
            if own is None:
                return counts
            said = heads_of_trail(own.study, list(map(str, own.heads)), month=own.month, freeze=own.freeze)
            mail = Mail(own.to, said.subject, said.body, f"heads.{own.id}")
            outcome = self._handed_over(self.mailer, mail, at)
            with self.transaction() as session:
                head_mail.settle(session, own.id, outcome, at=self.now())
            _count(counts, NAMES[type(outcome)])

    def send_all(self, stopped: Callable[[], bool] = lambda: False) -> dict[str, int]:
        """Send due mail, notices of alerts first and heads of the trail last; returns the numbers by outcome.

        `lost` counts messages whose sender died earlier.
        """
        with self.transaction() as session:
            at = self.now()
            lost = sum(one.give_up_lost(session, at=at) for one in (settling, alert_mail, head_mail))
        counts = self.tell_staff()
        _count(counts, "lost", lost)
        for way in self.ways:
            self._send_by(way, stopped, counts)
        for name, number in self.keep_heads().items():
            _count(counts, name, number)
        return counts

    def kept_back(self) -> dict[str, int]:
        """How many due messages each hindrance alone keeps here."""
        kept: dict[str, int] = {}
        with self.transaction() as session:
            at = self.now()
            for way in self.ways:
                if way.hindrance is not None:
                    due = messages.due_to_real(session, at=at, channel=way.channel.key)
                    _count(kept, way.hindrance, due)
            if self.hindrance is not None:
                for about in (alert_mail.due_about_real, head_mail.due_about_real):
                    _count(kept, self.hindrance, about(session, at=at))
        return kept

    def _send_by(self, way: Way, stopped: Callable[[], bool], counts: dict[str, int]) -> None:
        """Send what is due that way."""
        while not stopped():
            with self.transaction() as session:
                at = self.now()
                claim = messages.claim(
                    session,
                    at=at,
                    channel=way.channel.key,
                    simulated_only=way.hindrance is not None,
                )
            if claim.message is not None:
                _count(counts, self._send(way, claim.message, at))
            elif claim.examined < messages.EXAMINED_AT_ONCE:
                break

    def _send(self, way: Way, message: messages.ClaimedMessage, claimed_at: datetime) -> str:
        written = way.channel.write(self._draft(message))
        outcome = self._handed_over(way.sender, written, claimed_at)
        parts = getattr(written, "parts", None)
        with self.transaction() as session:
            settling.settle(session, message.id, outcome, message.to, parts=parts, at=self.now())
        return NAMES[type(outcome)]

    def _handed_over(self, sender: Sender, written: object, claimed_at: datetime) -> Outcome:
        """Hand over what was claimed then, unless this process was stopped since for so long that others
        hold it for dead: whether it may go is asked anew.
        """
        if self.now() - claimed_at > CLAIM_LASTS:
            return TryLater("stopped")
        return hand_over(sender, written)

    def _draft(self, message: messages.ClaimedMessage) -> Draft:
        filling = words.Filling(
            name=message.name,
            clinic=message.clinic,
            contact=message.contact,
            link=f"{self.public_url}/{message.path}",
            last_day=message.last_day,
        )
        reference = bounces.reference(message.id, self.secret, message.to)
        return Draft(message.wording, message.locale, message.template, filling, message.to, reference)


NAMES: dict[type[Outcome], str] = {Sent: "sent", Rejected: "refused", TryLater: "later", Unclear: "unknown"}


def hand_over(sender: Sender, written: object) -> Outcome:
    """Give `written` to its server, and return the outcome in the outbox's words."""
    try:
        sender.send(written)
    except NotTaken as error:
        return Rejected(error.code, error.address) if error.final else TryLater(error.code)
    except PerhapsTaken as error:
        return Unclear(error.code)
    return Sent()


def _count(counts: dict[str, int], name: str, more: int = 1) -> None:
    if more:
        counts[name] = counts.get(name, 0) + more
