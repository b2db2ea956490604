"""A whole questionnaire on one page, entered by staff: digits for choices, one box per item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from wtforms import RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from analysis.words import words as _
from surveys.forms import labels
from surveys.forms.fields import DayField, not_ahead
from surveys.forms.records import RecordForm
from surveys.forms.staff import select_choices
from surveys.instruments.answers import LONGEST_TEXT, AnswerError, read_answer
from surveys.instruments.definition import Answer, Instrument, Item
from surveys.typed import possible_years

_REASON = [InputRequired(_("Say why.")), Length(max=500)]


class AnswerBox(StringField):
    """One item. Once valid, `answer` is the stored value; an empty box means that the item was left empty."""

    answer: Answer = None


class AnswersForm(RecordForm):
    """A box per item, filled from `given`. Made by `answers_form`."""

    items: tuple[Item, ...] = ()

    def __init__(self, today: date, given: dict[str, Answer] | None = None, **kwargs: Any) -> None:
        spelt = {item: _spelt(value) for item, value in (given or {}).items()}
        super().__init__(today, data=spelt, **kwargs)

    @property
    def answers(self) -> dict[str, Answer]:
        """The input by item; None for an empty box."""
        boxes = (self[item.key] for item in self.items)
        return {box.short_name: box.answer for box in boxes if isinstance(box, AnswerBox)}


class EnteredForm(AnswersForm):
    """A questionnaire from paper or over the telephone."""

    source = RadioField(
        _("How"),
        [InputRequired(_("Say how the answers came."))],
        choices=select_choices({"paper": _("On paper"), "staff_read": _("By telephone")}),
    )
    on = DayField(_("Day of the answers"), [InputRequired(_("Enter the day.")), not_ahead])
    answered_by = SelectField(
        _("Who answered"), choices=select_choices(labels.ANSWERED_BY, _("Not recorded")), default=""
    )


class CorrectedForm(AnswersForm):
    """Corrected answers."""

    reason = TextAreaField(_("Why the answers are corrected"), _REASON)


class AnnulForm(RecordForm):
    """Answers that do not belong here; another patient only if it is certain that they are that one's."""

    reason = TextAreaField(_("Why the answers do not belong here"), _REASON)
    patient = StringField(_("If they are another patient's: the study code"), [Optional(), Length(max=64)])
    visit = SelectField(_("Visit of the right patient"), [Optional()], choices=[], validate_choice=False)


@cache
def answers_form(kind: type[AnswersForm], instrument: Instrument, items: Sequence[Item]) -> type[AnswersForm]:
    """`kind` with a box for each of `items`."""

    def is_answer(form: AnswersForm, field: AnswerBox) -> None:
        text = field.data or ""
        several = instrument.item(field.short_name).kind == "choices"
        try:
            field.answer = read_answer(
                instrument, field.short_name, text.replace(",", " ").split() if several else [text]
            )
        except AnswerError as error:
            raise ValidationError(_wanted(instrument, field.short_name, error)) from None

    boxes = {item.key: AnswerBox(item.label, [is_answer]) for item in items}
    return type(f"{kind.__name__}Of{instrument.key}", (kind,), {**boxes, "items": tuple(items)})


def _wanted(instrument: Instrument, key: str, error: AnswerError) -> str:
    item = instrument.item(key)
    if item.kind == "date":
        years = possible_years()
        return _(
            "Item %(number)s: enter a date such as 2026-03-14, %(years)s, or leave it empty.",
            number=item.number,
            years=years,
        )
    if item.chosen:
        return _(
            "Item %(number)s: enter one of %(allowed)s, or leave it empty.",
            number=item.number,
            allowed=", ".join(map(str, error.allowed)),
        )
    if item.kind == "text":
        return _(
            "Item %(number)s: write at most %(longest_text)s characters, or leave it empty.",
            number=item.number,
            longest_text=LONGEST_TEXT,
        )
    low, high = error.allowed
    return _(
        "Item %(number)s: enter a number from %(low)s to %(high)s, or leave it empty.",
        number=item.number,
        low=f"{low:g}",
        high=f"{high:g}",
    )


def _spelt(value: Answer) -> str:
    if value is None:
        return ""
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
