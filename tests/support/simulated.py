"""A study full of simulated patients, faster than walking through the pages with each."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from surveys.models import Study
from surveys.schedule import PlannedVisit, preset
from surveys.simulate.study import simulate
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from tests.support.study import changing, library

MOOD_ALONE = tuple(replace(one, battery=("phq9",)) for one in preset("registry"))
"""The registry's visits with one questionnaire each: its report takes a third of the time."""


def populate(
    app: Flask,
    patients: int,
    *,
    visits: int = 3,
    seed: int = 1,
    study: str = "S1",
    plan: Sequence[PlannedVisit] = (),
) -> None:
    """Add `patients` simulated people to `study`.

    If it does not exist, it is made as a draft with `plan` (default: the registry's).
    """
    at = datetime.now(UTC)
    with changing(app) as session:
        found = session.scalar(
            select(Study).where(Study.code == study).options(selectinload(Study.timepoints))
        ) or studies.create(
            session,
            NewStudy(study, simulated=True),
            plan or preset("registry"),
            library(app),
            at=at,
            actor="test",
        )
        today = studies.today(found, at)
        simulate(
            lambda: nullcontext(session),
            found,
            library(app),
            patients=patients,
            visits=visits,
            seed=seed,
            today=today,
            at=at,
            actor="test",
        )
