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


@pytest.mark.parametrize(
    ("order", "field"),
    [
        (Order("bundle"), "reason"),
        (Order("bundle", exact_dates=" "), "reason"),
        (Order("bundle", shifted=True), "shifted"),
        (Order("redcap"), "reason"),
        (Order("fhir"), "reason"),
        (Order("all", "North", exact_dates="A paper."), "form"),
        (Order("redcap", exact_dates="A paper.", shifted=True), "shifted"),
        (Order("tidy", exact_dates=" "), "reason"),
        (Order("tidy", exact_dates="A paper.", coarse=True), "coarse"),
        (Order("spss", coarse=True), "coarse"),
        (Order("tidy", site_wording=" "), "site_wording"),
    ],
)
def test_what_goes_ill_together_is_refused(session: Session, study: Study, order: Order, field: str) -> None:
    """At the box that it is about; dates and the site's words need a reason. Nothing is noted."""
    with pytest.raises(Refused) as refused:
        exports.note(session, study, order, at=AT, actor="staff:1")
    assert refused.value.field == field
    session.commit()
    assert list(session.scalars(select(Event).where(Event.action == "study.exported"))) == []


def test_a_job_has_the_whole_order(session: Session, study: Study) -> None:
    """One that was asked for before shifted dates and the site's words could be too."""
    order = Order("redcap", "North", shifted=True, site_wording="A review.")
    assert Order.of(order.arguments()) == order
    earlier = {"form": "tidy", "site": None, "reason": None, "coarse": True}
    assert Order.of(earlier) == Order(coarse=True)
    exports.note(session, study, order, at=AT, actor="staff:1")
    key = study.shift_key
    assert key is not None
    assert exports.shift_key(session, study) == key


def test_a_file_that_is_handed_out_is_in_the_trail(session: Session, study: Study) -> None:
    """In the study's chain, by its name."""
    exports.note_download(session, study.id, "S1.zip", at=AT, actor="staff:1")
    session.commit()
    [event] = session.scalars(select(Event).where(Event.action == "study.downloaded"))
    assert (event.study_id, event.actor, event.facts) == (study.id, "staff:1", {"file": "S1.zip"})
