"""The files about answers: each cell tells what its column says, and nothing of what ended is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.exchange.tidy.answers import SCORES, answered, long_table, wide_table
from surveys.exchange.tidy.columns import TidyTable
from surveys.instruments.library import Library
from surveys.models import Assistance, Response, Study, Visit
from surveys.store.visit import corrections, responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.support.answers import store_empty
from tests.support.study import changing, invite, library
from tests.surveys.exchange.tidy.test_columns import selected

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
ANSWERS = {f"q{number}": 1 for number in range(1, 9)}
LIBRARY = Library.load()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a cell tells is worked out in Python."""
    return sqlite_url


@pytest.fixture
def told(app: Flask) -> Flask:
    """A PHQ-9 read out to somebody in German two days after enrolment; q9 was passed over."""
    invited = invite(app, at=AT)
    instrument = library(app).get("phq9")
    on = AT + timedelta(days=2)
    with changing(app) as session:
        visit = session.get_one(Visit, invited.visit_id)
        new = NewResponse(
            visit_id=visit.id,
            patient_id=visit.patient_id,
            instrument=instrument,
            version_id=versions.freeze(session, instrument, at=AT),
            answers=ANSWERS,
            not_given={"q9": "skipped"},
            answered_at={"q1": AT.isoformat()},
            locale="de",
            source="staff_read",
            answered_by="interpreter",
            started_at=on - timedelta(seconds=75),
            submitted_at=on,
            completed_on=on.date(),
        )
        responses.add(session, [new], at=on, actor="test")
    return app


def rows(app: Flask, table: TidyTable) -> list[dict[str, str]]:
    """Cells by column, as the file has them."""
    names = [column.name for column in table.columns]
    with selected(app) as selection:
        return [dict(zip(names, line, strict=True)) for line in table.lines(selection, exact=True)]


RESPONSE = {
    "patient": "P1",
    "visit": "baseline",
    "occurrence": "1",
    "days_since_enrolment": "2",
    "days_since_onset": "",
    "version": LIBRARY.get("phq9").version,
    "locale": "de",
    "source": "staff_read",
    "answered_by": "interpreter",
}


@pytest.mark.parametrize(
    "make", [lambda: SCORES, lambda: long_table(LIBRARY), lambda: wide_table("phq9", [LIBRARY.get("phq9")])]
)
def test_every_file_tells_of_whom_when_and_how(told: Flask, make: Callable[[], TidyTable]) -> None:
    """Of its response each row says the same: language and source are not mixed up."""
    table = make()
    found = rows(told, table)
    assert found
    for row in found:
        assert {name: row[name] for name in RESPONSE} == RESPONSE
    assert table.key[:3] == ("patient", "visit", "occurrence")
    assert {*table.key} <= found[0].keys()


@pytest.mark.parametrize("make", [lambda: SCORES, lambda: long_table(LIBRARY)])
def test_questionnaires_of_a_visit_come_by_their_keys(told: Flask, make: Callable[[], TidyTable]) -> None:
    """In whatever order they were answered."""
    with changing(told) as session:
        store_empty(session, session.scalars(select(Visit).join(Response)).one(), "face", at=AT)
    assert list(dict.fromkeys(row["instrument"] for row in rows(told, make()))) == ["face", "phq9"]


def test_who_helped_with_a_visit_helped_with_its_answers(told: Flask) -> None:
    """Where the response itself does not say who answered; nobody helped with another visit."""
    with changing(told) as session:
        first, other = session.scalars(select(Visit).order_by(Visit.id).limit(2))
        session.add(Assistance(visit_id=first.id, answered_by="typed_by_other", at=AT))
        store_empty(session, first, "face", at=AT)
        store_empty(session, other, "face", at=AT)
    assert [row["answered_by"] for row in rows(told, wide_table("face", [LIBRARY.get("face")]))] == [
        "typed_by_other",
        "",
    ]


def test_a_score_says_what_it_rests_on(told: Flask) -> None:
    """PHQ-9 with eight items of 1: the missing one is made up for, 8 * 9 / 8."""
    [row] = [row for row in rows(told, SCORES) if row["scale"] == "total"]
    assert float(row["value"]) == pytest.approx(9)
    assert (row["items_used"], row["items_missing"], row["prorated"]) == ("8", "1", "true")
    assert (row["partial"], row["corrected"], row["completed_on"]) == ("false", "false", "2026-03-12")


def test_an_item_has_its_answer_or_why_there_is_none(told: Flask) -> None:
    """The moment of an answer where it is known; an optional item only where something is known of it."""
    by_item = {row["item"]: row for row in rows(told, long_table(LIBRARY))}
    assert by_item.keys() == {*ANSWERS, "q9"}
    first, last = by_item["q1"], by_item["q9"]
    assert (first["value"], first["not_given"], first["value_on"]) == ("1", "", "")
    assert first["answered_at"].startswith("2026-03-10T12:00:00")
    assert (last["value"], last["not_given"], last["answered_at"]) == ("", "skipped", "")


def test_a_response_is_a_row_of_its_questionnaire(told: Flask) -> None:
    """A column for each item, empty where it was passed over; how long it took."""
    [row] = rows(told, wide_table("phq9", [LIBRARY.get("phq9")]))
    assert {name: row[f"phq9_{name}"] for name in (*ANSWERS, "q9")} == dict.fromkeys(ANSWERS, "1") | {
        "q9": ""
    }
    assert row["seconds"] == "75.0"
    assert rows(told, wide_table("face", [LIBRARY.get("face")])) == []


def test_a_correction_stands_in_place_of_what_it_corrects(told: Flask) -> None:
    """The first response is in no file; the new one says that it is a correction."""
    with changing(told) as session:
        response = session.scalars(select(Response)).one()
        corrections.correct(
            session,
            session.scalars(select(Study)).one(),
            response,
            library(told).get("phq9"),
            {**ANSWERS, "q9": 0},
            reason="misread",
            at=AT + timedelta(days=3),
            actor="test",
        )
    [row] = rows(told, wide_table("phq9", [LIBRARY.get("phq9")]))
    assert (row["phq9_q9"], row["corrected"], row["locale"]) == ("0", "true", "de")
    assert {row["corrected"] for row in rows(told, SCORES)} == {"true"}
    assert row["completed_on"] == "2026-03-12"


def test_what_there_are_answers_to(told: Flask) -> None:
    """Each definition in its wording once; nothing of what was annulled."""
    definition = LIBRARY.get("phq9")
    with selected(told) as selection:
        [(key, version, _, _)] = answered(selection)
    assert (key, version) == ("phq9", definition.version)
    with changing(told) as session:
        session.scalars(select(Response)).one().annulled_at = AT + timedelta(days=3)
    with selected(told) as selection:
        assert answered(selection) == []
    assert rows(told, SCORES) == []
