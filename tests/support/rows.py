"""A row of every table, and a connection that keeps none of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from surveys.models import Base
from tests.support.engines import engine_of
from tests.support.plan_rows import PLAN_ROWS
from tests.support.rows_of_desk import ROWS_OF_DESK

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 11, 12, tzinfo=UTC)
WENT = {"outcome": "sent", "outcome_at": AT}
SETTLED = dict.fromkeys(("message", "alert_mail", "head_mail"), WENT)  # from then on they are facts
JOINED = {"way": "email", "seconds": 60, "device": "", "network": ""}
ROWS = {
    "study": {
        "id": 1,
        "code": "S1",
        "title": "S1",
        "timezone": "UTC",
        "locales": ["en"],
        "contact": "",
        "who_reads": {},
        "crisis_texts": {},
        "lowest_age": 18,
        "status": "active",
        "simulated": False,
        "created_at": AT,
    },
    "contact": {"id": 1, "name": "Anna Abel"},
    "patient": {
        "id": 1,
        "study_id": 1,
        "contact_id": 1,
        "code": "P1",
        "sex": "female",
        "birth_year": 1970,
        "enrolled_on": date(2026, 3, 10),
        "status": "active",
        "status_since": date(2026, 3, 10),
    },
    "visit": {
        "id": 1,
        "patient_id": 1,
        "study_id": 1,
        "name": "baseline",
        "occurrence": 1,
        "opens_on": date(2026, 3, 10),
        "due_on": date(2026, 3, 10),
        "closes_on": date(2026, 4, 9),
        "battery": ["saq", "phq9"],
    },
    "instrument_version": {
        "id": 1,
        "instrument": "saq",
        "version": "1",
        "wording": "working",
        "wording_status": "working",
        "definition": "",
        "definition_sha256": "0" * 64,
        "texts": {},
        "texts_sha256": "0" * 64,
        "frozen_at": AT,
    },
    "draft": {
        "id": 1,
        "visit_id": 1,
        "instrument": "phq9",
        "instrument_version_id": 1,
        "locale": "en",
        "answers": {},
        "started_at": AT,
        "saved_at": AT,
    },
    "response": {
        "id": 1,
        "visit_id": 1,
        "instrument": "saq",
        "instrument_version_id": 1,
        "answers": {"q1": 1},
        "not_given": {},
        "answered_at": {},
        "source": "web",
        "submitted_at": AT,
        "completed_on": date(2026, 3, 10),
    },
    "score": {"response_id": 1, "scale": "total", "value": 20.0, "items_used": 9, "items_missing": 0},
    "alert": {
        "id": 1,
        "visit_id": 1,
        "instrument": "phq9",
        "rule": "item9",
        "first_answer": 1,
        "last_answer": 1,
        "raised_at": AT,
        "state": "new",
    },
    "event": {
        "id": 1,
        "study_id": 1,
        "number": 1,
        "at": AT,
        "actor": "test",
        "action": "patient.enrolled",
        "patient_id": 1,
        "facts": {},
        "digests": {},
        "software": "test",
        "previous_hash": "0" * 64,
        "hash": "1" * 64,
    },
    "event_value": {"event_id": 1, "field": "name", "before": None, "after": "Anna", "key": "0" * 64},
    "binding": {"event_id": 1, "subject": "response", "row_id": 1, "digest": "1" * 64, "key": "0" * 32},
    "erasure": {"id": 1, "patient_id": 2, "level": "answers", "by": "test", "at": AT, "reason": "asked"},
    "wording": {
        "id": 1,
        "instrument": "saq",
        "version": "1",
        "name": "authors-en",
        "texts": {},
        "sha256": "0" * 64,
        "file": "saq.toml",
        "loaded_by": "test",
        "loaded_at": AT,
    },
    "permission": {
        "id": 1,
        "study_id": 1,
        "instrument": "saq",
        "version": "1",
        "wording": "authors-en",
        "holder": "The authors",
        "reference": "Letter of 1 March 2026",
        "publication": "doi:10.0000/example",
        "recorded_by": "test",
        "recorded_at": AT,
    },
    "assistance": {"id": 1, "visit_id": 1, "answered_by": "patient", "at": AT},
    "priority": {"id": 1, "visit_id": 1, "matters": "eye", "at": AT},
    "feedback_shown": {"id": 1, "visit_id": 1, "what": "scores", "shown_at": AT},
    "consent_text": {
        "id": 1,
        "study_id": 1,
        "version": "1",
        "locale": "en",
        "text": "Would you like to?",
        "parts": {},
        "sha256": "0" * 64,
        "loaded_by": "test",
        "loaded_at": AT,
    },
    "consent": {
        "id": 1,
        "patient_id": 1,
        "consent_text_id": 1,
        "decision": "agreed",
        "how": "paper",
        "parts": {},
        "signed_on": date(2026, 3, 10),
        "recorded_by": "test",
        "recorded_at": AT,
    },
    **PLAN_ROWS,
    "background": {
        "id": 1,
        "visit_id": 1,
        "question": "side",
        "answer": {"value": "left"},
        "locale": "en",
        "reported_by": "patient",
        "at": AT,
    },
    "job": {
        "id": 1,
        "study_id": 1,
        "kind": "board",
        "arguments": {},
        "key": "0" * 64,
        "state": "waiting",
        "progress": 0,
        "asked_by": "test",
        "asked_at": AT,
        "tries": 0,
        "result": {},
    },
    "data_freeze": {
        "id": 1,
        "study_id": 1,
        "name": "First report",
        "content": "{}",
        "sha256": "a" * 64,
        "patients": 1,
        "responses": 1,
        "made_by": "test",
        "made_at": AT,
    },
    "report": {
        "id": 1,
        "study_id": 1,
        "data_sha256": "b" * 64,
        "html_sha256": "c" * 64,
        "json_sha256": "d" * 64,
        "software": "seventh 1",
        "made_by": "test",
        "made_at": AT,
    },
    "report_file": {"report_id": 1, "form": "json", "content": b"{}"},
    "background_check": {
        "id": 1,
        "background_id": 1,
        "fact": "side",
        "outcome": "confirmed",
        "recorded": {"value": "left"},
        "checked_by": "test",
        "checked_at": AT,
    },
    "message": {
        "id": 1,
        "visit_id": 1,
        "kind": "invitation",
        "nth": 1,
        "channel": "email",
        "planned_at": AT,
        "attempts": 0,
    },
    "message_template": {
        "id": 1,
        "study_id": 1,
        "kind": "invitation",
        "locale": "en",
        "subject": "A short questionnaire",
        "body": "{link}",
        "changed_by": "test",
        "changed_at": AT,
    },
    "staff": {
        "id": 1,
        "email": "anna@example.org",
        "name": "Anna Abel",
        "password": "",
        "active": True,
        "admin": False,
        "fs_uniquifier": "1",
        "created_at": AT,
    },
    "alert_rule": {"id": 1, "study_id": 1, "instrument": "phq9", "scale": "total", "kind": "worse"},
    "alert_mail": {
        "id": 1,
        "study_id": 1,
        "alert_id": 1,
        "kind": "raised",
        "staff_id": 1,
        "planned_at": AT,
        "attempts": 0,
    },
    "joining_page": {
        "study_id": 1,
        "is_open": True,
        "information": {"en": "Come."},
        "countries": [],
        "changed_by": "test",
        "changed_at": AT,
    },
    "joining_request": {
        "id": 1,
        "study_id": 1,
        "address": "anna@example.org",
        "digest": "e" * 64,
        "failures": 0,
        "birth_year": 1970,
        "locale": "en",
        "consent_text_id": 1,
        "parts": [],
        **JOINED,
        "asked_at": AT,
        "visit_id": 1,
    },
    "self_enrolment": {"id": 1, "patient_id": 1, "joined_at": AT, **JOINED},
    "head_mail": {"id": 1, "study_id": 1, "month": "2026-03", "planned_at": AT, "attempts": 0},
    "alert_reader": {
        "id": 1,
        "study_id": 1,
        "rank": "first",
        "staff_id": 1,
        "named_by": "test",
        "named_at": AT,
    },
    "sign_in_identity": {
        "id": 1,
        "staff_id": 1,
        "issuer": "https://i.example",
        "subject": "7",
        "linked_at": AT,
    },
    "api_key": {
        "id": 1,
        "staff_id": 1,
        "study_id": 1,
        "name": "R",
        "digest": "d" * 64,
        "dates": "none",
        "created_at": AT,
        "created_by": "test",
    },
    "passkey": {
        "id": 1,
        "staff_id": 1,
        "name": "Telephone",
        "credential": "c",
        "public_key": "k",
        "sign_count": 0,
        "made_at": AT,
    },
    "link": {
        "id": 1,
        "visit_id": 1,
        "digest": "e" * 64,
        "created_at": AT,
        "created_by": "test",
        "expires_at": LATER,
    },
    "short_code": {"id": 1, "link_id": 1, "digest": "c" * 64, "failures": 0},
    "palsy": {"id": 1, "patient_id": 1, "number": 1, "side": "left"},
    "grading": {
        "id": 1,
        "patient_id": 1,
        "palsy_id": 1,
        "scale": "house_brackmann",
        "value": 3,
        "graded_on": date(2026, 3, 10),
    },
    "backup_proof": {"id": 1, "sha256": "f" * 64, "proved_by": "test", "proved_at": AT},
    "data_import": {
        "id": 1,
        "study_id": 1,
        "file": "earlier.csv",
        "sha256": "a" * 64,
        "counts": {"patients": 1},
        "begun_by": "test",
        "begun_at": AT,
        "finished_at": AT,
    },
}


ROWS |= ROWS_OF_DESK
ROWS["score"]["prorated"] = False
# A second patient, whose answers were erased: an erasure holds for one patient alone.
OTHER_PATIENT = {**ROWS["patient"], "id": 2, "contact_id": None, "code": "P2"}


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection whose changes are rolled back."""
    with engine_of(url) as engine, engine.connect() as connection:
        yield connection
        connection.rollback()


def fill(connection: Connection, engine: Engine) -> None:
    """Add them all."""
    for name in ("study", "contact", "patient"):
        connection.execute(Base.metadata.tables[name].insert(), ROWS[name])
    connection.execute(Base.metadata.tables["patient"].insert(), OTHER_PATIENT)
    for name in list(ROWS)[3:]:
        connection.execute(Base.metadata.tables[name].insert(), ROWS[name])


def erase(connection: Connection, level: str, patient_id: int = 1) -> None:
    """Record an erasure of that patient."""
    erasure = {**ROWS["erasure"], "id": 2, "patient_id": patient_id, "level": level}
    connection.execute(Base.metadata.tables["erasure"].insert(), erasure)


@contextmanager
def refused(connection: Connection, words: str) -> Iterator[None]:
    """Expect a trigger to refuse the block's statement with `words`; the transaction goes on."""
    point = connection.begin_nested()
    with pytest.raises(DBAPIError, match=words):
        yield
    point.rollback()
