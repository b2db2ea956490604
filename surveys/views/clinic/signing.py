"""An investigator signs a visit."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveys.db import db
from surveys.forms.accounts import SignatureForm
from surveys.lists import visits
from surveys.store.study import signatures
from surveys.views.clinic.found import find_visit
from surveys.views.web.access import for_roles, grant, member
from surveys.views.web.page import Page
from surveys.views.web.saving import committed
from surveys.views.web.sign_in import prove_anew

pages = Blueprint("signing", __name__)


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(pages)


@pages.route("/staff/<code>/visits/<int:visit_id>/sign", methods=["GET", "POST"])
@for_roles("investigator")
def visit(code: str, visit_id: int) -> Page:
    """Sign a visit: what it means, and password and code once more."""
    here, found, form = grant(), find_visit(visit_id), SignatureForm()
    if request.method == "POST" and form.validate():
        with committed(form) as kept:
            password, proof = form.password.data or "", form.code.data or ""
            prove_anew(member(), password, proof, undone=_("Nothing was signed."), at=here.at)
            signatures.sign_visit(
                db.session,
                find_visit(visit_id),
                form.meaning.data,
                member(),
                role=here.role,
                at=here.at,
            )
        if kept:
            flash(_("The visit is signed."), "success")
            return redirect(url_for("patients.show", code=code, patient=found.patient.code))
    page = render_template(
        "staff/clinic/sign.html",
        form=form,
        title=visits.titles(db.session, [visit_id])[visit_id],
        back=url_for("patients.show", code=code, patient=found.patient.code),
    )
    return page, 422 if form.errors else 200
