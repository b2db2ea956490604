"""What columns of the tables must be: there, of their type, without twins, of known codes.

Types are those of ``analysis.data.frame.COLUMNS``. Whoever breaks a rule gets a ``FrameError``.
"""

from collections.abc import Mapping

import pandas as pd


class FrameError(ValueError):
    """A table breaks the contract; the message names table, column and what is expected."""


def check_columns(name: str, columns: Mapping[str, str], table: pd.DataFrame) -> None:
    """Refuse a table that lacks one of `columns`, or has it in another type; it may have more."""
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise FrameError(f"{name}: column {missing[0]!r} is missing; the table needs {', '.join(columns)}")
    for column, kind in columns.items():
        if not _is_of(kind, table[column]):
            raise FrameError(f"{name}: column {column!r} has type {table[column].dtype}, expected {kind}")


def _is_of(kind: str, column: pd.Series) -> bool:
    types = pd.api.types
    dtype = column.dtype
    if kind == "date":
        return types.is_datetime64_dtype(dtype)
    if kind == "flag":
        return types.is_bool_dtype(dtype)
    if kind in ("whole", "year"):
        return types.is_integer_dtype(dtype)
    if kind == "number":
        return types.is_float_dtype(dtype)
    if kind == "codes":
        return types.is_object_dtype(dtype)
    if kind == "answers":
        return types.is_object_dtype(dtype) or types.is_string_dtype(dtype)
    text = types.is_object_dtype(dtype) or types.is_string_dtype(dtype)
    return text or isinstance(dtype, pd.CategoricalDtype)


def check_unique(name: str, table: pd.DataFrame, key: list[str]) -> None:
    """Refuse two rows with one `key`."""
    twice = table[table.duplicated(key)]
    if len(twice):
        at = ", ".join(f"{column} {twice.iloc[0][column]}" for column in key)
        raise FrameError(f"{name}: two rows for {at}; there may be one")


def check_codes(name: str, table: pd.DataFrame, column: str, codes: tuple[str, ...]) -> None:
    """Refuse a value that is none of `codes`."""
    wrong = table.loc[~table[column].isin(codes), column]
    if len(wrong):
        raise FrameError(f"{name}: {column} {wrong.iloc[0]!r} is not one of {', '.join(codes)}")


def check_dated(name: str, table: pd.DataFrame, date: str, precision: str) -> None:
    """Refuse a date of which nobody says how exactly it is known."""
    dated = table[table[date].notna()]
    check_codes(name, dated, precision, ("day", "month", "year"))
