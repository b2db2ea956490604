"""Every item answered alike, as by somebody who presses on without reading.

At the best end that is what somebody who has recovered answers, so it never counts there.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_

from analysis.words import words as _
from surveys.instruments.instrument import Instrument
from surveys.instruments.scoring import score
from surveys.lists.checks.check import Check, Terms, named, row
from surveys.models import Response, Visit

FEWEST_ITEMS = 5


def doubtful(instrument: Instrument) -> tuple[tuple[str, ...], tuple[int, ...]] | None:
    """The scored items, and the answers that are doubtful if all of these have them.

    None where that cannot be told: few items, items with different choices, or no score.
    """
    items = tuple(dict.fromkeys(key for scale in instrument.scales for key in scale.items))
    if instrument.answered_by == "staff" or len(items) < FEWEST_ITEMS:
        return None
    if not all(instrument.item(key).kind == "choice" for key in items):
        return None
    choices = {tuple(sorted(instrument.values(key))) for key in items}
    if len(choices) != 1:
        return None
    [values] = choices
    wrong = tuple(value for value in values if not _at_the_best_end(instrument, dict.fromkeys(items, value)))
    return items, wrong


def _at_the_best_end(instrument: Instrument, answers: dict[str, int]) -> bool:
    """Whether every scale has its best value with these answers."""
    for got in score(instrument, answers):
        scale = instrument.scale(got.scale)
        best = scale.high if scale.direction == "higher_better" else scale.low
        if got.value is None or abs(got.value - best) > 1e-9:
            return False
    return True


def _alike(instrument: Instrument) -> ColumnElement[bool]:
    known = doubtful(instrument)
    if known is None or not known[1]:
        return false()
    (first, *others), wrong = known
    given = Response.answers[first].as_integer()
    # The first pair that differs ends the comparison.
    return and_(
        Response.instrument == instrument.key,
        *(Response.answers[key].as_integer() == given for key in others),
        given.in_(wrong),
    )


def _found(terms: Terms) -> Select[Any]:
    made = row(
        "alike",
        Visit.patient_id,
        subject=named("response", Response.id),
        one_on=Response.completed_on,
        other=Response.instrument,
        figure=Response.id,
    )
    alike = or_(*(_alike(one) for one in terms.instruments), false())
    return made.select_from(Visit).join(Response, Response.visit_id == Visit.id).where(Response.stands, alike)


CHECK = Check(
    "all_alike",
    _("All items answered alike"),
    _("Not at the best end, where who has recovered answers so. Ask the patient. The answers stay as given."),
    {"alike": _("%(other)s of %(one)s")},
    _found,
)
