"""A plan that is amended in the second month of a study: what comes, moves and goes, and what stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Amendment, Event, Patient, Study, Visit
from surveys.schedule import PlannedVisit
from surveys.store.audit import proof
from surveys.store.errors import Refused
from surveys.store.patient import patients
from surveys.store.patient.patients import NewPatient
from surveys.store.study import studies
from surveys.store.visit import amendments, planning, setup
from tests.support.amended import NOW, PLAN, SECOND_MONTH, TODAY, amend, laid, patient, plan
from tests.surveys.store.conftest import AT


def test_what_was_opened_stays_and_the_rest_is_laid_by_the_plan_of_its_day(
    session: Session, library: Library, amended: Study
) -> None:
    opened = session.scalars(select(Visit).join(Patient).where(Patient.code == "P1", Visit.name == "start"))
    opened.one().opened_at = AT
    month_9 = replace(PLAN[3], battery=("face", "fdi"), window_after=20)
    later = PlannedVisit("year_2", "Year 2", "enrolment", 730, 14, 14, ("face",))
    # Of P1 month 3 is due before the amendment holds, of P2 after.
    holds_from = TODAY + timedelta(days=100)

    effect = amend(session, amended, plan(month_9, later, without=["month_6"]), library, holds_from)
    session.commit()

    assert laid(session, "P1") == {
        "start": (TODAY, ("face",), 1),
        "month_3": (TODAY + timedelta(days=90), ("face",), 1),
        "month_9": (TODAY + timedelta(days=270), ("face", "fdi"), 2),
        "year_2": (TODAY + timedelta(days=730), ("face",), 2),
    }
    assert laid(session, "P2")["month_3"][2] == 2
    assert [(one.code, one.come, one.moved, one.withdrawn) for one in effect.patients] == [
        ("P1", 1, 1, 1),
        ("P2", 1, 1, 1),
    ]
    row = session.scalars(select(Amendment)).one()
    assert (row.number, [one["key"] for one in row.after]) == (2, ["start", "month_3", "month_9", "year_2"])
    told = session.scalars(select(Event).where(Event.action == amendments.AMENDED)).one()
    assert told.study_id == amended.id
    assert f"amendment:{row.id}" in told.digests
    assert list(proof.verify(session)) == []


def test_a_later_correction_lays_each_visit_by_the_plan_of_its_day(
    session: Session, library: Library, amended: Study
) -> None:
    holds_from = TODAY + timedelta(days=100)
    amend(session, amended, plan(replace(PLAN[3], battery=("face", "fdi"))), library, holds_from)
    amend(
        session,
        amended,
        plan(replace(PLAN[3], battery=("fdi",)), without=["month_6"]),
        library,
        TODAY + timedelta(days=280),
        protocol="3.0",
    )
    person = patient(session, "P1")
    person.enrolled_on += timedelta(days=1)

    planning.replan(session, person, library, changed=("enrolment",), at=SECOND_MONTH, actor="test")

    assert {name: one[1:] for name, one in laid(session, "P1").items()} == {
        "start": (("face",), 1),
        "month_3": (("face",), 1),
        "month_6": (("face",), 2),
        "month_9": (("face", "fdi"), 2),
    }
    assert laid(session, "P2")["month_9"][1:] == (("fdi",), 3)
    assert [row.key for row in studies.plan_now(amended.timepoints)] == ["start", "month_3", "month_9"]


def test_a_new_patient_gets_the_plan_of_now(session: Session, library: Library, amended: Study) -> None:
    amend(session, amended, plan(replace(PLAN[1], battery=("face", "fdi")), without=["month_9"]), library)
    person = NewPatient("P3", NOW, birth_year=1970)
    patients.enrol(session, amended, amended.timepoints, person, library, at=SECOND_MONTH, actor="test")
    assert {name: one[1:] for name, one in laid(session, "P3").items()} == {
        "start": (("face",), 2),
        "month_3": (("face", "fdi"), 2),
        "month_6": (("face",), 2),
    }


@pytest.mark.parametrize(
    ("rows", "words", "said"),
    [
        (plan(), {}, "the same as before"),
        (plan(replace(PLAN[1], offset_days=100)), {}, "End this timepoint, and add another"),
        (plan(replace(PLAN[1], name="M3")), {}, "its name stays"),
        (plan(replace(PLAN[1], battery=())), {}, "choose at least one questionnaire"),
        (plan(without=["month_9"]), {"on": NOW - timedelta(days=1)}, "today or a later day"),
        (plan(without=["month_9"]), {"reason": " "}, "Say why"),
        (plan(without=["month_9"]), {"protocol": ""}, "version of the protocol"),
        (plan(without=["month_9"]), {"ethics_reference": ""}, "committee's opinion"),
        (plan(without=["month_9"]), {"consent": "7"}, "no consent text of version '7'"),
    ],
)
def test_an_amendment_that_cannot_be_is_refused_in_words(
    session: Session,
    library: Library,
    amended: Study,
    rows: list[PlannedVisit],
    words: dict[str, str],
    said: str,
) -> None:
    with pytest.raises(Refused, match=said):
        amend(session, amended, rows, library, **words)


def test_a_name_that_was_ended_is_not_used_again(session: Session, library: Library, amended: Study) -> None:
    amend(session, amended, plan(without=["month_9"]), library)
    with pytest.raises(Refused, match="another name"):
        amend(session, amended, plan(), library, protocol="3.0")


def test_a_draft_is_changed_itself_and_an_active_plan_only_by_an_amendment(
    session: Session, library: Library, amended: Study
) -> None:
    with pytest.raises(Refused, match="by an amendment"):
        setup.set_plan(session, amended, PLAN[:1], library, at=SECOND_MONTH, actor="test")
    amended.status = "draft"
    with pytest.raises(Refused, match="a draft"):
        amend(session, amended, plan(without=["month_9"]), library)
