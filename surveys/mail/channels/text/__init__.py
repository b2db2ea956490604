"""Text messages: one short text with a short link, handed to the gateway of the settings.

Numbers are given to other people after a while. So the text names neither illness, mood nor study, and its
link asks for the year of birth before it shows anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TextIO

from analysis.words import words as _
from surveys.mail.channels.channel import Channel, Draft, Price, Sender
from surveys.mail.channels.text.gateway import ConsoleTexts, Text, gateway_of
from surveys.mail.channels.text.signs import plain
from surveys.settings import CONSOLE, Settings

PART = "text_messages"  # the part of the consent


@dataclass(frozen=True)
class TextMessage(Channel):
    """The way by text message."""

    def template(self, wording: str) -> str:
        """One text for invitations and one for all reminders."""
        return "text" if wording == "invitation" else "text_reminder"

    def write(self, draft: Draft) -> Text:
        """The text, in signs that every telephone knows where it can be."""
        public = draft.filling.link.partition("/c/")[0]
        body = plain(draft.filled().body.strip())
        return Text(draft.to, body, draft.reference, f"{public}/texts/{draft.reference}")

    def sender(self, settings: Settings, out: TextIO) -> Sender:
        """The gateway of the settings, or the screen."""
        return gateway_of(settings.sms_url) or ConsoleTexts(out)

    def price(self, settings: Settings) -> Price | None:
        """As the gateway's address says."""
        gateway = gateway_of(settings.sms_url)
        return gateway.place.price if gateway else None

    def hindrance(self, settings: Settings) -> str | None:
        """Why no text may go."""
        if settings.sms_url == CONSOLE:
            return _(
                "SEVENTH_SMS_URL names no gateway. Set it to twilio://ACCOUNT:TOKEN@api.twilio.com?from=…, "
                "or to post://user:password@host/path?from=…"
            )
        return settings.links_hindrance(settings.sms_url)


CHANNEL = TextMessage(
    "text",
    _("By text message"),
    _("text message"),
    column="mobile",
    refused="refused_mobile",
    templates={"text": _("Text message"), "text_reminder": _("Reminder by text message")},
    part=PART,
    neutral_link=True,
)
