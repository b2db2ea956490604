"""The coordinator's first page: Today, with the clinic's list and what waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from flask import (
    Blueprint,
    Flask,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.exchange.sheets import reading
from surveys.forms.clinic import ListForm, shape
from surveys.lists import clinic as lists
from surveys.lists import needs as needed
from surveys.lists import patients
from surveys.lists.clinic import ExpectedPatient
from surveys.models import Timepoint
from surveys.store.patient import clinic
from surveys.store.post import settling
from surveys.store.visit import visits
from surveys.typed import is_possible_year
from surveys.views.clinic import display, waits
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.received import takes_lists
from surveys.views.web.saving import committed

pages = Blueprint("clinic", __name__)

ONE_DAY = timedelta(days=1)
AGAIN_AFTER = ONE_DAY  # when to repeat an unanswered call


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/clinic")
@for_roles("coordinator", "investigator")
def today(code: str) -> Page:
    """Show the patients expected on a day, by default today, and what waits for a person."""
    return _draw(ListForm(formdata=None), _day())


@pages.post("/staff/<code>/clinic")
@for_roles("coordinator", whole_study=False)
@takes_lists
def expect(code: str) -> Page:
    """Put people on the day's list by hospital number; an unknown number stays in the box."""
    here, on, form = grant(), _day(), ListForm()
    with committed(form):
        form.text = reading.text(form.content)
    if form.errors or not form.validate():
        return _draw(form, on), 422
    lines = form.lines
    found = lists.find(db.session, here.scope, {cell for line in lines for cell in line})
    ids = [patient_id for line in lines for cell in line for patient_id in found.get(cell, ())]
    new = clinic.expect(db.session, ids, on=on, at=here.at, actor=here.actor)
    db.session.commit()
    unknown = [text for line in lines for text in _unknown(line, found)]
    told = ngettext("%(num)d patient was put on the list.", "%(num)d patients were put on the list.", new)
    if not unknown:
        flash(told, "success")
        return redirect(_address(on))
    form.numbers.data = "\n".join(unknown)
    form.numbers.errors = [
        told
        + " "
        + ngettext(
            "%(num)d is not enrolled in this study. Enrol this person, or correct the number.",
            "%(num)d are not enrolled in this study. Enrol these people, or correct the numbers.",
            len(unknown),
        )
    ]
    return _draw(form, on), 422


@pages.post("/staff/<code>/clinic/off/<path:patient>")
@for_roles("coordinator")
def take_off(code: str, patient: str) -> Response:
    """Take a patient off the day's list."""
    here, on = grant(), _day()
    found = patients.find(db.session, here.scope, patient) or abort(404)
    clinic.take_off(db.session, found.id, on=on, at=here.at, actor=here.actor)
    db.session.commit()
    return redirect(_address(on))


@pages.post("/staff/<code>/clinic/unscheduled/<path:patient>")
@for_roles("coordinator")
def unscheduled(code: str, patient: str) -> Response:
    """Open a visit outside the plan that asks what the plan asks, so that it can be answered at once."""
    here, on = grant(), _day()
    found = patients.find(db.session, here.scope, patient) or abort(404)
    timepoints = db.session.scalars(
        select(Timepoint).where(Timepoint.study_id == here.study.id).order_by(Timepoint.position)
    )
    planned = dict.fromkeys(key for timepoint in timepoints for key in timepoint.battery)
    library = server.library()
    askable = visits.askable(db.session, here.study, library)
    battery = [key for key in planned if key in askable]
    with committed() as kept:
        visits.add_unscheduled(
            db.session, here.study, found, battery, library, on=here.today, at=here.at, actor=here.actor
        )
    if kept:
        flash(_("A visit of %(code)s is open from today.", code=found.code), "success")
    return redirect(_address(on))


@pages.get("/staff/<code>/clinic/progress")
@for_roles("coordinator", "investigator")
def progress(code: str) -> Response:
    """Send the progress of everybody on the day's list, for the script that updates the page."""
    rows = lists.expected(db.session, grant().scope, _day())
    return jsonify({str(row.id): {"state": row.progress, "words": progress_words(row)} for row in rows})


@pages.get("/staff/<code>/needs")
@for_roles("coordinator", "investigator")
def needs(code: str) -> Page:
    """Lead to Today, where what waits for a person stands: the address was a page of its own once."""
    return redirect(url_for("clinic.today", code=code))


@pages.post("/staff/<code>/calls/<int:message_id>")
@for_roles("coordinator")
def by_hand(code: str, message_id: int) -> Response:
    """Record the outcome of a call or letter: made, posted, or not answered."""
    here = grant()
    if needed.find_by_hand(db.session, here.scope, message_id) is None:
        abort(404)
    again = request.form.get("became") == "again"
    with committed() as kept:
        if again:
            settling.try_again(db.session, message_id, here.at + AGAIN_AFTER)
        else:
            settling.done_by_hand(db.session, message_id, at=here.at, actor=here.actor)
    if kept:
        flash(_("It is due again tomorrow.") if again else _("This was noted."), "success")
    return redirect(url_for("clinic.today", code=code, _anchor="by-hand"))


def progress_words(row: ExpectedPatient) -> str:
    """A patient's progress, in words."""
    if row.progress == "done":
        return _("Done: %(visits)s", visits=", ".join(row.done))
    names = ", ".join(one.title for one in row.open)
    if row.progress == "nothing":
        if not names:
            return _("Nothing is due")
        return _("Nothing is due, and %(visits)s may be answered", visits=names)
    return "; ".join(
        _("%(visit)s: %(done)s of %(all)s", visit=one.title, done=one.answered, all=one.asked)
        for one in row.open
    )


def _unknown(line: list[str], found: Mapping[str, object]) -> list[str]:
    """The unknown part of a line: all of it, or only the numbers that look like known ones."""
    known = {shape(cell) for cell in line if cell in found}
    if not known:
        return ["\t".join(line)]
    return [cell for cell in line if cell not in found and shape(cell) in known]


def _draw(form: ListForm, on: date) -> str:
    here = grant()
    rows = lists.expected(db.session, here.scope, on)
    library, waiting = server.library(), waits.found(here)
    batteries = [
        *(one.battery for row in rows for one in row.open),
        *(one.battery for one in waiting.needs.by_hand),
    ]
    return render_template(
        "staff/clinic/clinic.html",
        form=form,
        on=on,
        asked=_asked(on),
        rows=rows,
        progress={row.id: progress_words(row) for row in rows},
        titles={key: library.get(key).short_title for battery in batteries for key in battery},
        waits=waiting,
        waiting=waits.lines(here, waiting),
        waited=lambda since: display.waited(since, here.at),
        rule_words=_rule_words,
        beside={"before": _asked(on - ONE_DAY), "after": _asked(on + ONE_DAY)},
    )


def _day() -> date:
    """The day in the address, by default today in the study's time zone."""
    asked = request.args.get("day")
    if not asked:
        return grant().today
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        abort(404)
    return day if is_possible_year(day.year) else abort(404)


def _asked(on: date) -> dict[str, str]:
    return {} if on == grant().today else {"day": on.isoformat()}


def _address(on: date) -> str:
    return url_for("clinic.today", code=grant().study.code, day=_asked(on).get("day"))


def _rule_words(alert: needed.Waiting) -> str:
    return display.rule_words(server.library().get(alert.instrument), alert.rule)
