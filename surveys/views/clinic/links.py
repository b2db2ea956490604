"""The personal links of a visit: made, shown once, revoked."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from surveys.db import db
from surveys.lists.visits import VisitRow
from surveys.models import Patient, Study
from surveys.store.visit import links
from surveys.views.clinic.found import find_visit, pages, row_of
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.pictures import qr


@pages.post("/staff/<code>/visits/<int:visit_id>/link")
@for_roles("coordinator")
def issue_link(code: str, visit_id: int) -> Page:
    """Make a personal link and show it once; only its digest is stored."""
    here, visit = grant(), find_visit(visit_id)
    row = row_of(visit, here)
    reason = no_link(here.study, visit.patient, row)
    if reason is not None:
        flash(reason, "notice")
        return redirect(url_for("patients.show", code=code, patient=visit.patient.code))
    token = links.issue(db.session, visit, at=here.at, actor=here.actor)
    db.session.commit()
    address = f"{server.settings().public_url}/s/{token}"
    return render_template(
        "staff/clinic/link.html", patient=visit.patient, visit=row, address=address, code_picture=qr(address)
    )


@pages.post("/staff/<code>/visits/<int:visit_id>/revoke")
@for_roles("coordinator")
def revoke_links(code: str, visit_id: int) -> Page:
    """Revoke every link to the visit."""
    here, visit = grant(), find_visit(visit_id)
    count = links.revoke(db.session, visit, at=here.at, actor=here.actor)
    db.session.commit()
    flash(ngettext("%(num)d link was revoked.", "%(num)d links were revoked.", count), "success")
    return redirect(url_for("patients.show", code=code, patient=visit.patient.code))


def no_link(study: Study, patient: Patient, visit: VisitRow) -> str | None:
    """Why the visit cannot have a link now; None if it can."""
    if study.status != "active":
        return _("No links yet: the study is not active.")
    if patient.gone:
        return _("No link: this patient takes part no longer.")
    if visit.state == "done":
        return _("No link: everything asked at this visit is answered.")
    if visit.state == "missed":
        return _("No link: this visit is over. Add an unscheduled visit instead.")
    return None
