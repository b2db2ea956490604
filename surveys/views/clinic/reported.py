"""A patient's reports beside the records, and the page on which staff decide between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from analysis.data.facts import CAUSES, SIDES
from analysis.words import joined, words
from surveys.background import ANOTHER_ONSET, FACTS, WHEN, Said, date_said
from surveys.db import db
from surveys.forms import labels
from surveys.forms.records import ReportedForm
from surveys.lists import background, history
from surveys.lists.background import CheckRow, Report, Telling
from surveys.models import Palsy, Patient, Treatment
from surveys.store.patient import reported
from surveys.store.patient.patients import PartialDate
from surveys.store.patient.reported import Decision
from surveys.views.clinic import display
from surveys.views.clinic.found import find_patient
from surveys.views.clinic.replanning import replan
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.saving import committed

pages = Blueprint("reported", __name__)
PALSY_FACTS = {
    "had_before": words("How it began"),
    "onset": words("Onset"),
    "side": words("Side"),
    "cause": words("Cause"),
    ANOTHER_ONSET: words("Another palsy"),
}
CODED = (CAUSES, SIDES, labels.BEGINNINGS)
OTHER_SIDE = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class FactRow:
    """One fact in words; `href` leads to the decision, if there is one to make."""

    fact: str
    said: str
    recorded: str
    checks: tuple[CheckRow, ...]
    href: str | None


@dataclass(frozen=True)
class ReportedTable:
    """The report of one visit; `also` are lines without a decision."""

    telling: Telling
    rows: tuple[FactRow, ...]
    also: tuple[str, ...]


def init_app(app: Flask) -> None:
    """Register the page."""
    app.register_blueprint(pages)
    app.add_template_filter(check_words)


def tables(patient: Patient, tellings: Sequence[Telling]) -> list[ReportedTable]:
    """These reports of the patient, whose palsies and treatments are loaded."""
    return [_table(patient, telling) for telling in tellings]


def check_words(check: CheckRow) -> str:
    """A decision and the record after it, in words."""
    words = labels.CHECK_OUTCOMES[check.outcome]
    if check.outcome != "corrected":
        return words
    recorded = check.recorded
    value = _value_words(recorded.get("value"))
    return (
        f"{words}: {labels.TREATMENTS[recorded['kind']]}, {value}"
        if "kind" in recorded
        else f"{words}: {value}"
    )


@pages.route("/staff/<code>/reported/<int:background_id>/<int:place>", methods=["GET", "POST"])
@for_roles("coordinator")
def decide(code: str, background_id: int, place: int) -> Page:
    """Confirm, correct or leave one fact; `place` is its index in `FACTS`, because addresses are logged."""
    here = grant()
    fact = FACTS[place] if place < len(FACTS) else abort(404)
    patient_code, report = background.find(db.session, here.scope, background_id, fact) or abort(404)
    patient = find_patient(patient_code)
    same = [one for one in patient.treatments if one.kind == fact and one.state == "given"]
    form = ReportedForm(
        here.today,
        fact,
        list(_outcomes(patient, report)),
        [(one.id, _("That of: %(began)s", began=_began(one))) for one in same],
        data={"kind": fact, "seen": len(report.checks), **_recorded_codes(patient, fact)},
    )
    row = _row(patient, report)
    if request.method == "POST" and form.validate():
        with committed(form) as kept:
            changed = reported.decide(
                db.session,
                patient,
                background_id,
                fact,
                _decision(form, report, patient),
                seen=form.seen.data if form.seen.data is not None else -1,
                today=here.today,
                at=here.at,
                actor=here.actor,
            )
            for anchor in changed:
                replan(patient, anchor, form.note.data)
        if kept:
            flash(_("The decision was kept."), "success")
            return redirect(_back(code, patient_code))
        if form.seen.errors:  # the page would ask about what is decided
            flash(form.seen.errors[0], "notice")
            return redirect(_back(code, patient_code))
    page = render_template(
        "staff/clinic/reported.html",
        patient_code=patient_code,
        form=form,
        title=_("%(fact)s, as the patient reported", fact=_fact_words(fact)),
        button=_("Keep the decision"),
        row=row,
        report=report,
        names=history.names(db.session, [check.checked_by for check in report.checks]),
    )
    return page, 422 if form.errors else 200


def _back(code: str, patient: str) -> str:
    return url_for("patients.show", code=code, patient=patient, _anchor="reported")


def _decision(form: ReportedForm, report: Report, patient: Patient) -> Decision:
    outcome, corrected = form.outcome.data, form.outcome.data == "corrected"
    note = form.note.data
    said = report.value if isinstance(report.value, str) else None
    if report.is_treatment:
        return Decision(
            outcome,
            kind=form.kind.data if corrected else report.fact,
            started=_date(form.began.form.value) if corrected else _said_date(report.value),
            dates=(form.dates.data or None) if "dates" in form else None,
            note=note,
        )
    if report.fact == ANOTHER_ONSET:
        if corrected:
            onset = _date(form.onset.form.value)
            return Decision(outcome, onset=onset, side=form.side.data, cause=form.cause.data, note=note)
        return Decision(outcome, onset=_said_date(report.value), side=_side_told(patient, report), note=note)
    if report.fact == "had_before":
        return Decision(outcome, begin=form.begin.data if corrected else said, note=note)
    if report.fact == "onset":
        onset = _date(form.onset.form.value) if corrected else _said_date(report.value)
        return Decision(outcome, onset=onset, note=note)
    if report.fact == "side":
        return Decision(outcome, side=form.side.data if corrected else said, note=note)
    return Decision(outcome, cause=form.cause.data if corrected else said, note=note)


def _side_told(patient: Patient, report: Report) -> str:
    """The side of another palsy, as far as the patient tells it by that of the recorded one."""
    palsy = _index(patient)
    side = palsy.side if palsy and palsy.side in OTHER_SIDE else None
    if side is None or report.told_by not in {"same_side", "other_side"}:
        return "unknown"
    return side if report.told_by == "same_side" else OTHER_SIDE[side]


def _date(typed: tuple[date, str] | None) -> PartialDate | None:
    return None if typed is None else PartialDate(*typed)


def _said_date(value: Said | None) -> PartialDate | None:
    return None if value is None else PartialDate(*date_said(value))


def _outcomes(patient: Patient, report: Report) -> Iterator[tuple[str, str]]:
    said, recorded = _said_words(report), _recorded_words(patient, report.fact)
    if report.is_treatment:
        yield "confirmed", _("Record it as the patient said: %(said)s", said=said)
        yield "corrected", _("Record it otherwise, as below")
        yield "kept", _("Record nothing: it is recorded already, or it was not so")
        return
    if report.fact == ANOTHER_ONSET:
        side = SIDES[_side_told(patient, report)]
        yield "confirmed", _("Record another palsy: onset %(said)s, side %(side)s", said=said, side=side)
        yield "corrected", _("Record another palsy, as below")
        yield "kept", _("Record no further palsy: it is recorded already, or it was not so")
        return
    yield "confirmed", _("Record what the patient said: %(said)s", said=said)
    yield "corrected", _("Record something else, as below")
    yield "kept", _("Leave what is recorded: %(recorded)s", recorded=recorded)


def _table(patient: Patient, telling: Telling) -> ReportedTable:
    also = []
    if telling.had_before is not None:
        also.append(_("Palsy before: %(said)s", said=labels.HAD_BEFORE[telling.had_before]))
    if telling.came_again is not None:
        also.append(_("Since the last time: %(said)s", said=labels.CAME_AGAIN[telling.came_again]))
    if telling.symptoms is not None:
        listed = joined("; ", (labels.SYMPTOMS[code] for code in telling.symptoms)) or _("none")
        also.append(_("Symptoms: %(listed)s", listed=listed))
    if telling.mood_before is not None:
        also.append(_("Low mood or anxiety: %(said)s", said=labels.MOOD_BEFORE[telling.mood_before]))
    if telling.changed is not None:
        also.append(_("Face since the last time: %(said)s", said=labels.CHANGED[telling.changed]))
    if telling.recovered is not None:
        also.append(_("Face back to how it was: %(said)s", said=labels.RECOVERED[telling.recovered]))
    return ReportedTable(telling, tuple(_row(patient, report) for report in telling.reports), tuple(also))


def _row(patient: Patient, report: Report) -> FactRow:
    href = None
    if report.tells and grant().may_change:
        href = url_for(
            "reported.decide",
            code=grant().study.code,
            background_id=report.background_id,
            place=FACTS.index(report.fact),
        )
    recorded = _recorded_words(patient, report.fact)
    return FactRow(_fact_words(report.fact), _said_words(report), recorded, report.checks, href)


def _fact_words(fact: str) -> str:
    return PALSY_FACTS.get(fact) or labels.TREATMENTS[fact]


def _said_words(report: Report) -> str:
    if report.value is None:
        return _("date not told") if report.is_treatment or report.told_by else _("not answered")
    return _value_words(report.value)


def _value_words(value: Any) -> str:
    if isinstance(value, dict):
        return str(display.partial(*date_said(value)))
    found = next((codes[value] for codes in CODED if value in codes), None)
    return found or _("date not known")


def _recorded_words(patient: Patient, fact: str) -> str:
    if fact in WHEN:
        given = [one for one in patient.treatments if one.kind == fact and one.state == "given"]
        return "; ".join(map(_began, given)) or _("nothing")
    palsy = _index(patient)
    if palsy is None:
        return _("nothing")
    if fact == ANOTHER_ONSET:
        return "; ".join(map(_onset, (one for one in patient.palsies if not one.is_index))) or _("nothing")
    if fact == "onset":
        return _onset(palsy)
    if fact == "had_before":
        return labels.BEGINNINGS[palsy.begin]
    return SIDES[palsy.side] if fact == "side" else CAUSES[palsy.cause]


def _recorded_codes(patient: Patient, fact: str) -> Mapping[str, str]:
    palsy = _index(patient)
    if palsy is None or fact == ANOTHER_ONSET:
        return {"side": "unknown", "cause": "unknown", "begin": "unknown"}
    return {"side": palsy.side, "cause": palsy.cause, "begin": palsy.begin}


def _onset(palsy: Palsy) -> str:
    return display.partial(palsy.onset_on, palsy.onset_precision) or _("Not known")


def _index(patient: Patient) -> Palsy | None:
    return next((palsy for palsy in patient.palsies if palsy.is_index), None)


def _began(treatment: Treatment) -> str:
    return display.partial(treatment.started_on, treatment.started_precision) or _("date not known")


def actors(shown: Sequence[ReportedTable]) -> list[str]:
    """The staff who made decisions."""
    return [check.checked_by for table in shown for row in table.rows for check in row.checks]
