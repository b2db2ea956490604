"""A person who answers STOP to a text message: no more text goes to that number, in any study."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import same
from surveys.mail.channels import by_machine, channels
from surveys.mail.channels.text import CHANNEL, PART
from surveys.models import Contact, Patient, Study
from surveys.store import audit
from surveys.store.patient import consents
from surveys.store.post import messages
from surveys.store.study.studies import today

_STOPS = frozenset({"stop", "stopp", "stopall", "ende", "end", "quit", "cancel", "unsubscribe", "arret"})
_WORD = re.compile(r"[^\W\d_]+")


def asks_to_stop(text: str) -> bool:
    """Whether an answer begins with a word that ends the texts."""
    word = _WORD.search(same.searched(text))
    return word is not None and word[0] in _STOPS


def stop(session: Session, number: str, *, at: datetime) -> int:
    """End the texts to `number`, and withdraw that part of each consent; returns to how many patients.

    The person is reached by e-mail from now on where there is an address; otherwise what is due waits under
    *Needs a person*.
    """
    reached = select(Contact).where(Contact.mobile == number).order_by(Contact.id).with_for_update()
    stopped = 0
    for contact in session.scalars(reached.execution_options(populate_existing=True)).all():
        CHANNEL.refuse(contact, lambda known: known == number)
        if contact.channel == CHANNEL.key:
            others = (key for key in by_machine() if channels()[key].reachable(contact))
            contact.channel = next(others, CHANNEL.key)
        session.flush()
        rows = select(Patient, Study).join(Study).where(Patient.contact_id == contact.id)
        for patient, study in session.execute(rows.order_by(Patient.id)).all():
            stands = consents.of_patient(session, patient.id)
            facts = {"channel": contact.channel}
            audit.record(session, audit.Entry(at, "patient", "texts.stopped", patient.id, facts))
            if stands is not None and stands.parts.get(PART) is True:
                kept = [part for part, agreed in stands.parts.items() if agreed and part != PART]
                consents.choose_parts(
                    session,
                    patient.id,
                    kept,
                    how="telephone",
                    on=today(study, at),
                    at=at,
                    actor="patient",
                )
            messages.plan_patient(session, patient.id, at=at)
            stopped += 1
    return stopped
