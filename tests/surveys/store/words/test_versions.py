"""Definitions frozen on first use, and the refusal to start on changed ones."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from surveys.db import db
from surveys.instruments.library import BUILT_IN
from surveys.settings import Settings
from surveys.store.words import versions
from surveys.store.words.versions import ChangedDefinitionError
from tests.support.study import changing, library, one_table

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
MORE = (BUILT_IN / "saq.toml").read_text(encoding="utf-8").replace('key = "saq"', 'key = "own"', 1)
OWN = MORE.replace("Synkinesis Assessment Questionnaire", "Our own questionnaire")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site's folder with one definition of its own."""
    folder = tmp_path / "instruments"
    folder.mkdir()
    (folder / "own.toml").write_text(OWN, encoding="utf-8")
    return folder


@pytest.fixture
def settings(database_url: str, folder: Path) -> Settings:
    """Settings of that site."""
    return Settings(database_url=database_url, secret_key="test " * 10, instruments=(folder,))


def freeze(app: Flask, wording: str | None = None) -> int:
    with changing(app) as session:
        return versions.freeze(session, library(app).get("own"), at=AT, wording=wording)


def start(settings: Settings) -> None:
    """Start a server, and let go of its database."""
    again = create_app(settings)
    with again.app_context():
        db.engine.dispose()


def test_a_version_is_frozen_once_with_its_text(app: Flask) -> None:
    """The whole definition, its digest and every word shown; a second use finds the first."""
    assert freeze(app) == freeze(app)
    [row] = one_table(app, "instrument_version")
    own = library(app).get("own")
    assert (row["instrument"], row["version"], row["wording_status"]) == ("own", own.version, "working")
    assert row["definition"] == OWN
    assert row["definition_sha256"] == own.sha256
    assert row["texts_sha256"] == own.wording.sha256
    assert row["texts"]["en"]["items"]["q1"] == own.wording.texts["en"].items["q1"]
    assert row["frozen_at"] == AT


def test_an_unknown_wording_is_a_version_of_its_own(app: Flask) -> None:
    """Imported answers whose printed text nobody recorded: named, and no text made up."""
    assert freeze(app) != freeze(app, versions.UNKNOWN_WORDING)
    [row] = [row for row in one_table(app, "instrument_version") if row["wording"] == "unknown"]
    assert (row["wording_status"], row["texts"]) == ("unknown", {})


def test_an_unchanged_definition_starts(app: Flask, settings: Settings) -> None:
    """Layout and comments do not count."""
    freeze(app)
    [file] = settings.instruments[0].iterdir()
    file.write_text("# a comment\n" + OWN.replace("minutes = 3", "minutes  =  3"), encoding="utf-8")
    start(settings)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("Smile: eye closes", "Laugh: eye closes", r"own version 1 was changed after it had been answered"),
        ("Smiling makes the eye", "Laughing makes the eye", r"The wording '.*' of own was changed"),
    ],
)
def test_a_changed_definition_refuses_to_start(
    app: Flask, settings: Settings, old: str, new: str, says: str
) -> None:
    """Content or words: the message names the instrument and what to do. Nothing is changed."""
    freeze(app)
    [file] = settings.instruments[0].iterdir()
    changed = OWN.replace(old, new)
    if changed == OWN:
        pytest.fail(f"the definition has no {old!r}")
    file.write_text(changed, encoding="utf-8")
    with pytest.raises(ChangedDefinitionError, match=says + r"(.|\n)*Put the old text back"):
        start(settings)
    assert len(one_table(app, "instrument_version")) == 1


def test_before_anybody_answered_it_may_change(app: Flask, settings: Settings) -> None:
    """Only use freezes."""
    [file] = settings.instruments[0].iterdir()
    file.write_text(OWN.replace("Smiling makes the eye", "Laughing makes the eye"), encoding="utf-8")
    start(settings)


def test_a_new_version_beside_the_old_starts(app: Flask, settings: Settings) -> None:
    """Which is what the message advises."""
    freeze(app)
    newer = OWN.replace('version = "1"', 'version = "2"', 1).replace("Smiling makes", "Laughing makes")
    (settings.instruments[0] / "own-2.toml").write_text(newer, encoding="utf-8")
    start(settings)


def test_a_missing_definition_refuses_to_start(app: Flask, settings: Settings) -> None:
    """Answers without their definition could not be scored again."""
    freeze(app)
    [file] = settings.instruments[0].iterdir()
    file.unlink()
    with pytest.raises(
        ChangedDefinitionError, match=r"own version 1 has answers, but no .* Put the file back"
    ):
        start(settings)
