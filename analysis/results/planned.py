"""The analysis plan as records of the report, and what a reader has to know of it."""

from collections.abc import Iterable, Mapping

from analysis.data.analysis_plan import EXPLORATORY, AnalysisPlan, PlanVersion
from analysis.data.frame import ScaleInfo
from analysis.data.record import Record


def analysis_plan(plan: AnalysisPlan, scale_info: Mapping[str, ScaleInfo]) -> list[Record]:
    """Every question of every version, the newest version first.

    Returns:
        Records with ``version, current, fixed_at, sha256, reason, responses, looked_at, seen`` of the version
        and ``outcome, time, comparison, patients, primary, text`` of the question.
    """
    labels = {key: info.label for key, info in scale_info.items()}
    return [
        {
            "version": version.version,
            "current": version is plan.versions[-1],
            "fixed_at": version.fixed_at,
            "sha256": version.sha256,
            "reason": version.reason or None,
            "responses": version.responses,
            "looked_at": version.looked_at,
            "seen": version.seen or None,
            "outcome": question.outcome,
            "time": question.time,
            "comparison": question.comparison,
            "patients": question.patients,
            "primary": question.primary,
            "text": question.in_words(labels),
        }
        for version in reversed(plan.versions)
        for question in version.questions
    ]


def warnings(plan: AnalysisPlan) -> list[str]:
    """A sentence for each version that was fixed after data could have been seen."""
    return [
        f"The analysis plan was {_made(one)} {one.seen}: the data could have suggested what it asks."
        for one in plan.versions
        if one.after_data
    ]


def _made(one: PlanVersion) -> str:
    if one.version == 1:
        return f"fixed on {one.fixed_at[:10]},"
    return f"amended on {one.fixed_at[:10]} (version {one.version}: {one.reason}),"


def mark(records: Iterable[Record]) -> None:
    """Say of records that no planned question rests on that they are exploratory."""
    for record in records:
        record.setdefault("planned", False)
        record.setdefault("question", EXPLORATORY)
