"""The files about visits: when each was due, and what was asked and answered at it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, label, select

from surveys.exchange.tidy.codes import ATTENDANCE_STATES
from surveys.exchange.tidy.columns import (
    OCCURRENCE,
    PATIENT,
    VISIT,
    TidyTable,
    coded,
    day,
    flag,
    text,
    whole,
)
from surveys.exchange.tidy.days import since_enrolment, since_onset
from surveys.exchange.tidy.queries import ANCHORS, Selection, with_palsy
from surveys.forms.labels import ANSWERED_BY, PRIORITIES
from surveys.models import (
    Assistance,
    Draft,
    FeedbackShown,
    Patient,
    Priority,
    Response,
    Score,
    Visit,
)
from surveys.models.feedback import SHOWN


def _visit_rows(selection: Selection) -> Iterator[Any]:
    query = with_palsy(
        select(
            Patient.code,
            Visit.name.label("visit"),
            Visit.occurrence,
            Visit.timepoint_id,
            Visit.opens_on,
            Visit.due_on,
            Visit.closes_on,
            Visit.battery,
            Visit.missed_reason,
            Visit.plan_version,
            Assistance.answered_by,
            Priority.matters,
            *(_was_shown(what) for what in SHOWN),
            *ANCHORS,
        )
        .select_from(Visit)
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Assistance, Assistance.visit_id == Visit.id)
        .outerjoin(Priority, Priority.visit_id == Visit.id)
        .where(Visit.withdrawn_at.is_(None))
    ).order_by(*selection.visit_order)
    return selection.stream(query)


def _was_shown(what: str) -> Any:
    rows = exists().where(FeedbackShown.visit_id == Visit.id, FeedbackShown.what == what)
    return label(f"shown_{what}", rows)


VISITS = TidyTable(
    "visits",
    "Visits, planned and unscheduled",
    (
        PATIENT,
        VISIT,
        OCCURRENCE,
        flag("planned", "Whether it is in the study's plan.", lambda row: row.timepoint_id is not None),
        whole(
            "opens_days",
            "Days from enrolment to the first day on which it may be answered.",
            lambda row: since_enrolment(row, row.opens_on),
        ),
        whole(
            "due_days",
            "Days from enrolment to the day it is due.",
            lambda row: since_enrolment(row, row.due_on),
        ),
        whole(
            "closes_days",
            "Days from enrolment to the last day of its window.",
            lambda row: since_enrolment(row, row.closes_on),
        ),
        whole(
            "due_days_since_onset",
            "Days from onset to the day it is due, as days_since_onset.",
            lambda row: since_onset(row, row.due_on),
        ),
        text(
            "battery",
            "The questionnaires asked, in order, separated by `;`.",
            lambda row: row.battery,
        ),
        whole(
            "plan_version",
            "The version of the plan by which it was laid: 1, or that of an amendment in amendments.csv; "
            "empty outside the plan.",
            lambda row: row.plan_version if row.timepoint_id is not None else None,
        ),
        text("missed_reason", "Why it was missed, where staff said so.", lambda row: row.missed_reason),
        coded(
            "answered_by",
            "What was said to “Did anyone help you?”: patient, typed_by_other, chosen_by_other, interpreter.",
            ANSWERED_BY,
            lambda row: row.answered_by,
        ),
        coded(
            "matters_most",
            "What was said to “What matters most to you today?”, where the study asks it.",
            PRIORITIES,
            lambda row: row.matters,
        ),
        text(
            "feedback_shown",
            "What the patient was shown at this visit after sending, separated by `;`: next_visit, use and "
            "news (texts of the study), answers (own earlier ones), scores (own face scores over time), "
            "doctor (the same on a page for a doctor).",
            lambda row: [what for what in SHOWN if getattr(row, f"shown_{what}")],
        ),
        day("opens_on", "First day on which it may be answered.", lambda row: row.opens_on),
        day("due_on", "Day it is due.", lambda row: row.due_on),
        day("closes_on", "Last day of its window.", lambda row: row.closes_on),
    ),
    ("patient", "visit", "occurrence"),
    _visit_rows,
)


@dataclass(frozen=True, slots=True)
class _Questionnaire:
    """A questionnaire of a visit, with the response to it where there is one."""

    visit: Any
    instrument: str
    response: Any
    begun: bool

    @property
    def expected(self) -> bool:
        return not self.visit.gone or self.response is not None

    @property
    def state(self) -> str:
        if self.response is not None:
            return "partial" if self.response.partial else "completed"
        return "begun" if self.begun else "not_begun"

    @property
    def scored(self) -> bool:
        return self.response is not None and self.response.scored


def _attendance_rows(selection: Selection) -> Iterator[_Questionnaire]:
    scored = exists().where(Score.response_id == Response.id, Score.value.is_not(None))
    query = (
        select(
            Patient.code,
            label("gone", Patient.gone_by(Visit.due_on)),
            Visit.id,
            Visit.name.label("visit"),
            Visit.occurrence,
            Visit.battery,
        )
        .select_from(Visit)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Visit.withdrawn_at.is_(None))
        .order_by(*selection.visit_order)
    )
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
            for instrument in dict.fromkeys([*row.battery, *sorted(given)]):
                yield _Questionnaire(row, instrument, given.get(instrument), (row.id, instrument) in begun)


ATTENDANCE = TidyTable(
    "attendance",
    "What was asked at each visit, and whether it was answered",
    (
        PATIENT.within("visit"),
        VISIT.within("visit"),
        OCCURRENCE.within("visit"),
        text("instrument", "A questionnaire of the visit.", lambda asked: asked.instrument),
        flag(
            "expected",
            "Whether an answer was or is to be expected: false where the patient had left or died by the "
            "day the visit is due. A visit ahead is expected too: see its window in visits.csv.",
            lambda asked: asked.expected,
        ),
        coded(
            "state",
            "completed: sent by the patient or entered by staff. partial: begun and never sent, kept when "
            "the visit was over. begun: not sent yet. not_begun: nothing was answered.",
            ATTENDANCE_STATES,
            lambda asked: asked.state,
        ),
        flag("scored", "Whether at least one of its scales has a value.", lambda asked: asked.scored),
    ),
    ("patient", "visit", "occurrence", "instrument"),
    _attendance_rows,
)
