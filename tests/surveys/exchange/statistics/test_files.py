"""One file: what is too long is cut and told, what is too large is refused."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Literal

import pyreadstat
import pytest

from surveys.exchange.statistics import files
from surveys.exchange.statistics.variables import Variable
from surveys.store.errors import Refused


def variable(name: str, words: str, codes: dict[int, str] | None = None) -> Variable:
    return Variable(name, "whole", "ordinal", words, [1, None], codes=codes or {})


@pytest.mark.parametrize("form", ["spss", "stata"])
def test_what_was_cut_is_told(form: Literal["spss", "stata"]) -> None:
    """SPSS counts bytes: 128 letters ä fit, one more does not."""
    kept = "ä" * (128 if form == "spss" else 80)
    told = [variable("a", kept), variable("b", f"{kept}ä"), variable("c", "short")]
    assert files.write(form, "t", told, BytesIO()) == ("b",)
    long = variable("d", "d", {1: "ä" * 61})
    assert files.write(form, "t", [long], BytesIO()) == (("d",) if form == "spss" else ())


def test_a_file_of_spss_says_what_it_is(tmp_path: Path) -> None:
    """In lines that it takes, because it may be handed on alone."""
    path = tmp_path / "t.sav"
    notes = ["The patients are simulated.", f"{'ä' * 30} {'b' * 30}", "c" * 90]
    with path.open("wb") as into:
        files.write("spss", "t", [variable("a", "a")], into, notes)
    _, found = pyreadstat.read_sav(path)
    assert found.notes == [notes[0], "ä" * 30, "b" * 30, f"{'c' * 77}…"]
    assert list(files.lines_of("")) == []


def test_a_file_that_would_be_too_large_is_refused() -> None:
    """Before anything is written."""
    many = [Variable(f"v{number}", "whole", "scale", "", range(500_001)) for number in range(60)]
    with pytest.raises(Refused, match="Too large for one Stata file; export CSV or split by instrument"):
        files.write("stata", "t", many, BytesIO())
