"""The words for coded facts, as staff read and choose them."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.data.gradings import HOUSE_BRACKMANN, SUNNYBROOK
from analysis.data.kinds import ALL_FAMILIES, ALL_KINDS
from analysis.data.statuses import REASONS
from analysis.words import words as _
from surveys.mail.channels import NOT_AT_ALL, channels

BEGINNINGS: Mapping[str, str] = {
    "sudden": _("Suddenly"),
    "gradual": _("Gradually"),
    "after_operation": _("After an operation"),
    "from_birth": _("From birth"),
    "unknown": _("Not known"),
}
# The kind for all others comes last.
TREATMENTS: Mapping[str, str] = {
    kind.key: kind.words for kind in sorted(ALL_KINDS, key=lambda kind: kind.key == "other")
}
MUSCLES: Mapping[str, str] = {
    "frontalis": _("Frontalis"),
    "corrugator": _("Corrugator supercilii"),
    "procerus": _("Procerus"),
    "orbicularis_oculi": _("Orbicularis oculi"),
    "nasalis": _("Nasalis"),
    "levator_labii": _("Levator labii superioris"),
    "zygomaticus_minor": _("Zygomaticus minor"),
    "zygomaticus_major": _("Zygomaticus major"),
    "risorius": _("Risorius"),
    "buccinator": _("Buccinator"),
    "orbicularis_oris": _("Orbicularis oris"),
    "depressor_anguli_oris": _("Depressor anguli oris"),
    "depressor_labii": _("Depressor labii inferioris"),
    "mentalis": _("Mentalis"),
    "platysma": _("Platysma"),
    "other": _("Another muscle"),
}
TREATMENT_STATES: Mapping[str, str] = {
    "planned": _("Planned"),
    "given": _("Given"),
    "cancelled": _("Cancelled"),
}
# A visit's, or a patient's in the list.
STATES: Mapping[str, str] = {
    "due": _("Due"),
    "in_progress": _("In progress"),
    "missed": _("Missed"),
    "done": _("Done"),
    "upcoming": _("Upcoming"),
    "not_asked": _("Not asked"),
    "left": _("Left the study"),
    "none": _("No visit"),
}
PATIENT_STATUSES: Mapping[str, str] = {
    "active": _("Taking part"),
    "paused": _("Paused"),
    "left": _("Left the study"),
    "lost": _("Lost to follow-up"),
    "died": _("Died"),
}
STATUS_REASONS: Mapping[str, str] = REASONS
CHANNELS: Mapping[str, str] = {
    **{key: one.choice for key, one in channels().items()},
    NOT_AT_ALL: _("Not at all: only at visits"),
}
# Why a message waits or never goes.
MESSAGE_REASONS: Mapping[str, str] = {
    "asked": _("one is on its way already"),
    "done": _("answered already"),
    "left": _("the patient left"),
    "lost": _("lost to follow-up"),
    "died": _("the patient has died"),
    "stopped": _("the patient wants no messages"),
    "withdrawn": _("the visit was withdrawn"),
    "only_at_visits": _("only at visits"),
    "no_contact": _("no contact"),
    "channel": _("not by e-mail"),
    "missed": _("the visit was missed"),
    "closed": _("the visit is over"),
    "study_closed": _("the study is closed"),
    "too_soon": _("another message had just gone"),
    "plan": _("not planned any more"),
    "paused": _("the patient is paused"),
    "study_draft": _("the study is not active"),
    "no_address": _("no address, or one that is refused"),
    "not_agreed": _("the consent does not say that this way is agreed to"),
    "no_birth_year": _("no year of birth, which the short link asks for"),
    "not_open": _("the visit is not open yet"),
    "earlier": _("an earlier message has yet to go"),
    "hours": _("until the patient’s day begins"),
    "no_answer": _("nobody answered"),
    "told by staff": _("told by staff"),
    "STOP": _("answered STOP"),
}
GRADING_MODES: Mapping[str, str] = {
    "in_person": _("In person"),
    "live_video": _("By live video"),
    "recorded_video": _("From a recorded video"),
    "photo": _("From photographs"),
    "unknown": _("Not known"),
}
CONSENT_PARTS: Mapping[str, str] = {
    "research": _("research"),
    "contact_again": _("contact again"),
    "sharing": _("sharing without the name"),
    "keep_answers": _("keep answers after leaving"),
    "text_messages": _("text messages"),
}
GRADING_SCALES: Mapping[str, str] = {HOUSE_BRACKMANN: _("House–Brackmann"), SUNNYBROOK: _("Sunnybrook")}
ANSWERED_BY: Mapping[str, str] = {
    "patient": _("The patient alone"),
    "typed_by_other": _("The patient; somebody else read or wrote"),
    "chosen_by_other": _("Somebody else chose the answers"),
    "interpreter": _("The patient, with an interpreter"),
}
PRIORITIES: Mapping[str, str] = {
    "eye": _("The eye"),
    "smile": _("The smile"),
    "speech": _("Speaking"),
    "eating": _("Eating and drinking"),
    "pain": _("Pain or tightness"),
    "mood": _("How she or he feels"),
    "other": _("Something else"),
}
FEEDBACK: Mapping[str, str] = {
    "next_visit": _("The day of the next visit, with a calendar entry that tells nothing"),
    "use": _("Who uses the answers, in the study's words"),
    "news": _("News of the study, in its words"),
    "answers": _("Their own earlier answers, behind link and year of birth"),
    "scores": _("Their own face scores over time, behind link and year of birth"),
    "priority": _("Nothing, but they are asked: what matters most to you today?"),
}
SYMPTOMS: Mapping[str, str] = {
    "face": _("facial asymmetry or weakness"),
    "eye": _("eye: dry, watering, poor closure"),
    "mouth": _("mouth: dry, or oral incontinence"),
    "taste": "taste",
    "hearing": "hearing",
    "pain": "pain",
    "tightness": "tightness",
    "movements_together": _("movements that come along"),
    "twitching": "twitching",
    "speech": "speech",
    "eating_drinking": _("eating and drinking"),
}
CAME_AGAIN: Mapping[str, str] = {
    "no": _("no further palsy since the last time"),
    "same_side": _("a palsy came again on the same side"),
    "other_side": _("a palsy came on the other side"),
    "unknown": _("not sure whether a palsy came again"),
}
HAD_BEFORE: Mapping[str, str] = {
    "first_time": _("the first palsy"),
    "again": _("there was a palsy before this one"),
    "from_birth": _("there from birth"),
    "unknown": _("not sure whether there was a palsy before"),
}
MOOD_BEFORE: Mapping[str, str] = {
    "treated": _("treated before the palsy"),
    "never": _("never treated before the palsy"),
    "prefer_not_to_say": _("would rather not say"),
}
CHANGED: Mapping[str, str] = {
    "much_better": _("much better"),
    "better": _("a little better"),
    "same": _("the same"),
    "worse": _("a little worse"),
    "much_worse": _("much worse"),
}
RECOVERED: Mapping[str, str] = {"yes": "yes", "nearly": "nearly", "no": "no"}
CHECK_OUTCOMES: Mapping[str, str] = {
    "confirmed": _("Confirmed as reported"),
    "corrected": _("Recorded otherwise"),
    "kept": _("Left as it was recorded"),
}
SOURCES: Mapping[str, str] = {
    "web": _("personal link"),
    "kiosk": _("tablet in the clinic"),
    "staff_read": _("read by staff"),
    "paper": _("paper"),
    "import": _("import"),
    "simulated": _("simulated"),
}
ALERT_STATES: Mapping[str, str] = {
    "new": _("Waiting"),
    "acknowledged": _("Taken on"),
    "acted_on": _("Acted on"),
    "closed": _("Closed"),
    "historical": _("From old answers"),
}
MESSAGES: Mapping[str, str] = {
    "invitation": _("Invitation"),
    "reminder": _("Reminder"),
    "thanks": _("Thanks"),
}
MESSAGE_CHANNELS: Mapping[str, str] = {
    **{key: one.noun for key, one in channels().items()},
    NOT_AT_ALL: _("at visits"),
}
MESSAGE_OUTCOMES: Mapping[str, str] = {
    "sent": _("Sent"),
    "failed": _("Refused"),
    "bounced": _("Came back"),
    "unknown": _("Unknown: it may have gone"),
    "cancelled": _("Not sent"),
}
ROLES: Mapping[str, str] = {
    "coordinator": _("Coordinator"),
    "investigator": _("Investigator"),
    "analyst": _("Analyst"),
}
WEEKDAYS: Mapping[str, str] = {
    "monday": _("Monday"),
    "tuesday": _("Tuesday"),
    "wednesday": _("Wednesday"),
    "thursday": _("Thursday"),
    "friday": _("Friday"),
    "saturday": _("Saturday"),
    "sunday": _("Sunday"),
}
TREATMENT_FAMILIES: Mapping[str, str] = {family.key: family.words for family in ALL_FAMILIES}
STUDY_STATUSES: Mapping[str, str] = {"draft": _("Draft"), "active": _("Active"), "closed": _("Closed")}
