"""Questions about data: of a study by state, of one patient, and how many wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from surveys.lists.at_once import Part, ShortList, ask
from surveys.lists.scope import Scope
from surveys.models import DataQuestion, Patient, QuestionStep

PAGE = 50


@dataclass(frozen=True)
class QuestionRow:
    """A question with its patient's code; `said_at` is its last step."""

    id: int
    patient: str
    label: str
    state: str
    asked_by: str
    asked_at: datetime
    said_at: datetime


@dataclass(frozen=True)
class QuestionPage:
    """A page of questions, how many there are in all, and how many by state."""

    rows: Sequence[QuestionRow]
    counts: Mapping[str, int]
    pages: int


def page(session: Session, scope: Scope, state: str, number: int, size: int = PAGE) -> QuestionPage:
    """Page `number` of those in that state, the longest untouched first, in two statements."""
    counts = ask(session, by_state(scope))
    query = _rows(scope.condition, DataQuestion.state == state)
    rows = session.execute(query.limit(size).offset((number - 1) * size)).mappings()
    return QuestionPage(
        [QuestionRow(**row) for row in rows], counts, max(1, -(-counts.get(state, 0) // size))
    )


def by_state(scope: Scope) -> Part[dict[str, int]]:
    """How many questions are in each state."""
    counted = (
        select(DataQuestion.state, func.count().label("number"))
        .join(Patient, Patient.id == DataQuestion.patient_id)
        .where(scope.condition)
        .group_by(DataQuestion.state)
    )
    return Part(
        {"questions_by_state": ShortList(counted, (DataQuestion.state,))},
        lambda rows: {row["state"]: row["number"] for row in rows["questions_by_state"]},
    )


def find(session: Session, scope: Scope, question_id: int) -> tuple[DataQuestion, Patient] | None:
    """The question and its patient, if within the scope."""
    query = (
        select(DataQuestion, Patient)
        .join(Patient, Patient.id == DataQuestion.patient_id)
        .where(scope.condition, DataQuestion.id == question_id)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def steps(session: Session, question_id: int) -> Sequence[QuestionStep]:
    """What was said, in order."""
    query = select(QuestionStep).where(QuestionStep.question_id == question_id).order_by(QuestionStep.id)
    return session.scalars(query).all()


def of_patient(patient_id: int) -> Part[list[QuestionRow]]:
    """A patient's questions, open ones first."""
    query = _rows(DataQuestion.patient_id == patient_id).order_by(None)
    latest = ShortList(query, (DataQuestion.closed_at.is_not(None), DataQuestion.id.expression))
    return Part({"questions": latest}, lambda rows: [QuestionRow(**row) for row in rows["questions"]])


def _rows(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    said = (
        select(func.max(QuestionStep.at)).where(QuestionStep.question_id == DataQuestion.id).scalar_subquery()
    )
    return (
        select(
            DataQuestion.id,
            Patient.code.label("patient"),
            DataQuestion.label,
            DataQuestion.state,
            DataQuestion.asked_by,
            DataQuestion.asked_at,
            said.label("said_at"),
        )
        .join(Patient, Patient.id == DataQuestion.patient_id)
        .where(*conditions)
        .order_by(said, DataQuestion.id)
    )
