"""What is said of the plan when a patient is enrolled, before that in the list, and afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.models import Study, Timepoint
from surveys.schedule import preset
from tests.support.present import today
from tests.support.staff import ENROLMENT, Member
from tests.support.study import changing


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is said is worked out in Python."""
    return sqlite_url


@pytest.fixture
def acute(app: Flask, member: Member) -> Member:
    """The coordinator of a study that asks two weeks after the onset too."""
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        row = next(one for one in preset("acute_bells_palsy") if one.key == "week_2")
        last = max(session.scalars(select(Timepoint.position).where(Timepoint.study_id == study.id)))
        made = Timepoint(study_id=study.id, key=row.key, name=row.name, position=last + 1)
        made.anchor, made.offset_days, made.battery = row.anchor, row.offset_days, list(row.battery)
        made.window_before, made.window_after = row.window_before, row.window_after
        session.add(made)
    return member


def test_a_coordinator_reads_what_is_not_asked(acute: Member) -> None:
    """In the list before anybody is added, after adding, on the patient's page, in Needs a person."""
    onset = today() - timedelta(days=12)
    acute.get("/staff/S1/enrol/many")
    rows = f"code,birth_year,onset_on\nL-1,1970,{onset}\nL-2,1970,2018\nL-3,1970,\n"
    acute.post("/staff/S1/enrol/many", {"rows": rows, "check": "1"})
    for told in ("serves it too.", "because it is known by year only.", "because it is not known."):
        assert told in acute.page.text
    assert "known by year only. L-2" in acute.page.text
    acute.get("/staff/S1/enrol")
    acute.post("/staff/S1/enrol", {**ENROLMENT, "onset-year": "2018", "onset-month": "", "onset-day": ""})
    sentence = "No visit counts from the onset, because it is known by year only."
    assert acute.page.text.count(sentence) == 2
    acute.get("/staff/S1/needs")
    assert "No visit counts from the onset: 2 patients" in acute.page.text  # the other knows no onset
