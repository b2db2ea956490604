"""Two patients of the study who may be one person: as `surveys.same` compares hospital numbers and names."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, union_all
from sqlalchemy.orm import aliased

from analysis.words import words as _
from surveys.lists.checks.check import Check, Terms, named, row
from surveys.models import Contact, Patient


def _found(terms: Terms) -> Select[Any]:
    one, other, twin = aliased(Contact), aliased(Contact), aliased(Patient)
    same_number = and_(
        one.hospital_number_folded != "", one.hospital_number_folded == other.hospital_number_folded
    )
    same_name = and_(one.name_folded != "", one.name_folded == other.name_folded)
    # A reader of a site learns nothing of a patient elsewhere.
    # `+ 0` leaves the database the index on the contact alone: by study or id it would try every pair.
    within = twin.study_id + 0 == terms.scope.study_id
    if terms.scope.site is not None:
        within = and_(within, twin.site_folded == Patient.site_folded)
    both = (terms.scope.condition, within, twin.id + 0 > Patient.id, ~Patient.gone, ~twin.gone)

    def pairs(kind: str, *how: ColumnElement[bool]) -> Select[Any]:
        """A join of its own for each way: an index answers it, where one for all would try every pair."""
        made = row(kind, Patient.id, subject=named("patient", twin.id), other=twin.code).select_from(Patient)
        return (
            made.join(one, one.id == Patient.contact_id)
            .join(other, and_(other.id != one.id, *how))
            .join(twin, twin.contact_id == other.id)
            .where(*both)
        )

    shared = row("contact", Patient.id, subject=named("patient", twin.id), other=twin.code)
    found = union_all(
        shared.select_from(Patient).join(twin, twin.contact_id == Patient.contact_id).where(*both),
        pairs("number", same_number),
        pairs("name", one.born_on == other.born_on, same_name, func.coalesce(~same_number, True)),
    )
    return select(found.subquery())


CHECK = Check(
    "same_person",
    _("Two patients who may be one person"),
    _("If they are one, take one back as entered in error, or give it the status “Left the study”."),
    {
        "contact": _("The same contact as %(other)s"),
        "number": _("The same hospital number as %(other)s"),
        "name": _("The same name and birth date as %(other)s"),
    },
    _found,
)
