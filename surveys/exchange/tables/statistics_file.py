"""SPSS and Stata files, read in a process of its own: a file made to break the reader ends nothing else.

Run as a program it reads the file that it is named and writes JSON.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from analysis.words import words as _
from surveys import same
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.tables.table import Column

SECONDS = 60
MOST_MEMORY = 2 << 30
MOST_BYTES = 256 << 20
MOST_CELLS = 20_000_000
ENDINGS = {".sav": "SPSS", ".zsav": "SPSS", ".dta": "Stata", ".xpt": "SAS"}
_BEGINNINGS = {b"$FL2": ".sav", b"$FL3": ".zsav", b"<stata_dta>": ".dta"}
DAMAGED = _(
    "This %(program)s file is damaged, or of a kind that is not read. Save it anew, or export it as CSV."
)
_NOT_OURS = 5  # exit code of the child where the file is not read


def ending_of(name: str, content: bytes) -> str | None:
    """The ending of `ENDINGS` that the file has by what stands in it, or by its name; None if it has none."""
    for beginning, ending in _BEGINNINGS.items():
        if content.startswith(beginning):
            return ending
    ending = same.folded(Path(name).suffix)
    return ending if ending in ENDINGS else None


def read(content: bytes, ending: str) -> tuple[list[Column], list[list[str]]]:
    """The columns and the rows of cells.

    A user-missing value keeps its code, and its column says that this is no answer.

    Raises:
        FileRefused: it is damaged, too large, or reading it takes too long.
    """
    program = ENDINGS[ending]
    if len(content) > MOST_BYTES:
        raise FileRefused(
            [Fault(_("The file is larger than %(value)s MB. Export it as CSV.", value=MOST_BYTES >> 20))]
        )
    refused = FileRefused([Fault(_(DAMAGED, program=program))])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"table{ending}")
        path.write_bytes(content)
        command = [sys.executable, "-m", __name__, str(path)]
        try:
            ran = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
        except subprocess.TimeoutExpired:
            raise FileRefused(
                [Fault(_("Reading this %(program)s file takes too long. Export it as CSV.", program=program))]
            ) from None
    if ran.returncode:
        raise refused
    try:
        told = json.loads(ran.stdout)
    except ValueError:
        raise refused from None
    columns = [
        Column(one["name"], one["label"], one["choices"], missing=frozenset(one["missing"]))
        for one in told["columns"]
    ]
    return columns, told["rows"]


def _child(path: str) -> dict[str, Any]:
    """What the parent reads."""
    import resource

    import pyreadstat

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    ending = Path(path).suffix
    if ending == ".xpt":
        values, meta = pyreadstat.read_xport(path, output_format="dict")
    else:
        reader = pyreadstat.read_dta if ending == ".dta" else pyreadstat.read_sav
        values, meta = reader(path, output_format="dict", user_missing=True)
    names = list(meta.column_names)
    columns = [list(values[name]) for name in names]
    if sum(map(len, columns)) > MOST_CELLS:
        raise ValueError(_("too many cells"))
    told = []
    texts = []
    for name, cells in zip(names, columns, strict=True):
        choices = {
            _text(code): str(text).strip()
            for code, text in (meta.variable_value_labels.get(name) or {}).items()
        }
        column = [_text(cell) for cell in cells]
        letters = {str(one) for one in (getattr(meta, "missing_user_values", None) or {}).get(name, ())}
        ranges = (getattr(meta, "missing_ranges", None) or {}).get(name, ())
        known = zip([*cells, *map(_number, choices)], [*column, *choices], strict=True)
        missing = letters | {text for cell, text in known if text and _lies_in(cell, ranges)}
        label = (meta.column_names_to_labels or {}).get(name) or ""
        told.append({"name": name, "label": label, "choices": choices, "missing": sorted(missing)})
        texts.append(column)
    return {"columns": told, "rows": list(zip(*texts, strict=True))}


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _lies_in(cell: Any, ranges: Any) -> bool:
    for one in ranges:
        low, high = one["lo"], one["hi"]
        if isinstance(cell, str) or isinstance(low, str):
            if isinstance(cell, str) and str(low).strip() == cell.strip():
                return True
        elif isinstance(cell, int | float) and low <= cell <= high:
            return True
    return False


def _text(cell: Any) -> str:
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds") if cell.time() != time() else cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def _main() -> int:
    try:
        told = _child(sys.argv[1])
    except Exception:
        return _NOT_OURS
    sys.stdout.write(json.dumps(told, ensure_ascii=True))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
