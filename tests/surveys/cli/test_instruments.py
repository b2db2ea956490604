"""`seventh instruments …`: without database and secret, all but `wording`."""

from __future__ import annotations

from pathlib import Path

import pytest

from surveys.instruments.library import Library
from tests.support.commands import Query, Seventh
from tests.support.wordings import as_csv, made_up

PHQ9 = Path(__file__).parents[3] / "surveys/instruments/definitions/phq9.toml"


def test_list_says_licence_and_wording(seventh: Seventh) -> None:
    """A line per instrument."""
    lines = seventh("instruments", "list").out.splitlines()
    found = {line.split()[0]: line for line in lines}
    assert {"face", "phq9", "saq"} <= found.keys()
    assert "verbatim" in found["phq9"]
    assert "working" in found["face"]
    assert "rights_unclear" in found["face"]


def test_show_has_items_scales_and_rules(seventh: Seventh) -> None:
    """What is asked, how it is scored, the missing rule in words and the alert."""
    out = seventh("instruments", "show", "phq9").out
    assert "0 to 27, higher is worse" in out
    assert "With one or two items missing" in out
    assert "q9 is 1 or more" in out


def test_an_unknown_key_is_told_with_those_known(seventh: Seventh) -> None:
    """Exit 1, one sentence."""
    ran = seventh("instruments", "show", "phq")
    assert ran.code == 1
    assert ran.err.startswith("There is no instrument 'phq'. Known: ")


def test_check_runs_the_examples(seventh: Seventh) -> None:
    """Without files, of everything installed."""
    assert "phq9 version 1: sound, 5 worked examples" in seventh("instruments", "check").out


def test_check_tells_each_fault_of_each_file(seventh: Seventh, tmp_path: Path) -> None:
    """A sound file is said to be so though another is not; exit 1."""
    bad = tmp_path / "bad.toml"
    text = PHQ9.read_text(encoding="utf-8")
    bad.write_text(text.replace("high = 27", "high = 30"), encoding="utf-8")
    ran = seventh("instruments", "check", PHQ9, bad)
    assert ran.code == 1
    assert "phq9 version 1: sound" in ran.out
    assert "bad.toml: scales.total.low" in ran.err


def test_a_sites_own_folder_is_read(
    seventh: Seventh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SEVENTH_INSTRUMENTS adds definitions without a database."""
    text = PHQ9.read_text(encoding="utf-8")
    own = text.replace('key = "phq9"', 'key = "own9"', 1)
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")
    monkeypatch.setenv("SEVENTH_INSTRUMENTS", str(tmp_path))
    assert "own9" in seventh("instruments", "list").out
    monkeypatch.setenv("SEVENTH_INSTRUMENTS", str(tmp_path / "gone"))
    assert "is not a folder" in seventh("instruments", "list").err


def test_a_wording_is_checked_loaded_and_never_replaced(
    seventh: Seventh, rows: Query, tmp_path: Path
) -> None:
    """A dry run changes nothing; the same file again is no fault; a changed one is refused."""
    face = Library.load().get("face")
    file = tmp_path / "face.csv"
    file.write_text(as_csv(made_up(face, locales=("nl", "en"))), encoding="utf-8")
    dry = seventh("instruments", "wording", file, "--dry-run")
    assert (dry.code, rows("SELECT count(*) FROM wording")) == (0, [(0,)])
    assert "face version 1, wording 'authors' (en, nl)" in dry.out
    assert "Loaded. Let a study use it" in seventh("instruments", "wording", file).out
    assert "word for word" in seventh("instruments", "wording", file).out
    file.write_text(as_csv(made_up(face, mark="*")), encoding="utf-8")
    ran = seventh("instruments", "wording", file)
    assert (ran.code, "Texts are never replaced" in ran.err) == (1, True)
    file.write_text("instrument,version,name,locale,part,key,text\nface,1,a,en,item,q1,x\n", encoding="utf-8")
    ran = seventh("instruments", "wording", file)
    assert ran.code == 1
    assert "texts.en.items.q2: is missing." in ran.err
    assert rows("SELECT name, loaded_by FROM wording") == [("authors", "command:instruments wording")]
