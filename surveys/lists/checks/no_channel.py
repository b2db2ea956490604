"""Patients whom no message reaches. Who is asked only at visits, or wants no messages, is none of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, func, or_

from analysis.words import words as _
from surveys.lists.checks.check import Check, Terms, row
from surveys.mail.channels import NOT_AT_ALL, USUAL, channels
from surveys.models import Contact, Patient


def _found(terms: Terms) -> Select[Any]:
    way = func.coalesce(Contact.way, "none")
    kind = case((Contact.id.is_(None), "no_contact"), else_=way)
    is_open = or_(*(and_(way == key, one.open_in(Contact)) for key, one in channels().items()))
    # A refused address has a check of its own.
    refused = and_(way == USUAL, channels()[USUAL].refused_in(Contact))
    return (
        row(kind, Patient.id, seen=kind)
        .select_from(Patient)
        .outerjoin(Contact, Contact.id == Patient.contact_id)
        .where(
            Patient.status == "active",
            Patient.messages_stopped_at.is_(None),
            or_(Contact.id.is_(None), ~is_open & (way != NOT_AT_ALL) & ~refused),
        )
    )


CHECK = Check(
    "no_channel",
    _("No way to reach the patient"),
    _("Invitations reach nobody. Enter an address, or choose that the patient is asked only at visits."),
    {
        "no_contact": _("No contact is recorded"),
        "none": _("No e-mail address, and no other way is chosen"),
        "email": _("By e-mail, without an address"),
        "letter": _("By letter, without a postal address"),
        "telephone": _("By telephone, without a number"),
        "text": _("By text message, without a number that takes them"),
    },
    _found,
)
