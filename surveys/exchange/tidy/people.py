"""The files about patients: facts, treatments, gradings, consents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from analysis.data.facts import CAUSES, SEXES, SIDES
from analysis.data.onset import middle
from surveys.exchange.tidy import codes
from surveys.exchange.tidy.columns import (
    PATIENT,
    Column,
    TidyTable,
    coded,
    day,
    days_since_enrolment,
    days_since_onset,
    flag,
    known_day,
    number,
    text,
    whole,
)
from surveys.exchange.tidy.days import age_band, since_enrolment, since_onset, written
from surveys.exchange.tidy.queries import ANCHORS, Selection, with_palsy
from surveys.forms import labels
from surveys.models import Consent, ConsentText, Grading, Palsy, Patient, Treatment
from surveys.models.consent import standing
from surveys.models.joining import confirmed
from surveys.store.patient.consents import PARTS


def _patient_rows(selection: Selection) -> Iterator[Any]:
    palsies = (
        select(func.count(Palsy.id))
        .where(Palsy.patient_id == Patient.id)
        .correlate(Patient)
        .scalar_subquery()
    )
    query = with_palsy(
        select(
            Patient.code,
            Patient.site,
            Patient.sex,
            Patient.birth_year,
            Patient.status,
            Patient.status_since,
            Patient.status_reason,
            Palsy.side,
            Palsy.recovered_on,
            palsies.label("palsies"),
            (~confirmed()).label("unconfirmed"),
            *ANCHORS,
        )
    )
    return selection.stream(query.order_by(selection.by_code(Patient.code)))


PATIENTS = TidyTable(
    "patients",
    "Patients with their index palsy",
    (
        PATIENT,
        text("site", "The clinic.", lambda row: row.site),
        coded("sex", "female, male, other or unknown.", SEXES, lambda row: row.sex),
        text(
            "age_band",
            "Age in the year of enrolment, in bands of 5 years; 90+ from 90 on.",
            lambda row: age_band(row.birth_year, row.enrolled_on),
        ),
        Column("birth_year", "integer", "Year of birth.", lambda row: row.birth_year, is_date=True),
        coded("cause", "Cause of the index palsy.", CAUSES, lambda row: row.cause),
        coded(
            "side",
            "Side of the index palsy: left, right, both or unknown.",
            SIDES,
            lambda row: row.side,
        ),
        coded("begin", "How it began.", labels.BEGINNINGS, lambda row: row.begin),
        flag(
            "unconfirmed",
            "Joined by herself, and no coordinator has found yet that it is nobody else: our analyses leave "
            "the patient out.",
            lambda row: row.unconfirmed,
        ),
        whole(
            "palsies",
            "How many palsies are recorded, the index palsy included.",
            lambda row: row.palsies,
        ),
        coded(
            "onset_precision",
            "How exactly the onset is known: day, month or year.",
            codes.PRECISIONS,
            lambda row: row.onset_precision,
        ),
        whole(
            "onset_to_enrolment_days",
            "Days from onset to enrolment, counted like days_since_onset.",
            lambda row: since_onset(row, row.enrolled_on),
        ),
        whole(
            "onset_to_recovery_days",
            "Days from onset to the recovery that was recorded.",
            lambda row: since_onset(row, row.recovered_on),
        ),
        coded(
            "status",
            "active, paused, left, lost or died.",
            labels.PATIENT_STATUSES,
            lambda row: row.status,
        ),
        coded(
            "status_reason",
            "Why the patient left or is lost, where somebody said so.",
            labels.STATUS_REASONS,
            lambda row: row.status_reason,
        ),
        whole(
            "status_since_days",
            "Days from enrolment to the status.",
            lambda row: since_enrolment(row, row.status_since),
        ),
        day("enrolled_on", "Day of enrolment.", lambda row: row.enrolled_on),
        known_day(
            "onset_on",
            "Onset of the index palsy, as exactly as it is known.",
            lambda row: written(row.onset_on, row.onset_precision),
        ),
        day("recovered_on", "Day of recovery.", lambda row: row.recovered_on),
        day("status_since", "Day since which the status holds.", lambda row: row.status_since),
    ),
    ("patient",),
    _patient_rows,
)


def _palsy_rows(selection: Selection) -> Iterator[Any]:
    query = (
        select(
            Patient.code,
            Patient.enrolled_on,
            Palsy.number,
            Palsy.is_index,
            Palsy.cause,
            Palsy.side,
            Palsy.begin,
            Palsy.onset_on,
            Palsy.onset_precision,
            Palsy.recovered_on,
            Palsy.synkinesis_noted_on,
        )
        .join(Palsy, Palsy.patient_id == Patient.id)
        .order_by(selection.by_code(Patient.code), Palsy.number)
    )
    return selection.stream(query)


PALSIES = TidyTable(
    "palsies",
    "Palsies, relapses and the other side too",
    (
        PATIENT,
        whole(
            "palsy",
            "Which of the patient's palsies it is, from 1; gradings.csv refers to it.",
            lambda row: row.number,
        ),
        flag("index", "Whether times since onset are counted from it.", lambda row: row.is_index),
        coded("cause", "Cause.", CAUSES, lambda row: row.cause),
        coded("side", "left, right, both or unknown.", SIDES, lambda row: row.side),
        coded("begin", "How it began.", labels.BEGINNINGS, lambda row: row.begin),
        coded(
            "onset_precision",
            "How exactly the onset is known: day, month or year.",
            codes.PRECISIONS,
            lambda row: row.onset_precision,
        ),
        whole(
            "onset_days",
            "Days from enrolment to the onset; known by month it counts as the 15th.",
            lambda row: since_enrolment(row, middle(row.onset_on, row.onset_precision)),
        ),
        whole(
            "recovered_days",
            "Days from enrolment to the recovery that was recorded.",
            lambda row: since_enrolment(row, row.recovered_on),
        ),
        whole(
            "synkinesis_noted_days",
            "Days from enrolment to when staff first saw synkinesis.",
            lambda row: since_enrolment(row, row.synkinesis_noted_on),
        ),
        known_day(
            "onset_on",
            "Onset, as exactly as it is known.",
            lambda row: written(row.onset_on, row.onset_precision),
        ),
        day("recovered_on", "Day of recovery.", lambda row: row.recovered_on),
        day(
            "synkinesis_noted_on",
            "Day on which synkinesis was first seen.",
            lambda row: row.synkinesis_noted_on,
        ),
    ),
    ("patient", "palsy"),
    _palsy_rows,
)


def treatments_with(selection: Selection, *more: Any) -> Select[*tuple[Any, ...]]:
    """The treatments with these further columns, in the order of their file."""
    query = with_palsy(
        select(
            Patient.code,
            Treatment.kind,
            Treatment.state,
            Treatment.started_on,
            Treatment.started_precision,
            Treatment.ended_on,
            Treatment.product,
            Treatment.dose,
            Treatment.unit,
            Treatment.sessions,
            Treatment.side,
            *more,
            *ANCHORS,
        ).join(Treatment, Treatment.patient_id == Patient.id)
    )
    return query.order_by(
        selection.by_code(Patient.code),
        Treatment.started_on.nulls_last(),
        selection.by_code(Treatment.kind),
        selection.by_code(Treatment.state),
        Treatment.id,
    )


def _treatment_rows(selection: Selection) -> Iterator[Any]:
    return selection.stream(treatments_with(selection))


def began(row: Any) -> date | None:
    """When a treatment began, as days count from it."""
    on: date | None = middle(row.started_on, row.started_precision)
    return on


def _lasted(row: Any) -> int | None:
    since, ended = began(row), row.ended_on
    return (ended - since).days if ended and since else None


TREATMENTS = TidyTable(
    "treatments",
    "Treatments, a row for each injection, operation or course",
    (
        PATIENT,
        coded("kind", "What was done.", labels.TREATMENTS, lambda row: row.kind),
        coded("state", "planned, given or cancelled.", labels.TREATMENT_STATES, lambda row: row.state),
        whole(
            "days_since_enrolment",
            "Days from enrolment to its start; a start known by month counts as its 15th, by year as 1 July.",
            lambda row: since_enrolment(row, began(row)),
        ),
        days_since_onset(began),
        coded(
            "started_precision",
            "How exactly its start is known: day, month or year.",
            codes.PRECISIONS,
            lambda row: row.started_precision,
        ),
        whole("duration_days", "Days from its start to its end.", _lasted),
        text("product", "Product.", lambda row: row.product),
        number("dose", "Dose.", lambda row: row.dose),
        text("unit", "Unit of the dose.", lambda row: row.unit),
        whole("sessions", "Number of sessions.", lambda row: row.sessions),
        coded("side", "Side treated.", SIDES, lambda row: row.side),
        known_day(
            "started_on",
            "Its start, as exactly as it is known.",
            lambda row: written(row.started_on, row.started_precision),
        ),
        day("ended_on", "Its end.", lambda row: row.ended_on),
    ),
    (),
    _treatment_rows,
)


def _grading_rows(selection: Selection) -> Iterator[Any]:
    # Days count from the index palsy; the number is that of the graded palsy.
    graded = select(Palsy.number).where(Palsy.id == Grading.palsy_id).correlate(Grading).scalar_subquery()
    query = with_palsy(
        select(
            Patient.code,
            graded.label("number"),
            Grading.scale,
            Grading.value,
            Grading.parts,
            Grading.mode,
            Grading.graded_on,
            *ANCHORS,
        ).join(Grading, Grading.patient_id == Patient.id)
    ).order_by(
        selection.by_code(Patient.code), Grading.graded_on, selection.by_code(Grading.scale), Grading.id
    )
    return selection.stream(query)


def _parts(row: Any) -> str | None:
    return json.dumps(row.parts, sort_keys=True, ensure_ascii=False) if row.parts else None


GRADINGS = TidyTable(
    "gradings",
    "Gradings by clinicians",
    (
        PATIENT,
        whole("palsy", "Which of the patient's palsies was graded, from 1.", lambda row: row.number),
        coded(
            "scale",
            "house_brackmann (1 normal to 6) or sunnybrook (0 to 100 normal).",
            labels.GRADING_SCALES,
            lambda row: row.scale,
        ),
        whole("value", "The grade.", lambda row: row.value),
        text("parts", "The parts of the grade, as JSON.", _parts),
        coded(
            "mode",
            "in_person, live_video, recorded_video, photo or unknown.",
            labels.GRADING_MODES,
            lambda row: row.mode,
        ),
        days_since_enrolment(lambda row: row.graded_on),
        days_since_onset(lambda row: row.graded_on),
        day("graded_on", "Day of the grading.", lambda row: row.graded_on),
    ),
    ("patient", "palsy", "scale", "days_since_enrolment"),
    _grading_rows,
)


def _consent_rows(selection: Selection) -> Iterator[Any]:
    query = (
        select(
            Patient.code,
            Patient.enrolled_on,
            ConsentText.version,
            ConsentText.locale,
            Consent.decision,
            Consent.how,
            Consent.parts,
            Consent.signed_on,
            Consent.reference,
        )
        .join(Consent, (Consent.patient_id == Patient.id) & Consent.id.in_(standing()))
        .outerjoin(ConsentText, ConsentText.id == Consent.consent_text_id)
        .order_by(selection.by_code(Patient.code), Consent.id)
    )
    return selection.stream(query)


_PART_WORDS: Mapping[str, str] = {
    "research": "Answers may be used for research; empty where the text does not ask.",
    "contact_again": "The clinic may contact the patient again; likewise.",
    "sharing": "Answers may be shared without the name; likewise.",
    "keep_answers": "Answers may be kept after leaving; likewise.",
    "text_messages": "Text messages may be sent; likewise.",
}


def _part(name: str) -> Column:
    return flag(name, _PART_WORDS[name], lambda row: row.parts.get(name))


CONSENTS = TidyTable(
    "consents",
    "What patients agreed to",
    (
        PATIENT,
        text("version", "Version of the consent text; empty for one of elsewhere.", lambda row: row.version),
        text("locale", "Language of the text.", lambda row: row.locale),
        coded("decision", "agreed or declined.", codes.DECISIONS, lambda row: row.decision),
        coded("how", "link, paper, telephone or elsewhere.", codes.CONSENT_WAYS, lambda row: row.how),
        *(_part(name) for name in PARTS),
        days_since_enrolment(lambda row: row.signed_on),
        day("signed_on", "Day of the decision.", lambda row: row.signed_on),
        text("reference", "Where a consent of elsewhere is kept.", lambda row: row.reference or None),
    ),
    (),
    _consent_rows,
)
