"""The tables, as typed SQLAlchemy 2 models, one file per concept.

Every invariant is a named constraint here or a trigger in `triggers`; `migrations/` makes both. Only `staff`
knows Flask, because Flask-Security signs its accounts in.
"""

import surveys.models.functions  # noqa: F401 - SQLite gets its own with each connection
from surveys.models.alert import Alert, AlertMail, AlertRule
from surveys.models.amendment import Amendment
from surveys.models.analysis_plan import AnalysisPlanVersion
from surveys.models.assistance import Assistance
from surveys.models.audit import Binding, Erasure, Event, EventValue
from surveys.models.background import Background, BackgroundCheck
from surveys.models.base import Base
from surveys.models.clinic import Appointment, Note
from surveys.models.consent import Consent, ConsentText
from surveys.models.device import BirthYearTry
from surveys.models.dismissal import Dismissal
from surveys.models.feedback import FeedbackShown, Priority
from surveys.models.freeze import Freeze
from surveys.models.head_mail import HeadMail
from surveys.models.imports import ALL_ROWS, Import
from surveys.models.injection import InjectionSite
from surveys.models.job import OF_JOBS, BoardCopy, Host, Job, JobPart
from surveys.models.joining import JoiningPage, JoiningRequest, SelfEnrolment
from surveys.models.key import ApiKey
from surveys.models.message import Message, MessageTemplate, Messaging, ShortCode
from surveys.models.own_form import OwnForm
from surveys.models.own_list import OwnList
from surveys.models.patient import Contact, Grading, Palsy, Patient, Treatment
from surveys.models.patient_state import COMPUTED, PatientState
from surveys.models.question import DataQuestion, QuestionStep
from surveys.models.readiness import AlertReader, BackupProof
from surveys.models.report import Report, ReportFile
from surveys.models.response import Draft, InstrumentVersion, Response, Score
from surveys.models.signature import Signature
from surveys.models.staff import (
    Membership,
    Passkey,
    RecoveryCode,
    ResetAsked,
    SecondFactor,
    SignInIdentity,
    SignInTries,
    Staff,
    StaffSession,
)
from surveys.models.study import Study, Timepoint
from surveys.models.visit import Link, Serving, Visit
from surveys.models.wording import LoadedWording, Permission

# Tables whose rows no backup keeps: all of them can be made again, a session by signing in.
PASSING = (*OF_JOBS, *COMPUTED, StaffSession.__tablename__, SignInTries.__tablename__)

__all__ = [
    "ALL_ROWS",
    "PASSING",
    "Alert",
    "AlertMail",
    "AlertReader",
    "AlertRule",
    "Amendment",
    "AnalysisPlanVersion",
    "ApiKey",
    "Appointment",
    "Assistance",
    "Background",
    "BackgroundCheck",
    "BackupProof",
    "Base",
    "Binding",
    "BirthYearTry",
    "BoardCopy",
    "Consent",
    "ConsentText",
    "Contact",
    "DataQuestion",
    "Dismissal",
    "Draft",
    "Erasure",
    "Event",
    "EventValue",
    "FeedbackShown",
    "Freeze",
    "Grading",
    "HeadMail",
    "Host",
    "Import",
    "InjectionSite",
    "InstrumentVersion",
    "Job",
    "JobPart",
    "JoiningPage",
    "JoiningRequest",
    "Link",
    "LoadedWording",
    "Membership",
    "Message",
    "MessageTemplate",
    "Messaging",
    "Note",
    "OwnForm",
    "OwnList",
    "Palsy",
    "Passkey",
    "Patient",
    "PatientState",
    "Permission",
    "Priority",
    "QuestionStep",
    "RecoveryCode",
    "Report",
    "ReportFile",
    "ResetAsked",
    "Response",
    "Score",
    "SecondFactor",
    "SelfEnrolment",
    "Serving",
    "ShortCode",
    "SignInIdentity",
    "SignInTries",
    "Signature",
    "Staff",
    "StaffSession",
    "Study",
    "Timepoint",
    "Treatment",
    "Visit",
]
