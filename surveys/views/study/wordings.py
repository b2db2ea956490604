"""A site's own text of an instrument, typed beside the words that are here now, or filled into a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from itertools import count

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _

from analysis.words import words
from surveys.db import db
from surveys.exchange import wording_boxes
from surveys.exchange.wording_file import typed
from surveys.forms.wording import LanguagesForm, TypedWordingForm, typed_wording_form
from surveys.instruments.definition import Instrument
from surveys.instruments.library import UnknownInstrument
from surveys.store.words import wordings
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.received import takes_lists
from surveys.views.web.saving import committed

KINDS = {
    "xlsx": (wording_boxes.as_workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (wording_boxes.as_csv, "text/csv; charset=utf-8"),
}
TYPED = words("typed in the browser")

pages = Blueprint("wordings", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/instruments/<key>/wording.<any(xlsx, csv):ending>")
@for_roles("coordinator", whole_study=True)
def sheet(code: str, key: str, ending: str) -> Page:
    """A sheet to fill in: every text, empty, beside the words that are here now."""
    instrument, chosen = _instrument(key), _languages()
    if not chosen.validate():
        return _draw(instrument, chosen, None), 422
    kept = wording_boxes.kept_words(instrument, chosen.locales)
    return _as_sheet(instrument, _free_name(instrument, chosen.locales), chosen.locales, kept, ending)


@pages.route("/staff/<code>/instruments/<key>/wording", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
@takes_lists
def type_in(code: str, key: str) -> Page:
    """A form with every text; it is stored only if all of it is in order, and may be taken along before."""
    here, instrument, chosen = grant(), _instrument(key), _languages()
    if not chosen.validate():
        return _draw(instrument, chosen, None), 422
    form = _typed_form(instrument, chosen.locales)
    if request.method == "GET":
        return _draw(instrument, chosen, form)
    name = (form.name.data or "").strip()
    if form.take_along.data:
        return _as_sheet(instrument, name, chosen.locales, form.given, "xlsx")
    if form.validate():
        found, faults = typed(instrument, name, form.given, server.texts().library)
        if found is None:
            form.tell((one.column, one.problem) for one in faults)
            return _draw(instrument, chosen, form), 422
        with committed(form) as kept:
            new = wordings.load(db.session, found, file=TYPED, at=here.at, actor=here.actor)
        if kept:
            said = _("The text was stored.") if new else _("This text is here already, word for word.")
            flash(said, "success")
            return redirect(url_for("instruments.show", code=code, key=key))
    return _draw(instrument, chosen, form), 422


def _instrument(key: str) -> Instrument:
    try:
        found = server.texts().library.get(key)
    except UnknownInstrument:
        abort(404)
    return found if found.items else abort(404)


def _languages() -> LanguagesForm:
    asked = request.args if "languages" in request.args else None
    return LanguagesForm(asked, languages=", ".join(grant().study.locales))


def _typed_form(instrument: Instrument, locales: Sequence[str]) -> TypedWordingForm:
    """The form; before anything is typed it holds a free name, and words of the instrument's own."""
    needed = [
        (box.name(locale), f"{box.title}, {locale}", box.is_needed)
        for locale in locales
        for box in wording_boxes.boxes(instrument)
    ]
    first = {"name": _free_name(instrument, locales), **wording_boxes.kept_words(instrument, locales)}
    return typed_wording_form(needed, data=first)


def _free_name(instrument: Instrument, locales: Sequence[str]) -> str:
    """A name that no text of the instrument has yet."""
    taken = {one.name for one in wordings.loaded(db.session, instrument.key, instrument.version)}
    wanted = "-".join((instrument.key, *locales))
    names = (f"{wanted}-{number}" if number > 1 else wanted for number in count(1))
    return next(name for name in names if name not in taken | {instrument.wording.name})


def _as_sheet(
    instrument: Instrument, name: str, locales: Sequence[str], given: Mapping[str, str], ending: str
) -> Response:
    written, kind = KINDS[ending]
    content = written(wording_boxes.rows(instrument, name, locales, given))
    file = f"{name or instrument.key}.{ending}"
    return send_file(BytesIO(content), kind, as_attachment=True, download_name=file)


def _draw(instrument: Instrument, chosen: LanguagesForm, form: TypedWordingForm | None) -> str:
    return render_template(
        "staff/study/wording_typed.html",
        instrument=instrument,
        chosen=chosen,
        form=form,
        boxes=wording_boxes.boxes(instrument),
    )
