"""A study's own rules about one answer; `tests/journeys/test_eye.py` gives one by the patient's pages."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Alert, Patient, Response, Study, Visit
from surveys.store.visit import corrections
from surveys.store.visit.corrections import TypedAnswers
from tests.surveys.store.conftest import AT
from tests.surveys.store.visit.test_alert_rules import add_rule, answer, raised


def test_an_answer_at_the_number_or_worse(
    session: Session, study: Study, patient: Patient, library: Library
) -> None:
    """At the bad end of the item, whichever that is; also where answers come without a draft."""
    for measure, threshold in (("face.q5", 2), ("phq9.q2", 2), ("cesd.q4", 1)):
        assert add_rule(session, study, library, measure, threshold=threshold).threshold == threshold
    answer(session, library, patient, "baseline", "face", 3)
    answer(session, library, patient, "baseline", "phq9", 1)
    assert raised(session) == []
    answer(session, library, patient, "month_3", "face", 2)
    answer(session, library, patient, "month_3", "phq9", 3)
    answer(session, library, patient, "month_3", "cesd", 1)
    assert [rule for rule, *_ in raised(session)] == ["q5_at_most_2", "q2_at_least_2", "q4_at_most_1"]
    assert session.scalars(select(Alert.first_answer).order_by(Alert.id)).all() == [2, 3, 1]


@pytest.mark.parametrize("how", ["corrected", "annulled"])
def test_what_is_taken_back_stands_no_more(
    session: Session, study: Study, visit: Visit, library: Library, how: str
) -> None:
    """The alert stays, and says so: as one of the questionnaire's own."""
    phq9 = library.get("phq9")
    add_rule(session, study, library, "phq9.q2", threshold=2)
    given = {item.key: 0 for item in phq9.asked([])} | {"q2": 3}
    sheet = TypedAnswers(given, "paper", AT.date())
    made: dict[str, Any] = {"reason": "misread", "at": AT, "actor": "staff:1"}
    stored = corrections.enter(session, study, visit, phq9, sheet, library, at=AT, actor="staff:1")
    response = session.get_one(Response, stored)
    if how == "corrected":
        corrections.correct(session, study, response, phq9, {**given, "q2": None}, **made)
    else:
        corrections.annul(session, response, phq9, library, study=study, **made)
    alert = session.scalars(select(Alert).execution_options(populate_existing=True)).one()
    assert (alert.rule, alert.first_answer, alert.last_answer) == ("q2_at_least_2", 3, None)
