"""The file of patients' answers about palsy and treatment, beside staff's decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import func, select

from analysis.data.onset import middle
from surveys.background import SENT, still_asked
from surveys.exchange.tidy.codes import PRECISIONS, REPORTED_QUESTIONS, SKIPPED
from surveys.exchange.tidy.columns import (
    OCCURRENCE,
    PATIENT,
    VISIT,
    TidyTable,
    coded,
    known_day,
    text,
    whole,
)
from surveys.exchange.tidy.days import since_enrolment, written
from surveys.exchange.tidy.queries import ANCHORS, Selection, with_palsy
from surveys.forms.labels import CHECK_OUTCOMES
from surveys.models import Background, BackgroundCheck, Patient, Visit


def _rows(selection: Selection) -> Iterator[Any]:
    standing = select(func.max(Background.id)).group_by(Background.visit_id, Background.question)
    latest = select(func.max(BackgroundCheck.id)).group_by(BackgroundCheck.background_id)
    query = (
        with_palsy(
            select(
                Patient.code,
                Visit.id.label("visit_id"),
                Visit.name.label("visit"),
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
    return _still_said(selection.stream(query))


def _still_said(rows: Iterator[Any]) -> Iterator[Any]:
    """`rows` without what an answer brought that the patient took back, such as the date of a treatment."""
    for _, visit in groupby(rows, key=lambda row: row.visit_id):
        said = list(visit)
        given = {row.question: row.answer.get("value") for row in said}
        asked = {SENT, *still_asked(given)}
        yield from (row for row in said if row.question in asked)


def _code(row: Any) -> Any:
    """The answer, if it is not a date."""
    value = row.answer.get("value")
    return None if isinstance(value, Mapping) else value


def _date(row: Any) -> tuple[date | None, str | None]:
    """The answer, if it is a date: the first day of the known period, and the precision."""
    value = row.answer.get("value")
    if not isinstance(value, Mapping):
        return None, None
    return date.fromisoformat(value["on"]), value["precision"]


REPORTED = TidyTable(
    "reported",
    "What patients said of palsy and treatment at a visit",
    (
        PATIENT,
        VISIT,
        OCCURRENCE,
        coded(
            "question",
            "What was asked: a fact of the palsy, or a treatment, when it was.",
            REPORTED_QUESTIONS,
            lambda row: row.question,
        ),
        text(
            "value",
            "The answer's code, several separated by `;`. Empty for a date, and for none of a list.",
            _code,
        ),
        whole(
            "value_days",
            "The answer where it is a date, as days since enrolment; a month counts as its 15th, a year as "
            "1 July.",
            lambda row: since_enrolment(row, middle(*_date(row))),
        ),
        coded(
            "value_precision",
            "How exactly the patient knows the date: day, month or year.",
            PRECISIONS,
            lambda row: _date(row)[1],
        ),
        coded(
            "not_given",
            "skipped where the patient passed it over.",
            SKIPPED,
            lambda row: "skipped" if "skipped" in row.answer else None,
        ),
        coded(
            "decision",
            "What staff decided: confirmed, corrected (see the clinical files) or kept (what was recorded "
            "stands). Empty where nobody has.",
            CHECK_OUTCOMES,
            lambda row: row.outcome,
        ),
        text("locale", "Language in which it was asked.", lambda row: row.locale),
        known_day(
            "value_on",
            "The answer where it is a date, as exactly as it is known.",
            lambda row: written(*_date(row)),
        ),
    ),
    ("patient", "visit", "occurrence", "question"),
    _rows,
)
