"""Patients whom no message reaches. Who is asked only at visits, or wants no messages, is none of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, func, or_

from surveys.lists.checks.check import Check, Terms, row
from surveys.models import Contact, Patient


def _found(terms: Terms) -> Select[Any]:
    way = func.coalesce(Contact.way, "none")
    kind = case((Contact.id.is_(None), "no_contact"), else_=way)
    # A refused address has a check of its own.
    refused = func.coalesce((way == "email") & (Contact.email == Contact.refused_email), False)
    return (
        row(kind, Patient.id, seen=kind)
        .select_from(Patient)
        .outerjoin(Contact, Contact.id == Patient.contact_id)
        .where(
            Patient.status == "active",
            Patient.messages_stopped_at.is_(None),
            or_(Contact.id.is_(None), ~Contact.reachable & (way != "visits") & ~refused),
        )
    )


CHECK = Check(
    "no_channel",
    "No way to reach the patient",
    "Invitations reach nobody. Enter an address, or choose that the patient is asked only at visits.",
    {
        "no_contact": "No contact is recorded",
        "none": "No e-mail address, and no other way is chosen",
        "email": "By e-mail, without an address",
        "letter": "By letter, without a postal address",
        "telephone": "By telephone, without a number",
        "text": "By text message, without a number that takes them",
    },
    _found,
)
