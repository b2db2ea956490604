"""Lines without a quoted cell, cut many at once."""

from __future__ import annotations

from surveys.exchange.plain_csv import cut, is_plain


def test_each_cell_is_where_it_was() -> None:
    """Also empty ones, and ones of several bytes."""
    found = cut("a,,é\n12,x,\n", 3)
    assert found is not None
    cells = [[found.cell(row, column) for column in range(3)] for row in range(2)]
    assert cells == [["a", "", "é"], ["12", "x", ""]]
    assert [found.longer(column).tolist() for column in range(3)] == [
        [False, True],
        [False, False],
        [True, False],
    ]
    assert bytes(found.first_bytes(1).tolist()) == b",x"


def test_rows_of_another_width_are_left_to_the_reader() -> None:
    """Also where two of them make up for each other, and lines that are no rows."""
    for text, width in (("a,b\nc\n", 2), ("a,b,c\nd\n", 2), ("\na,b,c,d\n", 2), ("a\n\n", 1)):
        assert cut(text, width) is None


def test_what_a_reader_would_read_otherwise_is_not_plain() -> None:
    """Quotes, lone carriage returns and cells that are too long."""
    assert is_plain("a,b\n", 4)
    assert not is_plain('a,"b"\n', 6)
    assert not is_plain("a\rb\n", 4)
    assert not is_plain("a\n", 200_000)
