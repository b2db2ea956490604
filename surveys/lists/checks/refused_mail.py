"""An e-mail address that mail servers refuse, while it is how the patient is reached."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from analysis.words import words as _
from surveys.lists.checks.check import Check, Terms, row
from surveys.models import Contact, Patient


def _found(terms: Terms) -> Select[Any]:
    return (
        row("refused", Patient.id)
        .select_from(Patient)
        .join(Contact, Contact.id == Patient.contact_id)
        .where(
            Patient.status == "active",
            Patient.messages_stopped_at.is_(None),
            Contact.way == "email",
            Contact.email == Contact.refused_email,
        )
    )


CHECK = Check(
    "refused_mail",
    _("E-mail refused"),
    _("Nothing is sent to this address any more. Correct it, or choose another way."),
    {"refused": _("The address is refused")},
    _found,
)
