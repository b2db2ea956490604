"""SQLite's file: nothing erased stays in it or in its log, and damage is told before anybody works on it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from surveys.db import prepare
from surveys.models import Patient
from surveys.settings import Settings
from surveys.sqlite_file import DamagedError, empty_log, must_be_whole
from surveys.store.patient import clinic, contacts, erasing
from surveys.store.patient.patients import NewContact
from tests.support.answers import send
from tests.support.commands import seventh_with
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


def test_who_still_reads_keeps_the_log(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and a later time empties it."""
    monkeypatch.setattr("surveys.sqlite_file.WAITS", 1)
    engine = create_engine(sqlite_url)
    with engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM study"))
        with engine.begin() as writer:
            writer.execute(text("CREATE TABLE shoe (size INTEGER)"))
        assert not empty_log(engine)
    assert empty_log(engine)
    engine.dispose()


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


@pytest.mark.parametrize("table", ["event", "visit"])
def test_a_damaged_file_is_told_in_words(
    settings: Settings, sqlite_url: str, tmp_path: Path, table: str
) -> None:
    """By every command, and by a backup, which then does not take the place of a good one."""
    damage(sqlite_url, table)
    with pytest.raises(DamagedError, match="is damaged"):
        prepare(sqlite_url)
    seventh = seventh_with(settings)
    (tmp_path / "b.zip").write_text("the backup of yesterday")
    for words in (("audit", "verify"), ("backup", tmp_path / "b.zip"), ("study", "list")):
        ran = seventh(*words)
        assert ran.code == 1, ran
        assert "is damaged" in ran.err
        assert len(ran.err.splitlines()) == 1
    assert (tmp_path / "b.zip").read_text() == "the backup of yesterday"


def test_a_whole_file_is_whole(sqlite_url: str, shared_postgres_url: str) -> None:
    """And a PostgreSQL looks after its own."""
    for url in (sqlite_url, shared_postgres_url):
        engine = create_engine(url)
        with engine.connect() as connection:
            must_be_whole(connection)
        engine.dispose()
