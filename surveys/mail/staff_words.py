"""Mail to staff: it says that work waits and where, never for whom or why."""

from __future__ import annotations

from collections.abc import Iterable

from surveys.mail.words import Words

SUBJECTS = {
    "raised": "An alert waits for you in Seventh",
    "escalated": "An alert in Seventh has waited too long",
    "test": "A test alert from Seventh",
}


def word_of_alert(kind: str, study: str, link: str, hours: int) -> Words:
    """The mail about an alert of the study with this code; `link` leads to it after signing in."""
    lines = {
        "raised": f"There is a new alert in the study {study}. Please sign in and take it on:",
        "escalated": f"In the study {study} nobody has taken on an alert within {hours} hours. "
        "You are the deputy: please sign in and take it on:",
        "test": f"This is a test. It shows that word of alerts in the study {study} reaches you. "
        "Please open this link and sign in, so that it is known that mail arrives:",
    }
    end = "This message names no patient and no answer. Please do not reply to it."
    return Words(SUBJECTS[kind], f"{lines[kind]}\n\n{link}\n\n{end}\n")


def invitation(link: str) -> Words:
    """The mail to the owner of a new account."""
    return Words(
        "Your access to Seventh",
        "You are invited to work with Seventh, patient-reported outcomes in facial palsy.\n\n"
        f"Choose a password within 7 days; the link works once:\n\n{link}\n",
    )


def new_password(link: str) -> Words:
    """The mail to the owner of an account for which somebody asked for a new password."""
    return Words(
        "A new password for Seventh",
        "Somebody who works with you asked for a new password for your account in Seventh.\n\n"
        f"Choose one within 7 days; the link works once:\n\n{link}\n\n"
        "Your password holds until you use the link, and codes from your app are asked as before. "
        "If you did not want this, do nothing, and tell the person who looks after the study.\n",
    )


def codes_off() -> Words:
    """The mail to the owner of an account whose codes an administrator switched off."""
    return Words(
        "Codes are no longer asked in Seventh",
        "An administrator of Seventh has switched off the codes from your app: your password alone opens "
        "your account now. Please set the codes up again on the page Your account.\n\n"
        "If you did not want this, change your password, and tell the person who looks after the study.\n",
    )


def heads_of_trail(study: str, heads: Iterable[str], *, month: str | None, freeze: str | None) -> Words:
    """The mail that keeps the heads of the audit trail, of a month or after a freeze."""
    why = f"after the freeze “{freeze}”" if freeze else f"for {month}"
    expected = " ".join(f"--expect '{head}'" for head in heads)
    lines = "\n".join(heads)
    return Words(
        f"Heads of the audit trail of {study}",
        f"This is how the audit trail of the study {study} ends at this moment ({why}):\n\n{lines}\n\n"
        "Please keep this mail where those who run the server cannot change it. If the record is cut short "
        "or written anew after today, this command on the server names it:\n\n"
        f"seventh audit verify {expected}\n\n"
        "Seventh has no monthly report; this mail comes once a month and after each freeze of the data. "
        "If one fails to come, ask why. It names no patient and no answer.\n",
    )
