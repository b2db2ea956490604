"""What staff are told by mail: that something waits and where, never of whom or what."""

from __future__ import annotations

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
        "Please sign in and say that it has:",
    }
    end = "This message names no patient and no answer. Please do not reply to it."
    return Words(SUBJECTS[kind], f"{lines[kind]}\n\n{link}\n\n{end}\n")
