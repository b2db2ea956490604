"""A small study made to be nasty: what formats confuse, and every way in which an answer can be missing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from analysis.data.gradings import HOUSE_BRACKMANN
from surveys.db import db, snapshot
from surveys.exchange import formats
from surveys.exchange.places import zipped
from surveys.instruments.instrument import Answer
from surveys.instruments.library import Library
from surveys.models import Palsy, Patient, Response, Study, Visit
from surveys.store.patient import gradings, palsies, patients, treatments
from surveys.store.patient.palsies import PalsyFacts
from surveys.store.patient.patients import NewContact, NewPatient, NewTreatment, PartialDate
from surveys.store.study import exports
from surveys.store.study.exports import Order
from surveys.store.visit import corrections, responses, visits
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.support.study import changing, invite, library

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
ON = AT.date()
WHEN: dict[str, Any] = {"at": AT, "actor": "test"}
SITE = "عيادة 🙂"
PRODUCT = 'line one\rline two, "quoted"'
PHQ9: Mapping[str, Answer] = {f"q{number}": (number * 7) % 4 for number in range(1, 10)}
FACE: Mapping[str, Answer] = {f"q{number}": number % 5 + 1 for number in range(1, 16)}
NAME, MAIL, PHONE = "Annegret Abelmann", "annegret@abelmann.example", "+44 20 7946 0999"


def make(app: Flask) -> None:
    """Study S1 with the patients 0012, NA and 1E5."""
    invite(app, "0012", at=AT - timedelta(days=30))
    with changing(app) as session:
        study = session.scalars(select(Study).options(selectinload(Study.timepoints))).one()
        for code, onset in (("NA", PartialDate(date(2025, 1, 1), "year")), ("1E5", None)):
            new = NewPatient(
                code,
                ON - timedelta(days=30),
                birth_year=1970,
                sex="female",
                site=SITE,
                side="left",
                cause="bells_palsy",
                onset=onset,
                contact=NewContact(name=NAME, email=MAIL, telephone=PHONE),
            )
            patients.enrol(session, study, study.timepoints, new, library(app), **WHEN)
        first, second, _ = session.scalars(select(Patient).order_by(Patient.id))
        _clinical(session, second, library(app))
        for number, patient in enumerate((first, second)):
            for occurrence in (1, 2):
                on = ON - timedelta(days=5 - occurrence)
                visit = visits.add_unscheduled(session, study, patient, ["phq9"], library(app), on=on, **WHEN)
                assert visit.occurrence == occurrence
                answer(app, session, visit, "phq9", PHQ9 if number else {**PHQ9, "q10": 2}, on=on)
        baseline = session.scalars(
            select(Visit).where(Visit.patient_id == first.id, Visit.name == "baseline")
        ).one()
        answer(app, session, baseline, "face", FACE)
        few = {key: value for key, value in PHQ9.items() if key not in {"q1", "q2", "q3"}}
        answer(app, session, baseline, "phq9", few, not_given={"q1": "skipped", "q2": "not_reached"})
        other = session.scalars(
            select(Visit).where(Visit.patient_id == second.id, Visit.name == "baseline")
        ).one()
        wrong = answer(app, session, other, "phq9", PHQ9)
        book = library(app)
        right = {**PHQ9, "q1": 0}
        corrections.correct(session, study, wrong, book.get("phq9"), right, reason="mistyped", **WHEN)
        gone = answer(app, session, other, "face", FACE)
        face, why = book.get("face"), "of another patient"
        corrections.annul(session, gone, face, book, reason=why, study=study, **WHEN)


def _clinical(session: Session, patient: Patient, book: Library) -> None:
    started = PartialDate(date(2025, 6, 1), "month")
    new = NewTreatment("botulinum_toxin", started, product=PRODUCT, dose=12.5, unit="U", side="left")
    treatments.add(session, patient, new, today=ON, **WHEN)
    treatments.add(session, patient, NewTreatment("massage"), today=ON, **WHEN)
    second = PalsyFacts(side="right", cause="unknown", onset=PartialDate(date(2026, 2, 1), "day"))
    palsies.add(session, patient, second, today=ON, **WHEN)
    index = session.scalars(select(Palsy).where(Palsy.patient_id == patient.id, Palsy.is_index)).one()
    gradings.add(
        session, patient, index, HOUSE_BRACKMANN, {"q1": 3}, book, on=ON, mode="in_person", today=ON, **WHEN
    )


def answer(
    app: Flask, session: Session, visit: Visit, key: str, answers: Mapping[str, Answer], **facts: Any
) -> Response:
    """A response to the newest version of an instrument."""
    instrument = library(app).get(key)
    on = facts.pop("on", ON)
    sent = datetime(on.year, on.month, on.day, 10, tzinfo=UTC)
    new = NewResponse(
        visit_id=visit.id,
        patient_id=visit.patient_id,
        instrument=instrument,
        version_id=versions.freeze(session, instrument, at=AT),
        answers=answers,
        source="web",
        locale="en",
        started_at=sent - timedelta(seconds=75),
        submitted_at=sent,
        completed_on=on,
        **facts,
    )
    [number] = responses.insert_scored(session, [new], **WHEN)
    return session.get_one(Response, number)


def leave(app: Flask, form: str, **how: Any) -> dict[str, bytes]:
    """The files of study S1 in that format, by name."""
    packed, order = io.BytesIO(), Order(form, **how)
    with changing(app) as session:
        exports.note(session, session.scalars(select(Study)).one(), order, **WHEN)
    with app.app_context(), snapshot() as session:
        study = db.session.scalars(select(Study)).one()
        with zipped(packed) as place:
            formats.write(place, session, study, library(app), order, at=AT)
    with zipfile.ZipFile(packed) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
