"""What the database knows of the visit that a link opens, as one document: every page of a patient reads it.

The hot path. The SQL is written once, and the document comes as one value: many columns, and objects made of
rows, cost more than the database itself.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ScalarSelect, Text, bindparam, cast, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from surveys.models import (
    Alert,
    AlertRule,
    Assistance,
    Consent,
    Draft,
    InstrumentVersion,
    Link,
    Patient,
    Permission,
    Priority,
    Response,
    Study,
    Visit,
    consent,
)
from surveys.models.dialects import Documents, on_postgresql
from surveys.store.words.permissions import newest_of

Row = SimpleNamespace


def read(session: Session, link_id: int, *, lock: bool) -> Row | None:
    """The visit with its link, patient and study, and what was said so far; None if there is no such link.

    `permitted`, `begun`, `sent`, `unseen` and `alert_rules` are lists of rows: the study's permissions in
    force, drafts, responses, alerts whose crisis text was not seen, and the study's rules with a threshold.
    `lock`: whoever is going to write waits for others
    who write to this visit, so that two tabs or two devices follow one another.
    """
    connection = session.connection()  # the session itself would spend a third more on rows without objects
    on_server = on_postgresql(connection)
    link = {"link_id": link_id}
    if lock and on_server:
        # A statement of its own: one that had to wait sees the other tables as they were before, and would
        # lose what the other device said meanwhile. On SQLite there is one writer anyway.
        connection.exec_driver_sql(_lock(), link)
    found = connection.exec_driver_sql(_document(on_server), link).scalar()
    return None if found is None else _read(json.loads(found))


@cache
def _lock() -> str:
    statement = select(Visit.id).join(Link, Link.visit_id == Visit.id).where(Link.id == bindparam("link_id"))
    return Documents(postgresql=True).sql(statement.with_for_update(of=Visit))


@cache
def _document(postgresql: bool) -> str:
    document = Documents(postgresql)
    found = document.record(
        expires_at=Link.expires_at,
        revoked_at=Link.revoked_at,
        withdrawn_at=Visit.withdrawn_at,
        visit_id=Visit.id,
        name=Visit.name,
        battery=Visit.battery,
        opens_on=Visit.opens_on,
        closes_on=Visit.closes_on,
        patient_id=Patient.id,
        patient_status=Patient.status,
        study_id=Study.id,
        code=Study.code,
        title=Study.title,
        timezone=Study.timezone,
        locales=Study.locales,
        contact=Study.contact,
        contacts=Study.contacts,
        feedback=Study.feedback,
        who_reads=Study.who_reads,
        privacy_notices=Study.privacy_notices,
        crisis_texts=Study.crisis_texts,
        eye_texts=Study.eye_texts,
        simulated=Study.simulated,
        optional_items=Study.optional_items,
        asks_background=Study.asks_background,
        study_status=Study.status,
        help_told=exists().where(Assistance.visit_id == Visit.id),
        priority_told=exists().where(Priority.visit_id == Visit.id),
        consent_due=consent.due(Study.id, Patient.id),
        consent_anew=consent.asked_anew(Study.id, Patient.id),
        decision=_decided(Consent.decision),
        decided_how=_decided(Consent.how),
        permitted=document.rows(
            select(Permission).where(newest_of(Study.id)),
            instrument=Permission.instrument,
            version=Permission.version,
            wording=Permission.wording,
        ),
        begun=document.rows(
            select(Draft)
            .join(InstrumentVersion, InstrumentVersion.id == Draft.instrument_version_id)
            .where(Draft.visit_id == Visit.id),
            instrument=Draft.instrument,
            instrument_version_id=Draft.instrument_version_id,
            locale=Draft.locale,
            source=Draft.source,
            started_at=Draft.started_at,
            saved_at=Draft.saved_at,
            answers=Draft.answers,
            seal=Draft.seal,
            version=InstrumentVersion.version,
            wording=InstrumentVersion.wording,
        ),
        sent=document.rows(
            select(Response).where(Response.visit_id == Visit.id, Response.stands),
            instrument=Response.instrument,
            completed_on=Response.completed_on,
        ),
        unseen=document.rows(
            select(Alert).where(Alert.visit_id == Visit.id, Alert.crisis_text_seen_at.is_(None)),
            alert_id=Alert.id,
            instrument=Alert.instrument,
            rule=Alert.rule,
        ),
        alert_rules=document.rows(
            select(AlertRule).where(AlertRule.study_id == Study.id, AlertRule.threshold.is_not(None)),
            instrument=AlertRule.instrument,
            scale=AlertRule.scale,
            kind=AlertRule.kind,
            threshold=AlertRule.threshold,
        ),
    )
    statement = (
        select(cast(found, Text) if postgresql else found)
        .select_from(Link)
        .join(Visit, Visit.id == Link.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .join(Study, Study.id == Patient.study_id)
        .where(Link.id == bindparam("link_id"))
    )
    return document.sql(statement)


def _decided(column: InstrumentedAttribute[str]) -> ScalarSelect[str]:
    """Of the patient's decision that stands, which is the last."""
    every = aliased(Consent)
    last = select(func.max(every.id)).where(every.patient_id == Patient.id).correlate(Patient)
    return select(column).where(Consent.id == last.scalar_subquery()).scalar_subquery()


def _read(document: dict[str, Any]) -> Row:
    """The document with days and instants in place of their texts."""
    for rows in ("permitted", "begun", "sent", "unseen", "alert_rules"):
        document[rows] = [Row(**one) for one in document[rows] or ()]
    row = Row(**document)
    row.expires_at = _instant(row.expires_at)
    row.opens_on, row.closes_on = date.fromisoformat(row.opens_on), date.fromisoformat(row.closes_on)
    for one in row.begun:
        one.visit_id = row.visit_id
        one.started_at, one.saved_at = _instant(one.started_at), _instant(one.saved_at)
    for one in row.sent:
        one.completed_on = date.fromisoformat(one.completed_on)
    return row


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
