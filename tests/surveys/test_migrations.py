"""The schema: every revision up and down, in step with the models, its triggers as the design says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from surveys.db import MIGRATIONS, migrate, migrate_down, newest_revision
from surveys.models import Base
from surveys.models.functions import FUNCTIONS
from surveys.models.triggers import Dialect, in_one_order
from surveys.models.triggers import triggers as stated_triggers
from surveys.models.upkeep import upkeeps
from tests.support.rows import connected, refused

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
TRIGGERS["0020"] = TRIGGERS["0019"]
TRIGGERS["0021"] = TRIGGERS["0020"] | {
    "background": {"INSERT", "UPDATE", "DELETE"},
    "draft": {"INSERT", "DELETE"},
    "patient": {"INSERT", "UPDATE"},
    "response": {"INSERT", "UPDATE", "DELETE"},
    "study": {"UPDATE"},
    "visit": {"INSERT", "UPDATE", "DELETE"},
}
TRIGGERS["0022"] = TRIGGERS["0021"]
TRIGGERS["0023"] = TRIGGERS["0022"] | {"binding": {"UPDATE", "DELETE"}}
TRIGGERS["0024"] = TRIGGERS["0023"] | {"data_import": {"UPDATE", "DELETE"}}
TRIGGERS["0026"] = TRIGGERS["0024"]
TRIGGERS["0027"] = TRIGGERS["0026"] | {"head_mail": {"DELETE"}}
TRIGGERS["0028"] = TRIGGERS["0027"] | {"signature": {"UPDATE", "DELETE"}}
TRIGGERS["0030"] = TRIGGERS["0028"]
TRIGGERS["0031"] = TRIGGERS["0030"]
TRIGGERS["0032"] = TRIGGERS["0031"]
TRIGGERS["0033"] = TRIGGERS["0032"]
TRIGGERS["0034"] = TRIGGERS["0033"]
TRIGGERS["0035"] = TRIGGERS["0034"]
TRIGGERS["0036"] = TRIGGERS["0035"]
TRIGGERS["0037"] = TRIGGERS["0036"]
TRIGGERS["0038"] = TRIGGERS["0037"] | {"report": {"UPDATE", "DELETE"}, "report_file": {"UPDATE", "DELETE"}}
TRIGGERS["0039"] = TRIGGERS["0038"]
TRIGGERS["0040"] = TRIGGERS["0039"]
TRIGGERS["0041"] = TRIGGERS["0040"]  # own_lists
TRIGGERS["0042"] = TRIGGERS["0041"]
TRIGGERS["0043"] = TRIGGERS["0042"] | {
    "feedback_shown": {"UPDATE", "DELETE"},
    "priority": {"UPDATE", "DELETE"},
}
TRIGGERS["0044"] = TRIGGERS["0043"]  # keys
TRIGGERS["0045"] = TRIGGERS["0044"]
TRIGGERS["0046"] = TRIGGERS["0045"]
TRIGGERS["0047"] = TRIGGERS["0046"] | {"amendment": {"UPDATE", "DELETE"}}
TRIGGERS["0048"] = TRIGGERS["0047"] | {"own_form": {"UPDATE", "DELETE"}}
TRIGGERS["0049"] = TRIGGERS["0048"]  # dismissals
TRIGGERS["0050"] = TRIGGERS["0049"]  # questions
TRIGGERS["0051"] = TRIGGERS["0050"]  # the language of an account
TRIGGERS["0052"] = TRIGGERS["0051"]  # packages
TRIGGERS["0053"] = TRIGGERS["0052"] | {"analysis_plan": {"UPDATE", "DELETE"}}
TRIGGERS["0054"] = TRIGGERS["0053"]  # how the face has changed
TRIGGERS["0055"] = TRIGGERS["0054"]  # answers without consent
MAY_BE_EMPTIED = {"patient", "study", "visit"}  # their triggers refuse nothing
TRIGGERS["0058"] = TRIGGERS["0055"]  # more is bound
TRIGGERS["0059"] = TRIGGERS["0058"]  # another palsy
TRIGGERS["0060"] = TRIGGERS["0059"]  # joined once
TRIGGERS["0061"] = TRIGGERS["0060"]  # sealed drafts
TRIGGERS["0062"] = TRIGGERS["0061"]  # codes are bound
TRIGGERS["0063"] = TRIGGERS["0062"]  # outcomes of messages are bound
TRIGGERS["0064"] = TRIGGERS["0063"]  # lists are bound
TRIGGERS["0065"] = TRIGGERS["0064"]  # what refers to rows that go is indexed
TRIGGERS["0066"] = TRIGGERS["0065"]  # forms that were sent


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
            told = [(table, re.split(" BEFORE | AFTER ", sql)[1].split()[0]) for table, sql in rows]
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
    guarded = set() if url.startswith("sqlite") else TRIGGERS[revision].keys() - MAY_BE_EMPTIED
    return {
        table: statements | ({"TRUNCATE"} if table in guarded else set())
        for table, statements in TRIGGERS[revision].items()
    }


def test_the_newest_revision_is_alembics_head() -> None:
    """What the start compares, read from file names, is what Alembic would say."""
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [newest_revision()]


@pytest.mark.database(both=False)
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
    [*(pytest.param(revision, marks=pytest.mark.long) for revision in REVISIONS[:-1]), REVISIONS[-1]],
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
                # SQLAlchemy reads no name of a key that SQLite has in the definition of its column.
                one["name"] or f"fk_{table.name}_{'_'.join(one['constrained_columns'])}"
                for one in [
                    *seen.get_check_constraints(table.name),
                    *seen.get_unique_constraints(table.name),
                    *seen.get_foreign_keys(table.name),
                    *([seen.get_pk_constraint(table.name)] if table.primary_key else []),
                ]
            }
            stated = table.constraints - (set() if table.primary_key else {table.primary_key})
            assert {constraint.name for constraint in stated} == there, table.name


@contextmanager
def made_of_the_models(url: str) -> Iterator[Connection]:
    """A connection to tables and triggers as models and `surveys.models.triggers` say; it keeps nothing."""
    on_sqlite = url.startswith("sqlite")
    with connected("sqlite://" if on_sqlite else url) as connection:
        if not on_sqlite:
            connection.execute(text("CREATE SCHEMA models"))
            connection.execute(text("SET LOCAL search_path TO models"))
        Base.metadata.create_all(connection, checkfirst=False)
        dialect: Dialect = "sqlite" if on_sqlite else "postgresql"
        for trigger in (*stated_triggers(dialect), *upkeeps()):
            for statement in trigger.sql(dialect):
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


@pytest.fixture
def postgres_url(shared_postgres_url: str) -> str:
    """The same, of PostgreSQL alone."""
    return shared_postgres_url


@pytest.mark.parametrize("table", sorted(TRIGGERS[REVISIONS[-1]].keys() - MAY_BE_EMPTIED))
def test_postgresql_refuses_truncate(postgres_url: str, table: str) -> None:
    """TRUNCATE passes by triggers of rows: it has one of its own, for superusers and CASCADE too."""
    with connected(postgres_url) as connection, refused(connection, "never truncated"):
        connection.execute(text(f"TRUNCATE {table} CASCADE"))
