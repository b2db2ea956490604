"""What is doubtful in a list of patients: who may be enrolled already, what a spreadsheet changed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from analysis.words import words as _
from surveys import same
from surveys.exchange.faults import Fault
from surveys.models import ALL_ROWS, Contact, Patient, Study
from surveys.store.patient import contacts
from surveys.store.patient.patients import NewContact, NewPatient

Found = Sequence[tuple[int, NewPatient]]

_DIGITS = re.compile("[0-9]+")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ENROLLED = _("Somebody with this hospital number, or this name and birth date, is enrolled already.")


def of(
    session: Session, study: Study, found: Found, given: Collection[str]
) -> tuple[list[Fault], list[Fault]]:
    """The doubts by row and column, which a person decides, and the faults; neither tells a patient's code.

    A patient whose code the program gave (`given`) must not be in the study already: nothing else keeps the
    same list from enrolling the same people twice.
    """
    doubts: list[Fault] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for number, new in found:
        keys = list(_keys(new.contact))
        matches = contacts.matches(session, new.contact) if new.contact else []
        column = next((column for column, __ in keys), "name")
        if new.code in given and any(match.study_id == study.id for match in matches):
            faults.append(
                Fault(
                    _("%(enrolled)s Another person needs a study code in the list.", enrolled=_ENROLLED),
                    number,
                    column,
                )
            )
        elif matches:
            doubts.append(Fault(_ENROLLED, number, column))
        for column, key in keys:
            if key in seen:
                doubts.append(
                    Fault(_("This may be the person of row %(seen)s.", seen=seen[key]), number, column)
                )
            seen.setdefault(key, number)
    own = [(number, "" if new.code in given else new.code) for number, new in found]
    hospital = [(number, (new.contact and new.contact.hospital_number) or "") for number, new in found]
    doubts += _changed(own, "code", _stored(session, study, Patient.code_folded))
    doubts += _changed(hospital, "hospital_number", _stored(session, study, Contact.hospital_number_folded))
    return doubts, faults


def _keys(contact: NewContact | None) -> Iterator[tuple[str, str]]:
    """By what a person is known again: the column, and what is compared."""
    if contact and contact.hospital_number:
        yield "hospital_number", f"number {same.folded(contact.hospital_number)}"
    if contact and contact.name and contact.born_on:
        yield "name", f"person {same.folded(contact.name)} {contact.born_on}"


def _stored(session: Session, study: Study, column: InstrumentedAttribute[Any]) -> list[str]:
    """Those of the study that begin with a zero."""
    query = (
        select(column)
        .select_from(Patient)
        .outerjoin(Contact, Contact.id == Patient.contact_id)
        .where(Patient.study_id == study.id, column.startswith("0"))
        .limit(1000)
    )
    return [text for text in session.scalars(query, execution_options=ALL_ROWS) if text]


def _changed(cells: Sequence[tuple[int, str]], column: str, stored: Iterable[str]) -> Iterator[Fault]:
    """Cells that may have lost their first zeros, or that became dates."""
    known = [text for text in (*stored, *(cell for __, cell in cells)) if _DIGITS.fullmatch(text)]
    lengths = sorted({len(text) for text in known if text.startswith("0")})
    for number, cell in cells:
        longer = [length for length in lengths if length > len(cell)]
        if longer and _DIGITS.fullmatch(cell) and not cell.startswith("0"):
            zeros = cell.zfill(longer[0])
            yield Fault(
                _("Others begin with 0: a spreadsheet may have made this of %(zeros)s.", zeros=zeros),
                number,
                column,
            )
        if _DAY.fullmatch(cell):
            yield Fault(_("A spreadsheet may have made a date of this."), number, column)
