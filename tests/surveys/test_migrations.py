"""The schema: every revision up and down, in step with the models, its triggers as the design says."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, MetaData, Table, create_engine, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys.db import MIGRATIONS, migrate, migrate_down, newest_revision
from surveys.lists import twins
from surveys.models import Base, Event, Patient
from surveys.models.functions import FUNCTIONS
from surveys.models.triggers import triggers as stated_triggers
from surveys.store import audit
from tests.support.rows import AT, ROWS, connected, refused

REVISIONS = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]

# The triggers that each revision leaves behind, by table: which statements they refuse or examine.
TRIGGERS = {
    "0001": {
        "alert": {"DELETE"},
        "contact": {"DELETE"},
        "draft": {"DELETE"},
        "erasure": {"UPDATE", "DELETE"},
        "event": {"UPDATE", "DELETE"},
        "event_value": {"UPDATE", "DELETE"},
        "instrument_version": {"UPDATE", "DELETE"},
        "response": {"UPDATE", "DELETE"},
        "score": {"UPDATE", "DELETE"},
    },
}
TRIGGERS["0002"] = TRIGGERS["0001"] | {
    "permission": {"UPDATE", "DELETE"},
    "wording": {"UPDATE", "DELETE"},
}
TRIGGERS["0003"] = TRIGGERS["0002"] | {"assistance": {"UPDATE", "DELETE"}}
TRIGGERS["0004"] = TRIGGERS["0003"]
TRIGGERS["0005"] = TRIGGERS["0004"] | {
    "consent": {"UPDATE", "DELETE"},
    "consent_text": {"UPDATE", "DELETE"},
}
TRIGGERS["0006"] = TRIGGERS["0005"]
TRIGGERS["0007"] = TRIGGERS["0006"]
TRIGGERS["0008"] = TRIGGERS["0007"] | {
    "background": {"UPDATE", "DELETE"},
    "background_check": {"UPDATE", "DELETE"},
}
TRIGGERS["0009"] = TRIGGERS["0008"]
TRIGGERS["0010"] = TRIGGERS["0009"] | {"backup_proof": {"UPDATE", "DELETE"}}
TRIGGERS["0011"] = TRIGGERS["0010"]
TRIGGERS["0012"] = TRIGGERS["0011"] | {
    "alert_mail": {"DELETE"},
    "message": {"DELETE"},
    "message_template": {"UPDATE", "DELETE"},
}
TRIGGERS["0013"] = TRIGGERS["0012"]
TRIGGERS["0014"] = TRIGGERS["0013"] | {"data_freeze": {"UPDATE", "DELETE"}}
TRIGGERS["0015"] = TRIGGERS["0014"]
TRIGGERS["0016"] = TRIGGERS["0015"]
TRIGGERS["0017"] = TRIGGERS["0016"]
TRIGGERS["0018"] = TRIGGERS["0017"]
TRIGGERS["0019"] = TRIGGERS["0018"]
TRIGGERS["0022"] = TRIGGERS["0019"]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with our tables, in which no test here keeps anything."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "shared_postgres_url"))


def tables(url: str) -> set[str]:
    with connected(url) as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def triggers(url: str) -> dict[str, set[str]]:
    """The statements that have a trigger, by table."""
    with connected(url) as connection:
        if connection.dialect.name == "sqlite":
            rows = connection.execute(text("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"))
            told = [(table, sql.split(" BEFORE ")[1].split()[0]) for table, sql in rows]
        else:
            rows = connection.execute(
                text(
                    "SELECT event_object_table, event_manipulation FROM information_schema.triggers"
                    " UNION SELECT relname, 'TRUNCATE' FROM pg_trigger"
                    " JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal AND tgtype & 32 = 32"
                )
            )
            told = [(table, statement) for table, statement in rows]
    found: dict[str, set[str]] = {}
    for table, statement in told:
        found.setdefault(table, set()).add(statement)
    return found


def expected_triggers(revision: str, url: str) -> dict[str, set[str]]:
    """On PostgreSQL whatever may not be deleted may not be emptied by TRUNCATE either."""
    more = set() if url.startswith("sqlite") else {"TRUNCATE"}
    return {table: statements | more for table, statements in TRIGGERS[revision].items()}


def test_the_newest_revision_is_alembics_head() -> None:
    """What the start compares, read from file names, is what Alembic would say."""
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [newest_revision()]


def test_up_down_and_up_again(empty_database_url: str) -> None:
    """The way down leaves nothing behind, functions included, so that the way up can be gone again."""
    migrate(empty_database_url)
    assert tables(empty_database_url) == set(Base.metadata.tables)
    migrate_down(empty_database_url)
    assert tables(empty_database_url) == set()
    assert triggers(empty_database_url) == {}
    if not empty_database_url.startswith("sqlite"):
        with connected(empty_database_url) as connection:
            left = "SELECT count(*) FROM pg_proc WHERE proname LIKE 'seventh%'"
            assert connection.scalar(text(left)) == 0
    migrate(empty_database_url)
    assert tables(empty_database_url) == set(Base.metadata.tables)


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    """A database at the newest revision stays as it is."""
    migrate(database_url)
    assert tables(database_url) == set(Base.metadata.tables)


@pytest.mark.parametrize(
    "revision",
    [
        REVISIONS[0],
        *(pytest.param(revision, marks=pytest.mark.long) for revision in REVISIONS[1:-1]),
        REVISIONS[-1],
    ],
)
def test_every_revision_has_its_triggers(empty_database_url: str, revision: str) -> None:
    """Batch migrations drop a table's triggers in silence: they are listed after each step, up and down."""
    migrate(empty_database_url, revision)
    assert triggers(empty_database_url) == expected_triggers(revision, empty_database_url)
    migrate(empty_database_url)
    migrate_down(empty_database_url, revision)
    assert triggers(empty_database_url) == expected_triggers(revision, empty_database_url)


def test_models_and_migrations_agree(database_url: str) -> None:
    """Alembic, comparing types too, finds nothing to change."""
    with connected(database_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_constraint_of_the_models_is_in_the_database(database_url: str) -> None:
    """Alembic compares no CHECKs: their names are compared here, and those of keys and unique constraints."""
    with connected(database_url) as connection:
        seen = inspect(connection)
        for table in Base.metadata.sorted_tables:
            there = {
                one["name"]
                for one in [
                    *seen.get_check_constraints(table.name),
                    *seen.get_unique_constraints(table.name),
                    *seen.get_foreign_keys(table.name),
                    seen.get_pk_constraint(table.name),
                ]
            }
            assert {constraint.name for constraint in table.constraints} == there, table.name


@contextmanager
def made_of_the_models(url: str) -> Iterator[Connection]:
    """A connection to tables and triggers as models and `surveys.models.triggers` say; it keeps nothing."""
    on_sqlite = url.startswith("sqlite")
    with connected("sqlite://" if on_sqlite else url) as connection:
        if not on_sqlite:
            connection.execute(text("CREATE SCHEMA models"))
            connection.execute(text("SET LOCAL search_path TO models"))
        Base.metadata.create_all(connection, checkfirst=False)
        for trigger in stated_triggers("sqlite" if on_sqlite else "postgresql"):
            for statement in trigger.sql("sqlite" if on_sqlite else "postgresql"):
                connection.exec_driver_sql(statement.replace("%", "%%"))
        if not on_sqlite:
            for function in FUNCTIONS:
                connection.exec_driver_sql(function)
        yield connection


# Name of a CHECK, index or trigger, and its definition, as PostgreSQL prints them of the tables first found.
POSTGRESQL_SAYS = {
    "check": """
        SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE contype = 'c' AND connamespace = current_schema()::regnamespace""",
    "index": """
        SELECT tablename || '.' || indexname, indexdef FROM pg_indexes
        WHERE schemaname = current_schema() AND tablename <> 'alembic_version'""",
    "trigger": """
        SELECT tgrelid::regclass || '.' || tgname,
            split_part(pg_get_triggerdef(pg_trigger.oid), 'EXECUTE', 1) || prosrc
        FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
        WHERE NOT tgisinternal AND pronamespace = current_schema()::regnamespace""",
}
FUNCTIONS_SAY = """
    SELECT proname, prosrc FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND prorettype <> 'trigger'::regtype"""
# Orders that mean nothing: of the values of a list, of columns of which none may change.
VALUES = re.compile(r"(?<=ARRAY\[)[^]]+(?=\])|(?<= IN \()[^()]+(?=\))")
UNCHANGED = re.compile(r"(?:NEW\.\w+ IS NOT OLD\.\w+ OR )+")


def in_one_order(definition: str) -> str:
    """The definition without what does not change its meaning: spaces, schemas, and the orders above."""
    plain = " ".join(definition.replace(" ON public.", " ON ").replace(" ON models.", " ON ").split())
    plain = VALUES.sub(lambda found: ", ".join(sorted(found[0].split(", "))), plain)
    return UNCHANGED.sub(lambda found: "".join(sorted(re.findall(r"NEW.*? OR ", found[0]))), plain)


def defined(connection: Connection, kind: str) -> dict[str, str]:
    """The definitions of all CHECKs, indexes or triggers, by table and name."""
    if connection.dialect.name == "postgresql":
        told = [(name, definition) for name, definition in connection.execute(text(POSTGRESQL_SAYS[kind]))]
    elif kind == "check":
        seen = inspect(connection)
        told = [
            (f"{table}.{one['name']}", one["sqltext"])
            for table in Base.metadata.tables
            for one in seen.get_check_constraints(table)
        ]
    else:
        told = [
            (f"{table}.{name}", definition)
            for table, name, definition in connection.execute(
                text("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = :kind AND sql IS NOT NULL"),
                {"kind": kind},
            )
        ]
    return {name: in_one_order(definition) for name, definition in told}


@pytest.mark.parametrize("kind", ["check", "index", "trigger"])
def test_models_and_migrations_say_the_same(database_url: str, kind: str) -> None:
    """What CHECKs, indexes and triggers say, too: a value more in a model's list needs a migration."""
    with made_of_the_models(database_url) as connection:
        stated = defined(connection, kind)
    with connected(database_url) as connection:
        assert defined(connection, kind) == stated
    assert len(stated) >= 20


def test_models_and_migrations_have_the_same_functions(shared_postgres_url: str) -> None:
    """Those that the program calls; triggers have theirs."""
    with made_of_the_models(shared_postgres_url) as connection:
        stated = connection.execute(text(FUNCTIONS_SAY)).all()
    with connected(shared_postgres_url) as connection:
        assert connection.execute(text(FUNCTIONS_SAY)).all() == stated
    assert len(stated) == len(FUNCTIONS)


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
        assert set(chains) == {(None, 1), (None, 2), (None, 3), (1, 1)}
    engine.dispose()
    migrate_down(empty_database_url, "0019")
    with connected(empty_database_url) as connection:
        kept = connection.execute(select(EVENT_OF_BEFORE).order_by(EVENT_OF_BEFORE.c.id)).mappings().all()
    assert [row["action"] for row in kept[:2]] == ["patient.enrolled", "palsy.added"]
    assert [(row["id"], row["hash"]) for row in kept] == [(row["id"], hash_of_before(row)) for row in kept]
    assert [row["previous_hash"] for row in kept[1:]] == [row["hash"] for row in kept[:-1]]


def test_a_study_of_before_asks_no_optional_item(empty_database_url: str) -> None:
    """Migrating keeps its rows: nothing is asked that was not asked."""
    migrate(empty_database_url, "0001")
    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        study = Base.metadata.tables["study"]
        old = Table(
            "study",
            MetaData(),
            *(Column(one.name, one.type) for one in study.columns if one.name in ROWS["study"]),
        )
        connection.execute(old.insert(), ROWS["study"])
    engine.dispose()
    migrate(empty_database_url)
    with connected(empty_database_url) as connection:
        assert connection.scalars(select(study.c.optional_items)).all() == [[]]
    migrate_down(empty_database_url, "0001")
    with connected(empty_database_url) as connection:
        assert connection.scalars(select(study.c.code)).all() == ["S1"]


def test_alert_rules_of_before_keep_what_they_say(empty_database_url: str) -> None:
    """Up: the same end of the scale, until somebody confirms it. Down: the one end that is known there."""
    migrate(empty_database_url, "0015")
    with connected(empty_database_url) as connection:
        study = Base.metadata.tables["study"]
        connection.execute(study.insert(), ROWS["study"])
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


def test_twins_of_before_stay_and_are_told(empty_database_url: str) -> None:
    """Codes and visits that read the same: both stay, the later is numbered, no third is taken."""
    migrate(empty_database_url, "0017")
    with connected(empty_database_url) as connection:
        for table, rows in OF_BEFORE.items():
            columns = Base.metadata.tables[table].columns
            old = Table(table, MetaData(), *(Column(name, columns[name].type) for name in rows[0]))
            connection.execute(old.insert(), rows)
        connection.commit()
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
            ]
            session.add(Patient(study_id=1, code="P−1", enrolled_on=AT.date(), status_since=AT.date()))
            with pytest.raises(IntegrityError, match="code_folded"):
                session.flush()
    migrate_down(empty_database_url, "0017")
    with connected(empty_database_url) as connection:
        assert connection.scalars(text("SELECT code FROM patient ORDER BY id")).all() == ["P-1", "p–1", "Q"]
    migrate(empty_database_url)


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
        {**ROWS["visit"], "id": number, "patient_id": patient, "name": name}
        for number, patient, name in ((1, 1, "First visit"), (2, 1, "FIRST  VISIT"), (3, 2, "First visit"))
    ],
}


@pytest.fixture
def postgres_url(shared_postgres_url: str) -> str:
    """The same, of PostgreSQL alone."""
    return shared_postgres_url


@pytest.mark.parametrize("table", TRIGGERS[REVISIONS[-1]])
def test_postgresql_refuses_truncate(postgres_url: str, table: str) -> None:
    """TRUNCATE passes by triggers of rows: it has one of its own, for superusers and CASCADE too."""
    with connected(postgres_url) as connection, refused(connection, "never truncated"):
        connection.execute(text(f"TRUNCATE {table} CASCADE"))


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
