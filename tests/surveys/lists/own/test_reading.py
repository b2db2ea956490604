"""What a statement reads beside the patient's row."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from surveys.lists.own.reading import Reading
from surveys.lists.scope import Scope
from surveys.models import Patient


def test_each_thing_is_read_once_and_only_if_it_is_asked_for() -> None:
    """However many fields use it."""
    reading = Reading(Scope(1, None, date(2026, 3, 10)))
    query = select(Patient.id)
    assert "JOIN" not in str(reading.joined(query))
    assert reading.scores("saq", "total") is reading.scores("saq", "total")
    assert reading.palsy is reading.palsy
    assert reading.contact is reading.contact
    assert reading.line is reading.line
    reading.scores("face", "total")
    told = str(reading.joined(query))
    assert told.count("LEFT OUTER JOIN") - told.partition("FROM patient")[0].count("LEFT OUTER JOIN") >= 5
