"""The server's role: what it may, what it may not, and who does both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from surveys.models.dialects import on_postgresql
from surveys.store import audit
from surveys.store.audit import guards, roles
from surveys.store.errors import Refused
from tests.support.roles import SERVER, as_server

from .test_attacks import ALL

pytestmark = pytest.mark.owner

SCHEMA_CHANGES = (
    "DROP TRIGGER score_update ON score",
    "ALTER TABLE event DISABLE TRIGGER USER",
    "ALTER TABLE patient DROP CONSTRAINT ck_patient_birth_year",
    """CREATE OR REPLACE FUNCTION seventh_response_update() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RETURN NEW; END $$""",
    "CREATE RULE quiet AS ON DELETE TO event DO INSTEAD NOTHING",
    "TRUNCATE event CASCADE",
    "SET session_replication_role = replica",
    "CREATE TABLE shadow (id integer)",
    "DROP TABLE score",
)


WORST = {"a visit moves to another patient", "a score is changed", "all events are removed"}
"""Attacks that its rights or a trigger refuse, in the suite and in the proofs."""


@contextmanager
def refused(session: Session, words: str) -> Iterator[None]:
    point = session.begin_nested()
    with pytest.raises(DBAPIError, match=words):
        yield
    point.rollback()


@pytest.fixture
def served(whole: Session) -> Session:
    """The record on PostgreSQL, for a session that then takes the server's role."""
    record = whole
    if not on_postgresql(record):
        pytest.skip("SQLite has no roles")
    if record.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": SERVER}) is None:
        record.execute(text(f"CREATE ROLE {SERVER} LOGIN"))
    roles.give(record, SERVER)
    record.execute(text(f"SET LOCAL ROLE {SERVER}"))
    return record


@pytest.mark.parametrize(
    ("first", "step"), [(0, 12), *(pytest.param(first, 12, marks=pytest.mark.long) for first in range(1, 12))]
)
def test_every_attack_by_the_server_is_refused_or_named(served: Session, first: int, step: int) -> None:
    """Refused by its rights or by a trigger; what it may write by its trade, the trail names."""
    silent, through = [], set()
    tried = {*WORST, *list(ALL)[first::step]}
    for name in sorted(tried):
        statements = ALL[name]
        point = served.begin_nested()
        try:
            for statement in statements.split(";"):
                served.execute(text(statement.replace(":", r"\:")))
        except DBAPIError:
            point.rollback()
            continue
        through.add(name)
        if not list(audit.verify(served)):
            silent.append(name)
        point.rollback()
    assert silent == []
    assert len(through) < len(tried) * 2 / 3
    assert not through & WORST


def test_the_server_changes_no_guard(served: Session) -> None:
    """It owns nothing, so that whoever breaks into it cannot take the guards away first."""
    for statement in SCHEMA_CHANGES:
        with refused(served, r"must be owner|permission denied"):
            served.execute(text(statement))


def test_who_does_both_is_told(served: Session) -> None:
    """For a check of the installation: the owner does, the server does not, and SQLite has no roles."""
    assert not roles.owns(served)
    with pytest.raises(Refused, match="owns no table"):
        roles.give(served, SERVER)
    served.execute(text("RESET ROLE"))
    assert roles.owns(served)
    assert list(roles.known(served)) == [SERVER]


def test_rights_beyond_those_stated_are_named(served: Session) -> None:
    """Somebody gave the server more, for convenience or worse."""
    served.execute(text("RESET ROLE"))
    assert list(guards.missing(served)) == []
    served.execute(text(f"GRANT UPDATE (answers) ON response TO {SERVER}"))
    served.execute(text(f"GRANT DELETE, TRIGGER ON event TO {SERVER}"))
    assert list(map(str, guards.missing(served))) == [
        f"Role {SERVER}: it may delete rows of event.",
        f"Role {SERVER}: it may empty event or give it triggers.",
        f"Role {SERVER}: it may change response.answers.",
    ]
    roles.give(served, SERVER)
    assert list(guards.missing(served)) == []
    served.execute(text("GRANT UPDATE (outcome) ON message TO PUBLIC"))
    served.execute(text("GRANT DELETE ON draft TO pg_monitor"))
    assert list(map(str, guards.missing(served))) == [
        "Role PUBLIC: it may change message, and is no server's.",
        "Role pg_monitor: it may change draft, and is no server's.",
    ]


def test_no_rights_go_to_who_cannot_have_them(record: Session) -> None:
    """A role that is not there, one that may do all, a database without roles."""
    assert roles.owns(record) == on_postgresql(record)
    if not on_postgresql(record):
        with pytest.raises(Refused, match="SQLite has no roles"):
            roles.give(record, SERVER)
        return
    with pytest.raises(Refused, match="There is no role nobody_here"):
        roles.give(record, "nobody_here")
    with pytest.raises(Refused, match="may do all that the owner may"):
        roles.give(record, "postgres")


def test_a_role_keeps_its_rights_at_the_same_address(shared_postgres_url: str) -> None:
    """The server connects with its own name, and the program sees a schema that is up to date."""
    from surveys.db import prepare

    url = as_server(shared_postgres_url)
    prepare(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == SERVER
    engine.dispose()
