"""Text cut into cells, whatever separates them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.exchange.faults import FileRefused
from surveys.exchange.sheets import cut

WANTED = [(1, ["code", "name"]), (3, ["A-1", "Müller, Ada"]), (4, ["A-2", 'Bob "B" O’Brien'])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "text",
    [
        'code,name\n\nA-1,"Müller, Ada"\nA-2,"Bob ""B"" O’Brien"\n\n',
        'code;name\n;\nA-1;Müller, Ada\nA-2;"Bob ""B"" O’Brien"\n',
        'code\tname\n\t\nA-1\tMüller, Ada\nA-2\tBob "B" O’Brien',
        '\ufeff\ufeffcode;name\n\nA-1;"Müller, Ada"\nA-2 ; "Bob ""B"" O’Brien"'.replace('; "', ';"'),
    ],
)
def test_any_separator_and_line_end(text: str, end: str) -> None:
    """Rows keep the numbers of the spreadsheet, also below empty ones."""
    assert cut.rows(text.replace("\n", end)) == WANTED


def test_a_decimal_comma_separates_nothing() -> None:
    """In a file with semicolons; the separator may be named above the header, which counts as a row."""
    assert cut.rows("code;dose\nA-1;2,5\nA-2;3,5") == [
        (1, ["code", "dose"]),
        (2, ["A-1", "2,5"]),
        (3, ["A-2", "3,5"]),
    ]
    assert cut.rows("sep=;\ncode,x;b\n1;2") == [(2, ["code,x", "b"]), (3, ["1", "2"])]
    assert cut.rows('"a;b;c",d\n1,2') == [(1, ["a;b;c", "d"]), (2, ["1", "2"])]
    assert cut.rows('a\tb\n"unfinished\t2\n3\t4')[1:] == [(2, ['"unfinished', "2"]), (3, ["3", "4"])]


def test_what_is_not_whole_is_refused() -> None:
    """An open quote, at its row; too many rows, but not empty ones."""
    with pytest.raises(FileRefused, match="row 2: This is not CSV"):
        cut.rows('a,b\n"1,2\n3,4')
    assert len(cut.rows("a,b\n" + "\n" * 200_000)) == 1
    with pytest.raises(FileRefused, match="more than 20000 rows"):
        cut.rows("a,b\n" + "1,2\n" * 100_000)


@given(
    st.lists(
        st.lists(st.text(alphabet='ab ,;\t"\n', max_size=5).map(str.strip), min_size=1, max_size=4),
        max_size=5,
    )
)
def test_rows_come_back_from_their_text(cells: list[list[str]]) -> None:
    """What a workbook held is sent back to the page as text, and means the same there."""
    rows = [(number, ["head", "er", *row]) for number, row in enumerate(cells, start=2)]
    assert cut.rows(cut.text_of(rows)) == rows
