"""The analysis plan of a study as rows of boxes, a question each; the store checks them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from wtforms import Form, FormField, SelectField, TextAreaField
from wtforms.validators import Length, Optional

from analysis.data.analysis_plan import (
    AFTER_FIRST_VISIT,
    AFTER_START,
    COMPARED_FAMILIES,
    EVERY_VISIT,
    FIRST_VISIT,
    PRIMARY,
    SECONDARY,
    TIME_SINCE_ONSET,
    PlannedQuestion,
)
from analysis.words import words as _
from surveys.forms import labels
from surveys.forms.staff import StaffForm, select_choices

EMPTY_ROWS = 2
LONGEST_REASON = 2000
_PATIENTS = {"acute": _("Acute patients"), "chronic": _("Chronic patients"), "all": _("All patients")}
_RANKS: Mapping[str, str] = {PRIMARY: _("Primary"), SECONDARY: _("Secondary")}


def what_is_asked(scales: Mapping[str, str]) -> dict[str, str]:
    """Time and comparison of a question, each pair with its words; `scales` are the scores by key."""
    return {
        f"{AFTER_FIRST_VISIT}:{FIRST_VISIT}": _("Change after the first visit"),
        f"{FIRST_VISIT}:{TIME_SINCE_ONSET}": _("With the time since onset, at the first visit"),
        **{
            f"{FIRST_VISIT}:{key}": _("With %(words)s, at the first visit", words=words)
            for key, words in scales.items()
        },
        **{
            f"{EVERY_VISIT}:{key}": _("With %(words)s, visit by visit", words=words)
            for key, words in scales.items()
        },
        **{
            f"{AFTER_START}:{family}": _(
                "After the start of: %(treatment_families)s",
                treatment_families=labels.TREATMENT_FAMILIES[family],
            )
            for family in COMPARED_FAMILIES
        },
    }


class QuestionForm(Form):
    """One question. A row without a score is passed over."""

    outcome = SelectField(_("Score"), [Optional()])
    asked = SelectField(_("What is asked of it"))
    patients = SelectField(_("Patients"), choices=select_choices(_PATIENTS), default="chronic")
    rank = SelectField(_("Rank"), choices=select_choices(_RANKS), default=SECONDARY)

    @property
    def question(self) -> PlannedQuestion | None:
        """The question; None of an empty row."""
        if not self.outcome.data:
            return None
        time, __, comparison = self.asked.data.partition(":")
        primary = self.rank.data == PRIMARY
        return PlannedQuestion(self.outcome.data, time, comparison, self.patients.data, primary)


class AnalysisPlanForm(StaffForm):
    """All questions, `question_<n>`. Made by `analysis_plan_form`."""

    reason = TextAreaField(_("Why the plan is amended"), [Optional(), Length(max=LONGEST_REASON)])

    @property
    def rows(self) -> list[FormField[QuestionForm]]:
        """The rows in order, empty ones too."""
        return [field for field in self if isinstance(field, FormField)]

    @property
    def questions(self) -> list[PlannedQuestion]:
        """The questions in order."""
        return [question for row in self.rows if (question := row.form.question) is not None]


def analysis_plan_form(rows: int, scales: Mapping[str, str]) -> type[AnalysisPlanForm]:
    """The form with so many rows; `scales` are the scores by key, in words."""
    return _analysis_plan_form(rows, tuple(scales.items()))


@cache
def _analysis_plan_form(rows: int, scales: tuple[tuple[str, str], ...]) -> type[AnalysisPlanForm]:
    boxes = {
        "outcome": SelectField(
            _("Score"), [Optional()], choices=select_choices(dict(scales), _("No question here"))
        ),
        "asked": SelectField(_("What is asked of it"), choices=select_choices(what_is_asked(dict(scales)))),
    }
    row = type("QuestionFormOfStudy", (QuestionForm,), boxes)
    fields: dict[str, Any] = {
        f"question_{n}": FormField(row, _("Question %(n)s", n=n)) for n in range(1, rows + 1)
    }
    return type("AnalysisPlanFormWithRows", (AnalysisPlanForm,), fields)


def as_data(questions: Iterable[PlannedQuestion]) -> dict[str, dict[str, str]]:
    """Questions as data for the boxes of the form."""
    return {
        f"question_{n}": {
            "outcome": one.outcome,
            "asked": f"{one.time}:{one.comparison}",
            "patients": one.patients,
            "rank": one.rank,
        }
        for n, one in enumerate(questions, start=1)
    }
