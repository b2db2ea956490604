"""Fix the analysis plan of a study, and amend it: a new version, with a reason, beside the earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.data.analysis_plan import PlannedQuestion, PlanVersion
from analysis.words import words as _
from surveys.instruments.library import Library
from surveys.models import AnalysisPlanVersion, BoardCopy, Event, Patient, Response, Study, Visit
from surveys.models.analysis_plan import versions
from surveys.store import audit
from surveys.store.errors import Refused

FIXED = "analysis_plan.fixed"
MOST = 30
LONGEST_REASON = 2000
Versions = Sequence[AnalysisPlanVersion]
# Whoever did one of these had data of the whole study before them.
_LOOKS = ("report.made", "study.downloaded", "study.exported", "study.frozen", "study.read")


def fix(
    session: Session,
    study: Study,
    questions: Sequence[PlannedQuestion],
    library: Library,
    *,
    reason: str = "",
    at: datetime,
    actor: str,
) -> AnalysisPlanVersion:
    """Make `questions` the plan of the study: its first version, or an amendment, which needs a reason.

    Raises:
        Refused: the study is closed, a question is impossible or stands twice, none is primary, nothing
            differs, or no reason is given.
    """
    session.execute(select(Study.id).where(Study.id == study.id).with_for_update())
    past = of_study(session, study.id)
    _check(study, questions, library)
    reason = reason.strip() if past else ""
    if past and not reason:
        raise Refused(_("Say why the analysis plan is amended."), "reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(
            _("The reason has more than %(longest_reason)s characters.", longest_reason=LONGEST_REASON),
            "reason",
        )
    if past and set(past[-1].told.questions) == set(questions):
        raise Refused(_("The questions are the same as before: change what the amendment changes."))
    looked_at = _first_look(session, study.id)
    made = PlanVersion(
        version=len(past) + 1,
        fixed_at=at.astimezone(UTC).isoformat(),
        questions=tuple(questions),
        reason=reason,
        responses=responses(session, study.id),
        looked_at=looked_at.isoformat() if looked_at else None,
    )
    facts: dict[str, Any] = {
        "version": made.version,
        "questions": [asdict(one) for one in made.questions],
        "responses": made.responses,
        "sha256": made.sha256,
    }
    row = AnalysisPlanVersion(
        study_id=study.id, **facts, reason=reason, looked_at=looked_at, fixed_by=actor, fixed_at=at
    )
    session.add(row)
    session.flush()
    facts |= {"study": study.code, "looked_at": made.looked_at}
    entry = audit.Entry(at, actor, FIXED, facts=facts, study_id=study.id, reason=reason or None)
    audit.record(session, entry)
    return row


def of_study(session: Session, study_id: int) -> Versions:
    """The versions of a study's plan, the oldest first."""
    return session.scalars(versions(study_id)).all()


def _check(study: Study, questions: Sequence[PlannedQuestion], library: Library) -> None:
    if study.status not in ("draft", "active"):
        raise Refused(
            _(
                "Study %(code)s is %(status)s: its analysis plan changes no more.",
                code=study.code,
                status=study.status,
            )
        )
    if not any(one.primary for one in questions):
        raise Refused(_("Name at least one primary question."))
    if len(questions) > MOST:
        raise Refused(_("A plan has at most %(most)s questions.", most=MOST))
    labels = {
        f"{one.key}.{scale.key}": f"{one.short_title}: {scale.title}"
        for one in library
        for scale in one.scales
    }
    asked = set()
    for place, one in enumerate(questions, start=1):
        if fault := one.fault(labels):
            raise Refused(_("Question %(place)s: %(fault)s.", place=place, fault=fault))
        if one.asked in asked:
            raise Refused(
                _(
                    "Question %(place)s stands twice: %(in_words)s.",
                    place=place,
                    in_words=one.in_words(labels),
                )
            )
        asked.add(one.asked)


def responses(session: Session, study_id: int) -> int:
    """How many questionnaires of the study have been sent, by patients or with an import; each once."""
    query = (
        select(func.count(Response.id))
        .join(Visit, Visit.id == Response.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Patient.study_id == study_id, Response.supersedes_id.is_(None))
    )
    return session.scalars(query).one()


def _first_look(session: Session, study_id: int) -> datetime | None:
    """When somebody first had data of the whole study before them, as far as that is known."""
    told = select(func.min(Event.at)).where(Event.study_id == study_id, Event.action.in_(_LOOKS))
    drawn = select(func.min(BoardCopy.drawn_at)).where(BoardCopy.study_id == study_id)
    looks = [look for look in (session.scalar(told), session.scalar(drawn)) if look is not None]
    return min(looks, default=None)
