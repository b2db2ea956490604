"""What stands around every page of the staff: the study, its rooms, what waits, other studies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, g, request, url_for

from surveys import standing
from surveys.db import db
from surveys.lists.alerts import trouble
from surveys.views.web.access import Grant, member
from surveys.views.web.navigation import FIRST_PAGES, ROOMS, Room

# What each page of the menu is for, by its endpoint.
HELP = {page.endpoint: page.help for room in ROOMS for page in room.pages}


def init_app(app: Flask) -> None:
    """Tell every template of a study what stands around it."""
    app.context_processor(_around)


def _around() -> dict[str, Any]:
    found: Grant | None = g.get("grant")
    if found is None:
        return {}
    let_wait = timedelta(hours=found.study.escalate_after_hours)
    if found.may_open_patients:
        seen = trouble(db.session, found.scope, let_wait, found.at)
        worker_seen_at = seen.worker_seen_at
    else:
        seen, worker_seen_at = None, standing.worker_seen_at(db.session)
    return {
        "study": found.study,
        "grant": found,
        "navigation": _open_rooms(found),
        "page_help": HELP.get(request.endpoint or ""),
        "other_studies": _other_studies(found),
        "alerts_waiting": seen.waiting if seen else 0,
        "messages_lost": seen.lost if seen else 0,
        "still_worker": standing.still(db.session, found.study, worker_seen_at, at=found.at),
        "alert_trouble": seen if seen and seen.pressing else None,
    }


def _open_rooms(here: Grant) -> list[Room]:
    """The rooms with the pages that the guard opens."""
    rooms = (room._replace(pages=tuple(p for p in room.pages if here.may_open(p.endpoint))) for room in ROOMS)
    return [room for room in rooms if room.pages]


def _other_studies(here: Grant) -> list[tuple[str, str]]:
    """Title and address of the other studies; administrators, who have all, find them on their own page."""
    others = sorted(
        (one for one in member().memberships if one.study_id != here.study.id and here.role != "admin"),
        key=lambda one: one.study.title,
    )
    return [(one.study.title, url_for(FIRST_PAGES[one.role], code=one.study.code)) for one in others]
