"""Scoring files: the same numbers as for one response, whatever the size."""

from __future__ import annotations

import csv
import io
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.exchange.faults import FileRefused
from surveys.exchange.scored import CHUNK, Scoring
from surveys.instruments.library import Library
from surveys.instruments.scoring import score

LIBRARY = Library.load()


def scored(key: str, rows: list[dict[str, str]], columns: list[str]) -> tuple[list[dict[str, str]], Scoring]:
    """The rows that come out."""
    source = io.StringIO(newline="")
    writer = csv.DictWriter(source, columns, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    out = io.BytesIO()
    scoring = Scoring(LIBRARY.get(key), io.BytesIO(source.getvalue().encode()), out)
    try:
        scoring.run()
    finally:
        found = list(csv.DictReader(io.StringIO(out.getvalue().decode(), newline="")))
    return found, scoring


@given(st.data(), st.sampled_from(["face", "phq9", "saq"]))
def test_a_file_scores_as_its_responses_do(data: st.DataObject, key: str) -> None:
    """Every scale of every row, to the last bit, and foreign cells as they were."""
    instrument = LIBRARY.get(key)
    items = {item.key: st.sampled_from([None, *instrument.values(item.key)]) for item in instrument.asked()}
    notes = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
    rows = data.draw(st.lists(st.tuples(notes, st.fixed_dictionaries(items)), min_size=1, max_size=10))
    cells = [
        {"note": note} | {item: "" if value is None else str(value) for item, value in answers.items()}
        for note, answers in rows
    ]
    found, _ = scored(key, cells, ["note", *items])
    for row, (note, answers) in zip(found, rows, strict=True):
        assert row["note"] == note
        for expected in score(instrument, answers):
            value = row[f"{key}_{expected.scale}"]
            assert (float(value) if value else None) == expected.value
            assert int(row[f"{key}_{expected.scale}_missing"]) == expected.items_missing


@pytest.mark.parametrize("note", ["a\rb", "a\nb", "a\r\nb", 'say "a"', "a,b", "\ufeff", " a "])
def test_awkward_cells_come_out_as_they_went_in(note: str) -> None:
    """Line ends of every kind, quotes, commas and spaces."""
    cells = [{"note": note} | {f"q{item}": "1" for item in range(1, 10)}]
    found, _ = scored("phq9", cells, list(cells[0]))
    assert [row["note"] for row in found] == [note]


@pytest.mark.parametrize("rows", [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_no_row_is_lost_between_chunks(rows: int) -> None:
    """As many rows come out as went in, in their order."""
    random = Random(rows)
    cells = [
        {"id": str(number)} | {f"q{item}": random.choice("0123") for item in range(1, 10)}
        for number in range(rows)
    ]
    found, scoring = scored("phq9", cells, list(cells[0]))
    assert [row["id"] for row in found] == [row["id"] for row in cells]
    assert scoring.written == rows


def test_rows_before_a_fault_are_out() -> None:
    """All of them, also those of the chunk that the fault is in."""
    cells = [{f"q{item}": "1" for item in range(1, 10)} for _ in range(CHUNK + 100)]
    cells[CHUNK + 49]["q7"] = "5"
    out = io.BytesIO()
    text = "\n".join(",".join(row.values()) for row in cells)
    source = io.BytesIO(f"{','.join(cells[0])}\n{text}\n".encode())
    scoring = Scoring(LIBRARY.get("phq9"), source, out)
    with pytest.raises(FileRefused, match=f"row {CHUNK + 51}, column q7"):
        scoring.run()
    assert scoring.written == len(out.getvalue().splitlines()) - 1 == CHUNK + 49


def outcome(key: str, content: bytes) -> tuple[bytes, int, str]:
    """What comes out, how many rows, and what was wrong."""
    out, problem = io.BytesIO(), ""
    scoring = Scoring(LIBRARY.get(key), io.BytesIO(content), out)
    try:
        scoring.run()
    except FileRefused as refused:
        problem = str(refused)
    return out.getvalue(), scoring.written, problem


CELLS = st.sampled_from(["", "0", "1", "2", "3", "2.0", " 1", "\u2003", "+1", "7", "x", "é", "\udc80", "\0"])
ROWS = st.lists(
    st.one_of(st.lists(CELLS, min_size=10, max_size=10), st.lists(CELLS, max_size=11)), max_size=9
)


NO_LONE_EMPTY = ROWS.filter(lambda rows: [""] not in rows)  # a cell where it is quoted, else no row


@given(NO_LONE_EMPTY, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_lines_without_quotes_score_as_quoted_ones_do(rows: list[list[str]], end: str, ended: bool) -> None:
    """The same bytes, count and fault, whatever stands in the cells and however long a row is."""
    header = ["note", *(f"q{item}" for item in range(1, 10))]
    plain = end.join(",".join(row) for row in [header, *rows]) + end * ended
    quoted = end.join(",".join(f'"{cell}"' for cell in row) for row in [header, *rows]) + end * ended
    found = [outcome("phq9", text.encode("utf-8", "surrogateescape")) for text in (plain, quoted)]
    assert found[0] == found[1]


@pytest.mark.parametrize("after", ['"a, ""b"""', "a\rb", "a" * 200_000])
def test_a_file_may_turn_awkward_late(after: str) -> None:
    """Rows round the first that needs a CSV reader, or is too long for one, are each there once."""
    rows = [f"{number},{','.join('1' * 9)}" for number in range(CHUNK + 10)]
    rows[CHUNK + 5] = f"{after},{','.join('1' * 9)}"
    header = "note," + ",".join(f"q{item}" for item in range(1, 10))
    out, written, problem = outcome("phq9", "\n".join([header, *rows]).encode())
    lines = out.decode().split("\n")
    assert lines[1 : CHUNK + 6] == [f"{row},9.0,0" for row in rows[: CHUNK + 5]]
    if '"' in after:
        assert problem == ""
        assert lines[CHUNK + 6 :] == [f"{row},9.0,0" for row in rows[CHUNK + 5 :]] + [""]
        assert written == CHUNK + 10
    else:
        assert f"row {CHUNK + 7}" in problem
        assert written == CHUNK + 5
