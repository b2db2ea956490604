"""All items answered alike, and never at the best end."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from surveys.instruments.scoring import score
from surveys.lists.checks.all_alike import doubtful
from surveys.models import Patient
from tests.surveys.lists.checks.conftest import AT, LIBRARY, TODAY, Found, Stands, answered, whole

JUDGED = [one for one in LIBRARY if doubtful(one)]


@pytest.mark.parametrize("instrument", JUDGED, ids=lambda one: one.key)
def test_the_best_end_is_never_doubtful(instrument) -> None:  # type: ignore[no-untyped-def]
    """Whichever number that is, and every other number is."""
    known = doubtful(instrument)
    assert known is not None
    items, wrong = known
    for value in instrument.values(items[0]):
        best = all(
            got.value == (scale.high if scale.direction == "higher_better" else scale.low)
            for got in score(instrument, dict.fromkeys(items, value))
            for scale in [instrument.scale(got.scale)]
        )
        assert (value in wrong) is not best
    assert set(wrong) | {instrument.values(items[0])[0]} <= set(instrument.values(items[0]))


def test_the_instruments_of_facial_palsy_are_judged() -> None:
    """Those that ask in one scale of answers."""
    assert {"face", "saq", "phq9"} <= {one.key for one in JUDGED}


def test_every_item_alike_is_found(session: Session, patient: Patient, found: Found, stands: Stands) -> None:
    """Not where one differs, one is missing, or the answers no longer stand."""
    saq = LIBRARY.get("saq")
    answered(session, patient, "saq", 1)  # no synkinesis at all
    almost = {item.key: 3 for item in saq.items}
    answered(session, patient, "saq", 3, answers=almost | {saq.items[-1].key: 2})
    answered(session, patient, "saq", 3, answers={key: almost[key] for key in list(almost)[1:]})
    answered(session, patient, "saq", 3, annulled_at=AT)
    answered(session, patient, "phq9", 0)
    assert found("all_alike") == []
    made = answered(session, patient, "saq", 3)
    told = (f"response:{made.id}", "", TODAY, None, made.id, "saq")
    assert whole(session, "all_alike") == [("alike", *told)]
    stands("all_alike")
    made.superseded_at = AT
    assert found("all_alike") == []
