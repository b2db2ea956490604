"""A browser's session of a visit: the device's name, and the choices and questionnaires sent here.

It knows no page. The session is signed, ends with the browser's session, and holds no answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from flask import session

CHOICES = ("questions_in", "without_earlier_answers", "changes_told", "went_past_help")
COPY_OFFERED = timedelta(hours=1)


def name() -> str:
    """The name of this browser among the patient's devices: a random word."""
    found: str = session.setdefault("device", secrets.token_hex(8))
    return found


def open_link(link_id: int) -> None:
    """Tie the session to this link, without the choices that another patient made on this device."""
    session["link"] = link_id
    for choice in CHOICES:
        session.pop(choice, None)
    if "sent" in session:
        session["sent"] = {**session["sent"], "at": 0}


def sent(visit_id: int, key: str, hidden: Collection[str]) -> None:
    """Record that `key` was sent from here; `hidden` are its items that this device may not show.

    To open the link again hides all questionnaires, until the next is sent.
    """
    before = session.get("sent", {})
    parts = before.get("parts", {}) if before.get("visit") == visit_id else {}
    session["sent"] = {
        "visit": visit_id,
        "parts": {**parts, key: sorted(hidden)},
        "at": datetime.now(UTC).timestamp(),
    }


def sent_just_now(visit_id: int) -> dict[str, list[str]]:
    """The questionnaires that were just sent from here, with their hidden items."""
    found = session.get("sent", {})
    fresh = datetime.now(UTC).timestamp() - found.get("at", 0) < COPY_OFFERED.total_seconds()
    parts: dict[str, list[str]] = found["parts"] if fresh and found["visit"] == visit_id else {}
    return parts


def show_help(visit_id: int) -> None:
    """Record that this device showed where help is."""
    session["help_shown"] = visit_id


def go_past_help(visit_id: int) -> None:
    """Record that somebody went on from the page that says where help is, after opening the link here."""
    session["went_past_help"] = visit_id


def went_past_help(visit_id: int) -> bool:
    """Whether somebody went on from that page since the link was opened."""
    return bool(session.get("went_past_help") == visit_id)


def was_shown_help(visit_id: int) -> bool:
    """Whether pages may say again where help is; on another device that would tell the answer."""
    return bool(session.get("help_shown") == visit_id)
