"""What a browser knows of a visit: the device's name, and the choices and questionnaires sent here.

It knows no page. The session is signed, ends with the browser's session, and holds no answer. The device's
name lasts as long as the visit, in a cookie of the visit's own pages that opens nothing without the link.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import partial

from flask import Response, after_this_request, request, session, url_for

from surveys.views.form import tablet
from surveys.views.web import server

NAME = "device"
_WORD = re.compile("[0-9a-f]{16}")
CHOICES = ("questions_in", "without_earlier_answers", "changes_told", "went_past_help")
COPY_OFFERED = timedelta(hours=1)


def name() -> str:
    """The name of this browser among the patient's devices: a random word."""
    return _kept() or session.setdefault(NAME, secrets.token_hex(8))


def keep_name(visit_id: int, until: datetime) -> None:
    """Let this browser keep its name for the visit after it was closed; the clinic's tablet keeps none."""
    if not tablet.in_use() and not _kept():
        after_this_request(partial(_keep, visit_id, name(), until))


def forget(visit_id: int) -> None:
    """Forget the visit here, as a browser has that never opened its link."""
    for known in (NAME, "link", "sent", "help_shown", "eye_shown", *CHOICES):
        session.pop(known, None)
    after_this_request(partial(_forget, visit_id))


def _kept() -> str:
    kept = request.cookies.get(NAME, "")
    return kept if _WORD.fullmatch(kept) and not tablet.in_use() else ""


def _keep(visit_id: int, word: str, until: datetime, response: Response) -> Response:
    response.set_cookie(
        NAME,
        word,
        expires=until,
        path=_pages(visit_id),
        samesite="Lax",
        secure=server.settings().secure,
        httponly=True,
    )
    return response


def _forget(visit_id: int, response: Response) -> Response:
    response.delete_cookie(NAME, path=_pages(visit_id))
    return response


def _pages(visit_id: int) -> str:
    return url_for("patient.start", visit_id=visit_id)


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
