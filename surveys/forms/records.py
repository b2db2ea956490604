"""The staff's forms for one patient's records: contact, status, palsies, treatments, gradings, notes.

They check the input by itself; the store refuses conflicts with the study or the database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    FormField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from analysis.data.facts import CAUSES, SEXES, SIDES
from analysis.data.statuses import OTHER_REASON, WITH_REASON
from analysis.words import words as _
from surveys.background import ANOTHER_ONSET
from surveys.forms import labels
from surveys.forms.fields import (
    DayField,
    ElsewhereBoxes,
    EmailAddressField,
    MobileField,
    NumberField,
    WholeNumberField,
    not_ahead,
    time_zone,
)
from surveys.forms.staff import PartialDateForm, StaffForm, select_choices
from surveys.instruments.definition import Instrument

WHERE = {"everywhere": _("In every study this person takes part in"), "here": _("In this study alone")}


def _nothing(stored: str | None) -> str:
    """The empty choice, for a fact that is not recorded."""
    return stored or ""


class RecordForm(StaffForm):
    """A form of one record; `today` is the day in the study's time zone."""

    def __init__(self, today: date, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.today = today


class ContactForm(RecordForm):
    """The person behind the code."""

    name = StringField(_("Name"), [Optional(), Length(max=200)])
    born_on = DayField(_("Date of birth"), [Optional(), not_ahead])
    hospital_number = StringField(_("Hospital number"), [Optional(), Length(max=64)])
    email = EmailAddressField(_("E-mail address"), [Optional(), Length(max=254)])
    telephone = StringField(_("Telephone"), [Optional(), Length(max=64)])
    mobile = MobileField(_("Mobile number, for text messages"), [Optional()])
    address = TextAreaField(_("Postal address"), [Optional(), Length(max=500)])
    channel = SelectField(
        _("How messages reach this person"),
        choices=select_choices(labels.CHANNELS, _("By e-mail, where there is an address")),
        filters=[_nothing],
    )
    locale = SelectField(_("Language"), filters=[_nothing])
    timezone = StringField(_("Time zone, where it is not the study's"), [Optional(), time_zone])

    def __init__(
        self, today: date, locales: Iterable[tuple[str, str]], region: str | None = None, **kwargs: Any
    ) -> None:
        self.region = region
        super().__init__(today, **kwargs)
        self.locale.choices = [SelectChoice("", _("Not recorded")), *(SelectChoice(*one) for one in locales)]


class StatusForm(RecordForm):
    """Whether the patient takes part; `where` is removed if the patient is in one study only."""

    status = RadioField(_("Status"), choices=select_choices(labels.PATIENT_STATUSES))
    since = DayField(_("Since"), [InputRequired(_("Enter the day from which this holds.")), not_ahead])
    why = SelectField(
        _("Why, of a patient who left or is lost"),
        choices=select_choices(labels.STATUS_REASONS, _("Choose a reason")),
        filters=[_nothing],
    )
    where = RadioField(_("Where"), choices=select_choices(WHERE), default="everywhere")
    reason = StringField(_("Reason in words"), [Length(max=500)])

    def validate_why(self, field: SelectField) -> None:
        """Who left or is lost did so for a reason, if only “Not known”; others have none."""
        if self.status.data in WITH_REASON and not field.data:
            raise ValidationError(_("Choose why, or “Not known”."))
        if self.status.data not in WITH_REASON and field.data:
            raise ValidationError(_("Leave this empty: it is for “Left the study” and “Lost to follow-up”."))

    def validate_reason(self, field: StringField) -> None:
        """Another reason is told in words."""
        if self.why.data == OTHER_REASON and not (field.data or "").strip():
            raise ValidationError(_("Say which other reason."))


class PalsyForm(RecordForm):
    """One palsy; a change of a known fact needs a `reason`."""

    side = RadioField(_("Side of the face"), choices=select_choices(SIDES), default="unknown")
    cause = SelectField(_("Cause"), choices=select_choices(CAUSES), default="unknown")
    begin = SelectField(_("How it began"), choices=select_choices(labels.BEGINNINGS), default="unknown")
    onset = FormField(PartialDateForm, _("Onset"))
    recovered_on = DayField(_("Recovered on"), [Optional(), not_ahead])
    synkinesis_noted_on = DayField(_("Synkinesis first seen on"), [Optional(), not_ahead])
    reason = StringField(_("Why what was recorded is changed"), [Optional(), Length(max=500)])


class EnrolmentFactsForm(RecordForm):
    """What enrolment said. The page removes `born_on` without a contact, `site` for a member of one site."""

    code = StringField(_("Study code"), [InputRequired(_("Enter a study code.")), Length(max=64)])
    enrolled_on = DayField(_("Enrolled on"), [InputRequired(_("Enter the day.")), not_ahead])
    birth_year = WholeNumberField(_("Year of birth"), [Optional()])
    born_on = DayField(_("Date of birth"), [Optional(), not_ahead])
    sex = RadioField(_("Sex"), choices=select_choices(SEXES), default="unknown")
    site = StringField(_("Site"), [Optional(), Length(max=64)])
    reason = StringField(_("Why what was recorded is changed"), [Optional(), Length(max=500)])


class TreatmentStateForm(RecordForm):
    """The outcome of a treatment."""

    state = RadioField(
        _("What became of it"),
        [InputRequired(_("Choose what became of it."))],
        choices=select_choices(
            {
                "given": _("Given or begun"),
                "planned": _("Planned for another day"),
                "cancelled": _("Cancelled"),
            }
        ),
    )
    on = DayField(_("On"), [Optional()])
    product = StringField(_("Product, if it was given"), [Optional(), Length(max=200)])
    dose = NumberField(_("Dose"), [Optional()])
    unit = StringField(_("Unit"), [Optional(), Length(max=32)])
    reason = StringField(_("Reason"), [Optional(), Length(max=500)])


class TreatmentFactsForm(RecordForm):
    """What is recorded of a treatment; a change of a known fact needs a `reason`."""

    kind = SelectField(_("Treatment"), choices=select_choices(labels.TREATMENTS))
    began = FormField(PartialDateForm, _("Began, or is planned for"))
    ended_on = DayField(_("Ended on"), [Optional()])
    product = StringField(_("Product"), [Optional(), Length(max=200)])
    dose = NumberField(_("Dose"), [Optional()])
    unit = StringField(_("Unit"), [Optional(), Length(max=32)])
    sessions = WholeNumberField(_("Sessions"), [Optional()])
    side = SelectField(_("Side"), choices=select_choices(SIDES, _("Not recorded")), filters=[_nothing])
    note = TextAreaField(_("Note"), [Optional(), Length(max=2000)])
    reason = StringField(_("Why what was recorded is changed"), [Optional(), Length(max=500)])

    def refuse(self, message: str, field: str | None) -> None:
        """Show the store's refusal; the start, to the store `year`, is typed in `began`."""
        super().refuse(message, "began" if field == "year" else field)


class ErrorForm(RecordForm):
    """Why a record was an error."""

    reason = StringField(_("What was wrong"), [InputRequired(_("Say what was wrong.")), Length(max=500)])


class GradingForm(RecordForm):
    """A grading: one choice per item of its definition. Made by `grading_form`."""

    graded_on = DayField(_("Graded on"), [InputRequired(_("Enter the day.")), not_ahead])
    mode = SelectField(_("How"), choices=select_choices(labels.GRADING_MODES), default="in_person")
    graded_by = StringField(_("Graded by"), [Optional(), Length(max=200)])
    palsy = SelectField(_("Palsy"), coerce=int)

    def __init__(self, today: date, palsies: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(today, **kwargs)
        self.palsy.choices = [SelectChoice(number, name) for number, name in palsies]


@cache
def grading_form(instrument: Instrument) -> type[GradingForm]:
    """The form of a clinician's instrument, its items before the day."""
    texts = instrument.wording.texts["en"]
    fields: dict[str, Any] = {}
    for item in instrument.items:
        words = texts.sections[item.section].choices
        choices = [
            SelectChoice(choice.value, f"{choice.value}: {words[choice.value]}")
            for choice in instrument.choices(item.key)
        ]
        fields[item.key] = RadioField(
            item.label,
            [InputRequired(_("Choose one: %(label)s.", label=item.label))],
            choices=choices,
            coerce=int,
        )
    return type("GradingFormOfItems", (GradingForm,), fields)


class MissedForm(RecordForm):
    """Why a visit is missed."""

    reason = StringField(_("Reason"), [InputRequired(_("Say why the visit was missed.")), Length(max=200)])


class ReportedForm(RecordForm):
    """The decision about one fact that a patient reported. `seen` counts the earlier decisions.

    It has only the correcting fields of the fact: of the palsy, of another palsy, or of a treatment.
    """

    FIELDS: Mapping[str, Collection[str]] = {
        "onset": {"onset"},
        "side": {"side"},
        "cause": {"cause"},
        "had_before": {"begin"},
        ANOTHER_ONSET: {"onset", "side", "cause"},
    }

    outcome = RadioField(_("What is to stand"), [InputRequired(_("Choose what is to stand."))])
    onset = FormField(PartialDateForm, _("Corrected onset"))
    side = RadioField(_("Corrected side"), choices=select_choices(SIDES))
    cause = SelectField(_("Corrected cause"), choices=select_choices(CAUSES))
    begin = RadioField(_("Corrected: how it began"), choices=select_choices(labels.BEGINNINGS))
    dates = RadioField(_("Which treatment is it?"), [Optional()], coerce=int)
    kind = SelectField(_("Corrected treatment"), choices=select_choices(labels.TREATMENTS))
    began = FormField(PartialDateForm, _("Corrected start"))
    note = StringField(_("Note"), [Optional(), Length(max=500)])
    seen = WholeNumberField(widget=HiddenInput())

    def __init__(
        self,
        today: date,
        fact: str,
        outcomes: Iterable[tuple[str, str]],
        treatments: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(today, **kwargs)
        self.outcome.choices = [SelectChoice(*one) for one in outcomes]
        self.dates.choices = [
            SelectChoice(0, _("A further one")),
            *(SelectChoice(*one) for one in treatments),
        ]
        wanted = self.FIELDS.get(fact) or {"kind", "began", *(("dates",) if treatments else ())}
        for name in ("onset", "side", "cause", "begin", "dates", "kind", "began"):
            if name not in wanted:
                del self[name]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the choice agrees with the input."""
        if not super().validate(extra_validators):
            return False
        boxes = self.onset if "onset" in self else self.began if "began" in self else None
        if boxes is not None and boxes.form.value is not None and self.outcome.data != "corrected":
            self.outcome.errors = [
                _("A corrected date is typed below: choose to record it, or empty its boxes.")
            ]
        known = "side" not in self  # another palsy is worth recording without its onset
        if "onset" in self and known and self.outcome.data == "corrected" and self.onset.form.value is None:
            self.onset.form.year.errors = [_("Enter the corrected onset.")]
        if "dates" in self and self.outcome.data != "kept" and self.dates.data is None:
            self.dates.errors = [_("Choose which treatment it is.")]
        return not self.errors

    def refuse(self, message: str, field: str | None) -> None:
        """Show the store's refusal; the start of a treatment, to the store `year`, is typed in `began`."""
        super().refuse(message, "began" if field == "year" else field)


class NoteForm(RecordForm):
    """A note of staff about a patient."""

    text = TextAreaField(_("Note"), [InputRequired(_("Write the note first.")), Length(max=4000)])


class EnrolmentListForm(ElsewhereBoxes, RecordForm):
    """A list of patients as a file or pasted; `looked` must be ticked if somebody may be enrolled already.

    `sheet` is asked where the workbook has several (`ask_sheet`); `order` and `pass_over` where an answer
    makes a refused list readable (`ask`).
    """

    refused_at = "rows"

    file = FileField(_("File"))
    # As long as a file may be, because the text of a file comes back here to be added.
    rows = TextAreaField(_("Or the rows themselves, with their header"), [Optional()])
    sheet = RadioField(_("Which sheet is the list?"), [Optional()], choices=[], validate_choice=False)
    order = RadioField(
        _("Which comes first in dates such as 03/04/2026?"),
        [Optional()],
        choices=[SelectChoice("day", _("The day: 3 April")), SelectChoice("month", _("The month: March 4"))],
    )
    pass_over = BooleanField(_("Leave out the columns that are not known"))
    looked = BooleanField(
        _("I have looked at each doubt: all of these are to be added as new people, as they are")
    )

    def __init__(self, today: date, **kwargs: Any) -> None:
        super().__init__(today, **kwargs)
        self.content = b""
        self.order_asked = False
        self.unknown: tuple[str, ...] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether there is a list; `content` is its file, or what was pasted as UTF-8."""
        if not super().validate(extra_validators):
            return False
        file = self.file.data.read() if self.file.data else b""
        self.content = file or (self.rows.data or "").encode()
        if not self.content.strip():
            self.file.errors = [_("Choose a file, or paste the rows.")]
        self.check_elsewhere()
        return not self.errors

    def ask_sheet(self, names: Sequence[str]) -> None:
        """Ask which of these sheets is the list. The browser does not keep the file."""
        self.sheet.choices = [SelectChoice(name, name) for name in names]
        self.sheet.errors = [_("The workbook has several sheets: choose one here, and the file once more.")]

    def ask(self, unknown: tuple[str, ...], *, order: bool) -> None:
        """Ask whether to leave out the columns `unknown`, and which comes first in dates."""
        self.unknown, self.order_asked = unknown, order
        if order:
            self.order.errors = [_("Say which comes first, the day or the month: no date of the list tells.")]
