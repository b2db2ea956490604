"""Reads every table of this package into `tables`, a data frame each; run it where it lies.

Codes stay texts (`0012`, `NA`), only an empty cell is missing, and numbers come back exactly.
"""

from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).parent
TYPES = {"integer": "Int64", "boolean": "boolean"}


def read(file: str, types: Any) -> pd.DataFrame:
    """The table in that file."""
    return pd.read_csv(HERE / file, dtype=types, keep_default_na=False, na_values=[""])


book = read("codebook.csv", str)
tables = {}
for name in sorted(set(book["file"])):
    kinds = book[book["file"] == name].set_index("column")["type"]
    table = read(name, {column: TYPES.get(kind, "str") for column, kind in kinds.items()})
    numbers = {column: "float64" for column, kind in kinds.items() if kind == "number" and column in table}
    tables[name.removesuffix(".csv")] = table.astype(numbers)
