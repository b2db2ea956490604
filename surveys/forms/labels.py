"""The words for coded facts, as staff read and choose them."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.data.gradings import HOUSE_BRACKMANN, SUNNYBROOK
from analysis.data.kinds import ALL_FAMILIES, ALL_KINDS
from analysis.data.statuses import REASONS
from surveys.mail.channels import NOT_AT_ALL, channels

SEXES: Mapping[str, str] = {
    "female": "Female",
    "male": "Male",
    "other": "Other",
    "unknown": "Not known",
}
SIDES: Mapping[str, str] = {
    "left": "Left",
    "right": "Right",
    "both": "Both sides",
    "unknown": "Not known",
}
BEGINNINGS: Mapping[str, str] = {
    "sudden": "Suddenly",
    "gradual": "Gradually",
    "after_operation": "After an operation",
    "from_birth": "From birth",
    "unknown": "Not known",
}
CAUSES: Mapping[str, str] = {
    "bells_palsy": "Bell's palsy",
    "ramsay_hunt": "Ramsay Hunt syndrome (herpes zoster)",
    "vestibular_schwannoma": "Vestibular schwannoma",
    "facial_nerve_schwannoma": "Facial nerve schwannoma",
    "parotid_or_other_malignancy": "Parotid or other malignancy",
    "other_tumour": "Other tumour",
    "iatrogenic_postoperative": "After an operation",
    "trauma": "Injury",
    "lyme": "Lyme disease",
    "otitis_or_other_infection": "Ear infection or other infection",
    "congenital_or_syndromic": "Congenital or syndromic",
    "birth_trauma": "Birth trauma",
    "stroke_central": "Stroke (central palsy)",
    "other": "Other",
    "unknown": "Not known",
}
# The kind for all others comes last.
TREATMENTS: Mapping[str, str] = {
    kind.key: kind.words for kind in sorted(ALL_KINDS, key=lambda kind: kind.key == "other")
}
MUSCLES: Mapping[str, str] = {
    "frontalis": "Frontalis",
    "corrugator": "Corrugator supercilii",
    "procerus": "Procerus",
    "orbicularis_oculi": "Orbicularis oculi",
    "nasalis": "Nasalis",
    "levator_labii": "Levator labii superioris",
    "zygomaticus_minor": "Zygomaticus minor",
    "zygomaticus_major": "Zygomaticus major",
    "risorius": "Risorius",
    "buccinator": "Buccinator",
    "orbicularis_oris": "Orbicularis oris",
    "depressor_anguli_oris": "Depressor anguli oris",
    "depressor_labii": "Depressor labii inferioris",
    "mentalis": "Mentalis",
    "platysma": "Platysma",
    "other": "Another muscle",
}
TREATMENT_STATES: Mapping[str, str] = {"planned": "Planned", "given": "Given", "cancelled": "Cancelled"}
# A visit's, or a patient's in the list.
STATES: Mapping[str, str] = {
    "due": "Due",
    "in_progress": "In progress",
    "missed": "Missed",
    "done": "Done",
    "upcoming": "Upcoming",
    "not_asked": "Not asked",
    "left": "Left",
    "none": "No visit",
}
PATIENT_STATUSES: Mapping[str, str] = {
    "active": "Taking part",
    "paused": "Paused",
    "left": "Left the study",
    "lost": "Lost to follow-up",
    "died": "Died",
}
STATUS_REASONS: Mapping[str, str] = REASONS
CHANNELS: Mapping[str, str] = {
    **{key: one.choice for key, one in channels().items()},
    NOT_AT_ALL: "Not at all: only at visits",
}
# Why a message waits or never goes.
MESSAGE_REASONS: Mapping[str, str] = {
    "asked": "one is on its way already",
    "done": "answered already",
    "left": "the patient left",
    "lost": "lost to follow-up",
    "died": "the patient has died",
    "stopped": "the patient wants no messages",
    "withdrawn": "the visit was withdrawn",
    "only_at_visits": "only at visits",
    "no_contact": "no contact",
    "channel": "not by e-mail",
    "missed": "the visit was missed",
    "closed": "the visit is over",
    "study_closed": "the study is closed",
    "too_soon": "another message had just gone",
    "plan": "not planned any more",
    "paused": "the patient is paused",
    "study_draft": "the study is not active",
    "no_address": "no address, or one that is refused",
    "not_agreed": "the consent does not say that this way is agreed to",
    "no_birth_year": "no year of birth, which the short link asks for",
    "not_open": "the visit is not open yet",
    "earlier": "an earlier message has yet to go",
    "hours": "until the patient’s day begins",
    "no_answer": "nobody answered",
    "told by staff": "told by staff",
    "STOP": "answered STOP",
}
GRADING_MODES: Mapping[str, str] = {
    "in_person": "In person",
    "live_video": "By live video",
    "recorded_video": "From a recorded video",
    "photo": "From photographs",
    "unknown": "Not known",
}
CONSENT_PARTS: Mapping[str, str] = {
    "research": "research",
    "contact_again": "contact again",
    "sharing": "sharing without the name",
    "keep_answers": "keep answers after leaving",
    "text_messages": "text messages",
}
GRADING_SCALES: Mapping[str, str] = {HOUSE_BRACKMANN: "House–Brackmann", SUNNYBROOK: "Sunnybrook"}
ANSWERED_BY: Mapping[str, str] = {
    "patient": "The patient alone",
    "typed_by_other": "The patient; somebody else read or wrote",
    "chosen_by_other": "Somebody else chose the answers",
    "interpreter": "The patient, with an interpreter",
}
PRIORITIES: Mapping[str, str] = {
    "eye": "The eye",
    "smile": "The smile",
    "speech": "Speaking",
    "eating": "Eating and drinking",
    "pain": "Pain or tightness",
    "mood": "How she or he feels",
    "other": "Something else",
}
FEEDBACK: Mapping[str, str] = {
    "next_visit": "The day of the next visit, with a calendar entry that tells nothing",
    "use": "Who uses the answers, in the study's words",
    "news": "News of the study, in its words",
    "answers": "Their own earlier answers, behind link and year of birth",
    "scores": "Their own face scores over time, behind link and year of birth",
    "priority": "Nothing, but they are asked: what matters most to you today?",
}
SYMPTOMS: Mapping[str, str] = {
    "face": "facial asymmetry or weakness",
    "eye": "eye: dry, watering, poor closure",
    "mouth": "mouth: dry, or oral incontinence",
    "taste": "taste",
    "hearing": "hearing",
    "pain": "pain",
    "tightness": "tightness",
    "movements_together": "movements that come along",
    "twitching": "twitching",
    "speech": "speech",
    "eating_drinking": "eating and drinking",
}
MOOD_BEFORE: Mapping[str, str] = {
    "treated": "treated before the palsy",
    "never": "never treated before the palsy",
    "prefer_not_to_say": "would rather not say",
}
CHANGED: Mapping[str, str] = {
    "much_better": "much better",
    "better": "a little better",
    "same": "the same",
    "worse": "a little worse",
    "much_worse": "much worse",
}
RECOVERED: Mapping[str, str] = {"yes": "yes", "nearly": "nearly", "no": "no"}
CHECK_OUTCOMES: Mapping[str, str] = {
    "confirmed": "Confirmed as reported",
    "corrected": "Recorded otherwise",
    "kept": "Left as it was recorded",
}
SOURCES: Mapping[str, str] = {
    "web": "personal link",
    "kiosk": "tablet in the clinic",
    "staff_read": "read by staff",
    "paper": "paper",
    "import": "import",
    "simulated": "simulated",
}
ALERT_STATES: Mapping[str, str] = {
    "new": "Waiting",
    "acknowledged": "Taken on",
    "acted_on": "Acted on",
    "closed": "Closed",
    "historical": "From old answers",
}
MESSAGES: Mapping[str, str] = {"invitation": "Invitation", "reminder": "Reminder", "thanks": "Thanks"}
MESSAGE_CHANNELS: Mapping[str, str] = {
    **{key: one.noun for key, one in channels().items()},
    NOT_AT_ALL: "at visits",
}
MESSAGE_OUTCOMES: Mapping[str, str] = {
    "sent": "Sent",
    "failed": "Refused",
    "bounced": "Came back",
    "unknown": "Unknown: it may have gone",
    "cancelled": "Not sent",
}
ROLES: Mapping[str, str] = {
    "coordinator": "Coordinator",
    "investigator": "Investigator",
    "analyst": "Analyst",
}
WEEKDAYS: Mapping[str, str] = {
    "monday": "Monday",
    "tuesday": "Tuesday",
    "wednesday": "Wednesday",
    "thursday": "Thursday",
    "friday": "Friday",
    "saturday": "Saturday",
    "sunday": "Sunday",
}
TREATMENT_FAMILIES: Mapping[str, str] = {family.key: family.words for family in ALL_FAMILIES}
STUDY_STATUSES: Mapping[str, str] = {"draft": "Draft", "active": "Active", "closed": "Closed"}
