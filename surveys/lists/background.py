"""A patient's reports about palsy and treatments by visit, and staff's decision about each fact."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Text, and_, case, cast, exists, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from analysis.data.kinds import OPERATIONS_ASKED
from surveys.background import (
    ANOTHER,
    ANOTHER_ONSET,
    FACTS,
    FROM_BIRTH,
    OPERATION,
    PALSY_FACTS,
    SENT,
    WHEN,
    Said,
    still_asked,
)
from surveys.lists.at_once import Part, Rows, ShortList, ask
from surveys.lists.scope import Scope
from surveys.lists.visits import TITLE
from surveys.models import Background, BackgroundCheck, Patient, Timepoint, Visit
from surveys.models.dialects import length

SHOWN = 50


@dataclass(frozen=True)
class CheckRow:
    """One decision about a fact; `recorded` is the record after it."""

    outcome: str
    recorded: Mapping[str, Any]
    note: str | None
    checked_by: str
    checked_at: datetime


@dataclass(frozen=True)
class Report:
    """One reported fact; `value` is None where it was skipped, or the date of what is told was not given.

    `told_by` is the code that tells of another palsy, where this is the onset of that one.
    """

    background_id: int
    fact: str
    value: Said | None
    said_at: datetime
    checks: tuple[CheckRow, ...]
    told_by: str | None = None

    @property
    def is_treatment(self) -> bool:
        """Whether the fact is that the patient had this kind of treatment."""
        return self.fact in WHEN

    @property
    def tells(self) -> bool:
        """Whether staff can confirm it."""
        return self.fact not in PALSY_FACTS or self.value not in (None, "unknown")


@dataclass(frozen=True)
class Telling:
    """The report of one visit; `sent_at` is None while the patient may still change it.

    `had_before`, `came_again`, `symptoms`, `mood_before`, `changed` and `recovered` are codes, None where
    not asked, skipped or not reached.
    """

    visit_id: int
    visit: str
    sent_at: datetime | None
    reports: tuple[Report, ...]
    had_before: str | None
    came_again: str | None
    symptoms: Sequence[str] | None
    mood_before: str | None
    changed: str | None
    recovered: str | None


def of_patient(patient_id: int) -> Part[list[Telling]]:
    """Every form of the patient, in the order they were begun."""
    said = (
        select(
            Background.id,
            Background.visit_id,
            TITLE.label("visit"),
            Background.question,
            Background.answer,
            Background.at,
        )
        .join(Visit, Visit.id == Background.visit_id)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
        .where(Visit.patient_id == patient_id)
    )
    checked = (
        select(
            BackgroundCheck.background_id,
            BackgroundCheck.fact,
            BackgroundCheck.outcome,
            BackgroundCheck.recorded,
            BackgroundCheck.note,
            BackgroundCheck.checked_by,
            BackgroundCheck.checked_at,
        )
        .join(Background, Background.id == BackgroundCheck.background_id)
        .join(Visit, Visit.id == Background.visit_id)
        .where(Visit.patient_id == patient_id)
    )
    lists = {
        "said": ShortList(said, (Background.id.expression,)),
        "checked": ShortList(checked, (BackgroundCheck.id.expression,)),
    }
    return Part(lists, _tellings)


@dataclass(frozen=True)
class AwaitedReport:
    """A report that was sent, with a fact without a decision; `in_all` is how many such reports there are."""

    patient: str
    visit: str
    sent_at: datetime
    in_all: int


def awaited(session: Session, scope: Scope) -> ShortList:
    """Reports that wait for a decision, the first `SHOWN` by when they were sent."""
    form = aliased(Background)
    query = (
        select(
            Patient.code.label("patient"),
            TITLE.label("visit"),
            form.at.label("sent_at"),
            func.count().over().label("in_all"),
        )
        .select_from(form)
        .join(Visit, Visit.id == form.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .outerjoin(Timepoint, Timepoint.id == Visit.timepoint_id)
        .where(
            scope.of_found,
            form.question == literal(SENT, literal_execute=True),  # as its index says it
            _stands(form),
            or_(_palsy_awaits(), _another_awaits(), _ticked(session) > _decided()),
        )
    )
    return ShortList(query, (form.at.expression, form.id.expression), SHOWN)


def _stands(row: Any) -> ColumnElement[bool]:
    later = aliased(Background)
    return ~exists().where(later.visit_id == row.visit_id, later.question == row.question, later.id > row.id)


def _palsy_awaits() -> ColumnElement[bool]:
    """Whether something was told of the palsy, as `Report.tells` says, without a decision."""
    row = aliased(Background)
    said = cast(row.answer, Text)
    return (
        exists()
        .where(
            row.visit_id == Visit.id,
            row.question.in_(PALSY_FACTS),
            _stands(row),
            ~said.contains('"skipped"'),
            ~said.contains('"unknown"'),
            or_(row.question != "had_before", said.contains(f'"{FROM_BIRTH}"')),
            or_(row.question != "onset", ~_says("had_before", (FROM_BIRTH,))),
            ~_is_decided(row),
        )
        .correlate(Visit)
    )


def _another_awaits() -> ColumnElement[bool]:
    """Whether another palsy was told of, with or without its onset, and nobody decided about it.

    Its onset is answered or passed over in every form that is sent.
    """
    row = aliased(Background)
    told = or_(*(_says(asked, codes) for asked, codes in ANOTHER.items()))
    onset = (row.visit_id == Visit.id, row.question == ANOTHER_ONSET, _stands(row))
    return and_(told, exists().where(*onset, ~_is_decided(row)).correlate(Visit))


def _says(question: str, codes: Collection[str]) -> ColumnElement[bool]:
    """Whether the visit's standing answer to `question` is one of the codes."""
    row = aliased(Background)
    said = cast(row.answer, Text)
    one = or_(*(said.contains(f'"{code}"') for code in codes))
    return (
        exists().where(row.visit_id == Visit.id, row.question == question, _stands(row), one).correlate(Visit)
    )


def _is_decided(row: Any) -> ColumnElement[bool]:
    return exists().where(BackgroundCheck.background_id == row.id, BackgroundCheck.fact == row.question)


def _ticked(session: Session) -> ColumnElement[int]:
    """How many treatments were ticked; that there was an operation is told by its kind."""
    treatments, operations = aliased(Background), aliased(Background)
    operated = cast(treatments.answer, Text).contains(f'"{OPERATION}"')
    kinds = (
        select(length(session, operations.answer["value"]))
        .where(
            operations.visit_id == treatments.visit_id,
            operations.question == "operations",
            _stands(operations),
        )
        .correlate(treatments)
        .scalar_subquery()
    )
    number = func.coalesce(length(session, treatments.answer["value"]), 0)
    ticked = (
        select(case((operated, number - 1 + func.coalesce(kinds, 0)), else_=number))
        .where(treatments.visit_id == Visit.id, treatments.question == "treatments", _stands(treatments))
        .correlate(Visit)
        .scalar_subquery()
    )
    return func.coalesce(ticked, 0)


def _decided() -> ScalarSelect[int]:
    row = aliased(Background)
    return (
        select(func.count(BackgroundCheck.fact.distinct()))
        .join(row, row.id == BackgroundCheck.background_id)
        .where(row.visit_id == Visit.id, BackgroundCheck.fact.in_(WHEN), _stands(row))
        .correlate(Visit)
        .scalar_subquery()
    )


def _tellings(rows: Rows) -> list[Telling]:
    checks: dict[tuple[int, str], list[CheckRow]] = {}
    for row in rows["checked"]:
        facts = dict(row)
        checks.setdefault((facts.pop("background_id"), facts.pop("fact")), []).append(CheckRow(**facts))
    visits: dict[int, dict[str, Mapping[str, Any]]] = {}
    for row in rows["said"]:
        visits.setdefault(row["visit_id"], {})[row["question"]] = row
    return [_telling(said, checks) for said in visits.values()]


def find(session: Session, scope: Scope, background_id: int, fact: str) -> tuple[str, Report] | None:
    """The report of `fact` that rests on this row, after the patient's code; None outside the scope."""
    patient = session.execute(
        select(Patient.id, Patient.code)
        .join(Visit, Visit.patient_id == Patient.id)
        .join(Background, Background.visit_id == Visit.id)
        .where(scope.condition, Background.id == background_id)
    ).first()
    if patient is None:
        return None
    reports = [report for telling in ask(session, of_patient(patient.id)) for report in telling.reports]
    found = (one for one in reports if (one.background_id, one.fact) == (background_id, fact) and one.tells)
    report = next(found, None)
    return None if report is None else (patient.code, report)


def _telling(
    said: Mapping[str, Mapping[str, Any]], checks: Mapping[tuple[int, str], list[CheckRow]]
) -> Telling:
    first = next(iter(said.values()))
    values = {question: row["answer"].get("value") for question, row in said.items()}
    asked = still_asked(values)
    tells_another = next((one for one, codes in ANOTHER.items() if values.get(one) in codes), None)
    reports = []
    for fact in FACTS:
        if fact not in asked:
            continue  # what brought it was never said, or said no longer
        if fact == "had_before" and values.get(fact) != FROM_BIRTH:
            continue  # a palsy before this one is told by its onset
        rests_on = tells_another if fact == ANOTHER_ONSET else None
        row = said.get(fact)
        if row is None and fact in WHEN:
            row = said["operations" if fact in OPERATIONS_ASKED else "treatments"]
        if row is None and rests_on:
            row = said[rests_on]
        if row is not None:
            decisions = tuple(checks.get((row["id"], fact), ()))
            told_by = values[rests_on] if rests_on else None
            reports.append(Report(row["id"], fact, values.get(fact), row["at"], decisions, told_by))
    sent = said.get(SENT)
    return Telling(
        visit_id=first["visit_id"],
        visit=first["visit"],
        sent_at=sent["at"] if sent else None,
        reports=tuple(reports),
        had_before=values.get("had_before"),
        came_again=values.get("came_again"),
        symptoms=values.get("symptoms"),
        mood_before=values.get("mood_before"),
        changed=values.get("changed"),
        recovered=values.get("recovered"),
    )
