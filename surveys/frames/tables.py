"""The tables of the contract (`analysis.data.frame.COLUMNS`), from whole columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from analysis.data.coded import coded
from analysis.data.frame import COLUMNS, of_columns
from surveys.frames import queries
from surveys.frames.columns import Words, in_order, read
from surveys.models import Patient, consent, joining
from surveys.models.response import seconds_taken

Columns = Mapping[str, Any]


def tables(session: Session, study_id: int, site: str | None, unconfirmed: bool) -> dict[str, Any]:
    """The tables of a study by name. Rows stand by patient, then day, missing days first.

    Who joined by herself and waits for a look is there if `unconfirmed` are; somebody's twin never is, nor
    whom the study leaves out because no consent stands.
    """
    counted = ~joining.is_twin() if unconfirmed else joining.confirmed()
    within = Patient.within(study_id, site) & counted & ~consent.left_out(session, study_id)

    def rows(query: queries.Query, *keys: str) -> dict[str, Any]:
        return in_order(read(session, query.where(within)), *keys)

    patients = rows(queries.patients(), "patient")
    responses = rows(queries.responses(), "patient", "completed_on", "visit_id", "id")
    scores, of_response = _scores(session, responses, within)
    scored = np.zeros(len(responses["id"]), np.bool_)
    scored[of_response[~np.isnan(scores["value"])]] = True
    visits = rows(queries.visits(), "patient", "due_on", "visit_id")
    begun = [responses["visit_id"], rows(queries.drafts(), "visit_id")["visit_id"]]
    found: dict[str, Columns] = {
        "scores": scores,
        "patients": patients,
        "treatments": rows(queries.treatments(), "patient", "started_on", "kind"),
        "visits": {**visits, "begun": np.isin(visits["visit_id"], np.concatenate(begun))},
        "gradings": rows(queries.gradings(), "patient", "graded_on", "scale"),
        "responses": {**responses, "scored": scored, "minutes": _minutes(responses)},
    }
    return {name: _table(name, columns, patients["patient"]) for name, columns in found.items()}


def _table(name: str, columns: Columns, patients: Words) -> pd.DataFrame:
    """The named table; a patient has the same number in all of them, so that tables are joined by numbers."""

    def shaped(column: Any, kind: str) -> Any:
        if kind == "text":
            return coded(column.place, column.words)
        if kind == "date":
            return column.days
        if kind == "codes":
            return _objects([json.loads(text) for text in column.words])[column.place]
        if kind == "year":
            return pd.array(column, dtype="Int64")
        return column.astype(np.float64) if kind == "number" else column

    made = {column: shaped(columns[column], kind) for column, kind in COLUMNS[name].items()}
    made["patient"] = made["patient"].set_categories(sorted(patients.words))
    return of_columns(name, made)


def _objects(values: list[Any]) -> NDArray[np.object_]:
    found = np.empty(len(values), object)
    found[:] = values
    return found


def _scores(
    session: Session, responses: Columns, within: ColumnElement[bool]
) -> tuple[dict[str, Any], NDArray[np.int64]]:
    """The scores of responses, in their order and then by scale; and the row of each one's response."""
    ids = responses["id"]
    first, last = (int(ids.min()), int(ids.max())) if len(ids) else (0, 0)
    most = 2 * len(ids) > last - first
    chosen = queries.between(first, last) if most else queries.of(within)
    columns = read(session, queries.scores().where(chosen))
    row = np.full(last - first + 1, -1)
    row[ids - first] = np.arange(len(ids))
    row = row[columns.pop("response_id") - first]
    scale = columns["scale"]
    order = np.argsort(row * (len(scale.words) + 1) + scale.rank, kind="stable")
    order = order[row[order] >= 0]  # the others are of other studies, or stand no more
    row = row[order]
    columns = {name: column[order] for name, column in columns.items()}
    from_response = {name: responses[name][row] for name in COLUMNS["scores"] if name in responses}
    full = _joined(from_response["instrument"], columns["scale"])
    return {**columns, **from_response, "scale": full}, row


def _joined(instrument: Words, scale: Words) -> Words:
    """Full keys of scales."""
    pairs, place = np.unique(
        instrument.place.astype(np.int64) * len(scale.words) + scale.place, return_inverse=True
    )
    keys = [divmod(pair, len(scale.words)) for pair in pairs.tolist()]
    return Words(place.astype(np.int32), [f"{instrument.words[one]}.{scale.words[two]}" for one, two in keys])


def _minutes(responses: Columns) -> NDArray[np.float64]:
    """How long each response took; missing where that is not known."""
    source, each = responses["source"], ("partial", "started_at", "submitted_at")
    rows = zip(source.place.tolist(), *(responses[name].tolist() for name in each), strict=True)
    taken = (
        seconds_taken(source.words[place], partial, _instant(began), _instant(sent))
        for place, partial, began, sent in rows
    )
    minutes = (np.nan if seconds is None else seconds / 60 for seconds in taken)
    return np.fromiter(minutes, np.float64, len(source.place))


def _instant(value: Any) -> Any:
    """An instant of the driver: SQLite's is text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
