"""The file about injections: a row for each muscle and side."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from surveys.exchange.tidy.injections import INJECTION_SITES
from surveys.models import InjectionSite, Treatment
from tests.support.study import changing, invite
from tests.surveys.exchange.tidy.test_answers import rows

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a cell tells is worked out in Python."""
    return sqlite_url


def test_a_row_for_each_muscle_and_side(app: Flask) -> None:
    """In the order of muscles, with the day and product of the injection; other treatments have none."""
    invited = invite(app, at=AT)
    with changing(app) as session:
        began = {"started_on": date(2026, 3, 12), "started_precision": "day", "state": "given"}
        toxin = Treatment(patient_id=invited.patient_id, kind="botulinum_toxin", **began)
        toxin.product, toxin.unit, toxin.dose, toxin.side = "Botox", "U", 7.5, "both"
        session.add_all([toxin, Treatment(patient_id=invited.patient_id, kind="massage", **began)])
        session.flush()
        for muscle, side, units in (("platysma", "left", 5.0), ("frontalis", "right", 2.5)):
            site = InjectionSite(treatment_id=toxin.id, muscle=muscle, side=side, units=units)
            session.add(site)
            session.flush()
    told = {
        "patient": "P1",
        "state": "given",
        "days_since_enrolment": "2",
        "days_since_onset": "",
        "product": "Botox",
        "unit": "U",
        "started_on": "2026-03-12",
    }
    assert rows(app, INJECTION_SITES) == [
        {**told, "muscle": "frontalis", "side": "right", "units": "2.5"},
        {**told, "muscle": "platysma", "side": "left", "units": "5.0"},
    ]
