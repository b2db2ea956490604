"""The session of a tablet in the waiting room: the link that staff opened on it, and its last use.

No trace of a patient stays on it. The session ends with the last page, when the tablet is handed back, when
staff come to sign in, and when the tablet lies untouched for a while. The pages are in `waiting_room`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from flask import Response, after_this_request, session

from surveys.db import db, writing
from surveys.store.visit import links

STILL_THERE_AFTER = timedelta(minutes=5)
ENDS_AFTER = timedelta(minutes=6)
CHOSEN_BY_PATIENT = ("language", "theme")


def in_use() -> bool:
    """Whether this is a tablet on which staff started a visit."""
    return "tablet" in session


def begin(link_id: int) -> None:
    """Open only the visit of `link_id` on this device."""
    session["link"] = link_id
    session["tablet"] = {"link": link_id}
    touch()


def touch() -> None:
    """Record that somebody uses the tablet."""
    session["tablet"] = {**session["tablet"], "seen": datetime.now(UTC).timestamp()}


def forgotten() -> bool:
    """Whether the tablet was left untouched for too long."""
    seen: float = session["tablet"]["seen"]
    return datetime.now(UTC) - datetime.fromtimestamp(seen, UTC) > ENDS_AFTER


def source() -> str:
    """The source of answers on this device, as responses store it."""
    return "kiosk" if in_use() else "web"


def end() -> None:
    """Forget the patient on this device, and revoke the link that staff made for it."""
    if not in_use():
        return
    link_id = session["tablet"]["link"]
    session.clear()
    session["handed_back"] = True
    db.session.rollback()  # ends the reading transaction, so that on SQLite the next one begins as a writer
    with writing():
        links.end(db.session, link_id, at=datetime.now(UTC), actor="patient")
        db.session.commit()
    for name in CHOSEN_BY_PATIENT:
        after_this_request(partial(_forget, name))


def _forget(name: str, response: Response) -> Response:
    response.delete_cookie(name)
    return response
