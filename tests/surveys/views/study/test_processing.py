"""The sheets on data protection, and what is due once the years of keeping are over."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.models import Study
from tests.support.staff import Member, signed_in
from tests.support.study import changing, invite


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def member(app: Flask) -> Member:
    """A coordinator of S1, where P1 is."""
    invite(app, "P1", study="S1")
    return signed_in(app)


def test_the_sheets_are_made_from_the_settings(app: Flask, member: Member) -> None:
    """What is not said yet is told; the study's page leads there."""
    assert "Record of processing and impact sheet" in member.get("/staff/S1/study").text
    page = member.get("/staff/S1/data-protection")
    assert member.status == 200
    assert "Not said yet" in page.text
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        study.controller, study.retention_years = "The Riverside Clinic", 10
    page = member.get("/staff/S1/data-protection")
    for told in (
        "The Riverside Clinic",
        "10 years after the study is closed",
        "coordinator: 1",
        "1 patient with",
    ):
        assert told in page.text, told


def test_needs_a_person_lists_what_is_due(app: Flask, member: Member) -> None:
    """Not before the day."""
    assert "Kept longer" not in member.get("/staff/S1/needs").text
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        study.closed_at, study.retention_years = datetime(2020, 1, 1, tzinfo=UTC), 5
    page = member.get("/staff/S1/needs")
    assert "The data of 1 patient were to be kept until" in page.text
    assert "2025" in page.text
