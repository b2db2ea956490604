"""One patient's course on one page: scores, injections and operations on one axis of time; printable."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, render_template
from flask_babel import gettext as _

from analysis.data.kinds import ALL_KINDS
from analysis.words import joined
from surveys.db import db
from surveys.forms import labels
from surveys.instruments.change import threshold_of
from surveys.jobs.boards.drawing import drawing
from surveys.lists import history, messages, person
from surveys.lists.visits import VisitRow
from surveys.models import Patient, Treatment
from surveys.views.clinic import display
from surveys.views.clinic.found import find_patient
from surveys.views.clinic.shifts import scale_title, scales_shown
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant

if TYPE_CHECKING:
    from analysis.figures.patient import Mark, ScaleCourse

pages = Blueprint("course", __name__)

EVENTS_SHOWN = 20
AHEAD = {"in_progress", "due", "upcoming"}
ON_A_DAY = {kind.key for kind in ALL_KINDS if kind.on_a_day}


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/course/<path:patient>")
@for_roles("coordinator", "investigator")
def show(code: str, patient: str) -> str:
    """Show the patient's scores with events, alerts, messages, notes and the latest audit entries."""
    from analysis.figures.patient import patient_figure

    here = grant()
    found = find_patient(patient)
    known = person.of_patient(db.session, here.scope, found.id, here.at, latest=EVENTS_SHOWN)
    scales = _scales(known.visits)
    actors = [*(event.actor for event in known.events), *(note.written_by for note in known.notes)]
    return render_template(
        "staff/clinic/course.html",
        patient=found,
        figure=drawing(patient_figure(scales, _marks(found))) if scales else None,
        visits=known.visits,
        next_visit=next_of(known.visits),
        gradings=known.gradings,
        alerts=[alert for alert in known.alerts if alert.state not in {"closed", "historical"}],
        messages=messages.of_patient(db.session, here.scope, found.id),
        notes=known.notes,
        events=known.events,
        names=history.names(db.session, actors),
        at=here.at,
    )


def next_of(rows: list[VisitRow]) -> VisitRow | None:
    """The visit that comes next, or can be answered now; None if there is none."""
    return next((one for one in rows if one.state in AHEAD), None)


def _scales(rows: list[VisitRow]) -> list[ScaleCourse]:
    """The main scales that have a score, in their order."""
    from analysis.figures.patient import Point, ScaleCourse

    found = []
    for key, name in scales_shown(server.library()):
        instrument = server.library().get(key)
        scale = instrument.scale(name)
        points = [
            Point(response.completed_on, score.value, row.title)
            for row in rows
            if (response := row.responses.get(key)) is not None
            for score in response.scores
            if score.scale == name and score.value is not None
        ]
        if points:
            threshold = threshold_of(instrument, name)
            found.append(
                ScaleCourse(
                    title=scale_title(instrument, name),
                    low=scale.low,
                    high=scale.high,
                    direction=scale.direction,
                    points=tuple(sorted(points, key=lambda point: point.on)),
                    bands=tuple((band.label, band.at_least) for band in scale.bands),
                    detectable=threshold.value if threshold else None,
                )
            )
    return found


def _marks(patient: Patient) -> list[Mark]:
    from analysis.figures.patient import Mark

    return [Mark(on, words, planned=planned) for on, words, planned in happened(patient)]


def happened(patient: Patient) -> list[tuple[date, str, bool]]:
    """Onsets, injections and operations by day, in words, and whether they lie ahead.

    A month or year counts as its first day.
    """
    told = [
        (one.onset_on, f"{_('Onset')} {display.partial(one.onset_on, one.onset_precision)}", False)
        for one in patient.palsies
        if one.onset_on
    ]
    told += [
        (one.started_on, _treatment_words(one), one.state == "planned")
        for one in patient.treatments
        if one.started_on and one.state != "cancelled" and one.kind in ON_A_DAY
    ]
    return sorted(told, key=lambda one: one[0])


def _treatment_words(treatment: Treatment) -> str:
    parts = [labels.TREATMENTS[treatment.kind]]
    if treatment.product:
        parts.append(treatment.product)
    if treatment.dose is not None:
        parts.append(f"{display.plain(treatment.dose)} {treatment.unit or ''}".strip())
    parts.append(display.partial(treatment.started_on, treatment.started_precision) or "")
    if treatment.state == "planned":
        parts.append(_("planned"))
    return joined(", ", filter(None, parts))
