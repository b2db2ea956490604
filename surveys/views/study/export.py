"""The download of a study's data: the tidy package, made while the person waits."""

from __future__ import annotations

import tempfile
from typing import IO, cast

from flask import Blueprint, Flask, render_template, request, send_file
from werkzeug.wrappers import Response

from surveys.db import db, snapshot
from surveys.exchange.bundle.package import write_study
from surveys.exchange.places import zipped
from surveys.exchange.tidy import package
from surveys.exchange.tidy.queries import Selection
from surveys.forms.export import ExportForm
from surveys.store.study import exports
from surveys.views.web import heavy, server
from surveys.views.web.access import for_roles, grant

pages = Blueprint("export", __name__)


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(pages)


@pages.route("/staff/<code>/export", methods=["GET", "POST"])
@for_roles("coordinator", "investigator", "analyst", whole_study=False)
def index(code: str) -> Response | str | tuple[str, int]:
    """Describe the package, or send it. Only people who may change patients get calendar dates."""
    here, form = grant(), ExportForm()
    if not here.may_change:
        del form.form, form.exact, form.reason
    if request.method == "GET" or not form.validate():
        return render_template("staff/study/export.html", form=form), 422 if form.errors else 200
    reason = (form.reason.data or "").strip() if here.may_change and form.exact.data else None
    kind = form.form.data if here.may_change else "tidy"
    study = here.study
    with heavy.turn():
        exports.note(
            db.session, here.study, kind, exact_dates=reason, site=here.site, at=here.at, actor=here.actor
        )
        db.session.commit()
        file = cast(IO[bytes], tempfile.TemporaryFile())  # noqa: SIM115 — closed once it is sent
        library = server.library()
        with snapshot() as session, zipped(file) as place:
            if kind == "bundle":
                write_study(place, session, study, library, site=here.site, at=here.at, reason=reason or "")
            else:
                package.write(
                    place, Selection(session, study.id, here.site), study, library, exact_dates=reason
                )
    file.seek(0)
    name = f"{study.code}-bundle.zip" if kind == "bundle" else f"{study.code}.zip"
    return send_file(file, "application/zip", as_attachment=True, download_name=name)
