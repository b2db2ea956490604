"""A freeze of a study: the same report for ever, until answers in it must go."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.models import Patient
from surveys.store.patient import erasing
from tests.support.simulated import MOOD_ALONE, populate
from tests.support.staff import Member, signed_in
from tests.support.study import changing, one_table

PAGE = "/staff/S1/freezes"


@pytest.fixture
def coordinator(app: Flask) -> Member:
    """The coordinator of a study of 20 simulated patients, with the freeze Report 2026."""
    populate(app, 20, visits=1, plan=MOOD_ALONE)  # a report on so little is made sooner
    member = signed_in(app)
    member.get(PAGE)
    member.post(PAGE, {"name": "Report 2026"})
    return member


def report(app: Flask, member: Member) -> bytes:
    """The report on the first freeze."""
    [freeze] = one_table(app, "data_freeze")
    return member.send("GET", f"{PAGE}/{freeze['id']}.json", []).content


def test_the_same_bytes_whatever_comes_later(app: Flask, coordinator: Member) -> None:
    """New patients change nothing in it; its date is the day of the freeze, its making in the audit."""
    first = report(app, coordinator)
    populate(app, 5, seed=9)
    assert report(app, coordinator) == first
    assert report(app, signed_in(app, "analyst")) == first
    content = json.loads(first)
    [freeze] = one_table(app, "data_freeze")
    assert content["patients"] == freeze["patients"] == 20
    [event] = [one for one in one_table(app, "event") if one["action"] == "study.frozen"]
    assert event["facts"]["sha256"] == freeze["sha256"]


def test_erased_answers_leave_every_freeze(app: Flask, coordinator: Member) -> None:
    """Its name, day and digest stay; the page says that it was emptied, and so does its report."""
    at = datetime.now(UTC)
    with changing(app) as session:
        patient = session.scalars(select(Patient).order_by(Patient.id)).first()
        assert patient is not None
        erasing.remove(session, patient, reason="Asked", on=at.date(), at=at, actor="test")
    [freeze] = one_table(app, "data_freeze")
    assert (freeze["content"], freeze["name"]) == (None, "Report 2026")
    assert "was emptied" in report(app, coordinator).decode()
    coordinator.get(PAGE)
    assert "emptied" in coordinator.replies[-1].html


def test_a_name_is_given_once(app: Flask, coordinator: Member) -> None:
    """Taken and empty names are said at the box; nothing is kept."""
    for name, said in (("Report  2026 ", "There is a freeze “Report 2026” already."), ("", "Give it a name")):
        coordinator.get(PAGE)
        coordinator.post(PAGE, {"name": name})
        assert coordinator.status == 422
        assert said in coordinator.replies[-1].html
    assert len(one_table(app, "data_freeze")) == 1


def test_a_member_of_one_site_sees_none(app: Flask, coordinator: Member) -> None:
    """A freeze holds every site."""
    member = signed_in(app, site="north")
    member.get(PAGE)
    assert member.status == 403
