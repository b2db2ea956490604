"""Mail to staff: it says that work waits and where, never for whom or why."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.words import counted
from analysis.words import words as _
from surveys.mail.words import Words

SUBJECTS = {
    "raised": _("An alert waits for you in Seventh"),
    "escalated": _("An alert in Seventh has waited too long"),
    "test": _("A test alert from Seventh"),
}


def word_of_alert(kind: str, study: str, link: str, hours: int) -> Words:
    """The mail about an alert of the study with this code; `link` leads to it after signing in."""
    lines = {
        "raised": _(
            "There is a new alert in the study %(study)s. Please sign in and take it on:", study=study
        ),
        "escalated": counted(
            "In the study %(study)s nobody has taken on an alert within %(num)d hour. You are the deputy: "
            "please sign in and take it on:",
            "In the study %(study)s nobody has taken on an alert within %(num)d hours. You are the deputy: "
            "please sign in and take it on:",
            hours,
            study=study,
        ),
        "test": _(
            "This is a test. It shows that word of alerts in the study %(study)s reaches you. "
            "Please open this link and sign in, so that it is known that mail arrives:",
            study=study,
        ),
    }
    end = _("This message names no patient and no answer. Please do not reply to it.")
    return Words(SUBJECTS[kind], f"{lines[kind]}\n\n{link}\n\n{end}\n")


def invitation(link: str) -> Words:
    """The mail to the owner of a new account."""
    return Words(
        _("Your access to Seventh"),
        "\n\n".join(
            (
                str(_("You are invited to work with Seventh, patient-reported outcomes in facial palsy.")),
                str(_("Choose a password within 7 days; the link works once:")),
                f"{link}\n",
            )
        ),
    )


def new_password(link: str) -> Words:
    """The mail to the owner of an account for which somebody asked for a new password."""
    return Words(
        _("A new password for Seventh"),
        "\n\n".join(
            (
                str(_("Somebody who works with you asked for a new password for your account in Seventh.")),
                str(_("Choose one within 7 days; the link works once:")),
                link,
                _("Your password holds until you use the link, and codes from your app are asked as before.")
                + " "
                + _("If you did not want this, do nothing, and tell the person who looks after the study.")
                + "\n",
            )
        ),
    )


def codes_off() -> Words:
    """The mail to the owner of an account whose codes an administrator switched off."""
    off = _(
        "An administrator of Seventh has switched off the codes from your app: your password alone opens "
        "your account now. Please set the codes up again on the page Your account."
    )
    tell = _("If you did not want this, change your password, and tell the person who looks after the study.")
    return Words(_("Codes are no longer asked in Seventh"), f"{off}\n\n{tell}\n")


def heads_of_trail(study: str, heads: Iterable[str], *, month: str | None, freeze: str | None) -> Words:
    """The mail that keeps the heads of the audit trail, of a month or after a freeze."""
    why = _("after the freeze “%(freeze)s”", freeze=freeze) if freeze else _("for %(month)s", month=month)
    expected = " ".join(f"--expect '{head}'" for head in heads)
    lines = "\n".join(heads)
    ends = _(
        "This is how the audit trail of the study %(study)s ends at this moment (%(why)s):",
        study=study,
        why=why,
    )
    keep = _(
        "Please keep this mail where those who run the server cannot change it. If the record is cut short "
        "or written anew after today, this command on the server names it:"
    )
    monthly = _(
        "Seventh has no monthly report; this mail comes once a month and after each freeze of the data. "
        "If one fails to come, ask why. It names no patient and no answer."
    )
    return Words(
        _("Heads of the audit trail of %(study)s", study=study),
        f"{ends}\n\n{lines}\n\n{keep}\n\nseventh audit verify {expected}\n\n{monthly}\n",
    )
