"""A questionnaire answered faster than it can be read.

Two seconds an item are the usual bound for answers given without reading (Huang, Curran, Keeney, Poposki and
DeShon 2012, Journal of Business and Psychology 27, 99-114). Time is known only of what was answered here,
from the first answer to the sending: the first item's own time is not in it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case

from analysis.words import words as _
from surveys.instruments.instrument import Instrument
from surveys.lists.checks.check import Check, Terms, named, row
from surveys.models import Response, Visit
from surveys.models.response import seconds_taken_here

SECONDS_AN_ITEM = 2
FEWEST_ITEMS = 5  # with fewer, seconds say nothing


def bound(instrument: Instrument) -> int | None:
    """Fewer seconds than this are too few; None where the instrument is too short to tell."""
    items = len(instrument.asked())
    return None if items < FEWEST_ITEMS else SECONDS_AN_ITEM * (items - 1)


def _found(terms: Terms) -> Select[Any]:
    bounds = {one.key: seconds for one in terms.instruments if (seconds := bound(one)) is not None}
    taken = seconds_taken_here()
    least = case(bounds, value=Response.instrument) if bounds else 0
    made = row(
        "fast",
        Visit.patient_id,
        subject=named("response", Response.id),
        one_on=Response.completed_on,
        other=Response.instrument,
        figure=Response.id,
    )
    return (
        made.select_from(Visit)
        .join(Response, Response.visit_id == Visit.id)
        .where(Response.stands, taken < least)
    )


CHECK = Check(
    "too_fast",
    _("Answered faster than it can be read"),
    _(
        "Less than two seconds an item. Ask the patient, or whether staff tried it. The "
        "answers stay as given."
    ),
    {"fast": _("%(other)s of %(one)s")},
    _found,
)
