"""The file about injections: units by muscle and side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import case

from surveys.exchange.tidy.codes import INJECTED_SIDES
from surveys.exchange.tidy.columns import (
    PATIENT,
    TidyTable,
    coded,
    days_since_onset,
    known_day,
    number,
    text,
    whole,
)
from surveys.exchange.tidy.days import since_enrolment, written
from surveys.exchange.tidy.people import began, treatments_with
from surveys.exchange.tidy.queries import Selection
from surveys.forms.labels import MUSCLES as MUSCLE_WORDS
from surveys.forms.labels import TREATMENT_STATES
from surveys.models import InjectionSite, Treatment
from surveys.models.injection import MUSCLES


def _rows(selection: Selection) -> Iterator[Any]:
    site = (InjectionSite.muscle, InjectionSite.side.label("injected_side"), InjectionSite.units)
    query = treatments_with(selection, *site)
    places = {muscle: place for place, muscle in enumerate(MUSCLES)}
    return selection.stream(
        query.join(InjectionSite, InjectionSite.treatment_id == Treatment.id).order_by(
            case(places, value=InjectionSite.muscle), InjectionSite.side
        )
    )


INJECTION_SITES = TidyTable(
    "injection_sites",
    "Injections, a row for each muscle and side",
    (
        PATIENT,
        coded("state", "planned, given or cancelled.", TREATMENT_STATES, lambda row: row.state),
        whole(
            "days_since_enrolment",
            "Days from enrolment to the injection, as in treatments.csv.",
            lambda row: since_enrolment(row, began(row)),
        ),
        days_since_onset(began),
        text("product", "Product.", lambda row: row.product),
        coded("muscle", "Muscle.", MUSCLE_WORDS, lambda row: row.muscle),
        coded("side", "Side of the face.", INJECTED_SIDES, lambda row: row.injected_side),
        number(
            "units",
            "Units injected there; their sum is the dose in treatments.csv.",
            lambda row: row.units,
        ),
        text("unit", "What a unit is.", lambda row: row.unit),
        known_day(
            "started_on",
            "Day of the injection, as exactly as it is known.",
            lambda row: written(row.started_on, row.started_precision),
        ),
    ),
    (),
    _rows,
)
