"""`seventh score`: any CSV in, the same with scores out."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest

from surveys.instruments.library import Library
from surveys.instruments.scoring import score
from tests.support.commands import Seventh

HEADER = ",".join(f"q{number}" for number in range(1, 10))


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_scores_follow_the_columns_that_were_there(seventh: Seventh) -> None:
    """Foreign columns pass through in their order, then value and missing per scale."""
    ran = seventh("score", "phq9", stdin=f'id,{HEADER},note\nA,2,1,2,2,2,0,0,0,1,"so, so"\nB,,,,,,,,,,x\n')
    assert ran.code == 0
    assert ran.out == (
        f"id,{HEADER},note,phq9_total,phq9_total_missing\n"
        'A,2,1,2,2,2,0,0,0,1,"so, so",10.0,0\n'
        "B,,,,,,,,,,x,,9\n"
    )


def test_values_are_unrounded(seventh: Seventh) -> None:
    """The number printed is the number computed, to the last bit."""
    answers = dict(zip(HEADER.split(","), (3, 3, 1, 1, 1, 1, 1, None, 2), strict=True))
    cells = ",".join("" if value is None else str(value) for value in answers.values())
    [row] = table(seventh("score", "phq9", stdin=f"{HEADER}\n{cells}\n").out)
    [expected] = score(Library.load().get("phq9"), answers)
    assert expected.value == 14.625
    assert (float(row["phq9_total"]), row["phq9_total_missing"]) == (expected.value, "1")


def test_every_scale_has_its_columns(seventh: Seventh) -> None:
    """FaCE has seven."""
    header = ",".join(f"q{number}" for number in range(1, 16))
    [row] = table(seventh("score", "face", stdin=f"{header}\n{','.join('5' * 15)}\n").out)
    assert row["face_total"] == row["face_lacrimal_control"] == "100.0"
    assert len([name for name in row if name.startswith("face_")]) == 14


def test_columns_may_come_in_any_order_and_unscored_ones_may_be_there(seventh: Seventh) -> None:
    """q10 of the PHQ-9 is checked like the others, and not scored."""
    header = ",".join(reversed(HEADER.split(",")))
    ran = seventh("score", "phq9", stdin=f"q10,{header}\n3,1,0,0,0,0,0,0,0,2\n")
    assert table(ran.out)[0]["phq9_total"] == "3.0"
    assert "row 2, column q10" in seventh("score", "phq9", stdin=f"q10,{header}\n9,1,0,0,0,0,0,0,0,2\n").err


def test_spreadsheets_are_understood(seventh: Seventh) -> None:
    """A byte order mark, CRLF, blank lines, spaces and 3.0 for 3."""
    text = f"{HEADER}\r\n 3,3.0,0,0,0,0,0,0,0\r\n\r\n".encode("utf-8-sig")
    ran = seventh("score", "phq9", stdin=text)
    assert table(ran.out)[0]["phq9_total"] == "6.0"
    assert ran.out.startswith("q1,")
    assert len(table(ran.out)) == 1


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("4", "4"),
        ("-1", "-1"),
        ("9.0", "9"),
        *((cell, f"'{cell}'") for cell in ("1.5", "x", "nan", "1e0", "٣", "0x1", "1_0", "9" * 20, "True")),
    ],
)
def test_what_is_no_answer_is_refused_with_row_and_column(seventh: Seventh, cell: str, shown: str) -> None:
    """Digits of other scripts and Python's own spellings of numbers are no answers either."""
    ran = seventh("score", "phq9", stdin=f"id,{HEADER}\nA,0,0,0,0,0,0,0,0,0\nB,0,0,{cell},0,0,0,0,0,0\n")
    assert ran.code == 1
    assert ran.err == (
        f"row 3, column q3: {shown} is not one of the choices 0, 1, 2, 3.\n"
        "1 row before it is already written out.\n"
    )
    assert [row["id"] for row in table(ran.out)] == ["A"]


def test_a_refused_file_does_not_appear(seventh: Seventh, tmp_path: Path) -> None:
    """With -o an older file stays as it was, and nothing unfinished is left beside it."""
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(f"{HEADER}\n0,0,0,0,0,0,0,0,0\n0,0,0,0,0,0,0,0,8\n")
    target.write_text("older")
    ran = seventh("score", "phq9", source, "-o", target)
    assert (ran.code, ran.out) == (1, "")
    assert "row 3, column q9: 8 is not" in ran.err
    assert target.read_text() == "older"
    assert {path.name for path in tmp_path.iterdir()} - {"seventh.db"} == {"in.csv", "out.csv"}


def test_a_file_may_be_scored_in_place(seventh: Seventh, tmp_path: Path) -> None:
    """The result takes the place of the source when it is whole."""
    file = tmp_path / "answers.csv"
    file.write_text(f"{HEADER}\n0,0,0,0,0,0,0,0,0\n")
    assert seventh("score", "phq9", file, "-o", file).code == 0
    assert table(file.read_text())[0]["phq9_total"] == "0.0"


@pytest.mark.skipif(os.name == "nt", reason="a device of Unix")
def test_a_device_is_written_to_and_not_replaced(seventh: Seventh, tmp_path: Path) -> None:
    """`-o /dev/stdout` must not put a file where the device was."""
    source = tmp_path / "in.csv"
    source.write_text(f"{HEADER}\n0,0,0,0,0,0,0,0,0\n")
    assert seventh("score", "phq9", source, "-o", "/dev/null").code == 0
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("q1,q2\n0,0\n", "row 1, column q3: This column is missing."),
        (f"{HEADER},q1\n{'0,' * 9}0\n", "row 1, column q1: This column stands twice."),
        (f"{HEADER},phq9_total\n{'0,' * 9}0\n", "row 1, column phq9_total: A score would have"),
        (f"{HEADER}\n0,0\n", "row 2: This row has 2 cells, but the header has 9."),
        (f'{HEADER}\n"0"0,0,0,0,0,0,0,0,0\n', "row 2: This is not CSV"),
        ("", "row 1, column q1: This column is missing."),
    ],
)
def test_a_table_that_will_not_do_is_refused(seventh: Seventh, text: str, sentence: str) -> None:
    """Exit 1, the place, the reason; nothing scored."""
    ran = seventh("score", "phq9", stdin=text)
    assert ran.code == 1
    assert sentence in ran.err
    assert "already written" not in ran.err


def test_columns_of_other_encodings_pass_unchanged(seventh: Seventh, tmp_path: Path) -> None:
    """A name in Latin-1 is none of our business: its bytes come out as they went in."""
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(f"name,{HEADER}\nMüller,0,0,0,0,0,0,0,0,0\n".encode("latin-1"))
    assert seventh("score", "phq9", source, "-o", target).code == 0
    assert target.read_bytes().splitlines()[1].startswith("Müller,0".encode("latin-1"))


def test_an_unknown_instrument_is_refused(seventh: Seventh) -> None:
    """With those that are known."""
    ran = seventh("score", "phq", stdin="")
    assert ran.code == 1
    assert "Known: " in ran.err
