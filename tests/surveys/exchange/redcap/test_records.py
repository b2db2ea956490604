"""Records of some patients only: as many at a time as memory holds, and the same rows."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.db import db, snapshot
from surveys.exchange.dates import EXACT
from surveys.exchange.redcap import records
from surveys.exchange.redcap.studies import source_of
from surveys.exchange.tidy.contents import contents_of
from surveys.exchange.tidy.queries import Selection
from surveys.models import Study
from tests.support import nasty
from tests.support.simulated import populate
from tests.support.study import library


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


def test_rows_do_not_depend_on_how_many_are_read_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    nasty.make(app)
    populate(app, 9)
    with app.app_context(), snapshot() as session:
        study = db.session.scalars(select(Study)).one()
        selection = Selection(session, study.id)
        source = source_of(selection, study, contents_of(selection, library(app)), library(app))
        whole = [(one.patient, one.event.name, one.values) for one in records.records(source, EXACT)]
        monkeypatch.setattr(records, "AT_ONCE", 2)
        found = [(one.patient, one.event.name, one.values) for one in records.records(source, EXACT)]
        assert found == whole
        assert [one[0] for one in whole] == sorted((one[0] for one in whole), key=str.encode)
        some = [one.patient for one in records.records(source, EXACT, ["NA"])]
        assert set(some) == {"NA"}
