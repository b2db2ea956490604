"""Forms of a REDCap dictionary that are none of ours."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from analysis.words import words as _
from surveys.exchange.tables import facts, recognising, treatments
from surveys.exchange.tables.foreign_form import ForeignField, ForeignForm, asked, title_of
from surveys.exchange.tables.recognising import Known
from surveys.exchange.tables.redcap_dictionary import CHOSEN, YES_NO, Dictionary, Field
from surveys.exchange.tables.redcap_records import TICKED
from surveys.exchange.tables.table import Column
from surveys.instruments.instrument import AnsweredBy, ItemKind

_BIRTH = re.compile(r"birth|dob\b|geburt", re.IGNORECASE)
_SILENT = frozenset({"descriptive", "calc"})


def forms(dictionary: Dictionary, known: Sequence[Known], surveys: Collection[str] = ()) -> list[ForeignForm]:
    """The forms with questions that no instrument of ours asks; patients answer those of `surveys`."""
    ours = _recognised(dictionary, known)
    found = []
    for name in dictionary.forms:
        fields: list[ForeignField] = []
        left: dict[str, str] = {}
        for one in dictionary.fields[1:]:
            if one.form != name or one.name in ours or one.kind in _SILENT:
                continue
            made = _field(one)
            if isinstance(made, str):
                left[one.name] = made
            else:
                fields.append(made)
        if fields:
            by: AnsweredBy = "patient" if name in surveys else "staff"
            found.append(ForeignForm("redcap", name, name, title_of(name), by, tuple(fields), left))
    return found


def tells_of_treatments(form: ForeignForm) -> bool:
    """Whether the form seems to hold treatments, which come in as such."""
    days = [one.name for one in form.fields if one.kind == "date"]
    text = [form.name, *(f"{one.name} {one.label}" for one in form.fields)]
    return bool(days) and treatments.are_told_by(text)


def tells_of_birth(one: Field) -> bool:
    """Whether the field seems to hold a day of birth, of which the year alone may come in."""
    return bool(_BIRTH.search(f"{one.name} {one.label}"))


def _recognised(dictionary: Dictionary, known: Sequence[Known]) -> set[str]:
    columns = [Column(one.name, one.label, one.choices, form=one.form) for one in dictionary.fields]
    return {name for one in recognising.found(columns, known) for name in one.columns.values()}


def _field(one: Field) -> ForeignField | str:
    if one.identifier:
        return _("tells who somebody is")
    if facts.is_fact(one.name):
        return _("is a fact about the patient, which the import takes as such")
    kind = _kind(one)
    if kind == "date" and tells_of_birth(one):
        return _("is a day of birth, of which the year alone may come in")
    if kind is None:
        return _("is of the kind ‘%(kind)s’", kind=" ".join(filter(None, (one.kind, one.validation))))
    if any(TICKED in code for code in one.choices):
        return _("has a code with %(sign)s", sign=TICKED)
    return asked(one.name, kind, one.label, one.choices)


def _kind(one: Field) -> ItemKind | None:
    if one.kind == "checkbox":
        return "choices"
    if one.kind in CHOSEN or one.kind in YES_NO:
        return "choice"
    if one.kind != "text":
        return None
    if one.validation in ("integer", "int"):
        return "whole"
    if one.validation.startswith(("number", "float")):
        return "decimal"
    return "date" if one.validation.startswith("date_") else None
