"""A patient's rights: a copy of everything stored, and removal of the identity."""

from __future__ import annotations

import json

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.exchange import subject
from surveys.forms.removal import REMOVE, RemovalForm
from surveys.store import audit
from surveys.store.patient import erasing
from surveys.views.clinic.found import find_patient
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.saving import committed

pages = Blueprint("removal", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.route("/staff/<code>/removal/<path:patient>", methods=["GET", "POST"])
@for_roles("coordinator")
def decide(code: str, patient: str) -> Page:
    """Remove the patient's identity, or settle the request without removal."""
    here, found = grant(), find_patient(patient)
    if erasing.removed_at(db.session, found.id):
        flash(_("This patient's identity was removed already."), "notice")
        return _to_patient(code, patient)
    form = RemovalForm(patient, here.today)
    if found.removal_requested_at is None:
        form.nobody_asked()
    if request.method == "POST" and form.validate():
        reason = form.reason.data or ""
        with committed(form) as kept:
            if form.decision.data == REMOVE:
                erasing.remove(db.session, found, reason=reason, on=here.today, at=here.at, actor=here.actor)
                told = _("The identity was removed. This cannot be undone.")
            else:
                erasing.decline(db.session, found, reason=reason, at=here.at, actor=here.actor)
                told = _("The request is settled. Nothing was removed.")
        if kept:
            flash(told, "success")
            return _to_patient(code, patient)
    page = render_template(
        "staff/clinic/removal.html", form=form, patient=found, outlook=erasing.outlook(db.session, found)
    )
    return page, 422 if form.errors else 200


@pages.post("/staff/<code>/copy/<path:patient>")
@for_roles("coordinator")
def copy(code: str, patient: str) -> Page:
    """Show everything stored about the patient, or send it as JSON; the audit trail records it."""
    here, found = grant(), find_patient(patient)
    form = "json" if request.form.get("form") == "json" else "html"
    entry = audit.Entry(here.at, here.actor, "patient.copied", found.id, {"form": form})
    data = subject.everything(db.session, found)
    audit.record(db.session, entry)
    content: str
    if form == "json":
        content = json.dumps(
            {"study": here.study.code, "taken_at": here.at.isoformat(), **data}, ensure_ascii=False, indent=1
        )
    else:
        texts = server.texts()
        content = render_template(
            "staff/clinic/copy.html", patient=found, data=data, library=texts.library, taken_at=here.at
        )
    db.session.commit()
    headers = (
        {"Content-Disposition": f'attachment; filename="{_plain(patient)}.json"'} if form == "json" else {}
    )
    kind = "application/json" if form == "json" else "text/html"
    return Response(content, headers=headers, content_type=f"{kind}; charset=utf-8")


def _plain(code: str) -> str:
    """The code as a file's name."""
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in code)


def _to_patient(code: str, patient: str) -> Response:
    return redirect(url_for("patients.show", code=code, patient=patient))
