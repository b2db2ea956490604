"""The input of staff's forms, as the store takes it."""

from __future__ import annotations

from typing import Any

from surveys.forms.fields import ElsewhereBoxes
from surveys.forms.staff import PartialDateForm
from surveys.store.patient.consents import GivenElsewhere
from surveys.store.patient.patients import PartialDate


def typed(field: Any) -> str | None:
    """The text of a field without spaces around it; None if it is empty."""
    return (field.data or "").strip() or None


def partial_date(form: PartialDateForm) -> PartialDate | None:
    """A date as far as it is known; None if no part is known."""
    return None if form.value is None else PartialDate(*form.value)


def given_elsewhere(form: ElsewhereBoxes) -> GivenElsewhere | None:
    """The consent that was given elsewhere; None if nothing is said of one."""
    kept_in, on = typed(form.consent_reference), form.consent_on.data
    return GivenElsewhere(kept_in, on) if kept_in and on else None
