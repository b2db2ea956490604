"""The file of what patients said of their palsy and its treatment, beside what staff decided about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import func, select

from surveys.background import SENT, questions_of
from surveys.exchange.tidy.columns import OCCURRENCE, PATIENT, VISIT, Column, Table, text, whole
from surveys.exchange.tidy.days import Anchors, middle, written
from surveys.exchange.tidy.queries import ANCHORS, Selection, with_palsy
from surveys.models import Background, BackgroundCheck, Patient, Visit


def _rows(selection: Selection) -> Iterator[Sequence[Any]]:
    standing = select(func.max(Background.id)).group_by(Background.visit_id, Background.question)
    latest = select(func.max(BackgroundCheck.id)).group_by(BackgroundCheck.background_id)
    query = (
        with_palsy(
            select(
                Patient.code,
                Visit.id.label("visit_id"),
                Visit.name,
                Visit.occurrence,
                Background.question,
                Background.answer,
                Background.locale,
                BackgroundCheck.outcome,
                *ANCHORS,
            )
            .select_from(Background)
            .join(Visit, Visit.id == Background.visit_id)
            .join(Patient, Patient.id == Visit.patient_id)
            .outerjoin(
                BackgroundCheck,
                (BackgroundCheck.background_id == Background.id) & BackgroundCheck.id.in_(latest),
            )
        )
        .where(Background.id.in_(standing), Visit.withdrawn_at.is_(None))
        .order_by(*selection.visit_order, selection.by_code(Background.question))
    )
    for row in _still_said(selection.stream(query)):
        value = row.answer.get("value")
        dated = isinstance(value, Mapping)
        on = date.fromisoformat(value["on"]) if dated else None
        precision = value["precision"] if dated else None
        days = Anchors.of(row)
        yield (
            row.code,
            row.name,
            row.occurrence,
            row.question,
            None if dated else value,
            days.since_enrolment(middle(on, precision)) if on else None,
            precision,
            "skipped" if "skipped" in row.answer else None,
            row.outcome,
            row.locale,
            written(on, precision),
        )


def _still_said(rows: Iterator[Any]) -> Iterator[Any]:
    """`rows` without the dates of treatments that the patient ticked and unticked again."""
    for _, visit in groupby(rows, key=lambda row: row.visit_id):
        said = list(visit)
        given = {row.question: row.answer.get("value") for row in said}
        asked = {SENT, *questions_of("whole", given)}
        yield from (row for row in said if row.question in asked)


REPORTED = Table(
    "reported",
    "What patients said of palsy and treatment at a visit",
    (
        PATIENT,
        VISIT,
        OCCURRENCE,
        text("question", "What was asked: a fact of the palsy, or a treatment, when it was."),
        text(
            "value", "The answer's code, several separated by `;`. Empty for a date, and for none of a list."
        ),
        whole(
            "value_days",
            "The answer where it is a date, as days since enrolment; a month counts as its 15th, a year as "
            "1 July.",
        ),
        text("value_precision", "How exactly the patient knows the date: day, month or year."),
        text("not_given", "skipped where the patient passed it over."),
        text(
            "decision",
            "What staff decided: confirmed, corrected (see the clinical files) or kept (what was recorded "
            "stands). Empty where nobody has.",
        ),
        text("locale", "Language in which it was asked."),
        Column("value_on", "partial date", "The answer where it is a date, as exactly as it is known."),
    ),
    ("patient", "visit", "occurrence", "question"),
    _rows,
)
