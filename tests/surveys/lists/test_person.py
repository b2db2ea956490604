"""A patient's page: all its lists in one statement, each as if it were asked for alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from surveys.lists import alerts, background, history, joined, person, questions, records, visits
from surveys.lists.at_once import ask
from surveys.models import Alert, BackgroundCheck, Grading, Note, Palsy, Patient
from surveys.models.audit import CONSENT_CORRECTED
from surveys.store import audit
from surveys.store.patient import questions as asking
from surveys.store.patient import readings
from tests.support.dashboard_page import statements
from tests.surveys.lists.conftest import AT, DUE
from tests.surveys.lists.test_background import say
from tests.surveys.lists.test_patients import add_visit, scope
from tests.surveys.lists.test_visits import answer, begin


@pytest.mark.database
def test_all_is_read_in_one_statement(session: Session, patient: Patient) -> None:
    """Numbers, dates and JSON keep their types beside columns of the same name in other lists."""
    visit, other = add_visit(session, patient), add_visit(session, patient, "v2", DUE + timedelta(days=40))
    answer(session, visit, "face")
    begin(session, other)
    said = say(session, visit, side="left", symptoms=["eye"])
    session.add(
        BackgroundCheck(
            background_id=said["side"],
            fact="side",
            outcome="confirmed",
            recorded={"value": "left"},
            checked_by="staff:1",
            checked_at=AT,
        )
    )
    session.add(Palsy(patient_id=patient.id, number=1, is_index=True))
    session.flush()
    [palsy] = session.query(Palsy).all()
    session.add_all(
        [
            Alert(visit_id=visit.id, instrument="face", rule="low", raised_at=AT, score=12.5, before=30.0),
            Note(patient_id=patient.id, text="Called.", written_by="staff:1", written_at=AT),
            Grading(
                patient_id=patient.id,
                palsy_id=palsy.id,
                scale="house_brackmann",
                value=3,
                graded_on=DUE,
                mode="in_person",
            ),
        ]
    )
    asking.ask(session, patient, "sex", "Sex", "Female", "Is it?", at=AT, actor="staff:1")
    corrected = audit.Entry(AT, "staff:1", CONSENT_CORRECTED, patient.id, {"corrects": 7}, "Wrong day")
    audit.record(session, corrected)
    audit.record(session, audit.Entry(AT, "staff:1", "note.written", patient.id, facts={"number": 1}))
    readings.note(session, patient.id, at=AT, actor="staff:2")
    session.commit()
    within, one = scope(patient), patient.id
    with statements() as seen:
        found = person.of_patient(session, within, one, AT, latest=10)
    assert len([words for words in seen if not words.startswith("BEGIN")]) == 1
    assert found == person.Person(
        ask(session, visits.of_patient(within, one, AT)),
        ask(session, alerts.of_patient(within, one)),
        ask(session, background.of_patient(one)),
        ask(session, records.gradings(one)),
        ask(session, records.mended(one)),
        ask(session, records.notes(one)),
        ask(session, questions.of_patient(one)),
        ask(session, history.of_patient(one, 10)),
        ask(session, history.readers(one, 10)),
        ask(session, joined.of_person(one)),
    )
    assert [question.label for question in found.questions] == ["Sex"]
    first, second = found.visits
    assert [score.value for score in first.responses["face"].scores if score.scale == "total"] == [None]
    assert (first.battery, second.drafts, second.open) == (["face", "saq"], {"face": 1}, False)
    assert [(row.score, row.raised_at, row.born_on) for row in found.alerts] == [(12.5, AT, None)]
    [telling] = found.tellings
    assert [check.recorded for report in telling.reports for check in report.checks] == [{"value": "left"}]
    assert [(row.value, type(row.value)) for row in found.gradings] == [(3, int)]
    assert (found.events[0].facts, found.events[0].at) == ({"number": 1}, AT)
    assert found.mended == records.Mended([], {7: "Wrong day"})
    assert [(row.actor, row.times, row.last_at) for row in found.readers] == [("staff:2", 1, AT)]
