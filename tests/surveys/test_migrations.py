"""The schema: every revision up and down, in step with the models, its triggers as the design says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, MetaData, Table, create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from surveys.db import MIGRATIONS, migrate, migrate_down, newest_revision
from surveys.lists import twins
from surveys.models import Base, Patient
from surveys.models.triggers import triggers as stated_triggers

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

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 11, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with our tables, in which no test here keeps anything."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "shared_postgres_url"))


@pytest.fixture
def postgres_url(shared_postgres_url: str) -> str:
    """The same, of PostgreSQL alone."""
    return shared_postgres_url


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection that keeps nothing."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            yield connection
            connection.rollback()
    finally:
        engine.dispose()


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


# What the triggers refuse -------------------------------------------------------------------------------


@pytest.fixture
def filled(database_url: str) -> Iterator[Connection]:
    """One patient of each kind of row; P1 has nothing erased."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        fill(connection, engine)
        yield connection
        connection.rollback()
    engine.dispose()


ROWS = {
    "study": {
        "id": 1,
        "code": "S1",
        "title": "S1",
        "timezone": "UTC",
        "locales": ["en"],
        "contact": "",
        "who_reads": {},
        "crisis_texts": {},
        "lowest_age": 18,
        "status": "active",
        "simulated": False,
        "created_at": AT,
    },
    "contact": {"id": 1, "name": "Anna Abel"},
    "patient": {
        "id": 1,
        "study_id": 1,
        "contact_id": 1,
        "code": "P1",
        "sex": "female",
        "birth_year": 1970,
        "enrolled_on": date(2026, 3, 10),
        "status": "active",
        "status_since": date(2026, 3, 10),
    },
    "visit": {
        "id": 1,
        "patient_id": 1,
        "name": "baseline",
        "occurrence": 1,
        "opens_on": date(2026, 3, 10),
        "due_on": date(2026, 3, 10),
        "closes_on": date(2026, 4, 9),
        "battery": ["saq", "phq9"],
    },
    "instrument_version": {
        "id": 1,
        "instrument": "saq",
        "version": "1",
        "wording": "working",
        "wording_status": "working",
        "definition": "",
        "definition_sha256": "0" * 64,
        "texts": {},
        "texts_sha256": "0" * 64,
        "frozen_at": AT,
    },
    "draft": {
        "id": 1,
        "visit_id": 1,
        "instrument": "phq9",
        "instrument_version_id": 1,
        "locale": "en",
        "answers": {},
        "started_at": AT,
        "saved_at": AT,
    },
    "response": {
        "id": 1,
        "visit_id": 1,
        "instrument": "saq",
        "instrument_version_id": 1,
        "answers": {"q1": 1},
        "not_given": {},
        "answered_at": {},
        "source": "web",
        "submitted_at": AT,
        "completed_on": date(2026, 3, 10),
    },
    "score": {"response_id": 1, "scale": "total", "value": 20.0, "items_used": 9, "items_missing": 0},
    "alert": {
        "id": 1,
        "visit_id": 1,
        "instrument": "phq9",
        "rule": "item9",
        "first_answer": 1,
        "last_answer": 1,
        "raised_at": AT,
        "state": "new",
    },
    "event": {
        "id": 1,
        "at": AT,
        "actor": "test",
        "action": "patient.enrolled",
        "patient_id": 1,
        "facts": {},
        "digests": {},
        "software": "test",
        "previous_hash": "0" * 64,
        "hash": "1" * 64,
    },
    "event_value": {"event_id": 1, "field": "name", "before": None, "after": "Anna", "key": "0" * 64},
    "erasure": {"id": 1, "patient_id": 2, "level": "answers", "by": "test", "at": AT, "reason": "asked"},
    "wording": {
        "id": 1,
        "instrument": "saq",
        "version": "1",
        "name": "authors-en",
        "texts": {},
        "sha256": "0" * 64,
        "file": "saq.toml",
        "loaded_by": "test",
        "loaded_at": AT,
    },
    "permission": {
        "id": 1,
        "study_id": 1,
        "instrument": "saq",
        "version": "1",
        "wording": "authors-en",
        "holder": "The authors",
        "reference": "Letter of 1 March 2026",
        "publication": "doi:10.0000/example",
        "recorded_by": "test",
        "recorded_at": AT,
    },
    "assistance": {"id": 1, "visit_id": 1, "answered_by": "patient", "at": AT},
    "consent_text": {
        "id": 1,
        "study_id": 1,
        "version": "1",
        "locale": "en",
        "text": "Would you like to?",
        "parts": {},
        "sha256": "0" * 64,
        "loaded_by": "test",
        "loaded_at": AT,
    },
    "consent": {
        "id": 1,
        "patient_id": 1,
        "consent_text_id": 1,
        "decision": "agreed",
        "how": "paper",
        "parts": {},
        "signed_on": date(2026, 3, 10),
        "recorded_by": "test",
        "recorded_at": AT,
    },
    "background": {
        "id": 1,
        "visit_id": 1,
        "question": "side",
        "answer": {"value": "left"},
        "locale": "en",
        "reported_by": "patient",
        "at": AT,
    },
    "data_freeze": {
        "id": 1,
        "study_id": 1,
        "name": "First report",
        "content": "{}",
        "sha256": "a" * 64,
        "patients": 1,
        "responses": 1,
        "made_by": "test",
        "made_at": AT,
    },
    "background_check": {
        "id": 1,
        "background_id": 1,
        "fact": "side",
        "outcome": "confirmed",
        "recorded": {"value": "left"},
        "checked_by": "test",
        "checked_at": AT,
    },
    "message": {
        "id": 1,
        "visit_id": 1,
        "kind": "invitation",
        "nth": 1,
        "channel": "email",
        "planned_at": AT,
        "attempts": 0,
    },
    "message_template": {
        "id": 1,
        "study_id": 1,
        "kind": "invitation",
        "locale": "en",
        "subject": "A short questionnaire",
        "body": "{link}",
        "changed_by": "test",
        "changed_at": AT,
    },
    "staff": {
        "id": 1,
        "email": "anna@example.org",
        "name": "Anna Abel",
        "password": "",
        "active": True,
        "admin": False,
        "fs_uniquifier": "1",
        "created_at": AT,
    },
    "alert_rule": {"id": 1, "study_id": 1, "instrument": "phq9", "scale": "total", "kind": "worse"},
    "alert_mail": {
        "id": 1,
        "study_id": 1,
        "alert_id": 1,
        "kind": "raised",
        "staff_id": 1,
        "planned_at": AT,
        "attempts": 0,
    },
}
ROWS["score"]["prorated"] = False
# A second patient, whose answers were erased: what holds for one says nothing about another.
OTHER_PATIENT = {**ROWS["patient"], "id": 2, "contact_id": None, "code": "P2"}


def fill(connection: Connection, engine: Engine) -> None:
    for name in ("study", "contact", "patient"):
        connection.execute(Base.metadata.tables[name].insert(), ROWS[name])
    connection.execute(Base.metadata.tables["patient"].insert(), OTHER_PATIENT)
    for name in list(ROWS)[3:]:
        connection.execute(Base.metadata.tables[name].insert(), ROWS[name])


def erase(connection: Connection, level: str, patient_id: int = 1) -> None:
    erasure = {**ROWS["erasure"], "id": 2, "patient_id": patient_id, "level": level}
    connection.execute(Base.metadata.tables["erasure"].insert(), erasure)


@contextmanager
def refused(connection: Connection, words: str) -> Iterator[None]:
    """The block's statement is refused by a trigger that says `words`; the transaction goes on."""
    point = connection.begin_nested()
    with pytest.raises(DBAPIError, match=words):
        yield
    point.rollback()


UPDATES = {
    "instrument_version": "definition = 'changed'",
    "response": "answers = '{\"q1\": 5}'",
    "score": "value = 100",
    "event": "actor = 'somebody else'",
    "event_value": "after = 'Berta'",
    "erasure": "reason = 'none'",
    "wording": "texts = '{\"en\": {}}'",
    "permission": "holder = 'somebody else'",
    "assistance": "answered_by = 'interpreter'",
    "consent_text": "text = 'changed'",
    "consent": "decision = 'declined'",
    "background": "question = 'cause'",
    "background_check": "outcome = 'kept'",
    "data_freeze": "name = 'other'",
}


@pytest.mark.parametrize("table", UPDATES)
def test_append_only_tables_refuse_update(filled: Connection, table: str) -> None:
    """Whoever writes past the program is stopped by the database."""
    with refused(filled, f"{table} is append-only"):
        filled.execute(text(f"UPDATE {table} SET {UPDATES[table]}"))  # noqa: S608 — our own words


@pytest.mark.parametrize(
    "table",
    [
        "instrument_version",
        "response",
        "score",
        "draft",
        "event",
        "event_value",
        "erasure",
        "alert",
        "contact",
        "assistance",
        "background",
        "background_check",
    ],
)
def test_nothing_is_deleted_without_a_recorded_erasure(filled: Connection, table: str) -> None:
    """Not even while another patient's erasure is recorded."""
    with refused(filled, f"{table} rows are deleted only under a recorded erasure"):
        filled.execute(text(f"DELETE FROM {table}"))  # noqa: S608


RESPONSE_COLUMNS = {
    "visit_id": "2",
    "instrument": "'phq9'",
    "instrument_version_id": "2",
    "not_given": '\'{"q2": "skipped"}\'',
    "answered_at": '\'{"q1": ""}\'',
    "locale": "'de'",
    "source": "'paper'",
    "answered_by": "'self'",
    "partial": "true",
    "started_at": "'2026-01-01 00:00:00+00:00'",
    "submitted_at": "'2026-01-01 00:00:00+00:00'",
    "completed_on": "'2026-01-01'",
    "supersedes_id": "1",
    "reason": "'because'",
    "id": "7",
}


@pytest.mark.parametrize("column", RESPONSE_COLUMNS)
def test_no_other_column_of_a_response_can_change(filled: Connection, column: str) -> None:
    """Only superseded_at and annulled_at ever do."""
    with refused(filled, "response is append-only"):
        filled.execute(text(f"UPDATE response SET {column} = {RESPONSE_COLUMNS[column]}"))  # noqa: S608


def test_every_column_of_a_response_is_covered() -> None:
    """A column added later must be guarded by the trigger too, and listed here."""
    free = {"answers", "superseded_at", "annulled_at"}
    assert set(Base.metadata.tables["response"].columns.keys()) == RESPONSE_COLUMNS.keys() | free


@pytest.mark.parametrize("column", ["superseded_at", "annulled_at"])
def test_a_response_is_superseded_or_annulled_once(filled: Connection, column: str) -> None:
    """From nothing to a moment, and neither to another moment nor back."""
    response = Base.metadata.tables["response"]
    filled.execute(response.update().values({column: AT}))
    with refused(filled, "response is append-only"):
        filled.execute(response.update().values({column: LATER}))
    with refused(filled, "response is append-only"):
        filled.execute(response.update().values({column: None}))
    with refused(filled, "response is append-only"):
        filled.execute(response.update().values({column: None, "reason": "x"}))


@pytest.mark.parametrize(
    "table", ["score", "response", "draft", "assistance", "background", "background_check"]
)
def test_answers_may_go_under_an_erasure_of_answers(filled: Connection, table: str) -> None:
    """Of that patient, in the order that foreign keys ask for."""
    erase(filled, "identity")
    with refused(filled, "only under a recorded erasure"):
        filled.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    filled.execute(
        Base.metadata.tables["erasure"].insert(),
        {**ROWS["erasure"], "id": 3, "patient_id": 1, "level": "answers"},
    )
    for inner in {"response": ["score"], "background": ["background_check"]}.get(table, []):
        filled.execute(text(f"DELETE FROM {inner}"))  # noqa: S608
    assert filled.execute(text(f"DELETE FROM {table}")).rowcount == 1  # noqa: S608


def test_a_freeze_lets_go_of_its_content_alone(filled: Connection) -> None:
    """Once answers of the study are erased; another study's stays."""
    for table, row in (("study", {"id": 2, "code": "S2"}), ("data_freeze", {"id": 2, "study_id": 2})):
        filled.execute(Base.metadata.tables[table].insert(), {**ROWS[table], **row})
    emptied = "UPDATE data_freeze SET content = NULL, emptied_at = made_at"
    for statement in (f"{emptied}, name = 'other' WHERE id = 1", f"{emptied} WHERE id = 2"):
        with refused(filled, "data_freeze is append-only"):
            filled.execute(text(statement))
    assert filled.execute(text(f"{emptied} WHERE id = 1")).rowcount == 1


def test_a_draft_may_go_once_its_response_is_there(filled: Connection) -> None:
    """Of the same visit and instrument."""
    another = {**ROWS["response"], "id": 2, "instrument": "phq9"}
    filled.execute(Base.metadata.tables["response"].insert(), another)
    assert filled.execute(text("DELETE FROM draft")).rowcount == 1


@pytest.mark.parametrize("level", ["identity", "answers"])
@pytest.mark.parametrize("table", ["event_value", "contact"])
def test_identity_may_go_under_any_erasure(filled: Connection, table: str, level: str) -> None:
    """The values in the audit trail and the contact; the patient's row only loses its pointer."""
    erase(filled, level)
    assert filled.execute(text(f"DELETE FROM {table}")).rowcount == 1  # noqa: S608
    assert filled.execute(text("SELECT count(*) FROM patient")).scalar() == 2
    if table == "contact":
        assert filled.scalar(text("SELECT contact_id FROM patient WHERE id = 1")) is None


@pytest.mark.parametrize("table", ["instrument_version", "event", "erasure", "alert"])
def test_some_rows_are_never_deleted(filled: Connection, table: str) -> None:
    """Not under an erasure either."""
    erase(filled, "answers")
    erase_identity = {**ROWS["erasure"], "id": 3, "patient_id": 1, "level": "identity"}
    filled.execute(Base.metadata.tables["erasure"].insert(), erase_identity)
    with refused(filled, "only under a recorded erasure"):
        filled.execute(text(f"DELETE FROM {table}"))  # noqa: S608


@pytest.mark.parametrize(
    "table", ["wording", "permission", "message", "message_template", "alert_mail", "data_freeze"]
)
def test_texts_and_permissions_stay_for_ever(filled: Connection, table: str) -> None:
    """Whatever is erased of patients: what was asked, by whose leave, what went out can always be told."""
    erase(filled, "answers")
    with refused(filled, f"{table} is append-only: its rows are never deleted"):
        filled.execute(text(f"DELETE FROM {table}"))  # noqa: S608


@pytest.mark.parametrize("table", TRIGGERS[REVISIONS[-1]])
def test_postgresql_refuses_truncate(postgres_url: str, table: str) -> None:
    """TRUNCATE passes by triggers of rows: it has one of its own, for superusers and CASCADE too."""
    with connected(postgres_url) as connection, refused(connection, "never truncated"):
        connection.execute(text(f"TRUNCATE {table} CASCADE"))


# What the named constraints refuse ----------------------------------------------------------------------

REFUSED_ROWS = [
    ("study", {"id": 2, "code": "S1"}, "code"),
    ("study", {"id": 2, "code": "S2", "status": "open"}, "ck_study_status"),
    ("study", {"id": 2, "code": "S2", "lowest_age": -1}, "ck_study_lowest_age"),
    ("study", {"id": 2, "code": "S2", "smallest_group": 4}, "ck_study_smallest_group"),
    ("patient", {"id": 3}, "study_id"),
    ("patient", {"id": 3, "code": "P3", "sex": "f"}, "ck_patient_sex"),
    ("patient", {"id": 3, "code": "P3", "birth_year": 70}, "ck_patient_birth_year"),
    ("visit", {"id": 2, "name": "x", "opens_on": date(2027, 1, 1)}, "ck_visit_window"),
    ("visit", {"id": 2}, "patient_id"),
    ("visit", {"id": 2, "name": "x", "occurrence": 0}, "ck_visit_occurrence"),
    ("instrument_version", {"id": 2}, "instrument"),
    ("draft", {"id": 2}, "visit_id"),
    ("response", {"id": 2}, "uq_response_current|visit_id"),
    ("response", {"id": 2, "instrument": "x", "source": "fax"}, "ck_response_source"),
    ("response", {"id": 2, "instrument": "x", "started_at": LATER}, "ck_response_times"),
    ("response", {"id": 2, "instrument": "x", "supersedes_id": 1}, "ck_response_reason"),
    ("response", {"id": 2, "instrument": "x", "visit_id": 99}, "FOREIGN KEY|fk_response_visit_id"),
    ("score", {}, "response_id"),
    ("score", {"scale": "x", "items_used": -1}, "ck_score_items"),
    ("alert", {"id": 2}, "visit_id"),
    ("alert", {"id": 2, "rule": "x", "state": "seen"}, "ck_alert_"),
    ("alert", {"id": 2, "rule": "x", "acknowledged_at": AT}, "ck_alert_acknowledged"),
    ("alert_mail", {"id": 2, "kind": "test"}, "ck_alert_mail_alert_id"),
    ("alert_rule", {"id": 2, "kind": "at_most"}, "ck_alert_rule_threshold"),
    ("alert_rule", {"id": 2, "threshold": 10}, "ck_alert_rule_threshold"),
    ("alert_rule", {"id": 2, "kind": "this_bad", "threshold": 10}, "ck_alert_rule_kind"),
    ("alert_rule", {"id": 2}, "uq_alert_rule|study_id"),
    ("message", {"id": 2}, "visit_id"),
    ("message", {"id": 2, "nth": 2, "outcome": "sent"}, "ck_message_settled"),
    ("event", {"id": 0, "hash": "2" * 64}, "ck_event_id"),
    ("event", {"id": 2}, "hash"),
    ("erasure", {"id": 2, "level": "all"}, "ck_erasure_level"),
    ("wording", {"id": 2}, "instrument"),
    ("wording", {"id": 2, "name": "x", "status": "verbatim"}, "ck_wording_status"),
    ("permission", {"id": 2, "study_id": 99}, "FOREIGN KEY|fk_permission_study_id"),
    ("permission", {"id": 2, "holder": ""}, "ck_permission_told"),
    ("permission", {"id": 2, "publication": ""}, "ck_permission_told"),
    ("background", {"id": 2, "question": "colour"}, "ck_background_question"),
    ("background_check", {"id": 2, "fact": "symptoms"}, "ck_background_check_fact"),
    ("background_check", {"id": 2, "outcome": "maybe"}, "ck_background_check_outcome"),
]


@pytest.mark.parametrize(("table", "change", "words"), REFUSED_ROWS, ids=str)
def test_named_constraints_refuse(
    filled: Connection, table: str, change: dict[str, object], words: str
) -> None:
    """A sample of what no row may say; the constraint's name or its columns are in the message."""
    point = filled.begin_nested()
    with pytest.raises(IntegrityError, match=words):
        filled.execute(Base.metadata.tables[table].insert(), {**ROWS[table], **change})
    point.rollback()


def test_a_superseded_response_makes_room_for_its_correction(filled: Connection) -> None:
    """One current response per visit and instrument: the next may come once this one is superseded."""
    response = Base.metadata.tables["response"]
    filled.execute(response.update().values(superseded_at=AT))
    correction = {**ROWS["response"], "id": 2, "supersedes_id": 1, "reason": "misread"}
    filled.execute(response.insert(), correction)
    with pytest.raises(IntegrityError, match=r"uq_response_current|visit_id"):
        filled.execute(response.insert(), {**ROWS["response"], "id": 3})


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
