"""Stores and submits the answers of an open visit. Callers load the visit with `lock` first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, insert, update
from sqlalchemy.orm import Session

from surveys.instruments.definition import Answer, Instrument, Item
from surveys.instruments.library import Library
from surveys.instruments.scoring import alerts_raised, check_answers
from surveys.models import (
    Assistance,
    Draft,
    Patient,
    Visit,
)
from surveys.models.dialects import insert_once
from surveys.store import audit
from surveys.store.visit import item_rules, planning
from surveys.store.visit.alerts import Cause, notice, notice_skipped
from surveys.store.visit.opening import OpenVisit, Said
from surveys.store.visit.responses import NewResponse, insert_scored
from surveys.store.visit.seals import Seals
from surveys.store.words import versions

_DRAFT = Draft.metadata.tables["draft"]
_OF_DRAFT = (_DRAFT.c.visit_id == bindparam("of_visit"), _DRAFT.c.instrument == bindparam("of_instrument"))
_STORE_SAID = (
    update(_DRAFT)
    .where(*_OF_DRAFT)
    .values({name: bindparam(name) for name in ("answers", "source", "locale", "saved_at", "seal")})
)
# The DELETE also returns whether any visit comes soon, which saves a statement. The query is a CTE because
# SQLAlchemy names no tables in RETURNING on SQLite.
_SOON = planning.ASKED_SOON.with_only_columns(Patient.id).cte("soon")
_DROP = delete(_DRAFT).where(*_OF_DRAFT).add_cte(_SOON).returning(exists().select_from(_SOON))


def open_visit(session: Session, visit: OpenVisit, *, at: datetime) -> None:
    """Store when the patient first passed the introduction; from then on no plan moves the visit."""
    first = update(Visit).where(Visit.id == visit.id, Visit.opened_at.is_(None))
    session.execute(first.values(opened_at=at))


def save_answer(
    session: Session,
    visit: OpenVisit,
    instrument: Instrument,
    item: str,
    value: Answer,
    *,
    locale: str,
    at: datetime,
    seals: Seals,
    source: str = "web",
) -> bool:
    """Store one answer and raise its alerts; None means that the patient skipped the item.

    The same answer from a second device adds the device to the first answer.

    Returns whether the crisis text must be shown next.

    Raises:
        AnswerError: the item or the value does not belong to the instrument.
    """
    if instrument.key in visit.submitted:
        return visit.crisis_text_due
    check_answers(instrument, {item: value})
    said = {
        "at": at.isoformat(),
        "by": [visit.device],
        **({"skipped": True} if value is None else {"value": value}),
    }
    draft = visit.drafts.get(instrument.key)
    if draft is None:
        version_id = versions.freeze(session, instrument, at=at)
        first = Said(visit.id, instrument.key, version_id, locale, source, at, at, {item: [said]})
        session.execute(insert(Draft).values({**vars(first), "seal": seals.seal(first)}))
    else:
        same = item in draft.given and draft.given[item] == value
        if same and item not in draft.elsewhere:
            return visit.crisis_text_due
        before = draft.said.answers.get(item, [])
        if same:
            last = before[-1]
            before, said = before[:-1], {**last, "by": [*last.get("by", ()), visit.device]}
        answers = {**draft.said.answers, item: [*before, said]}
        now = replace(draft.said, answers=answers, source=source, locale=locale, saved_at=at)
        session.connection().execute(
            _STORE_SAID,
            {
                "of_visit": visit.id,
                "of_instrument": instrument.key,
                "answers": now.answers,
                "source": source,
                "locale": locale,
                "saved_at": at,
                "seal": seals.sealed_anew(draft.said, now),
            },
        )
    number = value if isinstance(value, int | float) else None
    cause = Cause(visit.id, visit.patient_id, instrument, item, number, at, source)
    notice(session, [cause], at=at, actor="patient")
    notice_skipped(session, cause, at=at, actor="patient")
    item_rules.notice(session, visit.alert_rules, cause, at=at, actor="patient")
    raised = () if value is None else alerts_raised(instrument, item, value)
    return visit.crisis_text_due or any(alert.crisis for alert in raised)


def submit(
    session: Session,
    visit: OpenVisit,
    instrument: Instrument,
    library: Library,
    *,
    at: datetime,
    seals: Seals,
) -> int | None:
    """Turn the draft into a response; returns its id, or None without a draft.

    A second call changes nothing. Where the draft's seal does not hold, an event says so, and staff look.
    """
    if instrument.key in visit.submitted or instrument.key not in visit.drafts:
        return None
    response = from_draft(
        visit.drafts[instrument.key].said,
        instrument,
        visit.items(instrument.key),
        patient_id=visit.patient_id,
        completed_on=visit.today,
        at=at,
        seals=seals,
    )
    [response_id] = insert_scored(session, [response], at=at, actor="patient")
    of_draft = {"of_visit": visit.id, "of_instrument": instrument.key}
    if session.scalar(_DROP, {**of_draft, **planning.soon_after(visit.patient_id, at)}):
        planning.space_out(session, visit.patient_id, library, at=at, actor="patient")
    return response_id


def from_draft(
    draft: Draft | Said,
    instrument: Instrument,
    asked: Sequence[Item],
    *,
    patient_id: int,
    completed_on: date,
    at: datetime,
    seals: Seals,
    partial: bool = False,
) -> NewResponse:
    """The response made from `draft`; items of `asked` that it lacks were not reached.

    What was answered before other answers made it pointless is told to the audit trail alone: no review
    showed it.
    """
    given = {item: said[-1] for item, said in draft.answers.items()}
    latest = {item: last.get("value") for item, last in given.items()}
    pointless = {item for item in instrument.facts.only_after if instrument.leaves_out(item, latest)}
    kept = {item: last for item, last in given.items() if item not in pointless}
    return NewResponse(
        visit_id=draft.visit_id,
        patient_id=patient_id,
        instrument=instrument,
        version_id=draft.instrument_version_id,
        answers={item: last["value"] for item, last in kept.items() if "value" in last},
        not_given={
            **{item: "skipped" for item, last in kept.items() if "value" not in last},
            **{item.key: "not_reached" for item in asked if item.key not in {*given, *pointless}},
        },
        answered_at={item: last["at"] for item, last in kept.items()},
        locale=draft.locale,
        source=draft.source,
        partial=partial,
        started_at=draft.started_at,
        submitted_at=max(at, draft.started_at),  # a CHECK refuses a clock set back
        completed_on=completed_on,
        unproved=seals.fault(draft),
        corrected=tuple(
            audit.Value(
                f"{instrument.key}.{item}",
                _spoken(said if item in pointless else said[:-1]),
                None if item in pointless else _spoken(said[-1:]),
            )
            for item, said in sorted(draft.answers.items())
            if len(said) > 1 or item in pointless
        ),
    )


def tell_help(session: Session, visit: OpenVisit, answered_by: str | None, *, at: datetime) -> None:
    """Store the first reply to "Did anyone help you?" of a finished visit.

    `answered_by` is one of `ANSWERED_BY`, or None where the patient passed it over.
    """
    if visit.help_told or any(key not in visit.submitted for key in visit.battery):
        return
    # The visit was read before the lock, so another request may have stored a reply.
    if insert_once(session, Assistance, visit_id=visit.id, answered_by=answered_by, at=at) is None:
        return
    facts = {"visit": visit.id, "answered_by": answered_by}
    audit.record(session, audit.Entry(at, "patient", "visit.help_told", visit.patient_id, facts))


def _spoken(said: list[dict[str, Any]]) -> str:
    return json.dumps([one.get("value", "skipped") for one in said])
