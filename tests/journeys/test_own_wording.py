"""A site's own text: from the file to the permission, the patient's page, the answer, and the next text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from app import create_app
from surveys.db import db
from surveys.exchange.wording_file import read
from surveys.frames import study_frames
from surveys.models import Study
from surveys.settings import Settings
from surveys.store.words import permissions, wordings
from surveys.store.words.permissions import NewPermission
from tests.support.commands import Ran, Seventh, seventh_with
from tests.support.patient import Patient, in_process
from tests.support.ready import make_ready_in
from tests.support.study import FACE, PHQ9, SAQ, changing, invite, library, one_table, scores
from tests.support.wordings import as_csv, as_toml, made_up

TEXTS = (
    *("--contact", "Tel. 1", "--who-reads", "We do, on Mondays."),
    *("--crisis-text", "Call 112. We read this on Mondays, not at once."),
)
LEAVE = (
    "--holder",
    "The authors",
    "--reference",
    "Letter of 1 March 2026",
    "--publication",
    "doi:10.0000/en",
)


@pytest.fixture
def seventh(settings: Settings) -> Seventh:
    """The commands, on the same database."""
    return seventh_with(settings)


def load(app: Flask, seventh: Seventh, file: Path, key: str, name: str, mark: str = "") -> Ran:
    """Write a made-up text and load it by command."""
    tables = made_up(library(app).get(key), name, mark=mark)
    file.write_text((as_csv if file.suffix == ".csv" else as_toml)(tables), encoding="utf-8")
    return seventh("instruments", "wording", file)


def at_the_first_item(app: Flask, code: str, study: str) -> Patient:
    """A new patient of the study who pressed Start."""
    walker = Patient(in_process(app))
    walker.open(invite(app, code, study=study).token)
    walker.next()
    return walker


def versions(app: Flask) -> dict[int, str]:
    """The wording of each frozen version."""
    return {row["id"]: row["wording"] for row in one_table(app, "instrument_version")}


def use(app: Flask, key: str) -> None:
    """Let the one study ask in a made-up text, as a coordinator would."""
    with changing(app) as session:
        instrument = read("f.toml", as_toml(made_up(library(app).get(key))).encode(), library(app))
        at = datetime.now(UTC)
        wordings.load(session, instrument, file="f.toml", at=at, actor="test")
        new = NewPermission(key, "authors", "The authors", "Letter", "doi:10.0000/en")
        permissions.permit(session, session.query(Study).one(), new, library(app), at=at, actor="test")


def test_from_the_file_to_the_answers(
    app: Flask, settings: Settings, seventh: Seventh, tmp_path: Path
) -> None:
    """A real study goes active in the authors' words, and every response says which they were."""
    seventh("study", "create", "R1", *TEXTS)
    make_ready_in(settings.database_url, "R1")
    for key, name, file in (("face", "FaCE", tmp_path / "face.toml"), ("saq", "SAQ", tmp_path / "saq.csv")):
        assert f"The text of {name} is a working wording" in seventh("study", "activate", "R1").err
        assert load(app, seventh, file, key, "authors-1").code == 0
        assert f"The text of {name} is a working wording" in seventh("study", "activate", "R1").err
        assert seventh("study", "permit", "R1", key, "--wording", "authors-1", *LEAVE).code == 0
    assert seventh("study", "activate", "R1").code == 0

    walker = at_the_first_item(app, "P1", "R1")
    for words in ("face-en title", "face-en recall movement", "face-en item q1", "face-en movement 1"):
        assert words in walker.page.text
    assert "The corner of my mouth" not in walker.page.text
    walker.fill(FACE)
    assert "face-en movement 1" in walker.page.text
    walker.next()
    walker.finish(PHQ9, SAQ)
    assert walker.page.heading == "Thank you"
    frozen = {row["instrument"]: row for row in one_table(app, "instrument_version")}
    assert {key: (row["wording"], row["wording_status"]) for key, row in frozen.items()} == {
        "face": ("authors-1", "loaded"),
        "phq9": ("original", "verbatim"),
        "saq": ("authors-1", "loaded"),
    }
    [loaded] = [row for row in one_table(app, "wording") if row["instrument"] == "face"]
    assert frozen["face"]["texts"] == loaded["texts"]
    assert frozen["face"]["texts_sha256"] == loaded["sha256"]
    assert scores(app)["face.total"] == 50

    refused = load(app, seventh, tmp_path / "face.toml", "face", "authors-1", mark="*")
    assert (refused.code, "Texts are never replaced" in refused.err) == (1, True)
    begun = at_the_first_item(app, "P2", "R1")
    begun.answer(3)
    assert load(app, seventh, tmp_path / "face.toml", "face", "authors-2", mark="*").code == 0
    assert "face-en item q2" in begun.get(begun.path).text
    assert seventh("study", "permit", "R1", "face", "--wording", "authors-2", *LEAVE).code == 0
    assert "face-en item q2" in begun.get(begun.path).text, "what is begun goes on in its words"
    begun.fill(FACE[1:])
    begun.next()
    later = at_the_first_item(app, "P3", "R1")
    assert "face*-en item q1" in later.page.text
    later.fill(FACE)
    later.next()

    of_face = [row for row in one_table(app, "response") if row["instrument"] == "face"]
    named = versions(app)
    assert [named[row["instrument_version_id"]] for row in of_face] == ["authors-1", "authors-1", "authors-2"]
    with app.app_context():
        study = db.session.query(Study).filter_by(code="R1").one()
        table = study_frames(db.session, study, library(app)).scores
    total = table[table["scale"] == "face.total"]
    assert list(total["wording"]) == ["authors-1", "authors-1", "authors-2"]
    assert set(table["wording_status"]) == {"loaded", "verbatim"}
    assert seventh("scores", "check").code == 0
    assert seventh("audit", "verify").code == 0


def test_the_program_starts_only_while_the_texts_hold(
    app: Flask, settings: Settings, seventh: Seventh, tmp_path: Path
) -> None:
    """With what was loaded and permitted it starts, and another process asks in the same words."""
    seventh("study", "create", "R1", *TEXTS)
    for key in ("face", "saq"):
        load(app, seventh, tmp_path / f"{key}.toml", key, "authors")
        seventh("study", "permit", "R1", key, "--wording", "authors", *LEAVE)
    make_ready_in(settings.database_url, "R1")
    seventh("study", "activate", "R1")
    again = create_app(settings)
    walker = at_the_first_item(again, "P1", "R1")
    assert "face-en item q1" in walker.page.text
    with again.app_context():
        db.engine.dispose()


def test_a_text_costs_the_items_no_statement(app: Flask) -> None:
    """It is read once; each item then takes the one statement that it takes without."""
    invited = invite(app)
    use(app, "face")
    use(app, "face")
    walker = Patient(in_process(app))
    walker.open(invited.token)
    walker.next()
    seen: list[str] = []

    def note(*details: object) -> None:
        seen.append(str(details[2]))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    for _ in range(2):
        walker.get(walker.path)
        assert "face-en item q1" in walker.page.text
        assert len([one for one in seen if one.startswith("SELECT")]) == 1
        seen.clear()
        walker.answer(3)
        seen.clear()
        walker.get(walker.path.replace("/2", "/1"))
        seen.clear()
    event.remove(engine, "before_cursor_execute", note)


def test_an_answer_is_never_counted_to_words_that_nobody_read(app: Flask) -> None:
    """A page left open while the study got other words asks again in these; nothing is stored before."""
    invited = invite(app)
    walker = Patient(in_process(app))
    walker.open(invited.token)
    walker.next()
    assert "The corner of my mouth" in walker.page.text
    use(app, "face")
    walker.answer(3)
    assert "face-en item q1" in walker.page.text
    assert one_table(app, "draft") == []
    walker.answer(4)
    assert walker.asked == "face/2"
    [draft] = one_table(app, "draft")
    assert draft["answers"]["q1"][-1]["value"] == 4
    assert versions(app)[draft["instrument_version_id"]] == "authors"


@pytest.mark.parametrize("wanted", [True, False])
def test_the_difficulty_item_is_asked_where_the_study_wants_it(app: Flask, wanted: bool) -> None:
    """Stored with the others, and no part of the score."""
    invited = invite(app, optional_items=("phq9.q10",) if wanted else ())
    walker = Patient(in_process(app))
    walker.open(invited.token)
    walker.finish(FACE)
    walker.next()
    walker.fill(PHQ9)
    if wanted:
        assert walker.asked == "phq9/10"
        assert "how difficult have these problems made it" in walker.page.text
        walker.answer(2)
    else:
        walker.get(walker.path.replace("review", "10"))
        assert walker.status == 404
        walker.get(f"/visit/{invited.visit_id}/phq9/review")
    walker.next()
    [response] = [row for row in one_table(app, "response") if row["instrument"] == "phq9"]
    assert response["answers"].get("q10") == (2 if wanted else None)
    assert scores(app)["phq9.total"] == sum(PHQ9)
