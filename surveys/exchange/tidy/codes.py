"""The code lists of coded columns: each code with its words, for every format. Pure.

What staff choose from is in staff's words (`surveys/forms/labels.py`); here are the words for codes that
stand in exports only.
"""

from __future__ import annotations

from collections.abc import Mapping

from surveys.background import QUESTIONS
from surveys.forms.labels import ROLES, TREATMENTS

Codes = Mapping[str, str]

PRECISIONS: Codes = {"day": "Known by day", "month": "Known by month", "year": "Known by year"}
WORDING_STATUSES: Codes = {
    "verbatim": "The instrument's own text",
    "loaded": "The site's text, used by permission",
    "working": "A working text of this software, not validated",
    "absent": "No text here",
    "unknown": "Nobody recorded the text",
}
NOT_GIVEN: Codes = {"skipped": "Passed over on purpose", "not_reached": "Not reached"}
SKIPPED: Codes = {"skipped": NOT_GIVEN["skipped"]}
ATTENDANCE_STATES: Codes = {
    "completed": "Sent by the patient or entered by staff",
    "partial": "Begun and never sent, kept when the visit was over",
    "begun": "Begun and not sent yet",
    "not_begun": "Nothing was answered",
}
DECISIONS: Codes = {"agreed": "Agreed", "declined": "Declined"}
CONSENT_WAYS: Codes = {
    "link": "By the personal link",
    "paper": "On paper",
    "telephone": "By telephone",
    "elsewhere": "Elsewhere",
}
MEANINGS: Codes = {
    "reviewed": "Reviewed",
    "complete": "Complete and right",
    "approved": "Approved for analysis",
}
SIGNERS_ROLES: Codes = {**ROLES, "admin": "Administrator"}
INJECTED_SIDES: Codes = {"left": "Left", "right": "Right"}
FLAGS: Codes = {"true": "Yes", "false": "No"}

_ASKED: Codes = {
    "had_before": "Whether there was a palsy before this one, or it is there from birth",
    "came_again": "Whether a palsy came again since the last form",
    "another_onset": "When that other palsy began: the first one, or the one that came again",
    "onset": "When the palsy began",
    "side": "Side of the palsy",
    "cause": "Cause of the palsy",
    "treatments": "Which treatments there were",
    "operations": "Which operations there were",
    "symptoms": "What troubles the patient",
    "mood_before": "Treatment of the mood before the palsy",
    "changed": "How the face is, next to the last time",
    "recovered": "Whether the face has recovered",
    "sent": "Which form was reviewed and sent",
}
REPORTED_QUESTIONS: Codes = {
    question: _ASKED.get(question) or f"When: {TREATMENTS[question]}" for question in QUESTIONS
}
