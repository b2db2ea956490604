"""What a report rests on, of now and of a freeze; its bytes are tried with the page that makes it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from surveys.db import writing
from surveys.exchange import freezing, reporting
from surveys.store.errors import Refused

from .conftest import LIBRARY, NOW, Desk

FILE = "patient,visit,completed_on,birth_year,phq9_q1\nP1,a,2025-01-01,1960,3\n"


def test_a_report_rests_on_the_data_of_now_or_of_a_freeze(desk: Desk) -> None:
    """A freeze keeps its data and its instant, and how the trail ended then."""
    desk.take(FILE)
    with writing():
        frozen = freezing.freeze(desk.session, desk.study(), LIBRARY, "June", at=NOW, actor="test")
        desk.session.commit()
    desk.take("patient,visit,completed_on,phq9_q1\nP2,a,2025-01-01,3\n")
    later = NOW + timedelta(days=1)
    now = reporting.as_now(desk.session, desk.study(), LIBRARY, at=later)
    then = reporting.as_frozen(desk.session, desk.study(), LIBRARY, "June")
    assert (now.at, len(now.frames.patients), now.freeze) == (later, 2, None)
    assert (then.at, len(then.frames.patients), then.freeze) == (NOW, 1, frozen)
    assert now.under == then.under == 5
    assert now.heads != then.heads


def test_a_freeze_that_is_not_there_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="no freeze “June”"):
        reporting.as_frozen(desk.session, desk.study(), LIBRARY, "June")
