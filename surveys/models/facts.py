"""Which facts the audit trail binds: the columns of each table whose digest stands in an event.

Every table and column is either bound or named here as free, with the reason. A test changes each of them,
and refuses others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Column, ColumnElement, Float, or_, true

from surveys.models.alert import Alert, AlertMail, AlertRule
from surveys.models.amendment import Amendment
from surveys.models.analysis_plan import AnalysisPlanVersion
from surveys.models.assistance import Assistance
from surveys.models.audit import Erasure
from surveys.models.background import Background, BackgroundCheck
from surveys.models.base import Base
from surveys.models.clinic import Note
from surveys.models.consent import Consent, ConsentText
from surveys.models.dismissal import Dismissal
from surveys.models.feedback import FeedbackShown, Priority
from surveys.models.freeze import Freeze
from surveys.models.head_mail import HeadMail
from surveys.models.imports import Import
from surveys.models.injection import InjectionSite
from surveys.models.joining import JoiningPage, SelfEnrolment
from surveys.models.key import ApiKey
from surveys.models.message import Message, MessageTemplate, Messaging, ShortCode
from surveys.models.own_form import OwnForm
from surveys.models.own_list import OwnList
from surveys.models.patient import Contact, Grading, Palsy, Patient, Treatment
from surveys.models.question import DataQuestion, QuestionStep
from surveys.models.readiness import AlertReader, BackupProof
from surveys.models.report import Report
from surveys.models.response import InstrumentVersion, Response
from surveys.models.signature import Signature
from surveys.models.staff import (
    Membership,
    Passkey,
    RecoveryCode,
    ResetAsked,
    SecondFactor,
    SignInIdentity,
    Staff,
)
from surveys.models.study import Study, Timepoint
from surveys.models.visit import Link, Visit
from surveys.models.wording import LoadedWording, Permission

MADE = "made from bound columns"
APART = "bound apart"
ALERT_ANSWER = ("first_answer", "last_answer", "score", "before")
WISHES = ("messages_stopped_at", "removal_requested_at")
ALERT_NOTE = ("note", "acted_note", "closed_note")


@dataclass(frozen=True)
class Fact:
    """A table whose rows are bound, by all columns but `free` ones; `erased` rows may go with an erasure.

    With a `part` only the columns `only` are bound, apart from the others: what is emptied while its row
    stays, or was bound later than the others. Where all of them are NULL, it is not there.

    With `since`, a row is a fact from when that column has a value, and then whole: what is planned may still
    change. Who changes such a row has read and locked it.
    """

    model: type[Base]
    free: Mapping[str, str] = field(default_factory=dict)
    erased: bool = False
    part: str = ""
    only: tuple[str, ...] = ()
    since: str = ""

    @property
    def table(self) -> str:
        """The table's name."""
        return str(self.model.__tablename__)

    @property
    def subject(self) -> str:
        """How bindings name it: by its table, and its part of it."""
        return f"{self.table}_{self.part}" if self.part else self.table

    @cached_property
    def key(self) -> Column[Any]:
        """The column whose value names a row: an id, or whose row it is where each has one."""
        [column] = self.model.metadata.tables[self.table].primary_key.columns
        return column

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The bound columns, in order."""
        return self.only or tuple(
            one.name
            for one in self.model.__table__.columns
            if not one.primary_key and one.name not in self.free
        )

    @cached_property
    def floats(self) -> frozenset[str]:
        """The bound columns that hold fractions: a driver may give a whole one as a whole number."""
        columns = self.model.__table__.columns
        return frozenset(name for name in self.columns if isinstance(columns[name].type, Float))

    @cached_property
    def there(self) -> ColumnElement[bool]:
        """The condition that a row of the table has it."""
        columns = self.model.__table__.columns
        return or_(*(columns[name].is_not(None) for name in self._any_of)) if self._any_of else true()

    def is_there(self, row: Mapping[str, Any]) -> bool:
        """Whether a row with these values has it."""
        return not self._any_of or any(row.get(name) is not None for name in self._any_of)

    @cached_property
    def _any_of(self) -> tuple[str, ...]:
        return (self.since,) if self.since else self.only

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
    Fact(Study, {"shift_key": "a secret by which exports shift dates, which no analysis reads"}),
    Fact(Timepoint),
    Fact(Amendment),
    Fact(AnalysisPlanVersion),
    Fact(Permission),
    Fact(LoadedWording),
    Fact(InstrumentVersion),
    Fact(OwnForm),
    Fact(ConsentText),
    Fact(AlertRule),
    Fact(Messaging),
    Fact(MessageTemplate),
    Fact(Message, since="outcome"),
    Fact(AlertMail, since="outcome"),
    Fact(HeadMail, since="outcome"),
    Fact(JoiningPage),
    Fact(BackupProof),
    Fact(Import),
    Fact(Membership),
    Fact(
        Staff,
        {
            **dict.fromkeys(("email", "name", "password", "created_at", "language"), APART),
            "fs_uniquifier": "names the sessions of an account, which a new one ends",
        },
    ),
    Fact(Staff, part="account", only=("email", "name", "password", "created_at")),
    Fact(Staff, part="language", only=("language",)),
    Fact(ResetAsked),
    Fact(OwnList, {"name_folded": MADE}),
    Fact(SecondFactor, {"last_counter": "counted with each sign-in"}),
    Fact(RecoveryCode),
    Fact(SignInIdentity),
    Fact(Passkey, dict.fromkeys(("sign_count", "used_at"), "counted with each sign-in")),
    Fact(ApiKey),
    Fact(AlertReader),
    Fact(Freeze, {"content": "bound by its SHA-256"}),
    Fact(Report),
    Fact(
        Patient,
        {
            **dict.fromkeys(("contact_id", *WISHES), APART),
            "code_folded": MADE,
            "site_folded": MADE,
        },
    ),
    Fact(Patient, part="contact", only=("contact_id",)),
    Fact(Patient, part="wish", only=WISHES),
    Fact(
        Contact,
        dict.fromkeys(("name_folded", "hospital_number_folded", "searched", "telephone_digits"), MADE),
        erased=True,
    ),
    Fact(Erasure),
    Fact(Palsy),
    Fact(Treatment, {"note": APART}),
    Fact(Treatment, part="note", only=("note",), erased=True),
    Fact(InjectionSite),
    Fact(Grading),
    Fact(Consent),
    Fact(
        SelfEnrolment,
        dict.fromkeys(("device", "network"), "digests that tell who may be a twin; an erasure empties them"),
    ),
    Fact(
        Visit,
        {
            "opened_at": "when its first page was passed, before anything is answered",
            "done_at": "follows from its responses, which the check of scores asks",
            "name_folded": MADE,
        },
    ),
    Fact(Link),
    Fact(ShortCode, {"failures": "counted with each wrong year"}),
    Fact(Signature),
    Fact(Alert, dict.fromkeys((*ALERT_ANSWER, *ALERT_NOTE, "crisis_text_seen_at"), APART)),
    Fact(Alert, part="answer", only=ALERT_ANSWER, erased=True),
    Fact(Alert, part="note", only=ALERT_NOTE, erased=True),
    Fact(Alert, part="shown", only=("crisis_text_seen_at",)),
    Fact(FeedbackShown),
    Fact(Assistance, erased=True),
    Fact(Background, erased=True),
    Fact(Response, erased=True),
    Fact(BackgroundCheck, erased=True),
    Fact(Priority, erased=True),
    Fact(Note, erased=True),
    Fact(Dismissal, erased=True),
    Fact(DataQuestion, {"value": APART}),
    Fact(DataQuestion, part="value", only=("value",), erased=True),
    Fact(QuestionStep, {"text": APART}),
    Fact(QuestionStep, part="text", only=("text",), erased=True),
)
BY_SUBJECT: Mapping[str, Fact] = {fact.subject: fact for fact in FACTS}
OF_TABLE: Mapping[str, tuple[Fact, ...]] = {
    table: tuple(fact for fact in FACTS if fact.table == table) for table in {fact.table for fact in FACTS}
}

# Tables whose rows the proof reaches by another way.
PROVED: Mapping[str, str] = {
    "score": "bound with its response",
    "report_file": "bound by its SHA-256 in its report",
    "event": "the trail itself",
    "event_value": "bound by the digests of its event",
    "binding": "bound by the digests of its event",
}

# Tables that nothing binds, and why not.
FREE: Mapping[str, str] = {
    "serving": "what a visit serves beside its timepoint, by which alone it is analysed: laid out anew",
    "draft": "not sent yet: sealed with the server's secret, and what is sent becomes a response",
    "appointment": "a list of a day",
    "birth_year_try": "a try of a device",
    "sign_in_tries": "a counter",
    "staff_session": "where somebody is signed in, by a cookie signed with the server's secret",
    "joining_request": "waits for a proof, and is deleted after a day: what comes of it is a consent",
    "job": "work to be done, and its outcome: what it changes leaves events, which name who asked",
    "job_part": "a file for a day; a freeze, a report and an import are bound by their SHA-256",
    "board_copy": "a figure, drawn anew as soon as a fact of its study changes; a report's are bound",
    "host": "who does the work",
    "patient_changed": "whose state is to be computed anew",
    "patient_state": "follows from the other tables, and is compared with them by `surveys.keeping.wrong`",
}
