"""The staff's forms for setting up a study, one per section of its page.

They check the input by itself; the store refuses conflicts with the study or the database. Each gives
`facts`: the study's fields by name, as `store.setup.change` takes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    Field,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length, Optional, Regexp

from analysis.words import words as _
from surveys.daytime import time_zones
from surveys.forms import labels
from surveys.forms.fields import ClockField, DayField, EmailAddressField, WholeNumberField, time_zone
from surveys.forms.staff import StaffForm, select_choices
from surveys.models.study import STUDY_CODE

CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
LONGEST_TEXT = 20_000


class SectionForm(StaffForm):
    """A form of one section."""

    @property
    def facts(self) -> dict[str, Any]:
        """The input, by the study's field."""
        return {field.name: _typed(field) for field in self if field.type not in {_("CSRFTokenField")}}


class BasicsForm(SectionForm):
    """The study's name, place and languages."""

    title = StringField(_("Title"), [InputRequired(_("Give the study a title.")), Length(max=200)])
    timezone = SelectField(
        _("Time zone"),
        [InputRequired(_("Choose the time zone.")), time_zone],
        description=_("Days are counted in it. It is fixed once the study is active."),
        validate_choice=False,
    )
    locales = SelectMultipleField(
        _("Languages"),
        description=_("Patients choose among them. Every text is needed in each; the first leads."),
    )
    lowest_age = WholeNumberField(
        _("Lowest age"), [InputRequired(_("Enter the lowest age."))], description=_("In years, at enrolment.")
    )
    asks_background = BooleanField(
        _("Ask patients about their palsy and its treatment"),
        description=_(
            "Before the first questionnaire; in short at later visits. Staff confirm what is told."
        ),
    )

    def __init__(self, languages: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.locales.choices = [SelectChoice(*one) for one in languages]
        self.timezone.choices = _zones(self.timezone)


class EthicsForm(SectionForm):
    """The ethics opinion, or why none is required."""

    ethics_committee = StringField(_("Ethics committee"), [Optional(), Length(max=200)])
    ethics_number = StringField(_("Number of its opinion"), [Optional(), Length(max=200)])
    ethics_on = DayField(_("Date of its opinion"), [Optional()])
    ethics_not_required = TextAreaField(
        _("If no opinion is required, why"),
        [Optional(), Length(max=LONGEST_TEXT)],
        description=_("Leave this empty where a committee gave its opinion."),
    )


class DataForm(SectionForm):
    """The controller of the data, and how long they are kept."""

    controller = TextAreaField(
        _("Controller"),
        [Optional(), Length(max=LONGEST_TEXT)],
        description=_("Who decides about the data, with address."),
    )
    data_protection_contact = TextAreaField(
        _("Data-protection contact"),
        [Optional(), Length(max=LONGEST_TEXT)],
        description=_("Whom patients can ask about their data."),
    )
    legal_basis = TextAreaField(_("Legal basis"), [Optional(), Length(max=LONGEST_TEXT)])
    retention_years = WholeNumberField(
        _("Years that answers are kept"),
        [Optional()],
        description=_("Counted from the day the study is closed."),
    )
    smallest_group = WholeNumberField(
        _("Smallest group shown"),
        [InputRequired(_("Enter how many patients a group needs to be shown; at least 5."))],
        description=_("Reports, and those who may not open patients, have no numbers of smaller groups."),
    )
    leaves_out_without_consent = BooleanField(
        _("Leave out patients whose consent does not stand"),
        description=_(
            "Whoever declined last, or of whom no consent is recorded, is then left out of figures, reports, "
            "freezes and exports, with all answers. What was frozen or exported before stays as it is."
        ),
    )
    heads_address = EmailAddressField(
        _("Address for the heads of the audit trail"),
        [Optional(), Length(max=254)],
        description=_(
            "Each month and after each freeze a mail tells there how the record ends. Kept there, it "
            "shows later if the record was cut or rewritten. Best with somebody outside the clinic."
        ),
    )


class AlertHoursForm(SectionForm):
    """When alerts are read, by whom, and after how many hours they go to the deputy."""

    alert_days = SelectMultipleField(
        _("Days on which alerts are read"), choices=select_choices(labels.WEEKDAYS)
    )
    alert_from = ClockField(_("From"), [Optional(), Regexp(CLOCK, message=_("Enter a time such as 09:00."))])
    alert_until = ClockField(
        _("Until"), [Optional(), Regexp(CLOCK, message=_("Enter a time such as 16:00."))]
    )
    escalate_after_hours = WholeNumberField(
        _("Hours after which the deputy is told"), [InputRequired(_("Enter the number of hours."))]
    )
    first = SelectField(_("First person"), coerce=int)
    deputy = SelectField(_("Deputy"), coerce=int)

    def __init__(self, members: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        offered = [SelectChoice(0, _("Nobody yet")), *(SelectChoice(*one) for one in members)]
        self.first.choices = self.deputy.choices = offered

    @property
    def facts(self) -> dict[str, Any]:
        """The study's fields without the readers, who are stored apart."""
        return {name: value for name, value in super().facts.items() if name not in {"first", "deputy"}}


class TextsForm(SectionForm):
    """Texts in each language of the study. Made by `texts_form`; `kinds` are the study's fields."""

    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    @property
    def facts(self) -> dict[str, Any]:
        """The texts by language without empty ones, and the form's other fields."""
        told: dict[str, Any] = {}
        for field in self:
            kind, __, locale = field.name.partition("__")
            if kind in self.kinds:
                told.setdefault(kind, {})
                if text := _typed(field):
                    told[kind][locale] = text
            elif field.type != "CSRFTokenField":
                told[field.name] = _typed(field)
        return told


@cache
def texts_form(
    kinds: tuple[tuple[str, str], ...],
    languages: tuple[tuple[str, str], ...],
    *,
    contact: bool = False,
    feedback: bool = False,
) -> type[TextsForm]:
    """The form with a box per kind and language; `kinds` and `languages` are pairs of name and words.

    The `contact` in the first language is a field of the study of its own.
    """
    fields: dict[str, Any] = {"kinds": tuple(kind for kind, __ in kinds)}
    if contact:
        fields["kinds"] += ("contacts",)
        (_first, leading), *others = languages
        fields["contact"] = TextAreaField(
            _("Contact, in %(leading)s", leading=leading) if others else _("Contact"),
            [Optional(), Length(max=LONGEST_TEXT)],
            description=_("Whom patients can ask, and how: shown wherever something does not work."),
        )
        for locale, language in others:
            box = TextAreaField(
                _("Contact, in %(language)s", language=language), [Optional(), Length(max=LONGEST_TEXT)]
            )
            fields[f"contacts__{locale}"] = box
    if feedback:
        fields["feedback"] = SelectMultipleField(
            _("Patients get back"), choices=select_choices(labels.FEEDBACK)
        )
    for kind, words in kinds:
        for locale, language in languages:
            label = (
                _("%(words)s, in %(language)s", words=words, language=language)
                if len(languages) > 1
                else words
            )
            fields[f"{kind}__{locale}"] = TextAreaField(label, [Optional(), Length(max=LONGEST_TEXT)])
    return type("TextsFormInLanguages", (TextsForm,), fields)


class ConsentTextForm(StaffForm):
    """A new version of the consent text. Made by `consent_form`, which adds a box per language and part."""

    version = StringField(
        _("Version"),
        [InputRequired(_("Give this text a version.")), Length(max=64)],
        description=_("A text is never replaced: a changed one has a new version, such as 2."),
    )

    def refuse(self, message: str, field: str | None) -> None:
        """Show what the store refused."""
        self.form_errors.append(message)

    def texts(self, locales: Sequence[str], parts: Sequence[str]) -> dict[str, tuple[str, dict[str, str]]]:
        """Text and parts by language, without parts that are empty everywhere."""
        return {
            locale: (
                (self[f"text__{locale}"].data or "").strip(),
                {part: said for part in parts if (said := (self[f"{part}__{locale}"].data or "").strip())},
            )
            for locale in locales
        }


@cache
def consent_form(
    languages: tuple[tuple[str, str], ...], parts: tuple[tuple[str, str], ...]
) -> type[ConsentTextForm]:
    """The form for those languages and parts, pairs of name and words."""
    fields: dict[str, Any] = {}
    for locale, language in languages:
        fields[f"text__{locale}"] = TextAreaField(
            _("Text, in %(language)s", language=language),
            [
                InputRequired(_("Write the text in %(language)s.", language=language)),
                Length(max=LONGEST_TEXT),
            ],
        )
        for part, words in parts:
            fields[f"{part}__{locale}"] = StringField(
                _("Sentence for the part “%(words)s”, in %(language)s", words=words, language=language),
                [Optional(), Length(max=1000)],
            )
    return type("ConsentTextFormInLanguages", (ConsentTextForm,), fields)


class UploadWholeForm(StaffForm):
    """Everything of a study, as another Seventh exported it."""

    refused_at = "file"

    file = FileField(_("File"), [FileRequired(_("Choose a file."))])


class FromSetupForm(StaffForm):
    """A new study with the set-up of another one, or of a file."""

    code = StringField(
        _("Code"),
        [
            InputRequired(_("Give the study a code.")),
            Regexp(
                rf"^{STUDY_CODE}$",
                message=_("Use up to 32 letters, digits, - and _, beginning with a letter or digit."),
            ),
        ],
        description=_("Letters, digits, - and _. It stands in addresses and file names and never changes."),
    )
    title = StringField(
        _("Title"), [Optional(), Length(max=200)], description=_("Left empty, the title is taken over too.")
    )
    study = SelectField(_("Study to copy"), [Optional()])
    file = FileField(_("Or a file"), description=_("A set-up that Seventh wrote (.json)."))

    def __init__(self, codes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.study.choices = [
            SelectChoice("", _("Take the file")),
            *(SelectChoice(code, code) for code in codes),
        ]


class NewStudyForm(SectionForm):
    """A new study; its own page has all other fields."""

    code = StringField(
        _("Code"),
        [
            InputRequired(_("Give the study a code.")),
            Regexp(
                rf"^{STUDY_CODE}$",
                message=_("Use up to 32 letters, digits, - and _, beginning with a letter or digit."),
            ),
        ],
        description=_("Letters, digits, - and _. It stands in addresses and file names and never changes."),
    )
    title = StringField(_("Title"), [InputRequired(_("Give the study a title.")), Length(max=200)])
    timezone = SelectField(
        _("Time zone"),
        [InputRequired(_("Choose the time zone.")), time_zone],
        description=_("Where the clinic is. Days are counted in it."),
        default="UTC",
        validate_choice=False,
    )
    plan = SelectField(_("Plan to begin with"))

    def __init__(self, plans: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan.choices = [SelectChoice(*one) for one in plans]
        self.timezone.choices = _zones(self.timezone)


class CloseForm(SectionForm):
    """Closing a study for good."""

    reason = TextAreaField(_("Why the study is closed"), [InputRequired(_("Say why.")), Length(max=500)])
    sure = BooleanField(
        _("I know that links open nothing any more and that nobody can be enrolled"),
        [InputRequired(_("Tick that you know what closing does."))],
    )


def _zones(field: SelectField) -> list[SelectChoice]:
    """Every time zone, and what was given instead of one."""
    return [SelectChoice(one, one) for one in dict.fromkeys([*time_zones(), field.data or "UTC"])]


def _typed(field: Field) -> Any:
    value = field.data
    return value.strip() if isinstance(value, str) else "" if value is None and _is_text(field) else value


def _is_text(field: Field) -> bool:
    return field.type in {"ClockField", "EmailAddressField", "SelectField", "StringField", "TextAreaField"}


def in_languages(kinds: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """A study's texts as data for the boxes of a `texts_form`."""
    return {f"{kind}__{locale}": text for kind, texts in kinds.items() for locale, text in texts.items()}
