"""The plan of a study as a table of boxes, a row per timepoint; the store checks it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from wtforms import (
    BooleanField,
    Form,
    FormField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length, Optional

from analysis.words import words as _
from surveys import same
from surveys.forms import labels
from surveys.forms.fields import DayField, WholeNumberField
from surveys.forms.staff import StaffForm
from surveys.schedule import FAMILIES, PlannedVisit

EMPTY_ROWS = 1
MOST_ROWS = 30
LONGEST_REASON = 2000
# The anchors of a timepoint: any treatment of a family, or one kind.
TREATMENTS = {
    **{
        family: _("Any: %(words)s", words=words)
        for family, words in labels.TREATMENT_FAMILIES.items()
        if family in FAMILIES
    },
    **labels.TREATMENTS,
}
STATES = {"planned": _("when planned"), "given": _("once given")}


def anchors() -> list[SelectChoice]:
    """The possible anchors of a timepoint."""
    return [
        SelectChoice("enrolment", _("Enrolment")),
        SelectChoice("onset", _("Onset")),
        *(
            SelectChoice(f"treatment:{kind}:{state}", f"{words}, {said}")
            for kind, words in TREATMENTS.items()
            for state, said in STATES.items()
        ),
    ]


class RowForm(Form):
    """One timepoint. A row without a name, or one to remove, is passed over."""

    key = HiddenField()
    name = StringField(_("Name"), [Length(max=200)])
    anchor = SelectField(_("Counted from"), default="enrolment")
    offset_days = WholeNumberField(_("Day"), [Optional()])
    window_before = WholeNumberField(_("Days open before"), [Optional()])
    window_after = WholeNumberField(_("Days open after"), [Optional()])
    times = WholeNumberField(_("Times"), [Optional()])
    every_days = WholeNumberField(_("Days between"), [Optional()])
    unless_followed = BooleanField(_("Not if another treatment follows"))
    remove = BooleanField(_("Remove"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.anchor.choices = anchors()

    @property
    def asked(self) -> list[str]:
        """The ticked instruments."""
        return [field.name.rpartition("ask_")[2] for field in self if "ask_" in field.name and field.data]

    @property
    def boxes(self) -> list[Any]:
        """The boxes of the instruments, in the table's order."""
        return [field for field in self if "ask_" in field.name]

    @property
    def blank(self) -> bool:
        """Whether this is a new row without input."""
        return not (self.key.data or (self.name.data or "").strip() or self.asked)

    def planned(self, taken: Sequence[str]) -> PlannedVisit:
        """The row of the plan; a new one gets a key from its name that is not in `taken`."""
        anchor, __, treatment = (self.anchor.data or "").partition(":")
        kind, __, state = treatment.partition(":")
        times = self.times.data or 1
        return PlannedVisit(
            key=self.key.data or _key(self.name.data or "", taken),
            name=(self.name.data or "").strip(),
            anchor=anchor,
            offset_days=self.offset_days.data or 0,
            window_before=self.window_before.data or 0,
            window_after=self.window_after.data or 0,
            battery=tuple(self.asked),
            treatment=kind or None,
            treatment_state=state or None,
            unless_followed=bool(self.unless_followed.data) and anchor == "treatment",
            every_days=self.every_days.data if times > 1 else None,
            times=times,
        )


class PlanForm(StaffForm):
    """All rows, `row_<n>`. Made by `plan_form`."""

    @property
    def rows(self) -> list[FormField[RowForm]]:
        """The rows in order, empty ones too."""
        return [field for field in self if isinstance(field, FormField)]

    @property
    def plan(self) -> list[PlannedVisit]:
        """The timepoints of the new plan, in order."""
        planned: list[PlannedVisit] = []
        kept = [row.form for row in self.rows if not row.form.blank and not row.form.remove.data]
        keys = [form.key.data for form in kept if form.key.data]
        for form in kept:
            planned.append(form.planned([*keys, *(row.key for row in planned)]))
        return planned


class AmendmentForm(PlanForm):
    """What the study's documents say of an amendment, with the plan as it will be. Made by `plan_form`."""

    refused_at = None

    protocol = StringField(
        _("Version of the protocol"),
        [InputRequired(_("Say which version of the protocol this is, such as 2.0.")), Length(max=64)],
    )
    holds_from = DayField(
        _("Holds from"),
        [InputRequired(_("Enter the day from which it holds."))],
        description=_("For all visits that are due on that day or later, and that nobody has opened."),
    )
    reason = TextAreaField(
        _("Reason"), [InputRequired(_("Say why the plan is amended.")), Length(max=LONGEST_REASON)]
    )
    ethics_reference = StringField(
        _("Reference of the ethics committee's opinion"),
        [InputRequired(_("Give the reference, or say why no opinion is needed.")), Length(max=200)],
    )
    ethics_on = DayField(_("Day of the opinion"), [Optional()])
    consent_version = SelectField(
        _("Consent"),
        [Optional()],
        description=_(
            "Where it is asked anew, nothing that is added is asked of patients before they agreed. "
            "Who declines goes on as before."
        ),
        validate_choice=False,
    )

    @property
    def said(self) -> list[Any]:
        """The boxes beside the plan, in order."""
        names = ("protocol", "holds_from", "reason", "ethics_reference", "ethics_on", "consent_version")
        return [self[name] for name in names]

    @property
    def facts(self) -> dict[str, Any]:
        """What was typed into them."""
        return {field.name: field.data or (None if field.type == "DayField" else "") for field in self.said}


def plan_form(
    rows: int, instruments: Sequence[tuple[str, str]], base: type[PlanForm] = PlanForm
) -> type[PlanForm]:
    """The form with so many rows and a box per instrument, pairs of key and title."""
    return _plan_form(rows, tuple(instruments), base)


@cache
def _plan_form(rows: int, instruments: tuple[tuple[str, str], ...], base: type[PlanForm]) -> type[PlanForm]:
    boxes = {f"ask_{key}": BooleanField(title) for key, title in instruments}
    row = type("RowFormWithInstruments", (RowForm,), boxes)
    fields: dict[str, Any] = {
        f"row_{n}": FormField(row, _("Timepoint %(n)s", n=n)) for n in range(1, rows + 1)
    }
    return type("PlanFormWithRows", (base,), fields)


def as_data(plan: Iterable[PlannedVisit]) -> dict[str, dict[str, Any]]:
    """A plan as data for the boxes of the form."""
    return {
        f"row_{n}": {
            "key": row.key,
            "name": row.name,
            "anchor": ":".join(filter(None, (row.anchor, row.treatment, row.treatment_state))),
            "offset_days": row.offset_days,
            "window_before": row.window_before,
            "window_after": row.window_after,
            "times": row.times,
            "every_days": row.every_days,
            "unless_followed": row.unless_followed,
            **{f"ask_{key}": True for key in row.battery},
        }
        for n, row in enumerate(plan, start=1)
    }


def _key(name: str, taken: Sequence[str]) -> str:
    plain = same.searched(name)
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50] or "timepoint"
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key
