"""What a browser's session remembers of a visit: which device it is, what was chosen and sent here.

Knows no page. The session is signed and ends with the browser's; no answer is in it.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from flask import session

CHOICES = ("questions_in", "without_earlier_answers", "changes_told", "went_past_help")
COPY_OFFERED = timedelta(hours=1)


def name() -> str:
    """What tells this browser from the patient's others; a random word that means nothing."""
    found: str = session.setdefault("device", secrets.token_hex(8))
    return found


def open_link(link_id: int) -> None:
    """From now on the session speaks for this link, without what another chose on this device before."""
    session["link"] = link_id
    for choice in CHOICES:
        session.pop(choice, None)
    if "sent" in session:
        session["sent"] = {**session["sent"], "at": 0}


def sent(visit_id: int, key: str, hidden: Collection[str]) -> None:
    """The questionnaire `key` was sent from here; `hidden` are its items that this device may not show.

    Opening the link again hides them all, until the next is sent.
    """
    before = session.get("sent", {})
    parts = before.get("parts", {}) if before.get("visit") == visit_id else {}
    session["sent"] = {
        "visit": visit_id,
        "parts": {**parts, key: sorted(hidden)},
        "at": datetime.now(UTC).timestamp(),
    }


def sent_just_now(visit_id: int) -> dict[str, list[str]]:
    """The questionnaires sent from here, with their hidden items; none once that is over."""
    found = session.get("sent", {})
    fresh = datetime.now(UTC).timestamp() - found.get("at", 0) < COPY_OFFERED.total_seconds()
    parts: dict[str, list[str]] = found["parts"] if fresh and found["visit"] == visit_id else {}
    return parts


def show_help(visit_id: int) -> None:
    """Where help is was shown here."""
    session["help_shown"] = visit_id


def go_past_help(visit_id: int) -> None:
    """The link was opened here, and somebody went on from the page that says where help is."""
    session["went_past_help"] = visit_id


def went_past_help(visit_id: int) -> bool:
    """Whether they did, since the link was opened."""
    return bool(session.get("went_past_help") == visit_id)


def was_shown_help(visit_id: int) -> bool:
    """Whether pages may say again where help is; on another device it would tell what was answered."""
    return bool(session.get("help_shown") == visit_id)
