"""A backup taken while the server runs, and restored on the other kind of database."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text, update

from app import create_app
from surveys.db import close, migrate_down, newest_revision
from surveys.models import PASSING, Contact, Grading, Palsy, Patient, Response
from surveys.settings import Settings
from tests.support.answers import send
from tests.support.commands import Seventh, seventh_with
from tests.support.patient import Patient as Walker
from tests.support.patient import in_process
from tests.support.simulated import populate
from tests.support.study import FACE, changing, invite, one_table, stored


@pytest.fixture
def other(settings: Settings, database_url: str, request: pytest.FixtureRequest) -> Settings:
    """An empty database of the other kind than the one of `app`."""
    kind = "postgres" if database_url.startswith("sqlite") else "sqlite"
    url = request.getfixturevalue(f"empty_{kind}_url").replace("seventh.db", "other.db")
    return dataclasses.replace(settings, database_url=url)


@pytest.fixture
def busy(app: Flask) -> Flask:
    """Simulated patients, and one who is real: with a name, an alert and a response that was annulled."""
    populate(app, 6)
    invited = invite(app, "P1", study="S2")
    send(app, invited.token, FACE, draft=(1,) * 9)
    with changing(app) as session:
        patient = session.get_one(Patient, invited.patient_id)
        patient.contact = Contact(name="Anna Ábel-Øst 林", born_on=date(1970, 5, 31), email="a@b.example")
        palsy = session.scalars(select(Palsy).where(Palsy.patient_id == patient.id)).one()
        grading = Grading(patient_id=patient.id, palsy_id=palsy.id, scale="sunnybrook", value=70)
        grading.graded_on, grading.parts = date(2025, 1, 2), {"resting": "5"}
        session.add(grading)
        session.execute(
            update(Response).where(Response.instrument == "face").values(annulled_at=datetime.now(UTC))
        )
    return app


def exported(seventh: Seventh, folder: Path, name: str) -> dict[str, bytes]:
    """The bytes of the packages of both studies, with calendar dates."""
    files = {}
    for study in ("S1", "S2"):
        path = folder / f"{name}-{study}.zip"
        ran = seventh("export", study, path, "--exact-dates", "to compare")
        assert ran.code == 0, ran
        files[study] = path.read_bytes()
    return files


@pytest.mark.database(both=False)
def test_restored_elsewhere_everything_is_the_same(
    busy: Flask, settings: Settings, other: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Every row of every table, the same export bytes, a whole audit trail, right scores; and it goes on."""
    before, after = seventh_with(settings), seventh_with(other)
    packages = exported(before, tmp_path, "before")
    file = tmp_path / "backup.zip"
    kept = stored(busy)
    ran = before("backup", file)
    assert ran.code == 0, ran
    assert file.stat().st_mode & 0o777 == 0o600
    ran = after("restore", file)
    assert (ran.code, ran.err) == (0, "")
    assert "The audit trail is whole, every stored score is what its answers give." in ran.out

    assert exported(after, tmp_path, "after") == packages
    for words in (("audit", "verify"), ("scores", "check")):
        assert after(*words).code == 0

    restored = create_app(other)
    restored.testing = True
    request.addfinalizer(lambda: _close(restored))
    found = stored(restored)
    for table, rows in kept.items():
        if table not in {"event", "event_value", "binding", "backup_proof", *PASSING}:
            assert _sorted(found[table]) == _sorted(rows), table
    before_it, there = (sorted(rows["event"], key=lambda row: row["id"]) for rows in (kept, found))
    assert there[: len(before_it)] == before_it
    assert len(found["backup_proof"]) == 1
    assert set(_sorted(found["binding"])) > set(_sorted(kept["binding"]))
    walker = Walker(in_process(restored))
    walker.open(invite(restored, "P9", study="S2").token)  # ids go on after those restored
    assert walker.status == 200
    walker.finish(FACE)
    assert after("audit", "verify").code == 0


def _close(app: Flask) -> None:
    with app.app_context():
        close()


def _sorted(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True, default=str) for row in rows)


@pytest.mark.database(both=False)
def test_nobody_waits_and_nothing_half_is_kept(
    busy: Flask, settings: Settings, other: Settings, tmp_path: Path
) -> None:
    """While somebody is in the midst of writing, the backup is taken without it, and blocks nobody."""
    engine = create_engine(settings.database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE patient SET site = 'unfinished'"))
        ran = seventh_with(settings)("backup", tmp_path / "b.zip")
        assert ran.code == 0, ran
    engine.dispose()
    assert {row["site"] for row in one_table(busy, "patient")} == {"unfinished"}
    assert seventh_with(other)("restore", tmp_path / "b.zip").code == 0
    engine = create_engine(other.database_url)
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT DISTINCT site FROM patient")).all() == [None]
    engine.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.long
def test_a_database_with_anything_in_it_is_left_alone(
    busy: Flask, settings: Settings, postgres_url: str, tmp_path: Path
) -> None:
    """Restoring a second time is refused; one that was only migrated is empty."""
    migrated = dataclasses.replace(settings, database_url=postgres_url)
    seventh_with(settings)("backup", tmp_path / "b.zip")
    assert seventh_with(migrated)("restore", tmp_path / "b.zip").code == 0
    for target in (settings, migrated):
        before = stored(busy)
        ran = seventh_with(target)("restore", tmp_path / "b.zip")
        assert ran.code == 1
        assert "is not empty" in ran.err
        assert stored(busy) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("damage", ["row", "lost", "cut", "other"])
def test_a_damaged_backup_is_refused(settings: Settings, tmp_path: Path, damage: str) -> None:
    """A changed row, a table gone, a file cut short, another file: nothing is restored."""
    seventh = seventh_with(settings)
    seventh("study", "create", "S1")
    whole, file = tmp_path / "whole.zip", tmp_path / "damaged.zip"
    assert seventh("backup", whole).code == 0
    if damage == "cut":
        file.write_bytes(whole.read_bytes()[:-100])
    elif damage == "other":
        file.write_text("patient,visit\n")
    else:
        with zipfile.ZipFile(whole) as source, zipfile.ZipFile(file, "w") as target:
            for name in source.namelist():
                content = source.read(name)
                if name == "study.jsonl":
                    content = content.replace(b"S1", b"S2")
                if damage == "row" or name != "study.jsonl":
                    target.writestr(name, content)
    empty = f"sqlite:///{tmp_path / 'nothing.db'}"
    ran = seventh_with(dataclasses.replace(settings, database_url=empty))("restore", file)
    assert ran.code == 1
    assert str(file) in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not (tmp_path / "nothing.db").exists()


@pytest.mark.long
def test_an_older_backup_comes_up_to_date(
    busy: Flask, settings: Settings, other: Settings, tmp_path: Path
) -> None:
    """Taken before a migration, it is restored as it was and then migrated.

    Going down dropped what binds the rows of this database; the proof says so, and nothing else.
    """
    migrate_down(settings.database_url, "0009")
    assert seventh_with(settings)("backup", tmp_path / "b.zip").code == 0
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0009"
    engine.dispose()
    ran = seventh_with(other)("restore", tmp_path / "b.zip")
    assert [one for one in ran.err.splitlines() if "was removed without an erasure" not in one] == [], ran
    engine = create_engine(other.database_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == newest_revision()
        assert connection.scalar(text("SELECT count(*) FROM patient")) == 7
    engine.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.long
def test_a_trial_proves_the_backup(busy: Flask, settings: Settings, tmp_path: Path) -> None:
    """It is restored beside the file, checked, thrown away, and recorded where it was taken."""
    seventh = seventh_with(settings)
    ran = seventh("backup", tmp_path / "b.zip", "--prove")
    assert ran.code == 0, ran
    [proof] = one_table(busy, "backup_proof")
    assert proof["sha256"] in ran.out
    assert not list(tmp_path.glob(".*"))
    with changing(busy) as session:
        session.execute(text("DROP TRIGGER event_update"))
        session.execute(text("UPDATE event SET actor = 'nobody' WHERE id = 1"))
    ran = seventh("backup", tmp_path / "c.zip", "--prove")
    assert ran.code == 1
    assert "Event 1: its content was changed after it was written." in ran.err
    assert len(one_table(busy, "backup_proof")) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_postgresql_cannot_hold_is_told(
    app: Flask, settings: Settings, empty_postgres_url: str, tmp_path: Path
) -> None:
    """When the backup is proved, and in a sentence before anything is restored."""
    invited = invite(app, "P1")
    with changing(app) as session:
        session.get_one(Patient, invited.patient_id).contact = Contact(name="An\0na")
    file = tmp_path / "backup.zip"
    fault = "Table contact, row 1, {}: a text with NUL, which PostgreSQL cannot hold.\n"
    told = "".join(map(fault.format, ("name", "searched", "name_folded")))
    ran = seventh_with(settings)("backup", file, "--prove")
    assert (ran.code, ran.err) == (0, told), ran
    ran = seventh_with(dataclasses.replace(settings, database_url=empty_postgres_url))("restore", file)
    assert (ran.code, ran.err) == (1, told)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.long
def test_a_restore_cut_short_goes_on(
    busy: Flask, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after its rows were in: no server begins, another file is refused, and the same one finishes."""
    assert seventh_with(settings)("backup", tmp_path / "b.zip").code == 0
    assert seventh_with(settings)("backup", tmp_path / "later.zip").code == 0
    target = dataclasses.replace(settings, database_url=f"sqlite:///{tmp_path / 'target.db'}")
    seventh = seventh_with(target)

    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr("surveys.cli.backup.faults", kill)
        assert seventh("restore", tmp_path / "b.zip").code == 1
    ran = seventh("study", "list")
    assert (ran.code, ran.err) == (
        1,
        "A restore into this database was cut short. Run it again with the same file: seventh restore\n",
    )
    assert (
        "A restore of another file into this database was cut short"
        in seventh("restore", tmp_path / "later.zip").err
    )
    ran = seventh("restore", tmp_path / "b.zip")
    assert ran.code == 0, ran
    assert "It goes on." in ran.err
    assert seventh("audit", "verify").code == 0
    assert "is not empty" in seventh("restore", tmp_path / "b.zip").err


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_proof_leaves_nothing_if_it_is_killed(
    busy: Flask, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While all of it is restored for the trial, no file but the backup is there to be left."""
    seen = []

    def look(*_: object) -> list[str]:
        seen.append(sorted(path.name for path in tmp_path.rglob("*")))
        return []

    monkeypatch.setattr("surveys.cli.backup.faults", look)
    assert seventh_with(settings)("backup", tmp_path / "b.zip", "--prove").code == 0
    assert seen == [["b.zip"]]
