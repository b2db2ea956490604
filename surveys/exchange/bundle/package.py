"""The bundle, file by file, made from a study's frames and the analysis's own sources."""

from __future__ import annotations

import csv
import hashlib
import io
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from importlib.resources import files as resources
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from analysis.data.kinds import ALL_FAMILIES, FAMILIES, FAMILY_OF
from surveys import SOFTWARE
from surveys.exchange.places import Place
from surveys.exchange.tidy.queries import Selection
from surveys.exchange.tidy.signed import SIGNATURES
from surveys.frames import study_frames
from surveys.instruments.library import Library
from surveys.models import Study
from surveys.store.audit import heads
from surveys.store.visit import amendments

if TYPE_CHECKING:
    from analysis.data.frame import StudyFrames

LIBRARIES = ("numpy", "pandas", "plotly", "scipy", "statsmodels")

# The columns that `analysis.data.frame.scored` adds to the scores, for readers who compute without it.
DERIVED = {
    "patient": "text",
    "visit": "text",
    "visit_id": "whole",
    "completed_on": "date",
    "instrument": "text",
    "scale": "text",
    "value": "number",
    "sex": "text",
    "cause": "text",
    "side": "text",
    "age": "number",
    "female": "number",
    "days_since_onset": "number",
    "log10_years": "number",
    "stratum": "text",
    "left_out": "text",
}
# Columns with an explanation; the dictionary lists the others by name and kind alone.
MEANINGS = {
    "visit_id": "number of the visit; links tables, means nothing else",
    "value": "the score or grade, unrounded; empty where too much is missing",
    "onset_on": "first day of the known period of onset; onset_precision says how long that is",
    "onset_precision": "day, month or year",
    "started_on": "first day of the known period of the start; precision says how long that is",
    "answers": "JSON: the answers given, by item",
    "battery": "JSON: the questionnaires planned at that visit",
    "palsies": "how many palsies are recorded; times are those of the index palsy",
    "begun": "whether anything was answered",
    "age": "whole years at the first visit, from the birth year",
    "female": "1 or 0; empty for other and unknown",
    "days_since_onset": "calendar days from onset, at least 1; partly known dates by the rule of the report",
    "log10_years": "log10 of days_since_onset / 365.25, only where it is usable",
    "stratum": "acute under 90 days since onset at that visit, else chronic; unknown where not sure",
    "left_out": "why there is no usable time since onset",
    "minutes": "from the first saved answer to sending; empty where never sent, on paper or imported",
    "partial": "never sent; made of what was answered",
}

KINDS = {"string": "text", "integer": "whole", "boolean": "flag", "datetime": "time"}

README = """# {title}: reproduction bundle

The data of study {study} as of {generated_at}, its report, and two scripts that compute the report anew.

- `report.json`: every number as Seventh reported it (see `methods` in it for how).
- `data/`: the tables behind it; `dictionary.csv` says what each column is. They hold calendar dates and
  years of birth, no names: keep them as health data. Why they were taken: {reason}
- `data/signatures.csv`: who signed which visit or freeze, by a number, and whether the signature still
  covers it.
- `reproduce.py`: computes the whole report with `analysis/`, a copy of the program's own analysis, and
  compares every value to 1e-10. `python3 -m venv env; env/bin/pip install -r requirements.txt; env/bin/python
  reproduce.py`
- `reproduce.R`: computes descriptives, correlations, group tests, screening, comparisons of treatments and
  mixed models from the data in R alone (jsonlite; lme4 and lmerTest for the models, clubSandwich for errors
  of comparisons), and compares them. `Rscript reproduce.R`
- `SHA256SUMS`: the digest of every file. `sha256sum -c SHA256SUMS`

Made with {software} under Python {python}.
"""


def write_study(
    place: Place,
    session: Session,
    study: Study,
    library: Library,
    *,
    site: str | None = None,
    at: datetime,
    reason: str,
) -> int:
    """Write the bundle of a study, or of one `site`, as it is `at` this moment; returns the number of files.

    `reason` says why the bundle needs calendar dates.
    """
    from analysis.report import report

    frames = study_frames(session, study, library, site=site)
    found = report(
        frames,
        generated_at=at.isoformat(),
        software=SOFTWARE,
        suppress_under=study.smallest_group,
        chain_heads=list(map(str, heads.of_study(session, study.id))),
        amendments=amendments.told(session, study.id, at),
    )
    signed = list(SIGNATURES.lines(Selection(session, study.id, site), exact=True))
    return write(place, frames, found, reason=reason, signed=signed)


def write(
    place: Place,
    frames: StudyFrames,
    report: Mapping[str, Any],
    *,
    reason: str,
    signed: Sequence[Sequence[str]] = (),
) -> int:
    """Write the bundle of `frames` and their whole `report`; returns the number of files.

    `signed` are the rows of `signatures.csv`.
    """
    sums = []
    for name, content in _files(frames, report, reason, signed):
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        with place.open(name) as file:
            file.write(content)
    with place.open("SHA256SUMS") as file:
        file.write("".join(sums).encode())
    return len(sums) + 1


def _files(
    frames: StudyFrames, report: Mapping[str, Any], reason: str, signed: Sequence[Sequence[str]]
) -> Iterator[tuple[str, bytes]]:
    from analysis.data import snapshot
    from analysis.data.frame import scored
    from analysis.report import as_json
    from analysis.results.filters import Filters, apply

    facts = {name: report[name] for name in ("study", "title", "generated_at", "software")}
    readme = README.format(**facts, reason=reason, python=platform.python_version())
    yield "README.md", readme.encode()
    yield "report.json", as_json(report).encode()
    for name, content in snapshot.files(frames).items():
        yield f"data/{name}", content
    yield "data/scored.csv", snapshot.table(scored(apply(frames, Filters())), DERIVED)
    yield f"data/{SIGNATURES.file}", _signatures(signed)
    yield "data/dictionary.csv", _dictionary()
    yield from _sources(resources("analysis"), "analysis")
    yield "reproduce.py", _script("reproduce.py").encode()
    yield "reproduce.R", in_r(_script("reproduce.R")).encode()
    yield "requirements.txt", "".join(f"{one}=={version(one)}\n" for one in LIBRARIES).encode()


def _signatures(signed: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(column.name for column in SIGNATURES.columns)
    rows.writerows(signed)
    return text.getvalue().encode()


def _script(name: str) -> str:
    return resources("surveys.exchange.bundle").joinpath(name).read_text(encoding="utf-8")


def in_r(script: str) -> str:
    """The script for R with the kinds and families of treatment, and when they act, filled in."""
    families = {kind: family for kind, family in FAMILY_OF.items() if family}
    kinds = ",\n".join(f'  {kind} = "{family}"' for kind, family in families.items())
    in_order = ", ".join(f'"{family}"' for family in FAMILIES)
    days = ", ".join(
        f"{one.key} = c({one.effect_days[0]}, {one.effect_days[1]})"
        for one in ALL_FAMILIES
        if one.effect_days
    )
    script = script.replace("@FAMILY_OF@", f"\n{kinds}\n").replace("@FAMILIES@", in_order)
    return script.replace("@EFFECT_DAYS@", days)


def _sources(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    """Every Python file in `folder`, by its path."""
    for one in sorted(folder.iterdir(), key=lambda one: one.name):
        if one.is_dir():
            yield from _sources(one, f"{path}/{one.name}")
        elif one.name.endswith(".py"):
            yield f"{path}/{one.name}", one.read_bytes()


def _dictionary() -> bytes:
    import pandas as pd

    from analysis.data.frame import COLUMNS
    from analysis.data.snapshot import table

    tables = {**COLUMNS, "scored": DERIVED}
    rows = [
        {"file": f"{name}.csv", "column": column, "kind": kind, "meaning": MEANINGS.get(column)}
        for name, columns in tables.items()
        for column, kind in columns.items()
    ] + [
        {
            "file": SIGNATURES.file,
            "column": column.name,
            "kind": KINDS[column.type],
            "meaning": column.words,
        }
        for column in SIGNATURES.columns
    ]
    return table(pd.DataFrame(rows), dict.fromkeys(("file", "column", "kind", "meaning"), "text"))
