"""A study from the tidy package that Seventh exports."""

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.data import analysis_plan
from analysis.data.columns import FrameError
from analysis.data.frame import COLUMNS, ScaleInfo, StudyFrames
from analysis.data.own_tables import is_missing, made_of
from analysis.data.snapshot import scale_info_of

_ENROLLED = pd.Timestamp("2000-01-03")  # the day of enrolment where a package has no calendar dates
NOT_BEGUN = "not_begun"  # the state of a questionnaire in the package's attendance
_MIDDLE_OF_A_BAND = 2  # years; bands have five
_PERIODS = {"month": "MS", "year": "YS"}
_TYPES = {"integer": "Int64", "boolean": "boolean"}
Opened = Callable[[str], bytes]


def read(place: str | Path) -> StudyFrames:
    """The study of a tidy package, a folder or its zip, as frames that every analysis takes.

    A package without calendar dates has days since enrolment: every patient then enrols on the same made-up
    day, an age is the middle of its band of five years, and an onset known by month or year lies in the
    month or year that its estimated days give. With exact dates nothing is lost.

    Raises:
        FrameError: the place is no such package, or one of an earlier version without the meaning of scales.
    """
    opened = _opened(Path(place))
    try:
        about = json.loads(opened("codebook.json"))
        scales = {key: scale_info_of(facts) for key, facts in about["scales"].items()}
        book = pd.read_csv(BytesIO(opened("codebook.csv")), dtype=str, keep_default_na=False)
    except KeyError as error:
        raise FrameError(f"{place} is no tidy package of Seventh that analyses can read: {error}") from None
    tables = {
        name: _table(opened(f"{name}.csv"), book[book["file"] == f"{name}.csv"])
        for name in ("patients", "visits", "scores", "treatments", "gradings", "attendance", "reported")
    }
    enrolled = tables["patients"].set_index("patient")["enrolled_on"]
    enrolled = pd.to_datetime(enrolled).fillna(_ENROLLED)
    visits = _visits(tables, enrolled)
    number = visits.set_index(["patient", "visit", "occurrence"])["visit_id"]
    files = {name: opened(name) for name in sorted(set(book["file"])) if name.startswith("answers_")}
    responses = [
        _responses(_table(content, book[book["file"] == name]), name[8:-4], number, enrolled, scales)
        for name, content in files.items()
        if name != "answers_long.csv"
    ]
    scores = _scores(tables["scores"], number, enrolled)
    sent = pd.concat(responses) if responses else pd.DataFrame(columns=list(COLUMNS["responses"]))
    known = scores[scores["value"].notna()]
    has_score = pd.MultiIndex.from_frame(known[["visit_id", "instrument"]])
    made = {
        "patients": _patients(tables["patients"], enrolled),
        "visits": visits,
        "scores": scores,
        "treatments": _treatments(tables["treatments"], enrolled),
        "gradings": _gradings(tables["gradings"], enrolled),
        "responses": sent.assign(
            scored=pd.MultiIndex.from_frame(sent[["visit_id", "instrument"]]).isin(has_score)
        ),
    }
    patients = tables["patients"]
    if "unconfirmed" in patients:  # whom nobody has looked at, as in the analyses of the study itself
        aside = patients.loc[patients["unconfirmed"].isin([True, "true"]), "patient"]
        made = {name: table[~table["patient"].isin(aside)] for name, table in made.items()}
    plan = analysis_plan.of_json(about.get("analysis_plan", []))
    consented = about.get("without_consent")
    return replace(
        made_of(about["study"], bool(about["simulated"]), made, scales),
        analysis_plan=plan,
        without_consent=None if consented is None else tuple(map(tuple, consented)),
    )


def _opened(place: Path) -> Opened:
    if place.is_dir():

        def of_folder(name: str) -> bytes:
            file = place / name
            if not file.is_file():
                raise KeyError(f"it has no {name}")
            return file.read_bytes()

        return of_folder
    if not zipfile.is_zipfile(place):
        raise FrameError(f"{place} is neither a folder nor a zip.")
    archive = zipfile.ZipFile(place)
    return archive.read


def _table(content: bytes, book: pd.DataFrame) -> pd.DataFrame:
    """A table in its types: codes stay text, and only an empty cell is missing."""
    kinds = dict(zip(book["column"], book["type"], strict=True))
    types: Any = {column: _TYPES.get(kind, "str") for column, kind in kinds.items()}
    table = pd.read_csv(BytesIO(content), dtype=types, keep_default_na=False, na_values=[""])
    numbers = {column: "float64" for column, kind in kinds.items() if kind == "number" and column in table}
    return table.astype(numbers)


def _day(rows: pd.DataFrame, enrolled: pd.Series, date: str, days: str) -> pd.Series:
    """The calendar day of each row: as it is told, or counted from the enrolment."""
    from_enrolment = rows["patient"].map(enrolled) + pd.to_timedelta(rows[days].astype("float64"), unit="D")
    told = pd.to_datetime(rows[date].str[:10].where(rows[date].str.len() >= 10), errors="coerce")
    day: pd.Series = told.fillna(from_enrolment)
    return day


def _begun(days: pd.Series, precision: pd.Series) -> pd.Series:
    """The first day of the period that a date is known by."""
    first = days.copy()
    for name, start in _PERIODS.items():
        known = (precision == name) & days.notna()
        first[known] = days[known].dt.to_period(start[0]).dt.start_time
    return first


def _patients(rows: pd.DataFrame, enrolled: pd.Series) -> pd.DataFrame:
    on = rows["patient"].map(enrolled)
    low = rows["age_band"].str.extract(r"^(\d+)")[0].astype("Float64")
    born = (
        rows["birth_year"].astype("Float64").fillna((on.dt.year - low - _MIDDLE_OF_A_BAND).astype("Float64"))
    )
    onset = on - pd.to_timedelta(rows["onset_to_enrolment_days"].astype("float64"), unit="D")
    exact = pd.to_datetime(rows["onset_on"].map(_first_day, na_action="ignore"))
    since = on + pd.to_timedelta(rows["status_since_days"].astype("float64"), unit="D")
    return rows.assign(
        enrolled_on=on,
        birth_year=born.round().astype("Int64"),
        onset_on=exact.fillna(_begun(onset, rows["onset_precision"])),
        status_since=pd.to_datetime(rows["status_since"]).fillna(since),
    )


def _first_day(text: str) -> str:
    return f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01"[:10]


def _visits(tables: Mapping[str, pd.DataFrame], enrolled: pd.Series) -> pd.DataFrame:
    rows = tables["visits"]
    key = ["patient", "visit", "occurrence"]
    attended = tables["attendance"]
    begun = attended[attended["state"] != NOT_BEGUN].set_index(key).index
    reported = tables["reported"]
    told = {name: reported[reported["question"] == name].set_index(key) for name in ("recovered", "changed")}
    at = pd.MultiIndex.from_frame(rows[key])
    dates = {
        f"{name}_on": _day(rows, enrolled, f"{name}_on", f"{name}_days")
        for name in ("opens", "due", "closes")
    }
    return rows.assign(
        **dates,
        visit_id=np.arange(1, len(rows) + 1),
        battery=rows["battery"].fillna("").map(lambda keys: keys.split(";") if keys else []),
        begun=at.isin(begun),
        **{
            f"says_{name}": rows_of.loc[~rows_of.index.duplicated(), "value"].reindex(at).to_numpy()
            for name, rows_of in told.items()
        },
    )


def _number(rows: pd.DataFrame, number: pd.Series) -> Any:
    return number.reindex(pd.MultiIndex.from_frame(rows[["patient", "visit", "occurrence"]])).to_numpy()


def _scores(rows: pd.DataFrame, number: pd.Series, enrolled: pd.Series) -> pd.DataFrame:
    return rows.assign(
        scale=rows["instrument"] + "." + rows["scale"],
        visit_id=_number(rows, number),
        completed_on=_day(rows, enrolled, "completed_on", "days_since_enrolment"),
    )


def _treatments(rows: pd.DataFrame, enrolled: pd.Series) -> pd.DataFrame:
    days = _day(rows, enrolled, "started_on", "days_since_enrolment")
    exact = pd.to_datetime(rows["started_on"].map(_first_day, na_action="ignore"))
    started = exact.fillna(_begun(days, rows["started_precision"]))
    return rows.assign(started_on=started, precision=rows["started_precision"])


def _gradings(rows: pd.DataFrame, enrolled: pd.Series) -> pd.DataFrame:
    of_index = rows[rows["palsy"] == 1] if len(rows) else rows
    return of_index.assign(graded_on=_day(of_index, enrolled, "graded_on", "days_since_enrolment"))


def _responses(
    rows: pd.DataFrame,
    instrument: str,
    number: pd.Series,
    enrolled: pd.Series,
    scales: Mapping[str, ScaleInfo],
) -> pd.DataFrame:
    items = [name for name in rows.columns if name.startswith(f"{instrument}_")]
    scored = {f"{instrument}_{key.partition('.')[2]}" for key in scales if key.startswith(f"{instrument}.")}
    asked = [name for name in items if name not in scored]
    keys = [name[len(instrument) + 1 :] for name in asked]
    answers = [
        {key: cell for key, cell in zip(keys, cells, strict=True) if not is_missing(cell)}
        for cells in rows[asked].itertuples(index=False)
    ]
    return rows.assign(
        visit_id=_number(rows, number),
        instrument=instrument,
        completed_on=_day(rows, enrolled, "completed_on", "days_since_enrolment"),
        answers=[json.dumps(one, default=_plain) for one in answers],
        minutes=rows["seconds"] / 60,
    )


def _plain(value: np.generic) -> Any:
    return value.item()
