"""The program that wrote a table, by what stands above its rows, and what it means by its own columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analysis.words import words as _
from surveys import same

IMPORT_ID = '{"ImportId":'
NAMES = {
    "qualtrics": "Qualtrics",
    "limesurvey": "LimeSurvey",
    "google-forms": "Google Forms",
    "odk": "ODK",
    "kobo": "KoboToolbox",
    "formr": "formr",
    "redcap": "REDCap",
    "spss": "SPSS",
    "stata": "Stata",
    "sas": "SAS",
    "plain": _("a plain table"),
}


@dataclass(frozen=True)
class Habits:
    """What a program's own columns mean. A name counts in any capitals.

    `completed` are columns that hold when the answers were sent; `begun`, when they were last worked on,
    which counts where they never were sent. `skip` and `partial` have the cells that leave a row out, and
    that make its answers unsent ones. Where `alone`, no other names count than these. `own` are columns about
    the program itself, `identity` those that tell who somebody is.
    """

    patient: tuple[str, ...] = ()
    completed: tuple[str, ...] = ()
    begun: tuple[str, ...] = ()
    skip: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    partial: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    alone: bool = False


HABITS: Mapping[str, Habits] = {
    "qualtrics": Habits(
        patient=("ExternalReference", "ExternalDataReference"),
        completed=("RecordedDate", "EndDate"),
        skip={"Status": ("1", "Survey Preview", "Survey Test", "Spam", "Offline Preview")},
        partial={"Finished": ("0", "False", "FALSE")},
        own=(
            *("StartDate", "EndDate", "RecordedDate", "Progress", "Duration (in seconds)", "ResponseId"),
            *("DistributionChannel", "UserLanguage", "Status", "Finished"),
        ),
        identity=(
            *("IPAddress", "RecipientLastName", "RecipientFirstName", "RecipientEmail"),
            *("LocationLatitude", "LocationLongitude"),
        ),
    ),
    "limesurvey": Habits(
        patient=("token", "Access code", "Zugangscode"),
        completed=("submitdate", "Date submitted", "Datum Abgeschickt"),
        begun=("datestamp", "Date last action", "startdate", "Date started", "Datum letzte Aktivität"),
        partial={"submitdate": ("",), "Date submitted": ("",), "Datum Abgeschickt": ("",)},
        own=(
            *("id", "Response ID", "submitdate", "Date submitted", "lastpage", "Last page"),
            *("startlanguage", "Start language", "seed", "Seed", "startdate", "Date started", "datestamp"),
            *("Date last action", "refurl", "Referrer URL"),
        ),
        identity=("ipaddr", "IP address"),
    ),
    "google-forms": Habits(
        completed=("Timestamp", "Zeitstempel"),
        identity=("Email Address", "Email address", "Username", "E-Mail-Adresse"),
        own=("Timestamp", "Zeitstempel", "Score"),
    ),
    "odk": Habits(
        patient=("patient",),
        completed=("end", "SubmissionDate"),
        skip={"ReviewState": ("rejected",)},
        own=(
            *(
                "SubmissionDate",
                "start",
                "end",
                "meta-instanceID",
                "KEY",
                "SubmitterID",
                "AttachmentsPresent",
            ),
            *("AttachmentsExpected", "Status", "ReviewState", "Edits", "FormVersion", "PARENT_KEY"),
        ),
        identity=("SubmitterName", "DeviceID", "meta-instanceName"),
    ),
    "kobo": Habits(
        patient=("patient",),
        completed=("end", "_submission_time"),
        skip={
            "_validation_status": (
                "validation_status_not_approved",
                "Not Approved",
                "not approved",
            )
        },
        own=(
            *("start", "end", "today", "_id", "_uuid", "_submission_time", "_validation_status", "_status"),
            *("__version__", "_tags", "_index", "meta/instanceID", "formhub/uuid"),
        ),
        identity=("_submitted_by", "_notes", "username", "deviceid", "phonenumber", "_geolocation"),
    ),
    "formr": Habits(
        patient=("session",),
        completed=("ended",),
        begun=("expired", "modified", "created"),
        partial={"ended": ("",)},
        own=("created", "modified", "ended", "expired", "iteration"),
        identity=("user_agent", "ip"),
    ),
}
PATIENT_NAMES = (
    *("patient", "record_id", "patient_id", "patientid", "study_id", "studyid", "subject_id", "subjectid"),
    *(
        "participant_id",
        "participantid",
        "participant",
        "subject",
        "patient_code",
        "pseudonym",
        "patient code",
    ),
)
DAY_NAMES = (
    *("completed_on", "completed", "date", "datum", "visit_date", "date_of_visit", "assessment_date"),
    *("questionnaire_date", "exam_date"),
)
VISIT_NAMES = ("visit", "timepoint", "event", "wave", "visit_name", "redcap_event_name")
OCCURRENCE_NAMES = ("occurrence", "redcap_repeat_instance")


def recognised(rows: Sequence[Sequence[str]]) -> tuple[str, int]:
    """The program that wrote rows that begin so, and how many of them stand above the first row of cells."""
    header = list(rows[0]) if rows else []
    names = {same.folded(name) for name in header}
    for number in (2, 1):
        if len(rows) > number and any(cell.startswith(IMPORT_ID) for cell in rows[number]):
            return "qualtrics", number + 1
    if header[:1] == ["V1"] and len(rows) > 1 and rows[1][:1] == ["ResponseID"]:
        return "qualtrics", 2
    if names & {"submitdate", "date submitted", "datum abgeschickt"} and names & {
        *("lastpage", "last page", "letzte seite", "startlanguage", "start language")
    }:
        return "limesurvey", 1
    if header[:1] in (["Timestamp"], ["Zeitstempel"]):
        return "google-forms", 1
    if {"_uuid", "_index"} <= names or {"_uuid", "_submission_time"} <= names:
        return "kobo", 1
    if "key" in names and ("meta-instanceid" in names or "submissiondate" in names):
        return "odk", 1
    if {"session", "created", "ended"} <= names:
        return "formr", 1
    if names & {"redcap_event_name", "redcap_repeat_instance", "redcap_data_access_group"}:
        return "redcap", 1
    return "plain", 1
