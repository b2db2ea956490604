"""`seventh study …`."""

from __future__ import annotations

from pathlib import Path

from surveys.instruments.library import Library
from tests.support.commands import Query, Seventh
from tests.support.ready import make_ready_in
from tests.support.wordings import as_toml, made_up


def test_a_study_needs_only_a_code(seventh: Seventh, rows: Query) -> None:
    """It is a draft in UTC with the registry's plan, from 18 years on."""
    assert seventh("study", "create", "clinic").code == 0
    assert rows("SELECT code, title, timezone, status, lowest_age, simulated FROM study") == [
        ("clinic", "clinic", "UTC", "draft", 18, 0)
    ]
    assert rows("SELECT key FROM timepoint ORDER BY position")[0] == ("baseline",)


def test_a_code_is_used_once(seventh: Seventh, rows: Query) -> None:
    """A second study of the same code is refused, and nothing is stored of it."""
    seventh("study", "create", "clinic")
    ran = seventh("study", "create", "clinic", "--title", "Another")
    assert (ran.code, ran.err) == (1, "There already is a study clinic. Choose another code.\n")
    assert rows("SELECT title FROM study") == [("clinic",)]


def test_a_code_is_the_same_in_any_capitals(seventh: Seventh, rows: Query) -> None:
    """For a second study, which is refused, and for a command that means the first."""
    seventh("study", "create", "clinic")
    ran = seventh("study", "create", "CLINIC")
    assert (ran.code, ran.err) == (1, "There already is a study clinic. Choose another code.\n")
    assert seventh("study", "show", "Clinic").out == seventh("study", "show", "clinic").out
    assert seventh("study", "show", "clinics").code == 1


def test_unknown_plan_and_time_zone_are_refused(seventh: Seventh, rows: Query) -> None:
    """Each with the choice there is."""
    assert "Choose one of: acute_bells_palsy" in seventh("study", "create", "a", "--plan", "weekly").err
    assert "no time zone" in seventh("study", "create", "a", "--timezone", "Mars/Base").err
    assert rows("SELECT count(*) FROM study") == [(0,)]


def test_show_says_what_keeps_a_study_from_going_live(seventh: Seventh) -> None:
    """Facts, plan, and obstacles in sentences."""
    seventh("study", "create", "clinic", "--title", "Our registry", "--lowest-age", 16)
    ran = seventh("study", "show", "clinic")
    assert ran.code == 0
    assert "Our registry" in ran.out
    assert "month_3" in ran.out
    assert "crisis text" in ran.out


def test_list_has_a_line_per_study(seventh: Seventh) -> None:
    """Code, status, patients, title; an empty installation says what to do."""
    assert "study create" in seventh("study", "list").err
    seventh("study", "create", "b", "--title", "Second")
    seventh("study", "create", "a", "--simulated")
    lines = seventh("study", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == ["a", "b"]
    assert "draft, simulated" in lines[0]
    assert "Second" in lines[1]


def test_an_unknown_study_is_told_with_those_there_are(seventh: Seventh) -> None:
    """The sentence helps to correct a slip."""
    seventh("study", "create", "clinic")
    ran = seventh("study", "show", "klinik")
    assert (ran.code, ran.err) == (1, "There is no study klinik. Studies are: clinic.\n")


def test_activate_tells_every_obstacle(seventh: Seventh, rows: Query) -> None:
    """A study that lacks texts stays a draft; a simulated one with its texts goes live."""
    seventh("study", "create", "bare")
    ran = seventh("study", "activate", "bare")
    assert ran.code == 1
    assert "cannot go active yet" in ran.err
    texts = ("--contact", "Tel. 1", "--who-reads", "We do, on Mondays.", "--crisis-text", "Call 112.")
    seventh("study", "create", "full", "--simulated", *texts)
    assert seventh("study", "activate", "full").code == 0
    assert rows("SELECT code, status FROM study ORDER BY code") == [("bare", "draft"), ("full", "active")]


def test_an_optional_item_is_asked_where_it_is_wanted(seventh: Seventh, rows: Query) -> None:
    """By its name; one that is not optional is refused."""
    assert seventh("study", "create", "clinic", "--ask", "phq9.q10").code == 0
    assert rows("SELECT optional_items FROM study") == [('["phq9.q10"]',)]
    assert "phq9.q10" in seventh("study", "show", "clinic").out
    assert "no optional item 'phq9.q9'" in seventh("study", "create", "other", "--ask", "phq9.q9").err


def test_a_real_study_goes_live_in_permitted_words(
    seventh: Seventh, rows: Query, database_url: str, tmp_path: Path
) -> None:
    """Texts loaded, leave recorded, shown; without it the study stays a draft."""
    crisis = "Call 112. We read this on Mondays, not at once."
    texts = ("--contact", "Tel. 1", "--who-reads", "We do, on Mondays.", "--crisis-text", crisis)
    seventh("study", "create", "clinic", *texts)
    make_ready_in(database_url, "clinic")
    for key in ("face", "saq"):
        assert "working wording" in seventh("study", "activate", "clinic").err
        file = tmp_path / f"{key}.toml"
        file.write_text(as_toml(made_up(Library.load().get(key))), encoding="utf-8")
        assert seventh("instruments", "wording", file).code == 0
        told = ("--holder", "The authors", "--reference", "Letter 7", "--publication", "doi:10.0/1")
        missing = seventh("study", "permit", "clinic", key, "--wording", "other", *told)
        assert (missing.code, "no wording 'other'" in missing.err) == (1, True)
        assert seventh("study", "permit", "clinic", key, "--wording", "authors").code == 2
        assert seventh("study", "permit", "clinic", key, "--wording", "authors", *told).code == 0
    shown = seventh("study", "show", "clinic").out
    assert "authors (loaded), in en" in shown
    assert "by leave of The authors: Letter 7; doi:10.0/1" in shown
    ran = seventh("study", "activate", "clinic")
    assert (ran.code, ran.out) == (0, "Study clinic is active now.\n")
    assert "SEVENTH_MAIL_URL names no mail server" in ran.err
    assert "The address is not https: SEVENTH_PUBLIC_URL is http://localhost" in ran.err
    assert rows("SELECT status FROM study") == [("active",)]


def test_a_consent_text_is_loaded_once(seventh: Seventh, tmp_path: Path) -> None:
    """The same again changes nothing; other words under its version, or a language too few, are refused."""
    file = tmp_path / "consent.toml"
    seventh("study", "create", "clinic")
    file.write_text('version = "1"\n[en]\ntext = "May we?"\n')
    assert seventh("study", "consent", "clinic", file).out.startswith("Study clinic asks for consent")
    assert seventh("study", "consent", "clinic", file).out == "It is there already, word for word.\n"
    file.write_text('version = "1"\n[en]\ntext = "We may."\n')
    ran = seventh("study", "consent", "clinic", file)
    assert (ran.code, "give this a new one" in ran.err) == (1, True)
    file.write_text('version = "2"\n[de]\ntext = "Dürfen wir?"\n')
    ran = seventh("study", "consent", "clinic", file)
    assert (ran.code, "speaks English" in ran.err) == (1, True)


def test_a_control_sign_is_refused(seventh: Seventh, rows: Query) -> None:
    """Also a byte that is no UTF-8: neither database could give it back."""
    for title in ("Fac\x01es", "Fac\udce9s"):
        ran = seventh("study", "create", "clinic", "--title", title)
        assert (ran.code, ran.err) == (
            1,
            "title holds a control sign, or one that is not UTF-8. Remove it.\n",
        )
    assert rows("SELECT count(*) FROM study") == [(0,)]


def test_a_set_up_goes_into_a_file_and_comes_out_of_it(seventh: Seventh, rows: Query, tmp_path: Path) -> None:
    seventh("study", "create", "clinic", "--title", "The clinic", "--plan", "acute_bells_palsy")
    file = tmp_path / "setup.json"
    assert seventh("study", "export-setup", "clinic", file).code == 0
    assert seventh("study", "import-setup", file, "second", "--simulated").code == 0
    assert seventh("study", "copy", "clinic", "third", "--title", "Third").code == 0
    assert rows("SELECT code, title, simulated FROM study") == [
        ("clinic", "The clinic", 0),
        ("second", "The clinic", 1),
        ("third", "Third", 0),
    ]
    assert len({count for (count,) in rows("SELECT count(*) FROM timepoint GROUP BY study_id")}) == 1
    file.write_text(file.read_text(encoding="utf-8").replace('"times": 1', '"times": "x"'), encoding="utf-8")
    ran = seventh("study", "import-setup", file, "fourth")
    assert (ran.code, "plan.1.times" in ran.err) == (1, True)
    assert len(rows("SELECT id FROM study")) == 3
