"""A visit of a package as a row of the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.words import words as _
from surveys.exchange.import_file import visit_name
from surveys.exchange.moving.cells import Cells, day, flag, whole
from surveys.instruments.library import Library

Place = tuple[str, str]
"""A visit of a patient: its name, and which of that name."""


def place_of(row: Cells) -> Place:
    """Which visit a row is about."""
    return row.record["visit"], row.record["occurrence"]


def visit_row(
    row: Cells, timepoints: Mapping[str, int], library: Library, lacking: set[str]
) -> Mapping[str, Any]:
    """The visit's own columns; timepoints and questionnaires that are not here are noted as `lacking`."""
    name = row.needed("visit", visit_name)
    planned = row.needed("planned", flag)
    if planned and name not in timepoints:
        lacking.add(
            _(
                "The plan of the study has no timepoint %(name)s, at which the package has planned "
                "visits. Give the study that plan first: seventh study export-setup and import-setup "
                "carry it over.",
                name=name,
            )
        )
    battery = row.several("battery")
    for key in battery:
        if key not in library:
            lacking.add(
                _(
                    "A visit asks the questionnaire %(key)s, whose definition is not here. Add it first "
                    "(SEVENTH_INSTRUMENTS; own forms come with the study's set-up).",
                    key=key,
                )
            )
    return {
        "timepoint_id": timepoints.get(name) if planned else None,
        "name": name,
        "occurrence": row.needed("occurrence", whole),
        "opens_on": row.needed("opens_on", day),
        "due_on": row.needed("due_on", day),
        "closes_on": row.needed("closes_on", day),
        "battery": battery,
        "plan_version": row.whole("plan_version") or 1,
        "missed_reason": row.text("missed_reason"),
    }
