"""Answers through the store, as the patient's pages give them, faster than a walk through the pages.

It serves tests that begin with answers; `tests.support.patient` walks through the pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from flask import Flask
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Visit
from surveys.store.visit import answering, links, opening, responses
from surveys.store.visit.opening import OpenVisit
from surveys.store.visit.progress import current, first_open
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.support.patient import Patient, in_process
from tests.support.study import changing, library, seals, texts

Values = Sequence[int | None]  # None is the decision to skip
PHONE = "phone"


def send(app: Flask, token: str, *questionnaires: Values, draft: Values = (), device: str = PHONE) -> None:
    """Answer and send the open questionnaires of the link's visit in order; then begin the next."""
    with changing(app) as session:
        for values in questionnaires:
            _answer(app, session, token, values, device)
            visit = _opened(app, session, token, device)
            asked = visit.instruments[_open(visit)]
            answering.submit(session, visit, asked, library(app), at=datetime.now(UTC), seals=seals(app))
        _answer(app, session, token, draft, device)


def finish(app: Flask, token: str, *questionnaires: Values) -> None:
    """The same to the end of the visit, and say that nobody helped."""
    send(app, token, *questionnaires)
    with changing(app) as session:
        answering.tell_help(session, _opened(app, session, token, PHONE), "patient", at=datetime.now(UTC))


def arrived(app: Flask, token: str, *questionnaires: Values, draft: Values = ()) -> Patient:
    """A patient who sent and began that much on this device, at the page where the link leads."""
    send(app, token, *questionnaires, draft=draft)
    patient = Patient(in_process(app, device=PHONE))
    patient.open(token)
    return patient


def store_empty(session: Session, visit: Visit, key: str, *, at: datetime, on: date | None = None) -> None:
    """A questionnaire completed on that day (default: the day of `at`) with nothing answered."""
    instrument = Library.load().get(key)
    new = NewResponse(
        visit_id=visit.id,
        patient_id=visit.patient_id,
        instrument=instrument,
        version_id=versions.freeze(session, instrument, at=at),
        answers={},
        source="web",
        submitted_at=at,
        completed_on=on or at.date(),
    )
    responses.add(session, [new], at=at, actor="test")


def _answer(app: Flask, session: Session, token: str, values: Values, device: str) -> None:
    at = datetime.now(UTC)
    for value in values:
        visit = _opened(app, session, token, device)
        key = _open(visit)
        item = first_open(visit, key)
        assert item is not None
        if not visit.begun:
            answering.open_visit(session, visit, at=at)
        answering.save_answer(
            session, visit, visit.instruments[key], item.key, value, locale="en", at=at, seals=seals(app)
        )


def _opened(app: Flask, session: Session, token: str, device: str) -> OpenVisit:
    link_id = links.find(session, token)
    assert link_id is not None
    return opening.load(session, link_id, texts(app), device=device, at=datetime.now(UTC), lock=True)


def _open(visit: OpenVisit) -> str:
    key = current(visit)
    assert key is not None
    return key
