"""The questions of an analysis plan in the file of a study's set-up.

A new study made from the file fixes them as its own first version, before it has any answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from analysis.data.analysis_plan import PlannedQuestion
from analysis.words import words as _
from surveys.instruments.library import Library
from surveys.models import Study, analysis_plan
from surveys.store.errors import Refused
from surveys.store.study import analysis_plans

_KINDS = {one.name: bool if one.name == "primary" else str for one in fields(PlannedQuestion)}


def told(session: Session, study: Study) -> list[dict[str, Any]]:
    """The questions that hold now."""
    return [asdict(one) for one in analysis_plan.of_study(session, study.id).questions]


def questions(content: Mapping[str, Any]) -> list[PlannedQuestion]:
    """The questions of a file; files of earlier versions have none.

    Raises:
        Refused: what stands there is no question.
    """
    rows = content.get("analysis_plan", [])
    if not isinstance(rows, list):
        raise _wrong("analysis_plan", _("is no list"))
    for place, row in enumerate(rows, start=1):
        if (
            not isinstance(row, dict)
            or row.keys() != _KINDS.keys()
            or not all(type(row[name]) is kind for name, kind in _KINDS.items())
        ):
            raise _wrong(f"analysis_plan.{place}", _("is no question"))
    return [PlannedQuestion(**row) for row in rows]


def fix(
    session: Session,
    study: Study,
    content: Mapping[str, Any],
    library: Library,
    *,
    at: datetime,
    actor: str,
) -> None:
    """Fix the questions of a file as the plan of `study`.

    Raises:
        Refused: what stands there is no question, or not of these instruments.
    """
    if asked := questions(content):
        analysis_plans.fix(session, study, asked, library, at=at, actor=actor)


def _wrong(where: str, problem: str) -> Refused:
    return Refused(
        _(
            "%(where)s %(problem)s. Take a file that Seventh wrote, or mend it there.",
            where=where,
            problem=problem,
        ),
        "file",
    )
