"""The proof that each visit was done when its stored row says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Response, Visit
from surveys.models.visit import done_at


@dataclass(frozen=True)
class WrongVisit:
    """A visit that is stored as done at another instant than its responses say, or not at all."""

    visit_id: int
    stored: datetime | None
    computed: datetime | None


def wrong_visits(session: Session) -> Iterator[WrongVisit]:
    """Every visit whose `done_at` is not what its responses give."""
    query = (
        select(Visit.id, Visit.battery, Visit.done_at).order_by(Visit.id).execution_options(yield_per=1000)
    )
    for page in session.execute(query).partitions():
        answered = select(Response.visit_id, Response.instrument, Response.submitted_at).where(
            Response.visit_id.between(page[0].id, page[-1].id), Response.stands
        )
        sent: dict[int, dict[str, datetime]] = {}
        for visit_id, instrument, at in session.execute(answered):
            sent.setdefault(visit_id, {})[instrument] = at
        for visit in page:
            computed = done_at(visit.battery, sent.get(visit.id, {}))
            if visit.done_at != computed:
                yield WrongVisit(visit.id, visit.done_at, computed)
