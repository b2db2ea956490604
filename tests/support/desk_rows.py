"""Rows of the coordinator's desk that addresses name: a shared list, a finding, a question."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from surveys.lists.own.choice import ListChoice
from surveys.models import Dismissal, OwnList, Patient
from surveys.store.patient import questions
from tests.support.study import Invited


def desk_rows(session: Session, invited: Invited, staff_id: Any) -> dict[str, object]:
    """One of each about that patient, the list made by that member of staff; their numbers by placeholder."""
    at = datetime.now(UTC)
    shared = OwnList(
        study_id=invited.study_id,
        staff_id=staff_id,
        name="Theirs",
        shared=True,
        chosen=ListChoice().kept({}),
        made_at=at,
        changed_at=at,
    )
    let_stand = Dismissal(
        patient_id=invited.patient_id,
        check_key="onset",
        subject="",
        seen="",
        reason="So it is",
        dismissed_by="test",
        dismissed_at=at,
    )
    session.add_all((shared, let_stand))
    patient = session.get_one(Patient, invited.patient_id)
    asked = questions.ask(session, patient, "sex", "Sex", "Not known", "Is it?", at=at, actor="test")
    return {"list_id": shared.id, "dismissal_id": let_stand.id, "question_id": asked.id}
