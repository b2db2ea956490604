"""E-mail: the patient's words as one mail, handed to the mail server of the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TextIO

from analysis.words import words as _
from surveys.mail.channels.channel import Channel, Draft
from surveys.mail.mailer import Mail, Mailer, mailer_of
from surveys.settings import Settings


@dataclass(frozen=True)
class Email(Channel):
    """The way by e-mail."""

    def write(self, draft: Draft) -> Mail:
        """The mail."""
        words = draft.filled()
        return Mail(draft.to, words.subject, words.body, draft.reference)

    def sender(self, settings: Settings, out: TextIO) -> Mailer:
        """The mailer of the settings."""
        return mailer_of(settings.mail_url, settings.mail_from, out)

    def hindrance(self, settings: Settings) -> str | None:
        """Why no mail may go."""
        return settings.mail_hindrance


CHANNEL = Email(
    "email",
    _("By e-mail"),
    "e-mail",
    column="email",
    refused="refused_email",
    templates={
        "invitation": _("Invitation"),
        "reminder": _("Reminder"),
        "last_reminder": _("Last reminder"),
        "thanks": _("Thanks"),
    },
    thanks=True,
)
