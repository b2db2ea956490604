"""A study with patients who were invited to answer, made through the store as staff would make it.

It knows no page; `tests.support.patient` walks through the pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.db import db, writing
from surveys.instruments.library import Library
from surveys.models import Base, Study, Timepoint, Visit
from surveys.schedule import PlannedVisit, preset
from surveys.store.patient import consents, patients
from surveys.store.patient.consents import NewText
from surveys.store.patient.patients import NewPatient
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit import links
from surveys.store.visit.seals import Seals
from surveys.store.words.wordings import Texts

CONTACT = "call the clinic on 020 7946 0000"
WHO_READS = "Dr Abel reads the answers on Mondays."
CRISIS = "Thank you for telling us.\nIf you do not feel safe, call 112 now."

CONSENT_PARTS = {"research": "Use my answers.", "keep_answers": "Keep my answers."}

# Every answer in the middle: item 9 of the PHQ-9 is 0 here, so that no alert is raised unless a test asks.
FACE = (1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5)
PHQ9 = (0, 1, 2, 3, 0, 1, 2, 3, 0)
SAQ = (1, 2, 3, 4, 5, 1, 2, 3, 4)


@dataclass(frozen=True)
class Invited:
    """A patient with a personal link to one visit."""

    study_id: int
    patient_id: int
    visit_id: int
    token: str

    @property
    def path(self) -> str:
        """The personal link, without the server."""
        return f"/s/{self.token}"


def invite(
    app: Flask,
    code: str = "P1",
    *,
    at: datetime | None = None,
    study: str = "S1",
    visit: str = "baseline",
    plan: Sequence[PlannedVisit] = (),
    **facts: Any,
) -> Invited:
    """Enrol patient `code` at `at` (default: now) and issue a link to `visit` of the plan.

    If the study does not exist, it is made active and simulated, with `plan` (default: the registry's) and
    `facts` as fields of `NewStudy`.
    """
    moment = at or datetime.now(UTC)
    with changing(app) as session:
        found = session.scalar(select(Study).where(Study.code == study)) or _active_study(
            session, library(app), moment, plan or preset("registry"), code=study, **facts
        )
        timepoints = session.scalars(
            select(Timepoint).where(Timepoint.study_id == found.id).order_by(Timepoint.position)
        ).all()
        new = NewPatient(code=code, enrolled_on=studies.today(found, moment), birth_year=1970)
        patient = patients.enrol(session, found, timepoints, new, library(app), at=moment, actor="test")
        planned = session.scalars(
            select(Visit).where(Visit.patient_id == patient.id, Visit.name == visit)
        ).one()
        token = links.issue(session, planned, at=moment, actor="test")
        return Invited(found.id, patient.id, planned.id, token)


def _active_study(
    session: Session, library: Library, at: datetime, plan: Sequence[PlannedVisit], **facts: Any
) -> Study:
    new = NewStudy(
        **{
            "contact": CONTACT,
            "who_reads": {"en": WHO_READS},
            "crisis_texts": {"en": CRISIS},
            "simulated": True,
            **facts,
        }
    )
    study = studies.create(session, new, plan, library, at=at, actor="test")
    studies.activate(session, study, library, at=at, actor="test")
    return study


def ask_consent(app: Flask, version: str = "1", parts: Mapping[str, str] = CONSENT_PARTS) -> None:
    """Let the one study ask for consent in these parts from now on."""
    text = NewText("Taking part is up to you.\n\nYou may stop.", parts)
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        consents.load(session, study, version, {"en": text}, at=datetime.now(UTC), actor="test")


def library(app: Flask) -> Library:
    """The instruments of `app`."""
    found: Library = app.extensions["library"]
    return found


def texts(app: Flask) -> Texts:
    """The instruments of `app` in any wording."""
    found: Texts = app.extensions["texts"]
    return found


def seals(app: Flask) -> Seals:
    """What seals drafts of `app`."""
    found: Seals = app.extensions["seals"]
    return found


@contextmanager
def changing(app: Flask) -> Iterator[Session]:
    """A session that commits when the block ends well."""
    with app.app_context(), writing():
        yield db.session
        db.session.commit()


def stored(app: Flask, *tables: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of `tables` (default: all of them), to compare before and after a request."""
    with app.app_context():
        return {
            table.name: [
                dict(row) for row in db.session.execute(select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in Base.metadata.sorted_tables
            if not tables or table.name in tables
        }


def one_table(app: Flask, table: str) -> list[dict[str, Any]]:
    """Every row of `table`."""
    return stored(app, table)[table]


def scores(app: Flask) -> dict[str, float | None]:
    """The stored scores of the one patient, as `{"face.total": 40.0}`."""
    instrument = {row["id"]: row["instrument"] for row in one_table(app, "response")}
    return {
        f"{instrument[row['response_id']]}.{row['scale']}": row["value"] for row in one_table(app, "score")
    }
