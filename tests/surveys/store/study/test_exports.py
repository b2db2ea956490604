"""What leaves is noted before it is made."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event, Study
from surveys.store.errors import Refused
from surveys.store.study import exports
from surveys.store.study.exports import Order
from tests.surveys.store.conftest import AT


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.mark.parametrize(
    ("form", "reason", "site", "exact"),
    [("tidy", None, None, False), ("tidy", "A paper.", "North", True), ("bundle", "A paper.", None, True)],
)
def test_an_export_is_in_the_trail(
    session: Session, study: Study, form: str, reason: str | None, site: str | None, exact: bool
) -> None:
    """With its reason where it holds calendar dates."""
    exports.note(session, study, Order(form, site, exact_dates=reason), at=AT, actor="staff:1")
    session.commit()
    [event] = session.scalars(select(Event).where(Event.action == "study.exported"))
    assert event.facts == {"study": "S1", "format": form, "exact_dates": exact, "site": site}
    assert (event.actor, event.reason) == ("staff:1", reason)


@pytest.mark.parametrize(("form", "reason"), [("bundle", None), ("bundle", " "), ("tidy", " ")])
def test_dates_need_a_reason(session: Session, study: Study, form: str, reason: str | None) -> None:
    with pytest.raises(Refused, match="ay why") as refused:
        exports.note(session, study, Order(form, exact_dates=reason), at=AT, actor="staff:1")
    assert refused.value.field == "reason"
    session.commit()
    assert list(session.scalars(select(Event).where(Event.action == "study.exported"))) == []


def test_a_file_that_is_handed_out_is_in_the_trail(session: Session, study: Study) -> None:
    """In the study's chain, by its name."""
    exports.note_download(session, study.id, "S1.zip", at=AT, actor="staff:1")
    session.commit()
    [event] = session.scalars(select(Event).where(Event.action == "study.downloaded"))
    assert (event.study_id, event.actor, event.facts) == (study.id, "staff:1", {"file": "S1.zip"})
