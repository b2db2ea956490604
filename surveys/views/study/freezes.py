"""Freezes of a study's data, and the report on each."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.forms.accounts import SignatureForm
from surveys.forms.freeze import FreezeForm
from surveys.store.study import freezes, signatures
from surveys.store.study.signatures import Signed
from surveys.views.web import jobs
from surveys.views.web.access import for_roles, grant, member
from surveys.views.web.saving import committed
from surveys.views.web.sign_in import prove_anew

pages = Blueprint("freezes", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/freezes")
@for_roles("coordinator", "investigator", "analyst", whole_study=True)
def index(code: str) -> str:
    """List the freezes."""
    return _listed(FreezeForm(formdata=None))


@pages.post("/staff/<code>/freezes")
@for_roles("coordinator", whole_study=True)
def make(code: str) -> Response | tuple[str, int]:
    """Freeze the data as they are now."""
    here, form = grant(), FreezeForm()
    if not form.validate():
        return _listed(form), 422
    with committed(form) as kept:
        name = freezes.free_name(db.session, here.study.id, form.name.data or "")
        number = jobs.note(here, "freeze", {"name": name})
    if not kept:
        return _listed(form), 422
    jobs.wait(number)
    job = jobs.find(here, number)
    if job is None or job.state != "done":
        return redirect(url_for("jobs.show", code=code, number=number))
    return redirect(url_for("freezes.index", code=code))


@pages.get("/staff/<code>/freezes/<int:freeze_id>.json")
@for_roles("coordinator", "investigator", "analyst", whole_study=True)
def report(code: str, freeze_id: int) -> Response:
    """Send the report on a freeze: the same bytes until it is signed, or what was signed is no longer so."""
    here = grant()
    known = {one.id: one.name for one in freezes.of_study(db.session, here.study.id)}
    if freeze_id not in known:
        abort(404)
    told = {"freeze": known[freeze_id], "under": here.study.smallest_group}
    number = jobs.note_at_once(here, "freeze_report", told)
    jobs.wait(number)
    return jobs.sent(here, number, code)


@pages.route("/staff/<code>/freezes/<int:freeze_id>/sign", methods=["GET", "POST"])
@for_roles("investigator", whole_study=True)
def sign(code: str, freeze_id: int) -> Response | str | tuple[str, int]:
    """Sign a freeze: what it means, and password and code once more."""
    here, form = grant(), SignatureForm()
    found = next((one for one in freezes.of_study(db.session, here.study.id) if one.id == freeze_id), None)
    if found is None:
        abort(404)
    if request.method == "POST" and form.validate():
        with committed(form) as kept:
            password, proof = form.password.data or "", form.code.data or ""
            prove_anew(member(), password, proof, undone=_("Nothing was signed."), at=here.at)
            signatures.sign_freeze(db.session, found, form.meaning.data, member(), role=here.role, at=here.at)
        if kept:
            flash(_("The freeze is signed."), "success")
            return redirect(url_for("freezes.index", code=code))
    back = url_for("freezes.index", code=code)
    page = render_template("staff/clinic/sign.html", form=form, title=found.name, back=back)
    return page, 422 if form.errors else 200


def _listed(form: FreezeForm) -> str:
    kept = freezes.of_study(db.session, grant().study.id)
    signed: dict[int | None, list[Signed]] = {}
    for one in signatures.of_freezes(db.session, [freeze.id for freeze in kept]):
        signed.setdefault(one.freeze_id, []).append(one)
    return render_template("staff/study/freezes.html", form=form, freezes=kept, signatures=signed)
