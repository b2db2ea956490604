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
from surveys.forms import labels
from surveys.forms.staff import StaffForm, select_choices

EMPTY_ROWS = 2
LONGEST_REASON = 2000
_PATIENTS = {"acute": "Acute patients", "chronic": "Chronic patients", "all": "All patients"}
_RANKS: Mapping[str, str] = {PRIMARY: "Primary", SECONDARY: "Secondary"}


def what_is_asked(scales: Mapping[str, str]) -> dict[str, str]:
    """Time and comparison of a question, each pair with its words; `scales` are the scores by key."""
    return {
        f"{AFTER_FIRST_VISIT}:{FIRST_VISIT}": "Change after the first visit",
        f"{FIRST_VISIT}:{TIME_SINCE_ONSET}": "With the time since onset, at the first visit",
        **{f"{FIRST_VISIT}:{key}": f"With {words}, at the first visit" for key, words in scales.items()},
        **{f"{EVERY_VISIT}:{key}": f"With {words}, visit by visit" for key, words in scales.items()},
        **{
            f"{AFTER_START}:{family}": f"After the start of: {labels.TREATMENT_FAMILIES[family]}"
            for family in COMPARED_FAMILIES
        },
    }


class QuestionForm(Form):
    """One question. A row without a score is passed over."""

    outcome = SelectField("Score", [Optional()])
    asked = SelectField("What is asked of it")
    patients = SelectField("Patients", choices=select_choices(_PATIENTS), default="chronic")
    rank = SelectField("Rank", choices=select_choices(_RANKS), default=SECONDARY)

    @property
    def question(self) -> PlannedQuestion | None:
        """The question; None of an empty row."""
        if not self.outcome.data:
            return None
        time, _, comparison = self.asked.data.partition(":")
        primary = self.rank.data == PRIMARY
        return PlannedQuestion(self.outcome.data, time, comparison, self.patients.data, primary)


class AnalysisPlanForm(StaffForm):
    """All questions, `question_<n>`. Made by `analysis_plan_form`."""

    reason = TextAreaField("Why the plan is amended", [Optional(), Length(max=LONGEST_REASON)])

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
            "Score", [Optional()], choices=select_choices(dict(scales), "No question here")
        ),
        "asked": SelectField("What is asked of it", choices=select_choices(what_is_asked(dict(scales)))),
    }
    row = type("QuestionFormOfStudy", (QuestionForm,), boxes)
    fields: dict[str, Any] = {f"question_{n}": FormField(row, f"Question {n}") for n in range(1, rows + 1)}
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
