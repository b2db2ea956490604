"""`seventh visits finish`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app import create_app
from surveys.models import Visit
from surveys.settings import Settings
from tests.support.answers import send
from tests.support.commands import Query, Seventh
from tests.support.study import changing, invite


def test_what_was_begun_and_is_over_is_kept(seventh: Seventh, settings: Settings, rows: Query) -> None:
    """Counted; a second time there is nothing left."""
    app = create_app(settings)
    invited = invite(app)
    send(app, invited.token, draft=[1, 2, 3])
    with changing(app) as session:
        visit = session.get_one(Visit, invited.visit_id)
        visit.opens_on = visit.due_on = visit.closes_on = (datetime.now(UTC) - timedelta(days=9)).date()
    assert seventh("visits", "finish").out == "Unfinished questionnaires kept as partial responses: 1.\n"
    assert seventh("visits", "finish").out == "Unfinished questionnaires kept as partial responses: 0.\n"
    [(partial, not_given)] = rows("SELECT partial, not_given FROM response")
    assert partial == 1
    assert not_given.count("not_reached") == 12
