"""The files about patients: facts, treatments, gradings, consents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, func, select

from surveys.exchange.tidy.columns import (
    PATIENT,
    SINCE_ENROLMENT,
    SINCE_ONSET,
    Column,
    Table,
    flag,
    text,
    whole,
)
from surveys.exchange.tidy.days import Anchors, age_band, middle, written
from surveys.exchange.tidy.queries import ANCHORS, Selection, with_palsy
from surveys.models import Consent, ConsentText, Grading, Palsy, Patient, Treatment
from surveys.store.patient.consents import PARTS

Rows = Iterator[Sequence[Any]]


def _patients(_: Selection) -> Select[*tuple[Any, ...]]:
    palsies = (
        select(func.count(Palsy.id))
        .where(Palsy.patient_id == Patient.id)
        .correlate(Patient)
        .scalar_subquery()
    )
    return with_palsy(
        select(
            Patient.code,
            Patient.site,
            Patient.sex,
            Patient.birth_year,
            Patient.status,
            Patient.status_since,
            Palsy.side,
            Palsy.recovered_on,
            palsies.label("palsies"),
            *ANCHORS,
        )
    )


def _patient_rows(selection: Selection) -> Rows:
    for row in selection.stream(_patients(selection).order_by(selection.by_code(Patient.code))):
        days = Anchors.of(row)
        yield (
            row.code,
            row.site,
            row.sex,
            age_band(row.birth_year, row.enrolled_on),
            row.birth_year,
            row.cause,
            row.side,
            row.begin,
            row.palsies,
            row.onset_precision,
            days.since_onset(row.enrolled_on),
            days.since_onset(row.recovered_on),
            row.status,
            days.since_enrolment(row.status_since),
            row.enrolled_on,
            written(row.onset_on, row.onset_precision),
            row.recovered_on,
            row.status_since,
        )


PATIENTS = Table(
    "patients",
    "Patients with their index palsy",
    (
        PATIENT,
        text("site", "The clinic."),
        text("sex", "female, male, other or unknown."),
        text("age_band", "Age in the year of enrolment, in bands of 5 years; 90+ from 90 on."),
        Column("birth_year", "integer", "Year of birth.", tells_date=True),
        text("cause", "Cause of the index palsy."),
        text("side", "Side of the index palsy: left, right, both or unknown."),
        text("begin", "How it began."),
        whole("palsies", "How many palsies are recorded, the index palsy included."),
        text("onset_precision", "How exactly the onset is known: day, month or year."),
        whole("onset_to_enrolment_days", "Days from onset to enrolment, counted like days_since_onset."),
        whole("onset_to_recovery_days", "Days from onset to the recovery that was recorded."),
        text("status", "active, paused, left, lost or died."),
        whole("status_since_days", "Days from enrolment to the status."),
        Column("enrolled_on", "date", "Day of enrolment."),
        Column("onset_on", "partial date", "Onset of the index palsy, as exactly as it is known."),
        Column("recovered_on", "date", "Day of recovery."),
        Column("status_since", "date", "Day since which the status holds."),
    ),
    ("patient",),
    _patient_rows,
)


def _palsy_rows(selection: Selection) -> Rows:
    query = (
        select(Patient.code, Patient.enrolled_on, Palsy)
        .join(Palsy, Palsy.patient_id == Patient.id)
        .order_by(selection.by_code(Patient.code), Palsy.number)
    )
    for row in selection.stream(query):
        one: Palsy = row.Palsy
        began = middle(one.onset_on, one.onset_precision) if one.onset_on else None
        yield (
            row.code,
            one.number,
            one.is_index,
            one.cause,
            one.side,
            one.begin,
            one.onset_precision,
            None if began is None else (began - row.enrolled_on).days,
            None if one.recovered_on is None else (one.recovered_on - row.enrolled_on).days,
            None if one.synkinesis_noted_on is None else (one.synkinesis_noted_on - row.enrolled_on).days,
            written(one.onset_on, one.onset_precision),
            one.recovered_on,
            one.synkinesis_noted_on,
        )


PALSIES = Table(
    "palsies",
    "Palsies, relapses and the other side too",
    (
        PATIENT,
        whole("palsy", "Which of the patient's palsies it is, from 1; gradings.csv refers to it."),
        flag("index", "Whether times since onset are counted from it."),
        text("cause", "Cause."),
        text("side", "left, right, both or unknown."),
        text("begin", "How it began."),
        text("onset_precision", "How exactly the onset is known: day, month or year."),
        whole("onset_days", "Days from enrolment to the onset; known by month it counts as the 15th."),
        whole("recovered_days", "Days from enrolment to the recovery that was recorded."),
        whole("synkinesis_noted_days", "Days from enrolment to when staff first saw synkinesis."),
        Column("onset_on", "partial date", "Onset, as exactly as it is known."),
        Column("recovered_on", "date", "Day of recovery."),
        Column("synkinesis_noted_on", "date", "Day on which synkinesis was first seen."),
    ),
    ("patient", "palsy"),
    _palsy_rows,
)


def _treatment_rows(selection: Selection) -> Rows:
    query = with_palsy(
        select(Patient.code, Treatment, *ANCHORS).join(Treatment, Treatment.patient_id == Patient.id)
    ).order_by(
        selection.by_code(Patient.code),
        Treatment.started_on.nulls_last(),
        selection.by_code(Treatment.kind),
        selection.by_code(Treatment.state),
        Treatment.id,
    )
    for row in selection.stream(query):
        one: Treatment = row.Treatment
        days = Anchors.of(row)
        began = middle(one.started_on, one.started_precision) if one.started_on else None
        lasted = (one.ended_on - began).days if one.ended_on and began else None
        yield (
            row.code,
            one.kind,
            one.state,
            days.since_enrolment(began),
            days.since_onset(began),
            one.started_precision,
            lasted,
            one.product,
            one.dose,
            one.unit,
            one.sessions,
            one.side,
            written(one.started_on, one.started_precision),
            one.ended_on,
        )


TREATMENTS = Table(
    "treatments",
    "Treatments, a row for each injection, operation or course",
    (
        PATIENT,
        text("kind", "What was done."),
        text("state", "planned, given or cancelled."),
        whole(
            "days_since_enrolment",
            "Days from enrolment to its start; a start known by month counts as its 15th, by year as 1 July.",
        ),
        SINCE_ONSET,
        text("started_precision", "How exactly its start is known: day, month or year."),
        whole("duration_days", "Days from its start to its end."),
        text("product", "Product."),
        Column("dose", "number", "Dose."),
        text("unit", "Unit of the dose."),
        whole("sessions", "Number of sessions."),
        text("side", "Side treated."),
        Column("started_on", "partial date", "Its start, as exactly as it is known."),
        Column("ended_on", "date", "Its end."),
    ),
    (),
    _treatment_rows,
)


def _grading_rows(selection: Selection) -> Rows:
    # The index palsy gives the days, the graded one its number.
    graded = select(Palsy.number).where(Palsy.id == Grading.palsy_id).correlate(Grading).scalar_subquery()
    query = with_palsy(
        select(Patient.code, Grading, graded.label("number"), *ANCHORS).join(
            Grading, Grading.patient_id == Patient.id
        )
    ).order_by(
        selection.by_code(Patient.code), Grading.graded_on, selection.by_code(Grading.scale), Grading.id
    )
    for row in selection.stream(query):
        one: Grading = row.Grading
        days = Anchors.of(row)
        parts = json.dumps(one.parts, sort_keys=True, ensure_ascii=False) if one.parts else None
        yield (
            row.code,
            row.number,
            one.scale,
            one.value,
            parts,
            one.mode,
            days.since_enrolment(one.graded_on),
            days.since_onset(one.graded_on),
            one.graded_on,
        )


GRADINGS = Table(
    "gradings",
    "Gradings by clinicians",
    (
        PATIENT,
        whole("palsy", "Which of the patient's palsies was graded, from 1."),
        text("scale", "house_brackmann (1 normal to 6) or sunnybrook (0 to 100 normal)."),
        whole("value", "The grade."),
        text("parts", "The parts of the grade, as JSON."),
        text("mode", "in_person, live_video, recorded_video, photo or unknown."),
        SINCE_ENROLMENT,
        SINCE_ONSET,
        Column("graded_on", "date", "Day of the grading."),
    ),
    ("patient", "palsy", "scale", "days_since_enrolment"),
    _grading_rows,
)


def _consent_rows(selection: Selection) -> Rows:
    query = (
        select(Patient.code, Patient.enrolled_on, ConsentText.version, ConsentText.locale, Consent)
        .join(Consent, Consent.patient_id == Patient.id)
        .join(ConsentText, ConsentText.id == Consent.consent_text_id)
        .order_by(selection.by_code(Patient.code), Consent.id)
    )
    for row in selection.stream(query):
        one: Consent = row.Consent
        yield (
            row.code,
            row.version,
            row.locale,
            one.decision,
            one.how,
            *(one.parts.get(part) for part in PARTS),
            (one.signed_on - row.enrolled_on).days,
            one.signed_on,
        )


CONSENTS = Table(
    "consents",
    "What patients agreed to",
    (
        PATIENT,
        text("version", "Version of the consent text."),
        text("locale", "Language of the text."),
        text("decision", "agreed or declined."),
        text("how", "link, paper or telephone."),
        flag("research", "Answers may be used for research; empty where the text does not ask."),
        flag("contact_again", "The clinic may contact the patient again; likewise."),
        flag("sharing", "Answers may be shared without the name; likewise."),
        flag("keep_answers", "Answers may be kept after leaving; likewise."),
        SINCE_ENROLMENT,
        Column("signed_on", "date", "Day of the decision."),
    ),
    (),
    _consent_rows,
)
