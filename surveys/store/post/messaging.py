"""How a study writes to its patients, and in which words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.mail.channels import templates
from surveys.mobile_numbers import regions
from surveys.models import MessageTemplate, Messaging, Study
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.post.facts import MessageSettings

MOST_REMINDERS = 5


def choose(session: Session, study: Study, new: MessageSettings, *, at: datetime, actor: str) -> None:
    """Set how messages go from now on; the next planning round moves the messages still to go.

    Raises:
        Refused: the hours or the days are in the wrong order.
    """
    hours, days = new.hours, new.reminder_days
    if not 0 <= hours.earliest <= hours.send < hours.latest <= 24:
        raise Refused(_("Messages go at an hour from the earliest on and before the latest."), "send_hour")
    if len(days) > MOST_REMINDERS or list(days) != sorted(set(days)) or any(day < 1 for day in days):
        raise Refused(
            _(
                "Give up to %(most_reminders)s numbers of days, each larger than the one before: 7, 14.",
                most_reminders=MOST_REMINDERS,
            ),
            "reminder_days",
        )
    if new.region is not None and new.region not in regions():
        raise Refused(_("Give the two letters of a country, such as DE."), "region")
    facts = {
        "clinic": new.clinic,
        "reminder_days": list(days),
        "send_hour": hours.send,
        "earliest_hour": hours.earliest,
        "latest_hour": hours.latest,
        "thanks": new.thanks,
        "region": new.region,
    }
    row = session.get(Messaging, study.id) or Messaging(study_id=study.id)
    for name, value in facts.items():
        setattr(row, name, value)
    row.changed_by, row.changed_at = actor, at
    session.add(row)
    session.flush()
    audit.record(
        session,
        audit.Entry(at, actor, "messaging.changed", facts={"study": study.code, **facts}, study_id=study.id),
    )


def write(
    session: Session,
    study: Study,
    kind: str,
    locale: str,
    subject: str,
    body: str,
    *,
    at: datetime,
    actor: str,
) -> None:
    """Set the study's own words from now on; the caller has checked them.

    Raises:
        Refused: there is no such message, or the study does not speak this language.
    """
    if kind not in templates() or locale not in study.locales:
        raise Refused(_("The study sends no such message."))
    session.add(
        MessageTemplate(
            study_id=study.id,
            kind=kind,
            locale=locale,
            subject=subject,
            body=body,
            changed_by=actor,
            changed_at=at,
        )
    )
    session.flush()
    facts = {"study": study.code, "kind": kind, "locale": locale}
    audit.record(session, audit.Entry(at, actor, "message_words.changed", facts=facts, study_id=study.id))
