"""The download of a study's data. A job makes it; that of a small study comes at once."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template, request
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.forms.export import ExportForm
from surveys.store.study import exports
from surveys.store.study.exports import DATED, Order
from surveys.views.web import jobs, server
from surveys.views.web.access import Grant, for_roles, grant
from surveys.views.web.saving import committed

pages = Blueprint("export", __name__)


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(pages)


@pages.route("/staff/<code>/export", methods=["GET", "POST"])
@for_roles("coordinator", "investigator", "analyst", whole_study=False)
def index(code: str) -> Response | str | tuple[str, int]:
    """Describe the package, or send it. Only people who may change patients get calendar dates.

    How alone patients stand is counted where it is asked for: it reads all of them.
    """
    here, form = grant(), ExportForm()
    if not here.may_change:
        del form.exact, form.reason, form.shifted
        form.leave_out(DATED)
    elif here.site is not None:
        form.leave_out(("all",))
    if request.method == "POST" and form.validate():
        dated = here.may_change and form.exact.data
        reason = (form.reason.data or "") if dated else None
        order = Order(
            form.form.data,
            here.site,
            exact_dates=reason,
            coarse=bool(form.coarse.data),
            shifted=bool(here.may_change and form.shifted.data),
            fhir_base=server.settings().fhir_base,
        )
        number = 0
        with committed(form) as kept:
            exports.note(db.session, here.study, order, at=here.at, actor=here.actor)
            number = jobs.note(here, "export", order.arguments())
        if kept:
            jobs.wait(number)
            return jobs.sent(here, number, code)
    apart = _apart(here) if "count" in request.args else None
    return render_template("staff/study/export.html", form=form, apart=apart), 422 if form.errors else 200


def _apart(here: Grant) -> str:
    """How alone the patients of the package stand, in words."""
    from surveys.exchange.tidy.crowd import crowd
    from surveys.exchange.tidy.package import coded_of
    from surveys.exchange.tidy.queries import Selection
    from surveys.exchange.tidy.readme import told

    coded = coded_of(Selection(db.session, here.study.id, here.site))
    return told(crowd(coded.values(), here.study.smallest_group))
