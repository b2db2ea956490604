"""Which facts the audit trail binds: the columns of each table whose digest stands in an event.

Every table and column is either bound or named here as free, with the reason; a test refuses others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from surveys.models.alert import Alert, AlertRule
from surveys.models.assistance import Assistance
from surveys.models.audit import Erasure
from surveys.models.background import BackgroundCheck
from surveys.models.base import Base
from surveys.models.consent import Consent, ConsentText
from surveys.models.freeze import Freeze
from surveys.models.imports import Import
from surveys.models.injection import InjectionSite
from surveys.models.patient import Grading, Palsy, Patient, Treatment
from surveys.models.readiness import BackupProof
from surveys.models.report import Report
from surveys.models.response import InstrumentVersion, Response
from surveys.models.signature import Signature
from surveys.models.staff import Membership, Staff
from surveys.models.study import Study, Timepoint
from surveys.models.visit import Visit
from surveys.models.wording import LoadedWording, Permission

MADE = "made from bound columns"
NOTED = "a text of staff, which an erasure empties"


@dataclass(frozen=True)
class Fact:
    """A table whose rows are bound, by all columns but `free` ones; `erased` rows may go with an erasure."""

    model: type[Base]
    free: Mapping[str, str] = field(default_factory=dict)
    erased: bool = False

    @property
    def subject(self) -> str:
        """The table's name."""
        return str(self.model.__tablename__)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The bound columns, in order."""
        return tuple(
            one.name for one in self.model.__table__.columns if one.name != "id" and one.name not in self.free
        )

    @cached_property
    def later(self) -> Mapping[str, Any]:
        """What rows of before hold in bound columns that came later: those have a default in the database."""
        columns = self.model.__table__.columns
        return {
            name: self.defaults[name] if name in self.defaults else _stated(columns[name].server_default)
            for name in self.columns
            if columns[name].server_default is not None
        }

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        """What the bound columns hold where an INSERT leaves them out."""
        columns = self.model.__table__.columns
        return {name: made.arg for name in self.columns if (made := columns[name].default) and made.is_scalar}


def _stated(default: Any) -> Any:
    """What a default of the database says for a column of JSON, whose own default is made anew each time."""
    return json.loads(str(default.arg).strip("'"))


FACTS = (
    Fact(Study),
    Fact(Timepoint),
    Fact(Permission),
    Fact(LoadedWording),
    Fact(InstrumentVersion),
    Fact(ConsentText),
    Fact(AlertRule),
    Fact(BackupProof),
    Fact(Import),
    Fact(Membership),
    Fact(
        Staff,
        dict.fromkeys(
            ("email", "name", "password", "fs_uniquifier", "created_at"),
            "whose account it is, not its rights",
        ),
    ),
    Fact(Freeze, {"content": "bound by its SHA-256"}),
    Fact(Report),
    Fact(
        Patient,
        {
            "contact_id": "the person, whom an erasure parts from the code",
            "messages_stopped_at": "a wish about messages",
            "removal_requested_at": "a wish that waits for staff",
            "code_folded": MADE,
            "site_folded": MADE,
        },
    ),
    Fact(Erasure),
    Fact(Palsy),
    Fact(Treatment, {"note": NOTED}),
    Fact(InjectionSite),
    Fact(Grading),
    Fact(Consent),
    Fact(
        Visit,
        {
            "opened_at": "when its first page was passed, before anything is answered",
            "done_at": "follows from its responses",
            "name_folded": MADE,
        },
    ),
    Fact(Signature),
    Fact(
        Alert,
        {
            **dict.fromkeys(("note", "acted_note", "closed_note"), NOTED),
            **dict.fromkeys(
                ("first_answer", "last_answer", "score", "before"), "the answer, which its response binds"
            ),
            "crisis_text_seen_at": "what a device has shown",
        },
    ),
    Fact(Assistance, erased=True),
    Fact(Response, erased=True),
    Fact(BackgroundCheck, erased=True),
)
BY_SUBJECT: Mapping[str, Fact] = {fact.subject: fact for fact in FACTS}

# Tables without bound rows, and why.
FREE: Mapping[str, str] = {
    "score": "bound with its response",
    "serving": "laid out from plan and treatments, anew with each change of them",
    "background": "what a patient said; staff's decision about it is bound, and so is the record",
    "draft": "not sent yet: what is sent becomes a response",
    "contact": "identity, apart from all analyses",
    "note": "may hold identity, and is never analysed",
    "appointment": "a list of a day",
    "link": "opens a visit, and tells nothing about it",
    "short_code": "opens a visit, and tells nothing about it",
    "message": "an outbox, and its outcome",
    "messaging": "when messages go out",
    "message_template": "the words of messages",
    "alert_mail": "an outbox, and its outcome",
    "head_mail": "an outbox, and its outcome",
    "alert_reader": "who gets the mail of alerts",
    "birth_year_try": "a try of a device",
    "sign_in_tries": "a counter",
    "staff_session": "where somebody is signed in: events tell its beginning and its end",
    "sign_in_identity": "who an account is elsewhere: an event tells its beginning",
    "second_factor": "a secret of an account",
    "passkey": "opens an account, and tells nothing about a patient: events tell its beginning and its end",
    "recovery_code": "a secret of an account",
    "reset_asked": "a request for a link",
    "report_file": "bound by its SHA-256 in its report",
    "job": "work to be done, and its outcome",
    "job_part": "work to be done, and its outcome",
    "board_copy": "a figure, drawn anew from the facts",
    "host": "who does the work",
    "patient_changed": "whose state is to be computed anew",
    "patient_state": "follows from the other tables, and is kept in step by the database",
    "event": "the trail itself",
    "event_value": "bound by the digests of its event",
    "binding": "bound by the digests of its event",
}
