"""A mail that a person waits for: sent now, outside every transaction, with a word if it did not go."""

from __future__ import annotations

import secrets
import sys

from analysis.words import words as _
from surveys.mail.mailer import Mail, MailSettingsError, NotTaken, PerhapsTaken, mailer_of
from surveys.mail.words import Words
from surveys.settings import Settings


class NotSent(Exception):
    """The mail did not go, or the outcome is unknown; the message says which."""


def written(to: str, words: Words) -> Mail:
    """The mail with these words; send it after the commit of its subject."""
    return Mail(to, str(words.subject), words.body, f"account.{secrets.token_hex(8)}")


def send(mail: Mail, settings: Settings) -> None:
    """Hand `mail` to the mail server. No transaction may be open: a slow server would keep others waiting.

    Raises:
        NotSent: it was refused, or the outcome is unknown.
    """
    try:
        mailer_of(settings.mail_url, settings.mail_from, sys.stdout).send(mail)
    except NotTaken as refusal:
        raise NotSent(_("The mail server did not take the mail (%(code)s).", code=refusal.code)) from refusal
    except PerhapsTaken as doubt:
        raise NotSent(_("The mail server took the mail and did not answer: it may have gone.")) from doubt
    except MailSettingsError as fault:
        raise NotSent(str(fault)) from fault
