"""The staff's forms: sign-in, enrolment, treatments, unscheduled visits.

They check the input by itself; the store refuses conflicts with the study or the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, ClassVar

from flask import g
from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    Field,
    Form,
    FormField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Length, Optional

from analysis.data.facts import CAUSES, SEXES, SIDES
from analysis.words import words as _
from surveys import typed
from surveys.forms import labels, partial_date
from surveys.forms.fields import (
    AHEAD,
    DayField,
    DayOfMonthField,
    ElsewhereBoxes,
    EmailAddressField,
    MobileField,
    MonthField,
    NumberField,
    WholeNumberField,
    not_ahead,
)
from surveys.models.patient import before_birth
from surveys.models.staff import LONGEST_PASSWORD
from surveys.security import LoginForm

FIRST_TREATMENT_ROWS = 4
MOST_TREATMENT_ROWS = 40
LONGEST_EMAIL = 254
HIDDEN_SIGNS = _("Signs that cannot be seen were taken out of this. Look at it, then send it once more.")


def select_choices(words: Mapping[str, str], nothing: str | None = None) -> list[SelectChoice]:
    """A choice for each value with its words, after an empty choice if that is allowed."""
    first = [] if nothing is None else [SelectChoice("", nothing)]
    return [*first, *(SelectChoice(value, text) for value, text in words.items())]


def _wanted(field: Field) -> str | None:
    """What a box says where it must not be empty."""
    return next((str(one.message) for one in field.validators if isinstance(one, InputRequired)), None)


def _boxes(form: BaseForm) -> Iterator[StringField]:
    """Every text field of `form`, also within its rows."""
    for field in form:
        if isinstance(field, FormField):
            yield from _boxes(field.form)
        elif isinstance(field, StringField):
            yield field


class StaffForm(FlaskForm):
    """A form of ours: the request fills it, and a token proves that our page sent it.

    `refused_at` is the box for refusals of the store that name no box of this form.
    """

    refused_at: ClassVar[str | None] = None

    class Meta(FlaskForm.Meta):
        """Fills a page that is only read with what was typed before a sign-in (`views.web.typed_again`)."""

        def wrap_formdata(self, form: BaseForm, formdata: Any) -> Any:
            """What the form is filled with; another form of the page keeps its own values."""
            before = g.get("typed_before") or ()
            fields = tuple(f"{name}-" for name in form._fields)
            if any(f"{name}-".startswith(fields) for name in before):
                g.filled_again = True
                return before
            return super().wrap_formdata(form, formdata)  # type: ignore[no-untyped-call]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether each field takes its input: visible signs, one line in a small box, not only blanks."""
        valid = bool(super().validate(extra_validators))
        for field in _boxes(self):
            if field.name in g.get("hidden_signs_in", ()):
                field.errors = [*field.errors, HIDDEN_SIGNS]
            elif not isinstance(field, TextAreaField) and "\n" in (field.data or ""):
                field.errors = [*field.errors, _("Write this on one line.")]
            elif (wanted := _wanted(field)) and not (field.data or "").strip():
                field.errors = [wanted]
            else:
                continue
            valid = False
        return valid

    def refuse(self, message: str, field: str | None) -> None:
        """Show the store's refusal at its box, if it has one."""
        name = field if field and field in self else self.refused_at
        if name is None:
            self.form_errors.append(message)
            return
        box = self[name]
        if isinstance(box, FormField):
            box = box.form.year
        box.errors = [message]


class SignInForm(LoginForm):
    """Sign-in. It never says which part is wrong, so that strangers do not learn who has an account."""

    email = EmailField(
        _("E-mail address"),
        [InputRequired(_("Enter your e-mail address.")), Length(max=LONGEST_EMAIL)],
        filters=[lambda typed: typed.strip() if typed else typed],
    )
    WRONG = _("The e-mail address, the password or the code is wrong.")

    password = PasswordField(
        _("Password"), [InputRequired(_("Enter your password.")), Length(max=LONGEST_PASSWORD)]
    )
    code = StringField(_("Code from your app"), [Optional(), Length(max=16)])
    remember = None  # type: ignore[assignment]  # how WTForms takes a field away
    submit = None  # type: ignore[assignment]

    def validate(self, **kwargs: Any) -> bool:  # type: ignore[override]  # as the extension declares it
        """Whether the account exists, is active and has this password."""
        if super().validate(**kwargs):
            return True
        if self.email.data and self.password.data:
            self.email.errors = []
            self.password.errors = [self.WRONG]
        return False

    def validate_next(self, field: Field) -> None:
        """Accept any address, because the redirect itself never leaves this site."""


class PartialDateForm(Form):
    """A date whose day, or day and month, may be empty. `value` is valid after validation."""

    day = DayOfMonthField(_("Day"), [Optional()])
    month = MonthField(_("Month"), [Optional()])
    year = WholeNumberField(_("Year"), [Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the boxes make a date."""
        if not super().validate(extra_validators):
            return False
        fault = self._fault()
        if fault:
            field, message = fault
            field.errors = [message]
        return fault is None

    @property
    def value(self) -> tuple[date, str] | None:
        """The first day of the period and its precision (day, month or year); None if all boxes are empty."""
        return partial_date.read(self.day.data, self.month.data, self.year.data)

    def _fault(self) -> tuple[Field, str] | None:
        try:
            partial_date.read(self.day.data, self.month.data, self.year.data)
        except partial_date.PartialDateError as wrong:
            return getattr(self, wrong.box), _no_date(wrong.fault)
        return None


class TreatmentForm(PartialDateForm):
    """One treatment and, as far as known, when it began."""

    kind = SelectField(
        _("Treatment"), choices=select_choices(labels.TREATMENTS, _("Choose a treatment")), default=""
    )

    def _fault(self) -> tuple[Field, str] | None:
        dated = any(box.data is not None for box in (self.day, self.month, self.year))
        if dated and not self.kind.data:
            return self.kind, _("Choose which treatment this date belongs to.")
        return super()._fault()


class NewTreatmentForm(StaffForm):
    """One treatment of a patient already enrolled, given or planned."""

    treatment = FormField(TreatmentForm)
    state = RadioField(
        _("State"),
        choices=select_choices({"given": _("Given or begun"), "planned": _("Planned")}),
        default="given",
    )
    product = StringField(_("Product"), [Optional(), Length(max=200)])
    dose = NumberField(_("Dose"), [Optional()])
    unit = StringField(_("Unit"), [Optional(), Length(max=32)])
    side = SelectField(_("Side"), choices=select_choices(SIDES, _("Not recorded")), default="")
    note = TextAreaField(_("Note"), [Optional(), Length(max=2000)])

    def __init__(self, today: date, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.today = today

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether a treatment is chosen, and its date is valid and not in the future."""
        row: TreatmentForm = self.treatment.form
        if not super().validate(extra_validators):
            return False
        if not row.kind.data:
            row.kind.errors = [_("Choose a treatment.")]
        elif self.state.data == "given" and _is_ahead(row, self.today):
            row.year.errors = [AHEAD]
        return not row.errors

    def refuse(self, message: str, field: str | None) -> None:
        """Show the store's refusal at its box, otherwise at the kind of treatment."""
        row = self.treatment.form
        box = {"year": row.year, "unit": self.unit, "dose": self.dose}.get(field or "", row.kind)
        box.errors = [message]


class EnrolmentForm(ElsewhereBoxes, StaffForm):
    """A patient with palsy and, apart, contact. Made by `enrolment_form`, which adds rows of treatments."""

    code = StringField(_("Study code"), [InputRequired(_("Enter a study code.")), Length(max=64)])
    site = StringField(_("Site"), [Optional(), Length(max=64)])
    enrolled_on = DayField(_("Enrolled on"), [Optional(), not_ahead])
    birth = FormField(PartialDateForm, _("Birth"))
    sex = RadioField(_("Sex"), choices=select_choices(SEXES), default="unknown")
    side = RadioField(_("Side of the face"), choices=select_choices(SIDES), default="unknown")
    cause = SelectField(_("Cause"), choices=select_choices(CAUSES), default="unknown")
    begin = SelectField(_("How it began"), choices=select_choices(labels.BEGINNINGS), default="unknown")
    onset = FormField(PartialDateForm, _("Onset"))
    name = StringField(_("Name"), [Optional(), Length(max=200)])
    hospital_number = StringField(_("Hospital number"), [Optional(), Length(max=64)])
    email = EmailAddressField(_("E-mail address"), [Optional(), Length(max=254)])
    telephone = StringField(_("Telephone"), [Optional(), Length(max=64)])
    mobile = MobileField(_("Mobile number, for text messages"), [Optional()])
    known = RadioField(
        _("Is this the same person?"),
        [Optional()],
        choices=select_choices(
            {
                "same": _("Yes, the same person: enrol with the contact kept there"),
                "other": _("No, somebody else"),
            }
        ),
    )

    def __init__(self, today: date, region: str | None = None, **kwargs: Any) -> None:
        self.region = region
        super().__init__(data={"enrolled_on": today}, **kwargs)
        self.today = today

    @property
    def treatments(self) -> list[FormField[TreatmentForm]]:
        """The rows of treatments, empty ones too, in order."""
        rows = (field for field in self if isinstance(field, FormField))
        return [row for row in rows if row.name.startswith("treatment_")]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether all input is possible in itself."""
        valid = bool(super().validate(extra_validators))
        birth: PartialDateForm = self.birth.form
        if not birth.errors and birth.value is None:
            birth.year.errors = [_("Enter the year of birth: the study has a lowest age.")]
        elif not birth.errors and birth.value and birth.value[1] == "month":
            birth.day.errors = [_("Enter the day too, or only the year.")]
        self._check_treatments()
        self.check_elsewhere()
        return valid and not self.errors

    def refuse(self, message: str, field: str | None) -> None:
        """Show what the store refused, at the box it speaks of."""
        place: Field | None = {
            "code": self.code,
            "birth_year": self.birth.form.year,
            "onset": self.onset.form.year,
            "site": self.site,
            "enrolled_on": self.enrolled_on,
            "consent_on": self.consent_on,
        }.get(field or "")
        if place is None:
            self.form_errors.append(message)
        else:
            place.errors = [*place.errors, message]

    def _check_treatments(self) -> None:
        birth_year = None if self.birth.form.errors else self.birth.form.year.data
        seen: set[tuple[str, Any]] = set()
        for row in (field.form for field in self.treatments if not field.errors):
            if not row.kind.data:
                continue
            if _is_ahead(row, self.today):
                row.year.errors = [AHEAD]
            elif row.value and before_birth(birth_year, row.value[0]):
                row.year.errors = [_("This lies before the birth.")]
            elif (row.kind.data, row.value) in seen:
                row.kind.errors = [_("This treatment with this date is there twice.")]
            seen.add((row.kind.data, row.value))


def _no_date(fault: str) -> str:
    return {
        "no_year": _("Enter the year too."),
        "year": _(
            "Enter the year with four digits, %(possible_years)s.", possible_years=typed.possible_years()
        ),
        "no_month": _("Enter the month too, or leave the day empty."),
        "month": _("The month must be from 1 to 12."),
        "day": _("This month has no such day."),
    }[fault]


def _is_ahead(row: TreatmentForm, today: date) -> bool:
    return row.value is not None and row.value[0] > today


@cache
def enrolment_form(rows: int) -> type[EnrolmentForm]:
    """The form with `rows` rows of treatments, each a field `treatment_<n>`."""
    fields = {
        f"treatment_{n}": FormField(TreatmentForm, _("Treatment %(n)s", n=n)) for n in range(1, rows + 1)
    }
    return type("EnrolmentFormWithTreatments", (EnrolmentForm,), fields)


class UnscheduledVisitForm(StaffForm):
    """The questionnaires of a visit outside the plan; the view gives the choices."""

    refused_at = "battery"

    battery = SelectMultipleField(_("Questionnaires"))

    def __init__(self, instruments: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.battery.choices = [SelectChoice(key, title) for key, title in instruments]
