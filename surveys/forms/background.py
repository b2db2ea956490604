"""The form of one question of the background form, and the words that patients read there.

The questions themselves, their order and their codes are in `surveys/background.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from wtforms import Form, RadioField, SelectMultipleField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import Optional

from analysis.data.kinds import OPERATIONS_ASKED
from surveys.background import (
    CHOICES,
    MAY_BE_NONE,
    Said,
    as_date,
    kind_of,
)
from surveys.forms.fields import DayOfMonthField, MonthField, WholeNumberField
from surveys.forms.partial_date import PartialDateError, read

NONE = "none"


@dataclass(frozen=True)
class QuestionWords:
    """A question in words: `text`, the words above and below it, and its answers by code."""

    text: LazyString
    instruction: LazyString | str = ""
    hint: LazyString | str = ""
    choices: Mapping[str, LazyString] | None = None


TREATMENTS: Mapping[str, LazyString] = {
    "oral_corticosteroid": _("Steroid tablets, such as prednisolone"),
    "antiviral": _("Medicine against a virus, such as aciclovir"),
    "physiotherapy_neuromuscular_retraining": _("Physiotherapy or facial retraining"),
    "mime_therapy": _("Mime therapy"),
    "massage": _("Massage of the face"),
    "self_care": _("Exercises and relaxation at home"),
    "botulinum_toxin": _("Botulinum toxin injections, such as Botox"),
    "electrical_stimulation": _("Electrical stimulation"),
    "acupuncture": _("Acupuncture"),
    "stem_cell_therapy": _("Stem cell therapy"),
    "eye_lubricants_or_taping": _("Eye care: drops, ointment, or taping the eye shut"),
    "operation": _("An operation"),
    NONE: _("None of these"),
}
OPERATIONS: Mapping[str, LazyString] = {
    "facial_nerve_decompression": _("Making room for the nerve of the face (decompression)"),
    "nerve_repair_or_graft": _("Mending the nerve, or bridging it with another piece of nerve"),
    "nerve_transfer": _("Joining another nerve to the nerve of the face"),
    "gracilis_free_muscle_transfer": _("Moving a muscle from the thigh to the face"),
    "regional_muscle_transfer": _("Moving a muscle of the jaw or temple to the mouth"),
    "static_sling": _("A sling that holds up the corner of the mouth"),
    "selective_neurectomy": _("Cutting small branches of the nerve of the face"),
    "myectomy": _("Taking out part of a muscle of the face"),
    "eyelid_weight": _("A weight in the upper eyelid"),
    "other_periocular": _("Another operation at the eye, eyelid or brow"),
    "tumour_operation": _("Taking out a tumour"),
    "other": _("Another operation, or I am not sure which"),
}
AS_EXACTLY = _("As exactly as you know it. You may leave out the day, or the day and the month.")

QUESTIONS: Mapping[str, QuestionWords] = {
    "had_before": QuestionWords(
        _("Is this the first time that you have trouble with your face?"),
        choices={
            "first_time": _("Yes, the first time"),
            "again": _("No, I had it before: it got better and came again, or it was the other side"),
            "from_birth": _("I have had it from birth"),
            "unknown": _("I am not sure"),
        },
    ),
    "came_again": QuestionWords(
        _("Has your face become weak once more, on this side or the other?"),
        hint=_("Not the ups and downs of a day: a new time, like the first one."),
        choices={
            "no": _("No"),
            "same_side": _("Yes, on the same side"),
            "other_side": _("Yes, on the other side"),
            "unknown": _("I am not sure"),
        },
    ),
    "another_onset": QuestionWords(_("When did you have it the first time?"), hint=AS_EXACTLY),
    "onset": QuestionWords(
        _("When did the trouble with your face begin?"),
        hint=_("As exactly as you know it; day and month may stay empty. More than once: this time."),
    ),
    "side": QuestionWords(
        _("Which side of your face is it?"),
        hint=_("Your own left or right."),
        choices={
            "left": _("The left side"),
            "right": _("The right side"),
            "both": _("Both sides"),
            "unknown": _("I am not sure"),
        },
    ),
    "cause": QuestionWords(
        _("Has anyone told you what caused it?"),
        choices={
            "bells_palsy": _("Bell's palsy: no cause was found"),
            "ramsay_hunt": _("Shingles at the ear (Ramsay Hunt syndrome)"),
            "lyme": _("Lyme disease, from a tick bite"),
            "otitis_or_other_infection": _("An infection of the ear, or another infection"),
            "other_tumour": _("A tumour"),
            "iatrogenic_postoperative": _("It came after an operation"),
            "trauma": _("An injury"),
            "stroke_central": _("A stroke"),
            "congenital_or_syndromic": _("It was there from birth"),
            "other": _("Something else"),
            "unknown": _("No, or I am not sure"),
        },
    ),
    "treatments": QuestionWords(_("What have you had for your face until now?"), choices=TREATMENTS),
    "operations": QuestionWords(_("Which operation was it?"), choices=OPERATIONS),
    "symptoms": QuestionWords(
        _("What troubles you at the moment?"),
        choices={
            "face": _("One side of my face hangs lower or moves less"),
            "eye": _("My eye: it is dry, it waters, or it does not close"),
            "mouth": _("My mouth: it is dry, or food, drink or saliva escapes"),
            "taste": _("Things taste different, or of less"),
            "hearing": _("Sounds are too loud, or I hear less"),
            "pain": _("Pain in the face or around the ear"),
            "tightness": _("My face feels tight or stiff"),
            "movements_together": _("Parts of my face move together without my wanting it"),
            "twitching": _("Twitching in the face"),
            "speech": _("Speaking clearly"),
            "eating_drinking": _("Eating and drinking"),
            NONE: _("None of these"),
        },
    ),
    "mood_before": QuestionWords(
        _("Before this began, were you ever treated for feeling low or for worry?"),
        hint=_("With talks, with medicine or in another way."),
        choices={
            "treated": _("Yes"),
            "never": _("No"),
            "prefer_not_to_say": _("I would rather not say"),
        },
    ),
    "changed": QuestionWords(
        _("How is your face now, next to the last time you answered?"),
        choices={
            "much_better": _("Much better"),
            "better": _("A little better"),
            "same": _("The same"),
            "worse": _("A little worse"),
            "much_worse": _("Much worse"),
        },
    ),
    "recovered": QuestionWords(
        _("Is your face back to how it was?"),
        choices={"yes": _("Yes"), "nearly": _("Nearly"), "no": _("No")},
    ),
    "oral_corticosteroid": QuestionWords(_("When did you start the steroid tablets?"), hint=AS_EXACTLY),
    "antiviral": QuestionWords(_("When did you start the medicine against a virus?"), hint=AS_EXACTLY),
    "physiotherapy_neuromuscular_retraining": QuestionWords(
        _("When did you start physiotherapy or facial retraining?"), hint=AS_EXACTLY
    ),
    "mime_therapy": QuestionWords(_("When did you start mime therapy?"), hint=AS_EXACTLY),
    "massage": QuestionWords(_("When did you start massage?"), hint=AS_EXACTLY),
    "self_care": QuestionWords(_("When did you start exercises and relaxation at home?"), hint=AS_EXACTLY),
    "botulinum_toxin": QuestionWords(_("When did you last have botulinum toxin?"), hint=AS_EXACTLY),
    "electrical_stimulation": QuestionWords(_("When did you start electrical stimulation?"), hint=AS_EXACTLY),
    "acupuncture": QuestionWords(_("When did you start acupuncture?"), hint=AS_EXACTLY),
    "stem_cell_therapy": QuestionWords(_("When did you last have stem cell therapy?"), hint=AS_EXACTLY),
    "eye_lubricants_or_taping": QuestionWords(_("When did you start eye care?"), hint=AS_EXACTLY),
}
WHEN_THE_OPERATION = _("When was this operation?")


def words_of(question: str, since: str | None = None) -> QuestionWords:
    """The words of the page of `question`; `since` is the day, in words, since when it asks for changes."""
    if question == "came_again" and since is not None:
        return replace(
            QUESTIONS[question],
            text=_(
                "Has your face become weak once more since %(day)s, on this side or the other?", day=since
            ),
        )
    if question == "another_onset" and since is not None:
        return QuestionWords(_("When did that begin?"), hint=AS_EXACTLY)
    if question == "treatments" and since is not None:
        return QuestionWords(
            _("What have you had for your face since %(day)s?", day=since), choices=TREATMENTS
        )
    if question in OPERATIONS_ASKED:
        return QuestionWords(WHEN_THE_OPERATION, OPERATIONS[question], AS_EXACTLY)
    return QUESTIONS[question]


class QuestionForm(Form):
    """One answer. Once valid, `said` is the answer as it is stored; otherwise `fault` says what is wrong.

    `given` says whether any box was filled in; `boxes` are the texts of a date's boxes.
    """

    said: Said
    fault: str | None = None
    box: str | None = None

    @property
    def given(self) -> bool:
        """Whether any box was filled in."""
        return any(any(text.strip() for text in field.raw_data or ()) for field in self)

    def fits(self, today: date) -> bool:
        """Whether the input answers the question, on this day."""
        raise NotImplementedError


@cache
def question_form(question: str) -> type[QuestionForm]:
    """The form class for `question`."""
    kind = kind_of(question)
    if kind == "date":
        return DateForm
    codes = (*CHOICES[question], *((NONE,) if question in MAY_BE_NONE else ()))
    choices = [SelectChoice(code) for code in codes]
    if kind == "choices":
        return type("SeveralForm", (SeveralForm,), {"answer": SelectMultipleField(choices=choices)})
    return type("OneForm", (OneForm,), {"answer": RadioField(choices=choices)})


class OneForm(QuestionForm):
    """One code."""

    answer: RadioField

    def fits(self, today: date) -> bool:
        """Whether it is one of the shown codes."""
        if not self.validate():
            self.fault = "not_a_choice"
            return False
        self.said = self.answer.data
        return True


class SeveralForm(QuestionForm):
    """Several codes, or "none of these" alone."""

    answer: SelectMultipleField

    def fits(self, today: date) -> bool:
        """Whether all are shown codes, and "none of these" stands alone."""
        codes = self.answer.data or []
        if not self.validate() or len(set(codes)) < len(codes):
            self.fault = "not_a_choice"
        elif NONE in codes and len(codes) > 1:
            self.fault = "none_and_more"
        else:
            self.said = [code for code in codes if code != NONE]
        return self.fault is None


class DateForm(QuestionForm):
    """A date as exactly as it is known."""

    day = DayOfMonthField(validators=[Optional()])
    month = MonthField(validators=[Optional()])
    year = WholeNumberField(validators=[Optional()])

    def fits(self, today: date) -> bool:
        """Whether the boxes make a date that is not in the future."""
        if not self.validate():
            self.box, self.fault = next(iter(self.errors)), "not_a_number"
            return False
        try:
            found = read(self.day.data, self.month.data, self.year.data)
        except PartialDateError as wrong:
            ahead = wrong.fault == "year" and (self.year.data or 0) > today.year
            self.box, self.fault = wrong.box, "ahead" if ahead else wrong.fault
            return False
        if found is None or found[0] > today:
            self.box, self.fault = "year", "ahead" if found else "no_year"
            return False
        self.said = as_date(*found)
        return True
