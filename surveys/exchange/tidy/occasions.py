"""The files about visits: when each was due, and what was asked and answered at it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import exists, label, select

from surveys.exchange.tidy.columns import (
    OCCURRENCE,
    PATIENT,
    VISIT,
    Column,
    Table,
    flag,
    text,
    whole,
)
from surveys.exchange.tidy.days import Anchors
from surveys.exchange.tidy.queries import ANCHORS, Selection, with_palsy
from surveys.models import Assistance, Draft, Patient, Response, Score, Visit

Rows = Iterator[Sequence[Any]]


def _visit_rows(selection: Selection) -> Rows:
    query = with_palsy(
        select(Patient.code, Visit, Assistance.answered_by, *ANCHORS)
        .select_from(Visit)
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Assistance, Assistance.visit_id == Visit.id)
        .where(Visit.withdrawn_at.is_(None))
    ).order_by(*selection.visit_order)
    for row in selection.stream(query):
        visit: Visit = row.Visit
        days = Anchors.of(row)
        yield (
            row.code,
            visit.name,
            visit.occurrence,
            visit.timepoint_id is not None,
            days.since_enrolment(visit.opens_on),
            days.since_enrolment(visit.due_on),
            days.since_enrolment(visit.closes_on),
            days.since_onset(visit.due_on),
            visit.battery,
            visit.missed_reason,
            row.answered_by,
            visit.opens_on,
            visit.due_on,
            visit.closes_on,
        )


VISITS = Table(
    "visits",
    "Visits, planned and unscheduled",
    (
        PATIENT,
        VISIT,
        OCCURRENCE,
        flag("planned", "Whether it is in the study's plan."),
        whole("opens_days", "Days from enrolment to the first day on which it may be answered."),
        whole("due_days", "Days from enrolment to the day it is due."),
        whole("closes_days", "Days from enrolment to the last day of its window."),
        whole("due_days_since_onset", "Days from onset to the day it is due, as days_since_onset."),
        text("battery", "The questionnaires asked, in order, separated by `;`."),
        text("missed_reason", "Why it was missed, where staff said so."),
        text(
            "answered_by",
            "What was said to “Did anyone help you?”: patient, typed_by_other, chosen_by_other, interpreter.",
        ),
        Column("opens_on", "date", "First day on which it may be answered."),
        Column("due_on", "date", "Day it is due."),
        Column("closes_on", "date", "Last day of its window."),
    ),
    ("patient", "visit", "occurrence"),
    _visit_rows,
)


def _attendance_rows(selection: Selection) -> Rows:
    scored = exists().where(Score.response_id == Response.id, Score.value.is_not(None))
    query = with_palsy(
        select(
            Patient.code,
            label("gone", Patient.gone_by(Visit.due_on)),
            Visit.id,
            Visit.name,
            Visit.occurrence,
            Visit.battery,
            Visit.due_on,
            *ANCHORS,
        )
        .select_from(Visit)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Visit.withdrawn_at.is_(None))
    ).order_by(*selection.visit_order)
    for page in selection.pages(query):
        answered: dict[int, dict[str, Any]] = defaultdict(dict)
        visits = [row.id for row in page]
        responses = select(
            Response.visit_id, Response.instrument, Response.partial, scored.label("scored")
        ).where(Response.visit_id.in_(visits), Response.stands)
        for one in selection.session.execute(responses):
            answered[one.visit_id][one.instrument] = one
        drafts = select(Draft.visit_id, Draft.instrument).where(Draft.visit_id.in_(visits))
        begun = {(one.visit_id, one.instrument) for one in selection.session.execute(drafts)}
        for row in page:
            given = answered[row.id]
            expected = not row.gone
            for instrument in dict.fromkeys([*row.battery, *sorted(given)]):
                response = given.get(instrument)
                started = (row.id, instrument) in begun
                yield (
                    row.code,
                    row.name,
                    row.occurrence,
                    instrument,
                    expected or response is not None,
                    _state(response, started),
                    response is not None and response.scored,
                )


def _state(response: Any, started: bool) -> str:
    if response is not None:
        return "partial" if response.partial else "completed"
    return "begun" if started else "not_begun"


ATTENDANCE = Table(
    "attendance",
    "What was asked at each visit, and whether it was answered",
    (
        PATIENT,
        VISIT,
        OCCURRENCE,
        text("instrument", "A questionnaire of the visit."),
        flag(
            "expected",
            "Whether an answer was or is to be expected: false where the patient had left or died by the "
            "day the visit is due. A visit ahead is expected too: see its window in visits.csv.",
        ),
        text(
            "state",
            "completed: sent by the patient or entered by staff. partial: begun and never sent, kept when "
            "the visit was over. begun: not sent yet. not_begun: nothing was answered.",
        ),
        flag("scored", "Whether at least one of its scales has a value."),
    ),
    ("patient", "visit", "occurrence", "instrument"),
    _attendance_rows,
)
