"""SQLite's file: nothing erased stays in it or in its log, and damage is told before anybody works on it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from surveys.cli.database import reading
from surveys.db import migrate_down, prepare
from surveys.models import Patient
from surveys.settings import Settings
from surveys.sqlite_file import DamagedError, empty_log, must_be_whole
from surveys.store.patient import clinic, contacts, erasing
from surveys.store.patient.patients import NewContact
from tests.support.answers import send
from tests.support.commands import Seventh, seventh_with
from tests.support.study import FACE, changing, invite

SECRETS = (b"Ankersmit", b"anna@abel.example", b"0207946", b"H-777", b"1970-07-23", b"husband", b"q14")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """On PostgreSQL dead rows stay until VACUUM, and the log goes where its operator sends it."""
    return sqlite_url


def found(path: Path) -> set[bytes]:
    """The secrets in the database and in its log."""
    files = (path, path.with_name(f"{path.name}-wal"))
    content = b"".join(file.read_bytes() for file in files if file.exists())
    return {secret for secret in SECRETS if secret in content}


def test_no_byte_of_what_was_erased_stays_while_the_server_runs(app: Flask, sqlite_url: str) -> None:
    """Name, mail, telephone, hospital number, birth date, a note, answers: in neither of the two files."""
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    invited, at = invite(app, "P1"), datetime.now(UTC)
    send(app, invited.token, FACE)
    contact = NewContact(
        name="Anna Ankersmit",
        hospital_number="H-777",
        email="anna@abel.example",
        telephone="0207946",
        born_on=date(1970, 7, 23),
    )
    with changing(app) as session:
        contacts.change(
            session, session.get_one(Patient, invited.patient_id), contact, at=at, actor="staff:1"
        )
        clinic.write_note(session, invited.patient_id, "Her husband called.", at=at, actor="staff:1")
    assert found(path) == set(SECRETS)
    with changing(app) as session:
        patient = session.get_one(Patient, invited.patient_id)
        erasing.remove(session, patient, reason="asked", on=at.date(), at=at, actor="staff:1")
    assert found(path) <= {b"q14"}  # a definition names its items too
    with app.app_context():
        assert path.with_name(f"{path.name}-wal").stat().st_size == 0


def test_who_still_reads_keeps_the_log(sqlite_url: str) -> None:
    """It is told, and a later time empties it."""
    engine = create_engine(sqlite_url)
    with engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM study"))
        with engine.begin() as writer:
            writer.execute(text("CREATE TABLE shoe (size INTEGER)"))
        assert not empty_log(engine, waits=1)
    assert empty_log(engine)
    engine.dispose()


def test_the_next_commit_empties_the_log_that_a_reader_kept(
    app: Flask, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dashboard that is drawn meanwhile would else keep what was erased until the server stops."""
    monkeypatch.setattr("surveys.sqlite_file.WAITS", 1)
    log = Path(f"{sqlite_url.removeprefix('sqlite:///')}-wal")
    invited, at = invite(app, "P1"), datetime.now(UTC)
    reader = create_engine(sqlite_url)
    with reader.connect() as reading_on:
        reading_on.execute(text("SELECT count(*) FROM study"))
        with changing(app) as session:
            patient = session.get_one(Patient, invited.patient_id)
            erasing.remove(session, patient, reason="asked", on=at.date(), at=at, actor="staff:1")
        assert log.stat().st_size > 0
    with changing(app) as session:
        clinic.write_note(session, invited.patient_id, "She called.", at=at, actor="staff:1")
    assert log.stat().st_size == 0
    reader.dispose()


def damage(url: str, table: str) -> None:
    """Overwrite the first page of a table with noise."""
    engine, path = create_engine(url), Path(url.removeprefix("sqlite:///"))
    with engine.connect() as connection:
        size = connection.scalar(text("PRAGMA page_size"))
        page = connection.scalar(
            text("SELECT rootpage FROM sqlite_master WHERE name = :name"), {"name": table}
        )
    empty_log(engine)
    engine.dispose()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(bytes(range(1, 251)) * (size // 250))


def in_words(seventh: Seventh, *words: object) -> str:
    """What the command says of the damage, in one line."""
    ran = seventh(*words)
    assert ran.code == 1, ran
    [said] = ran.err.splitlines()
    assert " is damaged" in said
    return said


@pytest.mark.parametrize("table", ["event", "visit"])
def test_a_damaged_file_is_told_in_words(
    settings: Settings, sqlite_url: str, tmp_path: Path, table: str
) -> None:
    """By a server, by the proofs, and by a backup, which then does not take the place of a good one."""
    damage(sqlite_url, table)
    with pytest.raises(DamagedError, match="is damaged"):
        prepare(sqlite_url)
    seventh = seventh_with(settings)
    (tmp_path / "b.zip").write_text("the backup of yesterday")
    for words in (("audit", "verify"), ("check",), ("worker",), ("backup", tmp_path / "b.zip")):
        assert "The database file" in in_words(seventh, *words)
    assert (tmp_path / "b.zip").read_text() == "the backup of yesterday"


def test_other_commands_do_not_read_the_whole_file(settings: Settings, sqlite_url: str) -> None:
    """They tell of the damage in what they need, and only then."""
    damage(sqlite_url, "event")
    assert seventh_with(settings)("study", "list").code == 0
    damage(sqlite_url, "study")
    assert "malformed" in in_words(seventh_with(settings), "study", "list")


def test_a_command_that_stumbles_over_damage_says_so(app: Flask, sqlite_url: str) -> None:
    """What a damaged page holds may be read as any value, and the error is then the value's."""
    context = click.Context(click.Command("study"), obj=lambda: app)
    with pytest.raises(KeyError), reading(context):
        raise KeyError("x")
    damage(sqlite_url, "event")
    with pytest.raises(DamagedError, match="is damaged"), reading(context):
        raise KeyError("x")


def test_a_file_without_a_readable_schema_is_told_in_words(settings: Settings, sqlite_url: str) -> None:
    """Also where what SQLite says of it is no text."""
    engine, path = create_engine(sqlite_url), Path(sqlite_url.removeprefix("sqlite:///"))
    empty_log(engine)
    engine.dispose()
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE study (", b"CREATE TABLE study \xca"))
    assert "malformed" in in_words(seventh_with(settings), "study", "list")


def test_a_file_is_looked_at_before_it_is_migrated(sqlite_url: str) -> None:
    """A migration would write onto the damage."""
    migrate_down(sqlite_url, "0028")
    damage(sqlite_url, "visit")
    with pytest.raises(DamagedError):
        prepare(sqlite_url, whole=False)


def test_a_whole_file_is_whole(sqlite_url: str, shared_postgres_url: str) -> None:
    """And a PostgreSQL looks after its own."""
    for url in (sqlite_url, shared_postgres_url):
        engine = create_engine(url)
        with engine.connect() as connection:
            must_be_whole(connection)
        engine.dispose()
