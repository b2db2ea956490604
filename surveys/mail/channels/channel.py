"""What every way to reach a patient can do: say whether it is open, write the words, hand them over."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, TextIO

from sqlalchemy import ColumnElement, and_, false, func

from surveys.mail.words import Filling, Words, default, fill
from surveys.settings import Settings


class Written(Protocol):
    """Words that are ready to go to one address."""

    @property
    def to(self) -> str:
        """The address."""

    @property
    def parts(self) -> int | None:
        """How many messages a gateway counts; None where nothing is counted."""


@dataclass(frozen=True)
class Price:
    """What a gateway takes for each message that it counts; `currency` in three letters, as in ISO 4217."""

    each: Decimal
    currency: str


class Sender(Protocol):
    """Hands over what its channel wrote. A return means that it was accepted."""

    def send(self, written: Any) -> None:
        """Hand `written` over.

        Raises:
            NotTaken, PerhapsTaken: it was refused, or the outcome is unknown.
        """


@dataclass(frozen=True)
class Draft:
    """What is to be said to one address.

    `own` are the study's own subject and body, or None for the default words of `wording`. `reference`
    identifies the message in a report that it did not arrive.
    """

    wording: str
    locale: str
    own: tuple[str, str] | None
    filling: Filling
    to: str
    reference: str

    def filled(self) -> Words:
        """The words with their fields filled in."""
        text = Words(*self.own) if self.own else default(self.wording, self.locale)
        return fill(text, self.filling, self.locale)


@dataclass(frozen=True)
class Channel(ABC):
    """One way to reach a patient; its folder holds all that is its own.

    `choice` and `noun` name it for staff: “By letter”, “letter”. It reaches a person at the contact's
    `column`, unless `refused` holds the same: an address that takes nothing. `by_hand`: a person does it, so
    that it waits under *Needs a person*. `templates` are the words that a study may write for it, by kind.
    `thanks`: it may carry thanks. `part`: the part of the consent that
    it needs. `neutral_link`: its address may have passed to a stranger, so that its short link tells nothing
    before the year of birth.
    """

    key: str
    choice: str
    noun: str
    column: str
    refused: str | None = None
    by_hand: bool = False
    templates: Mapping[str, str] = field(default_factory=dict)
    thanks: bool = False
    part: str | None = None
    neutral_link: bool = False

    def address(self, contact: object) -> str:
        """Where it reaches the person; empty where nothing is known."""
        return getattr(contact, self.column) or ""

    def reachable(self, contact: object) -> bool:
        """Whether the way to this person is open."""
        address = self.address(contact)
        return bool(address) and (self.refused is None or address != getattr(contact, self.refused))

    def open_in(self, table: Any) -> ColumnElement[bool]:
        """Whether the way is open, as a condition on the rows of a table of contacts."""
        return and_(func.coalesce(getattr(table, self.column), "") != "", ~self.refused_in(table))

    def refused_in(self, table: Any) -> ColumnElement[bool]:
        """Whether the address of such a row is one that takes nothing."""
        if self.refused is None:
            return false()
        return func.coalesce(getattr(table, self.column) == getattr(table, self.refused), false())

    def refuse(self, contact: object, refuses: Callable[[str], bool]) -> None:
        """Close the way to this person, if the address is one that `refuses`."""
        address = self.address(contact)
        if self.refused and address and refuses(address):
            setattr(contact, self.refused, address)

    def accept(self, contact: object) -> None:
        """Open it again: something arrived at this address."""
        if self.refused and not self.reachable(contact):
            setattr(contact, self.refused, None)

    def template(self, wording: str) -> str:
        """Which of the study's words it takes for a message of that kind."""
        return wording

    @abstractmethod
    def write(self, draft: Draft) -> Written | Words | None:
        """The message as it goes; None where nothing is written, as for a call."""

    def sender(self, settings: Settings, out: TextIO) -> Sender | None:
        """What hands it over; None where a person does.

        Raises:
            MailSettingsError: the settings name none.
        """
        return None

    def price(self, settings: Settings) -> Price | None:
        """What one message costs that is counted; None where nothing is counted, or nobody said."""
        return None

    def hindrance(self, settings: Settings) -> str | None:
        """Why nothing may go to real patients this way, and how to mend it; None if it may."""
        return None
