"""Rows of CSV come back as they were, whoever reads them."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from surveys.exchange.csv_writer import CsvRows


@pytest.mark.parametrize("cell", ["A\rB", "A\nB", "A\r\nB", 'A"B', "A,B", "\r", "A"])
def test_a_line_end_in_a_cell_parts_no_row(cell: str) -> None:
    """Also a carriage return alone, which the csv module leaves unquoted."""
    file = io.StringIO(newline="")
    rows = CsvRows(file)
    rows.write(["product", "unit"])
    rows.write([cell, "U"])
    rows.write(["C", "U"])
    text = file.getvalue()
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["product", "unit"], [cell, "U"], ["C", "U"]]
    assert len(pd.read_csv(io.StringIO(text, newline=""))) == 2
