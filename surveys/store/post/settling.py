"""The outcome of a message, from the mail server, a bounce, or the person who posted it or called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys import same
from surveys.mail.channels import channels
from surveys.models import ALL_ROWS, Contact, Message, Patient, Visit
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.post import outbox
from surveys.store.post.outbox import ACTOR, Outcome, Rejected, Sent, Unclear


def settle(
    session: Session,
    message_id: int,
    outcome: Outcome,
    to: str,
    *,
    parts: int | None = None,
    at: datetime,
) -> None:
    """Record the outcome of the message that was sent to the address `to`, and in how many `parts`.

    An address that the server does not know is stored as refused: nothing more goes there.
    """
    row = session.get_one(Message, message_id, with_for_update=True, populate_existing=True)
    visit, before = _visit_of(session, row), row.outcome
    outbox.settle(row, outcome, at=at)
    if isinstance(outcome, Rejected) and outcome.address:
        _refuse_address(session, row, visit, lambda address: same.email(address) == same.email(to))
    if isinstance(outcome, Sent | Unclear) and parts is not None:
        row.parts = parts
    if row.outcome not in {None, before}:
        tell(session, visit.patient_id, row, row.outcome or "", row.error, at)
    session.flush()


def bounced(
    session: Session,
    message_id: int,
    code: str,
    *,
    refuses: Callable[[str], bool] = lambda address: True,
    at: datetime,
    actor: str,
) -> None:
    """Record that a message came back after its server had taken it, even if the sender has not said so yet.

    `refuses` says whether the contact's address is the one that mail can never reach.
    """
    row = session.get_one(Message, message_id, with_for_update=True, populate_existing=True)
    if row.outcome not in {"sent", "unknown"} and not (row.outcome is None and row.claimed_at):
        return
    row.outcome, row.outcome_at, row.error = "bounced", at, code[:100]
    visit = _visit_of(session, row)
    _refuse_address(session, row, visit, refuses)
    tell(session, visit.patient_id, row, "bounced", row.error, at, actor)
    session.flush()


def done_by_hand(session: Session, message_id: int, *, at: datetime, actor: str) -> None:
    """Record that a letter was posted or a call was made.

    Raises:
        Refused: somebody settled the message meanwhile.
    """
    row = _still_to_do(session, message_id)
    outbox.claim(row, at=at)
    outbox.settle(row, Sent(), at=at)
    visit = _visit_of(session, row)
    tell(session, visit.patient_id, row, "sent", None, at, actor)
    session.flush()


def give_up_lost(session: Session, *, at: datetime) -> int:
    """Record of messages whose sender died that nobody knows what became of them; returns how many."""
    lost = outbox.give_up_lost(session, Message, at=at)
    for row in lost:
        tell(session, _visit_of(session, row).patient_id, row, "unknown", row.error, at)
    return len(lost)


def try_again(session: Session, message_id: int, on: datetime) -> None:
    """Record that the call was not answered; it is due again at `on`.

    Raises:
        Refused: somebody settled the message meanwhile.
    """
    row = _still_to_do(session, message_id)
    outbox.hold(row, "no_answer", on)
    row.attempts += 1


def _still_to_do(session: Session, message_id: int) -> Message:
    """The letter or call, locked."""
    row = session.get_one(Message, message_id, with_for_update=True, populate_existing=True)
    if row.outcome is not None or row.claimed_at is not None:
        raise Refused(_("This was done or cancelled meanwhile. Look at the list again."))
    return row


def _refuse_address(session: Session, row: Message, visit: Visit, refuses: Callable[[str], bool]) -> None:
    of_patient = select(Contact).join(Patient).where(Patient.id == visit.patient_id)
    contact, way = session.scalar(of_patient), channels().get(row.channel)
    if contact and way:
        way.refuse(contact, refuses)


def tell(
    session: Session,
    patient_id: int,
    row: Message,
    outcome: str,
    error: str | None,
    at: datetime,
    actor: str = ACTOR,
) -> None:
    """Record the outcome of a message in the audit."""
    facts = {
        "message": row.id,
        "visit": row.visit_id,
        "kind": row.kind,
        "nth": row.nth,
        "channel": row.channel,
        **({"error": error} if error else {}),
    }
    audit.record(session, audit.Entry(at, actor, f"message.{outcome}", patient_id, facts))


def _visit_of(session: Session, row: Message) -> Visit:
    """The visit of a message, also of a patient who was entered in error while it was under way."""
    return session.get_one(Visit, row.visit_id, execution_options=ALL_ROWS)
