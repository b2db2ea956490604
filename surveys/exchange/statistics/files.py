"""One table as a .sav or .dta file: written, read back, and its stamp set, so that bytes follow from data.

pyreadstat writes labels that are too long cut short without a word, and leaves a broken file where it fails:
labels are shortened here, and a file is used only when it was read back.
"""

from __future__ import annotations

import math
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from surveys.exchange.statistics.variables import NotGiven, Variable, each_once, in_bytes, shortened
from surveys.store.errors import Refused

if TYPE_CHECKING:
    import pandas as pd

Form = Literal["spss", "stata"]
ENDINGS = {"spss": ".sav", "stata": ".dta"}
MOST_CELLS = 500_000 * 60
TOO_LARGE = "Too large for one {} file; export CSV or split by instrument."
LONGEST_LABEL = {"spss": 256, "stata": 80}  # bytes, characters
LONGEST_CODE_LABEL = {"spss": 120, "stata": 32_000}
_SIZE: Mapping[Form, Callable[[str], int]] = {"spss": in_bytes, "stata": len}
# The stamps of the file's making, in its header.
_SAV_STAMP = (92, b"01 Jan 8000:00:00")
_HEADER = 1024  # bytes of a .dta file within which its stamp lies
_DTA_STAMP = (b"<timestamp>\x11", b"01 Jan 1980 00:00")
LONGEST_LINE = 80  # bytes of a note in a .sav
_ITEM = "F3.0"  # as wide as -99, of which SPSS would show ** else
_FORMATS = {"whole": "F8.0", "number": "F20.16", "flag": "F1.0", "day": "DATE11"}


def rows_of(variables: Sequence[Variable]) -> int:
    """The rows of the file that they make."""
    return len(variables[0].cells)


def write(
    form: Form, title: str, variables: Sequence[Variable], into: IO[bytes], notes: Sequence[str] = ()
) -> tuple[str, ...]:
    """Write the file of these variables; returns the names whose labels were shortened.

    A file of SPSS carries `notes`: it may be handed on without its package.

    Raises:
        Refused: it would be too large.
        ValueError: what was read back is not what was written.
    """
    rows = rows_of(variables)
    if rows * len(variables) > MOST_CELLS:
        raise Refused(TOO_LARGE.format("SPSS" if form == "spss" else "Stata"))
    labels = {one.name: _label(form, one) for one in variables}
    whole = {one.name: _codes(form, one) for one in variables}
    codes = {name: _short(form, told) for name, told in whole.items()}
    cut = [
        one.name
        for one in variables
        if (labels[one.name], codes[one.name]) != (_words(form, one), whole[one.name])
    ]
    with tempfile.TemporaryDirectory(prefix="seventh-") as folder:
        path = Path(folder) / f"table{ENDINGS[form]}"
        if form == "spss":
            _write_sav(
                path, title, variables, labels, codes, [part for one in notes for part in lines_of(one)]
            )
        else:
            _write_dta(path, title, variables, labels, codes)
        _check(path, form, rows, len(variables))
        _stamp(path, form)
        with path.open("rb") as file:
            shutil.copyfileobj(file, into)
    return tuple(cut)


def lines_of(note: str) -> Iterator[str]:
    """A note in lines as long as a file of SPSS takes, parted at words."""
    line = ""
    for word in note.split():
        longer = f"{line} {word}" if line else word
        if line and in_bytes(longer) > LONGEST_LINE:
            yield line
            longer = word
        line = str(shortened(longer, LONGEST_LINE, size=in_bytes))
    if line:
        yield line


def _words(form: Form, one: Variable) -> str:
    return one.words if form == "spss" else one.short or one.words


def _label(form: Form, one: Variable) -> str:
    return str(shortened(_words(form, one), LONGEST_LABEL[form], size=_SIZE[form]))


def _codes(form: Form, one: Variable) -> dict[Any, str]:
    """The labels of its values, and of why there is none. Stata labels numbers only."""
    if form == "stata" and one.kind == "text":
        return {}
    told: dict[Any, str] = dict(one.codes)
    if one.may_say_why:
        told |= {why.number if form == "spss" else why.letter: why.words for why in NotGiven}
    return told


def _short(form: Form, told: dict[Any, str]) -> dict[Any, str]:
    longest, size = LONGEST_CODE_LABEL[form], _SIZE[form]
    return {code: str(shortened(words, longest, size=size)) for code, words in told.items()}


def _write_sav(
    path: Path,
    title: str,
    variables: Sequence[Variable],
    labels: dict[str, str],
    codes: dict[str, dict[Any, str]],
    notes: Sequence[str],
) -> None:
    import pyreadstat

    pyreadstat.write_sav(
        _frame(variables, "spss"),
        path,
        file_label=shortened(title, 64, size=in_bytes),
        column_labels=dict(labels),
        variable_value_labels={name: told for name, told in codes.items() if told},
        missing_ranges={one.name: [{"lo": -99, "hi": -97}] for one in variables if one.may_say_why},
        variable_measure={one.name: one.measure for one in variables},
        variable_format={
            one.name: _ITEM if one.measure == "ordinal" else _FORMATS[one.kind]
            for one in variables
            if one.kind in _FORMATS
        },
        note=list(notes),
    )


def _write_dta(
    path: Path,
    title: str,
    variables: Sequence[Variable],
    labels: dict[str, str],
    codes: dict[str, dict[Any, str]],
) -> None:
    import pyreadstat

    pyreadstat.write_dta(
        _frame(variables, "stata"),
        path,
        version=14,
        file_label=shortened(title, 80),
        column_labels=dict(labels),
        variable_value_labels={name: told for name, told in codes.items() if told},
        missing_user_values={
            one.name: [why.letter for why in NotGiven] for one in variables if one.may_say_why
        },
    )


def _frame(variables: Sequence[Variable], form: Form) -> pd.DataFrame:
    import pandas as pd

    # Columns are not joined into one block: that would be all of them once more.
    return pd.DataFrame({one.name: _series(one, form) for one in variables}, copy=False)


def _series(one: Variable, form: Form) -> pd.Series[Any]:
    import numpy as np
    import pandas as pd

    if one.kind in ("text", "day"):
        return pd.Series(one.cells, dtype=object)
    if form == "stata" and one.may_say_why:
        once = each_once()
        return pd.Series([once(_or_letter(value)) for value in one.cells], dtype=object)
    return pd.Series(np.fromiter(map(_number, one.cells), dtype="float64", count=len(one.cells)))


def _number(value: Any) -> float:
    if isinstance(value, NotGiven):
        return float(value.number)
    return math.nan if value is None else float(value)


def _or_letter(value: Any) -> float | str | None:
    if isinstance(value, NotGiven):
        return value.letter
    return None if value is None else float(value)


def _check(path: Path, form: Form, rows: int, columns: int) -> None:
    """Refuse a file that cannot be read back whole."""
    import pyreadstat

    read = pyreadstat.read_sav if form == "spss" else pyreadstat.read_dta
    _, told = read(path, metadataonly=True)
    if (told.number_rows, told.number_columns) != (rows, columns):
        raise ValueError(f"{path.name} has {told.number_rows} rows and {told.number_columns} columns.")


def _stamp(path: Path, form: Form) -> None:
    """Let the file say that it was made on 1 January 1980."""
    with path.open("r+b") as file:
        if form == "spss":
            start, stamp = _SAV_STAMP
        else:
            before, stamp = _DTA_STAMP
            start = file.read(_HEADER).index(before) + len(before)
        file.seek(start)
        file.write(stamp)
