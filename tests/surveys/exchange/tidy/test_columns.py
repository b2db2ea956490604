"""Columns and their cells: as many of the one as of the other, and no date leaves without a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.db import db, snapshot
from surveys.exchange.tidy.amended import AMENDMENTS
from surveys.exchange.tidy.answers import SCORES, long_table, wide_table
from surveys.exchange.tidy.columns import (
    DATES,
    PATIENT,
    Column,
    TidyTable,
    cell,
    day,
    days_since_enrolment,
    days_since_onset,
    flag,
    instant,
    known_day,
    number,
    text,
    whole,
)
from surveys.exchange.tidy.injections import INJECTION_SITES
from surveys.exchange.tidy.occasions import ATTENDANCE, VISITS
from surveys.exchange.tidy.people import CONSENTS, GRADINGS, PALSIES, PATIENTS, TREATMENTS
from surveys.exchange.tidy.queries import Selection
from surveys.exchange.tidy.reported import REPORTED
from surveys.exchange.tidy.signed import SIGNATURES
from surveys.frames import study_frames
from surveys.instruments.library import Library
from surveys.models import (
    Amendment,
    Background,
    Consent,
    ConsentText,
    Draft,
    InjectionSite,
    Palsy,
    Patient,
    Response,
    Study,
    Treatment,
    Visit,
)
from surveys.store.accounts import staff
from surveys.store.study import freezes, signatures
from surveys.store.visit import corrections
from surveys.store.visit.finishing import finish_late
from surveys.store.visit.seals import Seals
from surveys.store.words import versions
from surveys.store.words.wordings import Texts
from tests.support.simulated import populate
from tests.support.study import changing, invite, library

AT = datetime(2026, 3, 11, 12, tzinfo=UTC)
LIBRARY = Library.load()
TABLES = [
    PATIENTS,
    PALSIES,
    TREATMENTS,
    INJECTION_SITES,
    GRADINGS,
    CONSENTS,
    VISITS,
    ATTENDANCE,
    REPORTED,
    long_table(LIBRARY),
    *(wide_table(instrument.key, [instrument]) for instrument in LIBRARY if instrument.items),
    SCORES,
    SIGNATURES,
    AMENDMENTS,
]
SAYS_A_DATE = re.compile(r"\b(19|20)\d\d-\d\d")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: that both give the same bytes is shown where a backup is restored."""
    return sqlite_url


@contextmanager
def selected(app: Flask) -> Iterator[Selection]:
    """All patients of S1."""
    with app.app_context():
        study = db.session.scalars(select(Study).where(Study.code == "S1")).one()
        with snapshot() as session:
            yield Selection(session, study.id)


@pytest.fixture
def dated(app: Flask) -> Flask:
    """Simulated patients with a value wherever a date may stand; what is known of them is no simulation."""
    populate(app, 12)
    on = date(2026, 3, 10)
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        said = ConsentText(study_id=study.id, version="1", locale="en", text="?", parts={}, sha256="0" * 64)
        said.loaded_by, said.loaded_at = "test", AT
        session.add(said)
        session.flush()
        amended = {"number": 2, "protocol": "2.0", "reason": "Longer.", "ethics_reference": "EK 1"}
        days = {
            "holds_from": on,
            "ethics_on": on,
            "recorded_on": on,
            "recorded_at": AT,
            "recorded_by": "test",
        }
        session.add(Amendment(study_id=study.id, before=[], after=[], **amended, **days))
        for palsy in session.scalars(select(Palsy)):
            palsy.recovered_on = palsy.synkinesis_noted_on = on
        for treatment in session.scalars(select(Treatment)):
            treatment.ended_on = treatment.started_on
            units = {"muscle": "frontalis", "side": "left", "units": 2.5}
            session.add(InjectionSite(treatment_id=treatment.id, **units))
        for patient in session.scalars(select(Patient)):
            agreed = Consent(patient_id=patient.id, consent_text_id=said.id, decision="agreed", how="paper")
            agreed.parts, agreed.signed_on, agreed.recorded_by, agreed.recorded_at = {}, on, "test", AT
            session.add(agreed)
        for visit in session.scalars(select(Visit)):
            told = Background(visit_id=visit.id, question="onset", locale="en", reported_by="patient", at=AT)
            told.answer = {"value": {"on": "2026-02-01", "precision": "month"}}
            session.add(told)
        ann = staff.add(session, "ann@example.org", "correct horse battery", at=AT, actor="test")
        kept = freezes.keep(session, study, "One", "{}", patients=12, responses=1, at=AT, actor="test")
        signatures.sign_freeze(session, kept, "approved", ann, role="investigator", at=AT)
    return app


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_has_a_name_of_its_own(table: TidyTable) -> None:
    """And words; the key is made of columns, of whom the row tells first."""
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    assert set(table.key) <= set(names)
    assert names[0] == ("plan_version" if table is AMENDMENTS else "patient")
    assert all(column.words for column in table.columns)


def test_every_row_has_a_cell_for_each_column(dated: Flask) -> None:
    """Whether dates are told or not: without them exactly the cells of dates are empty."""
    with selected(dated) as selection:
        answered = [table for table in TABLES if next(table.lines(selection, exact=True), None)]
        assert {table.name for table in answered} >= {"patients", "injection_sites", "consents", "reported"}
        for table in answered:
            exact = list(table.lines(selection, exact=True))
            without = list(table.lines(selection, exact=False))
            assert {len(line) for line in (*exact, *without)} == {len(table.columns)}
            for one, other in zip(exact, without, strict=True):
                expected = [
                    "" if column.is_date else told for column, told in zip(table.columns, one, strict=True)
                ]
                assert other == expected


def test_no_cell_tells_a_date_but_those_that_are_dates(dated: Flask) -> None:
    """Whatever looks like one stands in a column that says so, and each such column had one to hide."""
    telling: set[tuple[str, str]] = set()
    hidden = {(table.name, column.name) for table in TABLES for column in table.columns if column.is_date}
    with selected(dated) as selection:
        for table in TABLES:
            for line in table.lines(selection, exact=True):
                telling |= {
                    (table.name, column.name)
                    for column, told in zip(table.columns, line, strict=True)
                    if SAYS_A_DATE.search(told) or (column.is_date and told)
                }
    assert telling <= hidden
    asked = {"answers_face", "answers_phq9", "answers_saq"}
    others = {name for name in hidden if name[0].startswith("answers_") and name[0] not in asked}
    no_instrument_asks_for_one = {("answers_long", "value_on"), ("answers_long", "answered_at")}
    assert hidden - telling <= others | no_instrument_asks_for_one


@pytest.mark.parametrize("kind", DATES)
def test_a_column_of_dates_says_that_it_is_one(kind: Any) -> None:
    """It cannot be made otherwise: what is no date is never hidden."""
    with pytest.raises(ValueError, match="is_date=True"):
        Column("seen_on", kind, "Day.", lambda row: row)


def test_what_a_row_shares_with_others_is_that_rows_own() -> None:
    """A part is asked once for the rows in a run that share it, and anew for the next."""
    asked: list[str] = []

    def code(part: tuple[str]) -> str:
        asked.append(part[0])
        return part[0]

    class Row:
        def __init__(self, part: tuple[str]) -> None:
            self.part = part

    first, second = ("P1",), ("P2",)
    written = Column("patient", "string", "Code.", code).within("part").cells(exact=False)
    assert [written(Row(part)) for part in (first, first, second, first)] == ["P1", "P1", "P2", "P1"]
    assert asked == ["P1", "P2", "P1"]
    assert day("on", "Day.", lambda part: AT).within("part").cells(exact=False)(Row(first)) == ""
    assert PATIENT.part is None


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (True, "true"),
        (0, "0"),
        (0.1, "0.1"),
        (["a", None, 2], "a;;2"),
        (date(2026, 3, 1), "2026-03-01"),
    ],
)
def test_how_a_value_is_written(value: Any, written: str) -> None:
    """Nothing rounded, nothing cut."""
    assert cell(value) == written


def test_the_seconds_are_those_of_the_frames(app: Flask) -> None:
    """Of what was sent from a tablet; of what was never sent there are none, nor once it is corrected."""
    invited = invite(app, at=AT)
    instruments = library(app)
    with changing(app) as session:
        for key in ("face", "phq9"):
            instrument = instruments.get(key)
            session.add(
                Draft(
                    visit_id=invited.visit_id,
                    instrument=key,
                    instrument_version_id=versions.freeze(session, instrument, at=AT),
                    locale="en",
                    answers={item.key: [{"value": 1, "at": AT.isoformat()}] for item in instrument.items[:9]},
                    started_at=AT,
                    saved_at=AT,
                )
            )
        session.flush()
        finish_late(
            lambda: nullcontext(session),
            Texts(instruments),
            Seals("test " * 10),
            at=AT + timedelta(days=60),
            actor="test",
        )
        partial = session.scalars(select(Response).where(Response.instrument == "face")).one()
        study = session.scalars(select(Study)).one()
        corrections.correct(
            session,
            study,
            partial,
            instruments.get("face"),
            {**partial.answers, "q1": 2},
            reason="misread",
            at=AT + timedelta(days=61),
            actor="test",
        )
    assert durations(app) == {("face", True): "", ("phq9", True): ""}
    with changing(app) as session:
        for response in session.scalars(select(Response)):
            response.annulled_at = AT
        session.flush()
        first = session.scalars(select(Response).where(Response.instrument == "phq9")).one()
        sent = Response(
            visit_id=first.visit_id,
            instrument="phq9",
            instrument_version_id=first.instrument_version_id,
            answers=first.answers,
            not_given={},
            answered_at={},
            source="kiosk",
            started_at=AT,
            submitted_at=AT + timedelta(seconds=90),
            completed_on=AT.date(),
        )
        session.add(sent)
    assert durations(app) == {("phq9", False): "90.0"}


def durations(app: Flask) -> dict[tuple[str, bool], str]:
    """What the file says of each response; the frame says the same in minutes."""
    told = {}
    with selected(app) as selection:
        for key in ("face", "phq9"):
            table = wide_table(key, [LIBRARY.get(key)])
            names = [column.name for column in table.columns]
            for line in table.lines(selection, exact=False):
                row = dict(zip(names, line, strict=True))
                told[key, row["partial"] == "true"] = row["seconds"]
        study = selection.session.get_one(Study, selection.study_id)
        frame = study_frames(selection.session, study, library(app)).responses
    minutes = {
        (row.instrument, row.partial): "" if row.minutes != row.minutes else str(row.minutes * 60)
        for row in frame.itertuples()
    }
    assert minutes == told
    return told


@pytest.mark.parametrize(
    ("make", "kind", "is_date"),
    [
        (text, "string", False),
        (whole, "integer", False),
        (number, "number", False),
        (flag, "boolean", False),
        (day, "date", True),
        (known_day, "partial date", True),
        (instant, "datetime", True),
    ],
)
def test_each_kind_of_column_is_what_it_says(make: Any, kind: Any, is_date: bool) -> None:
    """Only dates are dates, so only they stay empty."""
    made = make("name", "Words.", str)
    assert replace(made, codes={}) == Column("name", kind, "Words.", str, is_date)
    assert bool(made.codes) == (kind == "boolean")


@pytest.mark.parametrize("make", [days_since_enrolment, days_since_onset])
def test_days_are_told_alike_in_every_file(make: Any) -> None:
    """With the same words, and never as dates."""
    made = make(lambda row: row)
    found = {
        (column.type, column.words, column.is_date)
        for table in (long_table(LIBRARY), SCORES)
        for column in table.columns
        if column.name == made.name
    }
    assert found == {("integer", made.words, False)}
    row = SimpleNamespace(
        enrolled_on=date(2026, 3, 10),
        onset_on=date(2026, 3, 10),
        onset_precision="day",
        begin="sudden",
        cause="unknown",
    )
    assert make(lambda one: one.enrolled_on + timedelta(days=3)).value(row) == 3
