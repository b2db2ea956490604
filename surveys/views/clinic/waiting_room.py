"""A visit on the clinic's tablet: staff start it, and no trace of the patient stays there afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from surveys.db import db
from surveys.store.visit import links
from surveys.views.clinic.found import find_visit, row_of
from surveys.views.clinic.links import no_link
from surveys.views.form import tablet
from surveys.views.form.visit import limited
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.sign_in import leave

pages = Blueprint("waiting_room", __name__)
limited(pages)

LONGEST = timedelta(hours=4)  # how long a link lives if the visit is not ended
LAST_PAGE_SHOWN = timedelta(minutes=2)  # it may say where help is, which the next patient must not see
OF_A_VISIT = ("/visit/", "/goodbye")
OF_PATIENTS = (*OF_A_VISIT, "/s/", "/tablet/", "/theme", "/language")


def init_app(app: Flask) -> None:
    """Register the pages; every request from such a tablet is watched."""
    app.register_blueprint(pages)
    app.before_request(_watch)
    app.after_request(_lead_on)
    app.context_processor(lambda: {"on_tablet": tablet.in_use()})


@pages.post("/staff/<code>/visits/<int:visit_id>/tablet")
@for_roles("coordinator")
def start(code: str, visit_id: int) -> Page:
    """Open the visit on this device for the patient, and sign the member of staff out here."""
    here, visit = grant(), find_visit(visit_id)
    row = row_of(visit, here)
    reason = no_link(here.study, visit.patient, row)
    if row.ahead and reason is None:
        reason = _("Not on the tablet yet: this visit is not open.")
    if reason is not None:
        flash(reason, "notice")
        return redirect(url_for("patients.show", code=code, patient=visit.patient.code))
    token = links.issue(db.session, visit, at=here.at, actor=here.actor, expires_at=here.at + LONGEST)
    link_id = links.find(db.session, token)
    leave(here.at)
    db.session.commit()
    session.clear()
    if link_id is not None:
        tablet.begin(link_id)
    return redirect(url_for("patient.start", visit_id=visit_id))


@pages.get("/tablet/still-there")
def still_there() -> Page:
    """Ask whether anybody is there: a page without the visit, and a button to go on."""
    if not tablet.in_use():
        return redirect(url_for("waiting_room.handed_back"))
    return render_template("patient/still_there.html")


@pages.post("/tablet/still-there")
def go_on() -> Page:
    """Go back to the open page of the visit."""
    if not tablet.in_use():
        return redirect(url_for("waiting_room.handed_back"))
    return redirect(url_for("patient.start", visit_id=links.visit_of(db.session, session["link"])))


@pages.get("/tablet/end")
def handed_back() -> Page:
    """Show the end, without a session and without a word about the patient."""
    tablet.end()
    return render_template("patient/handed_back.html")


def _watch() -> Any:
    """End a visit that was left untouched for too long, or when staff take the tablet over."""
    if request.endpoint in {None, "static", "waiting_room.handed_back"}:
        return None
    if not request.path.startswith(OF_PATIENTS):
        tablet.end()
        session.pop("handed_back", None)
        return None
    if request.endpoint == "patient.open_link":
        session.pop("handed_back", None)
    gone = request.path.startswith(OF_A_VISIT) and "handed_back" in session
    if gone or (tablet.in_use() and tablet.forgotten()):
        return redirect(url_for("waiting_room.handed_back"))
    if tablet.in_use() and request.endpoint != "waiting_room.still_there":
        tablet.touch()
    return None


def _lead_on(response: Response) -> Response:
    """Let the page ask after a while, without a script, whether anybody is there; then end the visit."""
    if request.endpoint == "static" or response.status_code // 100 == 3:
        return response
    wait, to = None, "waiting_room.handed_back"
    if request.endpoint == "waiting_room.still_there":
        wait = tablet.ENDS_AFTER - tablet.STILL_THERE_AFTER
    elif tablet.in_use():
        wait, to = tablet.STILL_THERE_AFTER, "waiting_room.still_there"
    elif "handed_back" in session and request.endpoint != to:
        wait = LAST_PAGE_SHOWN
    if wait is not None:
        response.headers["Refresh"] = f"{wait.total_seconds():.0f}; url={url_for(to)}"
    return response
