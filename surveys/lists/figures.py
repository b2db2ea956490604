"""The age of the data behind a figure: the number of the study's last event that frames read.

Every change that figures show leaves an event in the study's chain, in its transaction. Numbers of a chain
follow the order in which its transactions end, so a number names a state of the study's data. No event of
the installation's chain changes a figure.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Event
from surveys.models.audit import CONSENT_CORRECTED, PALSY_REMOVED, READ
from surveys.models.message import OUTCOMES
from surveys.models.response import UNPROVED

# These actions leave the frames as before. An action that is in no set counts as one that takes away.
WITHOUT_EFFECT = frozenset(
    {
        "alert.acknowledged",
        "alert.acted_on",
        "alert.closed",
        "alert.escalated",
        "alert.raised",
        "alert_readers.acknowledged",
        "test_mail.asked",
        "test_mail.opened",
        "texts.stopped",
        "alert_readers.named",
        "alert_readers.tested",
        "alert_rule.added",
        "alert_rule.confirmed",
        "alert_rule.removed",
        "answers.without_consent",
        "backup.proved",
        "check.dismissed",
        "check.raised_again",
        "clinic.expected",
        "clinic.taken_off",
        "consent_text.loaded",
        "contact.changed",
        "feedback.shown",
        "freeze.signed",
        "import.begun",
        "joining.changed",
        "key.created",
        "key.revoked",
        "link.issued",
        "link.revoked",
        "list.changed",
        "list.deleted",
        "list.kept",
        "message.arrived",
        "message.asked",
        "message_words.changed",
        "messaging.changed",
        "note.written",
        "patient.joined",
        "own_form.kept",
        "patient.copied",
        "patient.messages_allowed",
        "patient.messages_stopped",
        READ,
        "patient.removal_declined",
        "patient.removal_requested",
        "permission.recorded",
        "question.answered",
        "question.asked",
        "question.asked_again",
        "question.closed",
        "staff.added",
        "staff.closed",
        "staff.granted",
        "staff.linked",
        "staff.passkey_added",
        "staff.passkey_removed",
        "staff.password_set",
        "staff.recovery_code_used",
        "staff.recovery_codes_made",
        "staff.reopened",
        "staff.reset",
        "staff.reset_asked",
        "staff.revoked",
        "staff.second_factor_off",
        "staff.second_factor_on",
        "staff.sessions_ended",
        "staff.sign_in_failed",
        "staff.signed_in",
        "staff.signed_out",
        "report.made",
        UNPROVED,
        "study.downloaded",
        "study.exported",
        "study.frozen",
        "study.read",
        "visit.birth_year_told",
        "visit.signed",
        "wording.loaded",
        *(f"message.{outcome}" for outcome in OUTCOMES),
        *(
            f"{mail}.{outcome}"
            for mail in ("notice", "heads")
            for outcome in OUTCOMES
            if outcome != "bounced"
        ),
        "visit.priority_told",
    }
)

# These actions make an older figure only out of date.
ADDING = frozenset(
    {
        "analysis_plan.fixed",
        "background.sent",
        "grading.added",
        "import.done",
        "palsy.added",
        "patient.answers_joined",
        "patient.enrolled",
        "patient.looked_at",
        "response.stored",
        "simulation.done",
        "study.activated",
        "treatment.added",
        "visit.added",
        "visit.help_told",
        "visit.let_in_late",
        "visit.missed",
    }
)

# These may remove an older figure's data, or the right to see them.
TAKING = frozenset(
    {
        "background.checked",
        "consent.agreed",
        "consent.amendment_declined",
        CONSENT_CORRECTED,
        "consent.declined",
        "consent.parts_changed",
        "facts.bound",
        "grading.removed",
        "import.undone",
        "palsy.corrected",
        PALSY_REMOVED,
        "patient.corrected",
        "patient.entered_in_error",
        "patient.identity_removed",
        "patient.left",
        "patient.removed",
        "patient.status",
        "plan.amended",
        "plan.changed",
        "response.annulled",
        "study.changed",
        "study.closed",
        "study.created",
        "study.taken_over",
        "study.simulated",
        "treatment.changed",
        "visits.replanned",
    }
)


def newest_change(session: Session, study_id: int) -> int:
    """The number of the study's last event that changed figures; 0 before the first."""
    return _newest(session, study_id, WITHOUT_EFFECT, since=0)


def newest_loss(session: Session, study_id: int, *, since: int) -> int:
    """The number of the study's last event after `since` that forbids older figures; 0 if there is none."""
    return _newest(session, study_id, WITHOUT_EFFECT | ADDING, since=since)


def _newest(session: Session, study_id: int, harmless: frozenset[str], *, since: int) -> int:
    """It walks back from the end of the chain, over harmless events alone."""
    later = select(Event.number).where(Event.study_id == study_id, Event.number > since)
    found = later.where(Event.action.not_in(sorted(harmless))).order_by(Event.number.desc())
    return session.scalar(found.limit(1)) or 0
