"""What of the sentences the study had planned to say: primary and secondary questions, marked in words."""

import dataclasses

from analysis.data.analysis_plan import (
    AFTER_FIRST_VISIT,
    AFTER_START,
    EVERY_VISIT,
    FIRST_VISIT,
    AnalysisPlan,
    PlannedQuestion,
)
from analysis.results.association import TIME
from analysis.statements.statement import Statement


def marked(plan: AnalysisPlan, statement: Statement) -> Statement:
    """The sentence, said to be the answer to a planned question where it is one.

    A question that was named, or got its rank, after data could have been seen says so.
    """
    question = _question(plan, statement)
    if question is None:
        return statement
    late = ", named after data could be seen" if plan.first_with(question).after_data else ""
    return dataclasses.replace(
        statement,
        text=f"{question.rank.capitalize()} question{late}: {statement.text}",
        planned=True,
        question=question.rank,
    )


def _question(plan: AnalysisPlan, one: Statement) -> PlannedQuestion | None:
    times = {
        ("course", None): (AFTER_FIRST_VISIT, FIRST_VISIT),
        ("course_ordinal", None): (AFTER_FIRST_VISIT, FIRST_VISIT),
        ("correlations", "between"): (FIRST_VISIT, one.other or TIME),
        ("within_between", "within"): (EVERY_VISIT, one.other or ""),
        ("treatment_comparison", None): (AFTER_START, one.other or ""),
    }
    if one.scale is None or (one.record, one.level) not in times:
        return None
    time, comparison = times[one.record, one.level]
    return plan.find(time, one.scale, comparison, one.stratum)
