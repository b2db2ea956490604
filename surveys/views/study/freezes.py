"""Freezes of a study's data, and the report on each."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from surveys import SOFTWARE
from surveys.db import db
from surveys.exchange import freezing
from surveys.forms.freeze import FreezeForm
from surveys.store.study import freezes
from surveys.views.web import heavy, server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.saving import committed

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
    library = server.library()
    with committed(form) as kept, heavy.turn():
        freezing.freeze(db.session, here.study, library, form.name.data or "", at=here.at, actor=here.actor)
    if not kept:
        return _listed(form), 422
    return redirect(url_for("freezes.index", code=code))


@pages.get("/staff/<code>/freezes/<int:freeze_id>.json")
@for_roles("coordinator", "investigator", "analyst", whole_study=True)
def report(code: str, freeze_id: int) -> Response:
    """Send the report on a freeze: always the same bytes."""
    from analysis.report import as_json
    from analysis.report import report as analyse

    here = grant()
    library = server.library()
    known = {one.id: one.name for one in freezes.of_study(db.session, here.study.id)}
    if freeze_id not in known:
        abort(404)
    with heavy.turn():
        kept, frames = freezing.thawed(db.session, here.study, known[freeze_id], library)
        content = analyse(
            frames,
            generated_at=kept.made_at.isoformat(),
            software=SOFTWARE,
            suppress_under=here.study.smallest_group,
        )
    name = f"{here.study.code}-freeze-{freeze_id}.json"
    return Response(
        f"{as_json(content)}\n",
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _listed(form: FreezeForm) -> str:
    kept = freezes.of_study(db.session, grant().study.id)
    return render_template("staff/study/freezes.html", form=form, freezes=kept)
