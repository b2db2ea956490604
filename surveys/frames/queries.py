"""What is read of a study: a query per table. Each takes the condition on patients, and has no order."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Float, Select, String, Text, cast, func, select
from sqlalchemy.orm import aliased

from surveys.models import (
    Assistance,
    Background,
    Draft,
    Grading,
    InstrumentVersion,
    Palsy,
    Patient,
    Response,
    Score,
    Treatment,
    Visit,
)
from surveys.models.background import standing

Query = Select[*tuple[Any, ...]]


def patients() -> Query:
    palsies = (
        select(func.count(Palsy.id))
        .where(Palsy.patient_id == Patient.id)
        .correlate(Patient)
        .scalar_subquery()
    )
    return select(
        Patient.code.label("patient"),
        Patient.sex,
        cast(Patient.birth_year, Float).label("birth_year"),
        Patient.site,
        Patient.status,
        Patient.status_since,
        Patient.status_reason,
        Palsy.cause,
        Palsy.side,
        Palsy.begin,
        Palsy.onset_on,
        Palsy.onset_precision,
        palsies.label("palsies"),
        Patient.enrolled_on,
    ).outerjoin(Palsy, (Palsy.patient_id == Patient.id) & Palsy.is_index)


def treatments() -> Query:
    return select(
        Patient.code.label("patient"),
        Treatment.kind,
        Treatment.state,
        Treatment.started_on,
        Treatment.started_precision.label("precision"),
    ).join(Patient, Patient.id == Treatment.patient_id)


def visits() -> Query:
    recovered, changed = aliased(Background), aliased(Background)
    return (
        select(
            Patient.code.label("patient"),
            Visit.name.label("visit"),
            Visit.id.label("visit_id"),
            Visit.occurrence,
            Visit.due_on,
            Visit.opens_on,
            Visit.closes_on,
            cast(Visit.battery, String).label("battery"),
            Visit.missed_reason,
            recovered.answer["value"].as_string().label("says_recovered"),
            changed.answer["value"].as_string().label("says_changed"),
        )
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(recovered, (recovered.visit_id == Visit.id) & recovered.id.in_(standing("recovered")))
        .outerjoin(changed, (changed.visit_id == Visit.id) & changed.id.in_(standing("changed")))
        .where(Visit.withdrawn_at.is_(None))
    )


def drafts() -> Query:
    """The visits with a questionnaire that was begun and not sent."""
    return (
        select(Draft.visit_id)
        .join(Visit, Visit.id == Draft.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
    )


def gradings() -> Query:
    """The gradings of the index palsy."""
    return (
        select(Patient.code.label("patient"), Grading.scale, Grading.value, Grading.graded_on)
        .join(Patient, Patient.id == Grading.patient_id)
        .join(Palsy, Palsy.id == Grading.palsy_id)
        .where(Palsy.is_index)
    )


def responses() -> Query:
    """With all that a score has from its response."""
    return (
        select(
            Response.id,
            Patient.code.label("patient"),
            Visit.name.label("visit"),
            Response.visit_id,
            Response.instrument,
            InstrumentVersion.version,
            InstrumentVersion.wording,
            InstrumentVersion.wording_status,
            Response.locale,
            Response.source,
            func.coalesce(Response.answered_by, Assistance.answered_by).label("answered_by"),
            Response.completed_on,
            Response.partial,
            Response.started_at,
            Response.submitted_at,
            cast(Response.answers, Text).label("answers"),
        )
        .join(InstrumentVersion, InstrumentVersion.id == Response.instrument_version_id)
        .join(Visit, Visit.id == Response.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Assistance, Assistance.visit_id == Visit.id)
        .where(Response.stands)
    )


def scores() -> Query:
    """Of any response: who asks chooses them, by `between` or `of`."""
    return select(
        Score.response_id, Score.scale, Score.value, Score.items_used, Score.items_missing, Score.prorated
    )


def between(first: int, last: int) -> ColumnElement[bool]:
    """The scores of these responses and those in between: a table read straight through is read fastest."""
    return Score.response_id.between(first, last)


def of(patients: ColumnElement[bool]) -> ColumnElement[bool]:
    """The scores of these patients' responses that stand."""
    standing_ids = (
        select(Response.id)
        .join(Visit, Visit.id == Response.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Response.stands, patients)
    )
    return Score.response_id.in_(standing_ids)
