"""Rows of earlier revisions, migrated: nothing of theirs is lost, and what is new is filled in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Table, create_engine, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.db import migrate, migrate_down
from surveys.lists import twins
from surveys.models import Base, Event, Patient
from surveys.store import audit
from tests.support.rows import AT, LATER, ROWS, SETTLED, connected


def put(url: str, of_before: Mapping[str, Sequence[dict[str, object]]]) -> None:
    """Insert rows as they were: with the columns that their tables have at this revision."""
    with connected(url) as connection:
        for table, rows in of_before.items():
            columns = Base.metadata.tables[table].columns
            there = {one["name"] for one in inspect(connection).get_columns(table)}
            names = [name for name in rows[0] if name in there]
            old = Table(table, MetaData(), *(Column(name, columns[name].type) for name in names))
            connection.execute(old.insert(), [{name: row[name] for name in names} for row in rows])
        connection.commit()


@pytest.mark.long
def test_a_study_of_before_asks_no_optional_item(empty_database_url: str) -> None:
    """Migrating keeps its rows: nothing is asked that was not asked."""
    migrate(empty_database_url, "0001")
    study = Base.metadata.tables["study"]
    put(empty_database_url, {"study": [ROWS["study"]]})
    migrate(empty_database_url)
    with connected(empty_database_url) as connection:
        assert connection.scalars(select(study.c.optional_items)).all() == [[]]
    migrate_down(empty_database_url, "0001")
    with connected(empty_database_url) as connection:
        assert connection.scalars(select(study.c.code)).all() == ["S1"]


@pytest.mark.long
def test_the_single_chain_of_before_is_the_installations(empty_database_url: str) -> None:
    """Its events verify as they were written; the study's go on in its own. Down: one chain again."""
    migrate(empty_database_url, "0019")
    with connected(empty_database_url) as connection:
        for table in ("study", "contact", "patient"):
            made = {"contact": {"searched": "", "telephone_digits": ""}, "patient": {"code_folded": "p-1"}}
            row = {**OF_BEFORE[table][0], **made.get(table, {})}
            columns = Base.metadata.tables[table].columns
            old = Table(table, MetaData(), *(Column(name, columns[name].type) for name in row))
            connection.execute(old.insert(), row)
        connection.execute(EVENT_OF_BEFORE.insert(), events_of_before())
        connection.commit()
    migrate(empty_database_url)
    engine = create_engine(empty_database_url)
    with Session(engine) as session:
        assert list(audit.verify(session)) == []
        audit.record(
            session, audit.Entry(AT, "test", "note.written", 1, values=(audit.Value("x", None, "y"),))
        )
        audit.record(session, audit.Entry(AT, "test", "staff.added"))
        session.commit()
        assert list(audit.verify(session)) == []
        chains = session.execute(select(Event.study_id, Event.number).order_by(Event.study_id, Event.number))
        assert set(chains) == {*((None, number) for number in (1, 2, 3, 4)), (1, 1), (1, 2), (1, 3)}
    engine.dispose()
    migrate_down(empty_database_url, "0019")
    with connected(empty_database_url) as connection:
        kept = connection.execute(select(EVENT_OF_BEFORE).order_by(EVENT_OF_BEFORE.c.id)).mappings().all()
    assert [row["action"] for row in kept[:2]] == ["patient.enrolled", "palsy.added"]
    assert [(row["id"], row["hash"]) for row in kept] == [(row["id"], hash_of_before(row)) for row in kept]
    assert [row["previous_hash"] for row in kept[1:]] == [row["hash"] for row in kept[:-1]]


@pytest.mark.database(both=False)
def test_rows_of_before_are_bound_as_they_are(database_url: str) -> None:
    """Events `facts.adopted` bind every row that is there, on the way up."""
    with connected(database_url) as connection:
        for table in Base.metadata.sorted_tables:
            if table.name in ROWS and table.name not in {"event", "event_value", "binding", "erasure"}:
                connection.execute(table.insert(), ROWS[table.name] | SETTLED.get(table.name, {}))
        connection.commit()
    migrate_down(database_url, "0022")
    migrate(database_url)
    looked = audit.Looked()
    with connected(database_url) as connection, Session(connection) as session:
        made_up = "frozen with", "content was changed"
        found = [one for one in audit.verify(session, looked=looked) if not one.problem.endswith(made_up)]
        assert found == []
        assert set(session.scalars(select(Event.action))) == {"facts.adopted"}
    assert looked.rows >= 15


@pytest.mark.database(both=False)
def test_a_contact_with_a_refused_address_is_bound_anew(database_url: str) -> None:
    """With the address on the way up, and without it on the way down."""
    with connected(database_url) as connection:
        refused = {**ROWS["contact"], "refused_email": "anna@example.net"}
        connection.execute(Base.metadata.tables["contact"].insert(), refused)
        connection.commit()
    migrate_down(database_url, "0063")
    migrate(database_url)
    with connected(database_url) as connection, Session(connection) as session:
        assert list(map(str, audit.verify(session))) == []
        assert [list(one.digests) for one in session.scalars(select(Event))] == [["contact:1"]] * 2


@pytest.mark.long
def test_alert_rules_of_before_keep_what_they_say(empty_database_url: str) -> None:
    """Up: the same end of the scale, until somebody confirms it. Down: the one end that is known there."""
    migrate(empty_database_url, "0015")
    put(empty_database_url, {"study": [ROWS["study"]]})
    with connected(empty_database_url) as connection:
        connection.execute(
            text(
                "INSERT INTO alert_rule (id, study_id, instrument, scale, kind, at_least) VALUES"
                " (1, 1, 'face', 'total', 'at_least', 60), (2, 1, 'face', 'total', 'worse', NULL)"
            )
        )
        connection.commit()
    migrate(empty_database_url)
    rules = text("SELECT id, scale, kind, threshold FROM alert_rule ORDER BY id")
    with connected(empty_database_url) as connection:
        told = [(1, "total", "at_least", 60), (2, "total", "worse", None)]
        assert [tuple(row) for row in connection.execute(rules)] == told
        connection.execute(text("UPDATE alert_rule SET kind = 'at_most', threshold = 40 WHERE id = 1"))
        connection.commit()
    migrate_down(empty_database_url, "0015")
    rules = text("SELECT id, scale, kind, at_least FROM alert_rule ORDER BY id")
    with connected(empty_database_url) as connection:
        told = [(1, "total", "at_least", 40), (2, "total", "worse", None)]
        assert [tuple(row) for row in connection.execute(rules)] == told


@pytest.mark.long
def test_twins_of_before_stay_and_are_told(empty_database_url: str) -> None:
    """Codes and visits that read the same: both stay, the later is numbered, no third is taken."""
    migrate(empty_database_url, "0017")
    put(empty_database_url, OF_BEFORE)
    migrate(empty_database_url)
    with connected(empty_database_url) as connection:

        def told(query: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in connection.execute(text(f"SELECT {query} ORDER BY id"))]

        assert told("code, code_folded, site_folded, twin FROM patient") == [
            ("P-1", "p-1", "berlin", 0),
            ("p–1", "p-1", "berlin", 1),
            ("Q", "q", None, 0),
        ]
        assert told("name, name_folded, twin FROM visit") == [
            ("First visit", "first visit", 0),
            ("FIRST  VISIT", "first visit", 1),
            ("First visit", "first visit", 0),
        ]
        assert told("hospital_number_folded, searched, telephone_digits FROM contact") == [
            ("hn-9b", "jose lukasz hn-9b", "491761234567")
        ]
        with Session(connection) as session:
            assert [str(one) for one in twins.of_study(session, 1)] == [
                "P-1 and p–1 are two patients.",
                "P-1 has the visits First visit and FIRST  VISIT.",
                "Berlin and berlin are two sites.",
            ]
            session.add(Patient(study_id=1, code="P−1", enrolled_on=AT.date(), status_since=AT.date()))
            with pytest.raises(IntegrityError, match="code_folded"):
                session.flush()
    migrate_down(empty_database_url, "0017")
    with connected(empty_database_url) as connection:
        assert connection.scalars(text("SELECT code FROM patient ORDER BY id")).all() == ["P-1", "p–1", "Q"]
    migrate(empty_database_url)


@pytest.mark.database
@pytest.mark.long
def test_visits_of_before_are_done_since_their_last_answer(empty_database_url: str) -> None:
    """Up: with all that they ask, of the patient's study. Down and up again: nothing of theirs is lost."""
    migrate(empty_database_url, "0019")
    answer = ROWS["response"]
    of_before = {
        **{name: [ROWS[name]] for name in ("study", "contact", "patient", "instrument_version")},
        "visit": [
            {**_VISIT_OF_BEFORE, "id": number, "name": name, "name_folded": name}
            for number, name in ((1, "v1"), (2, "v2"), (3, "v3"))
        ],
        "response": [
            answer,
            {**answer, "id": 2, "instrument": "phq9", "submitted_at": LATER},
            {**answer, "id": 3, "visit_id": 2},
        ],
    }
    put(empty_database_url, of_before)
    for _ in range(2):
        migrate(empty_database_url)
        with connected(empty_database_url) as connection:
            visit = Base.metadata.tables["visit"].c
            told = connection.execute(select(visit.id, visit.study_id, visit.done_at).order_by(visit.id))
            assert [tuple(row) for row in told] == [(1, 1, LATER), (2, 1, None), (3, 1, None)]
        migrate_down(empty_database_url, "0019")


_VISIT_OF_BEFORE = {name: value for name, value in ROWS["visit"].items() if name != "study_id"}
OF_BEFORE = {
    "study": [ROWS["study"]],
    "contact": [
        {"id": 1, "name": "José Łukasz", "hospital_number": "Hn-9B", "telephone": "+49 (0)176 1234567"}
    ],
    "patient": [
        {**ROWS["patient"], "id": number, "code": code, "site": site}
        for number, code, site in ((1, "P-1", "Berlin"), (2, "p–1", "berlin"), (3, "Q", None))
    ],
    "visit": [
        {**_VISIT_OF_BEFORE, "id": number, "patient_id": patient, "name": name}
        for number, patient, name in ((1, 1, "First visit"), (2, 1, "FIRST  VISIT"), (3, 2, "First visit"))
    ],
}


EVENT_OF_BEFORE = Table(
    "event",
    MetaData(),
    *(
        Column(one.name, one.type)
        for one in Event.__table__.columns
        if one.name not in {"study_id", "number"}
    ),
)


def events_of_before() -> list[dict[str, object]]:
    """Two events of the single chain, as versions before 0022 wrote them."""
    rows: list[dict[str, object]] = []
    for number, action in enumerate(("patient.enrolled", "palsy.added"), start=1):
        row = {
            **{name: value for name, value in ROWS["event"].items() if name not in {"study_id", "number"}},
            "id": number,
            "action": action,
            "reason": None,
            "previous_hash": rows[-1]["hash"] if rows else "0" * 64,
        }
        rows.append({**row, "hash": hash_of_before(row)})
    return rows


def hash_of_before(row: Mapping[str, Any]) -> str:
    """The hash of an event when there was one chain: of all columns but itself."""
    content = {name: row[name] for name in row if name != "hash"} | {"at": row["at"].isoformat()}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
