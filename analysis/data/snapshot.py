"""A study's frames as plain files and back, without loss: a freeze stores them, a reproduction reads them.

Tables are CSV (UTF-8; empty is missing; lists and answers are JSON; numbers in full), the rest is JSON.
The same frames give the same bytes.
"""

import csv
import dataclasses
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.data import analysis_plan
from analysis.data.frame import COLUMNS, LATER, ScaleInfo, StudyFrames, Threshold, build, check

STUDY = "study.json"
_JSON_KINDS = ("codes", "answers")


def files(frames: StudyFrames) -> dict[str, bytes]:
    """Name and content of each file: one per table, and `STUDY` for the study and its scales."""
    about = {
        "study": frames.study,
        "title": frames.title,
        "simulated": frames.simulated,
        "unconfirmed": frames.unconfirmed,
        "without_consent": frames.without_consent,
        "analysis_plan": analysis_plan.told(frames.analysis_plan),
        "scale_info": {key: dataclasses.asdict(info) for key, info in frames.scale_info.items()},
    }
    tables = {f"{name}.csv": table(getattr(frames, name), COLUMNS[name]) for name in COLUMNS}
    return {STUDY: json.dumps(about, ensure_ascii=False, indent=1).encode(), **tables}


def table(frame: pd.DataFrame, columns: Mapping[str, str]) -> bytes:
    """The columns of a table as CSV; ``columns`` gives each its kind as in ``frame.COLUMNS``."""
    text = io.StringIO()
    rows = csv.writer(text)  # its CRLF makes it quote a lone CR or LF in a text too
    rows.writerow(columns)
    cells = [[_written(value, kind) for value in frame[name]] for name, kind in columns.items()]
    rows.writerows(zip(*cells, strict=True))
    return text.getvalue().encode()


def read(content: Mapping[str, bytes], known: Mapping[str, ScaleInfo] | None = None) -> StudyFrames:
    """The frames of these files (see `files`).

    Files of earlier versions have no analysis plan, and fewer facts of a scale; `known` fills the missing
    ones, by full key. They may lack the columns of ``frame.LATER``.

    Raises:
        FrameError: they break the contract of frames.
        KeyError: a file is missing.
    """
    about = json.loads(content[STUDY])
    info = {
        key: scale_info_of(facts, (known or {}).get(key)) for key, facts in about.pop("scale_info").items()
    }
    about["unconfirmed"] = tuple(map(tuple, about.get("unconfirmed", [])))
    if about.get("without_consent") is not None:
        about["without_consent"] = tuple(map(tuple, about["without_consent"]))
    about["analysis_plan"] = analysis_plan.of_json(about.get("analysis_plan", []))
    tables: dict[str, Any] = {name: build(name, _rows(name, content[f"{name}.csv"])) for name in COLUMNS}
    frames = StudyFrames(**about, **tables, scale_info=info)
    check(frames)
    return frames


def _rows(name: str, content: bytes) -> Iterator[dict[str, Any]]:
    kinds = COLUMNS[name]
    for row in csv.DictReader(io.StringIO(content.decode(), newline="")):
        for column in LATER.get(name, ()):
            row.setdefault(column, "")
        yield {column: _taken(row[column], kind) for column, kind in kinds.items()}


def _written(value: Any, kind: str) -> str:
    if kind in _JSON_KINDS:
        content = json.loads(value) if isinstance(value, str) else value
        return json.dumps(content, ensure_ascii=False, sort_keys=True)
    if pd.isna(value):
        return ""
    if kind == "date":
        return str(value)[:10]
    return repr(float(value)) if kind == "number" else str(value)


def _taken(text: str, kind: str) -> Any:
    if kind in _JSON_KINDS:
        return json.loads(text)
    if text == "":
        return None
    if kind == "number":
        return float(text)
    if kind in ("whole", "year"):
        return int(text)
    return text == "True" if kind == "flag" else text


def scale_info_of(facts: dict[str, Any], known: ScaleInfo | None = None) -> ScaleInfo:
    """The meaning of a scale from JSON, which has no tuples and classes; ``known`` fills what is missing."""
    told = {name: _MAKE.get(name, lambda value: value)(value) for name, value in facts.items()}
    return dataclasses.replace(known, **told) if known else ScaleInfo(**told)


def _tuples(value: list[list[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(one) for one in value)


_MAKE: Mapping[str, Callable[[Any], Any]] = {
    "bands": _tuples,
    "cutoffs": _tuples,
    "reverse": _tuples,
    "shares": _tuples,
    "items": tuple,
    "thresholds": lambda value: tuple(Threshold(**one) for one in value),
}
