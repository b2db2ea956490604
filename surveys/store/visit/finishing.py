"""Questionnaires that were begun and never sent: after their visit, the answers become a response."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from surveys.models import Draft, InstrumentVersion, Patient, Study, Visit
from surveys.schedule import is_over_for_good
from surveys.store.study.studies import items_asked
from surveys.store.transactions import Transaction
from surveys.store.visit.answering import from_draft
from surveys.store.visit.responses import insert_scored
from surveys.store.visit.seals import Seals
from surveys.store.words.wordings import Texts

AT_ONCE = 50


def finish_late(transaction: Transaction, texts: Texts, seals: Seals, *, at: datetime, actor: str) -> int:
    """Turn every draft whose visit closed more than `FINISHING_DAYS` days ago into a partial response.

    The instrument's own missing rules score it, in the version in which it was begun. Items that were not
    reached differ from skipped ones; the day is that of the last answer. Returns how many. Each transaction
    does some of them.
    """
    done, last = 0, 0
    while True:
        with transaction() as session:
            finished, following = _finish_some(session, texts, seals, last, at=at, actor=actor)
        done += finished
        if following is None:
            return done
        last = following


def _finish_some(
    session: Session, texts: Texts, seals: Seals, after: int, *, at: datetime, actor: str
) -> tuple[int, int | None]:
    """Finish some of the drafts after this id; how many, and the id to go on after, None at the end."""
    # No time zone is more than a day away; the exact end is then tested visit by visit.
    latest = (at + timedelta(days=1)).date()
    query = (
        select(
            Draft,
            InstrumentVersion.version,
            InstrumentVersion.wording,
            Visit.closes_on,
            Visit.patient_id,
            Study.timezone,
            Study.optional_items,
        )
        .join(InstrumentVersion, InstrumentVersion.id == Draft.instrument_version_id)
        .join(Visit, Visit.id == Draft.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(Study, Study.id == Patient.study_id)
        .where(is_over_for_good(Visit, latest), Draft.id > after)
        .order_by(Draft.id)
        .limit(AT_ONCE)
        .with_for_update(of=[Draft, Visit])
    )
    responses, drafts = [], []
    rows = session.execute(query).all()
    for row in rows:
        zone = ZoneInfo(row.timezone)
        if not is_over_for_good(row, at.astimezone(zone).date()):
            continue
        draft: Draft = row.Draft
        instrument = texts.get(session, draft.instrument, row.version, row.wording)
        responses.append(
            from_draft(
                draft,
                instrument,
                items_asked(instrument, row.optional_items),
                patient_id=row.patient_id,
                completed_on=draft.saved_at.astimezone(zone).date(),
                at=at,
                seals=seals,
                partial=True,
            )
        )
        drafts.append(draft.id)
    if drafts:
        insert_scored(session, responses, at=at, actor=actor)
        session.execute(delete(Draft).where(Draft.id.in_(drafts)))
    return len(drafts), rows[-1].Draft.id if len(rows) == AT_ONCE else None
