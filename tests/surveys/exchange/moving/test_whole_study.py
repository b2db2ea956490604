"""A study is taken over whole, or not at all; the journey compares all that came."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from surveys.db import short_transaction
from surveys.exchange.moving import files, whole_study
from surveys.instruments.library import Library
from surveys.store.errors import Refused
from tests.support import moved, nasty
from tests.support.engines import engine_of
from tests.support.study import one_table
from tests.support.uploads import Uploader

Change = Callable[[Any], None]


@pytest.fixture(scope="module")
def whole(_first_app: Callable[[], Flask]) -> Mapping[str, bytes]:
    """Everything of a study."""
    app = _first_app()
    moved.make_whole(app)
    return nasty.leave(app, "all", exact_dates="We leave")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    with engine_of(database_url) as found:
        yield found


def take(engine: Engine, found: Mapping[str, bytes]) -> str:
    content, library = moved.packed(found), Library.load()
    with (
        files.opened(content, "S1.zip", files.WHOLE_STUDY) as outer,
        files.opened(content, "S1.zip") as package,
    ):
        given = (lambda: Session(engine), lambda: short_transaction(engine), outer, package, library)
        return whole_study.take(*given, at=datetime.now(UTC), actor="test")[0]


def changed(whole: Mapping[str, bytes], name: str, change: Change) -> Mapping[str, bytes]:
    """The folder with another content of one file, and sums that fit."""
    content = json.loads(whole[name])
    change(content)
    return moved.summed({**whole, name: json.dumps(content).encode()})


def test_it_begins_as_a_draft(engine: Engine, whole: Mapping[str, bytes]) -> None:
    """Nobody answers before somebody has looked; a second time the code is taken."""
    assert take(engine, whole) == "S1"
    with engine.connect() as connection:
        [row] = connection.exec_driver_sql("SELECT status, activated_at, crisis_texts FROM study").all()
        assert row[:2] == ("draft", None)
        assert "112" in str(row[2])
        actions = connection.exec_driver_sql("SELECT action FROM event ORDER BY id").scalars().all()
    assert actions[:2] == ["study.created", "study.taken_over"]
    with pytest.raises(Refused, match="There already is a study S1"):
        take(engine, whole)


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        (
            "study/settings.json",
            lambda one: one.update(locales=None),
            "settings.json does not fit",
        ),
        (
            "study/plan.json",
            lambda one: one[0].update(battery=["moods"]),
            "there is no questionnaire 'moods'",
        ),
        ("study/plan.json", lambda one: one[0].update(name="=1"), "cannot begin with ="),
        ("study/plan.json", lambda one: one[0].update(mood=1), "study/plan.json does not fit"),
        ("study/plan.json", lambda one: one[0].update(times=0), "study/ does not fit"),
        ("study/plan.json", lambda one: one[0].pop("key"), "^study/ does not fit"),
        (
            "study/consent_texts.json",
            lambda one: one[0].update(text="Other."),
            "consent_texts.json does not fit",
        ),
        ("study/own_forms.json", lambda one: one[0].update(version="7"), "own_forms.json does not fit"),
        ("study/amendments.json", lambda one: one[0].update(consent_version="9"), "study/ does not fit"),
        ("study/plan.json", lambda one: one.clear(), "has no timepoint baseline"),
    ],
)
def test_what_does_not_fit_leaves_nothing(
    engine: Engine, whole: Mapping[str, bytes], name: str, change: Change, said: str
) -> None:
    """No study, and a sentence that names the file or what is wrong."""
    with pytest.raises(Refused, match=said):
        take(engine, changed(whole, name, change))
    with engine.connect() as connection:
        for table in ("study", "own_form", "consent_text", "event"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0  # noqa: S608


def test_a_page_does_the_same(app: Flask, whole: Mapping[str, bytes]) -> None:
    """A refusal leaves no study; then it is a draft, and one press brings its data in."""
    uploader, page = Uploader(app, None), "/staff/studies/take-over"
    uploader.send(page, moved.packed(changed(whole, "study/plan.json", lambda one: one.clear())))
    assert uploader.status == 422
    assert "has no timepoint baseline" in uploader.page.text
    assert one_table(app, "study") == []
    uploader.send(page, moved.packed(whole))
    assert "Patients: 3." in uploader.page.text
    assert one_table(app, "patient") == []
    [sent] = (row["id"] for row in one_table(app, "job") if row["kind"] == "incoming")
    uploader.send(f"/staff/S1/imports/{sent}")
    assert "It is in." in uploader.page.text
    assert sorted(row["code"] for row in one_table(app, "patient")) == ["0012", "1E5", "NA"]
    assert [row["status"] for row in one_table(app, "study")] == ["draft"]


def test_other_definitions_are_refused(engine: Engine, whole: Mapping[str, bytes]) -> None:
    """By name, with what to do."""
    name = "definitions/phq9-1.toml"
    other = whole[name].replace(b'key = "phq9"', b'key = "phqx"', 1)
    with pytest.raises(Refused, match="phqx version 1, whose definition is not here"):
        take(engine, moved.summed({**whole, name: other}))
    titled = whole[name].replace(b'title = "', b'title = "X ', 1)
    with pytest.raises(Refused, match="phq9 version 1 is defined otherwise here"):
        take(engine, moved.summed({**whole, name: titled}))


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    """A tidy package alone has no plan."""
    with (
        pytest.raises(Refused, match=r"it lacks study/settings.json or study/plan.json"),
        files.opened(tmp_path, "S1", files.WHOLE_STUDY),
    ):
        pass
