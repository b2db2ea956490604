"""The walk-through in docs/ is true: its blocks are definitions that load, score and ask."""

import re
from pathlib import Path

import numpy as np

from surveys.instruments.definition import parse
from surveys.instruments.library import Library
from surveys.instruments.scoring import check_answers, score, score_table

WALK_THROUGH = Path(__file__).parents[3] / "docs/add-an-instrument.md"


def blocks() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", WALK_THROUGH.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_blocks_of_the_walk_through_are_a_whole_definition() -> None:
    """Whoever copies them has an instrument that scores: reversed, prorated, looked up."""
    sleep = parse("\n".join(blocks()[:-1]), "sleep.toml")
    assert [result.value for result in score(sleep, {"q1": 2, "q2": 0, "q3": 2})] == [100, 68.9]
    assert [result.value for result in score(sleep, {"q2": 1, "q3": 2})] == [75, 60]
    assert sleep.locales == ("en",)


def test_last_block_is_a_form_of_ones_own() -> None:
    """Unscored, answered by staff, with numbers, a date and several choices."""
    form = parse(blocks()[-1], "tumour_form.toml")
    assert (form.askable, form.answered_by, form.scales) == (True, "staff", ())
    check_answers(form, {"q1": 12.5, "q2": 40, "q3": "2026-03-14", "q4": [1, 3]})


def test_definitions_of_a_site_are_loaded_and_scored(tmp_path: Path) -> None:
    """Dropped into a folder, they stand beside the built-in ones."""
    (tmp_path / "sleep.toml").write_text("\n".join(blocks()[:-1]), encoding="utf-8")
    (tmp_path / "tumour_form.toml").write_text(blocks()[-1], encoding="utf-8")
    library = Library.load([tmp_path])
    assert {"sleep", "tumour_form", "face"} <= set(library.keys())
    table = score_table(library.get("sleep"), {"q1": np.array([2, 0]), "q2": np.array([0, np.nan])})
    assert [column.items_missing.tolist() for column in table.values()] == [[1, 2], [1, 2]]
    assert np.isnan(table["t"].value).tolist() == [False, True]
