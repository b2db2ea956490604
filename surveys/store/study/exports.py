"""The record that a study's data left the installation: by whom, in what form, why with calendar dates."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from surveys.models import Study
from surveys.store import audit
from surveys.store.errors import Refused


def note(
    session: Session,
    study: Study,
    form: str,
    *,
    exact_dates: str | None,
    coarse: bool = False,
    site: str | None = None,
    at: datetime,
    actor: str,
) -> None:
    """Record an export of `study` before it is made; calendar dates need the reason `exact_dates`.

    Raises:
        Refused: the reason is empty, or a bundle, which holds calendar dates, has no reason; or a coarser
            version should hold them.
    """
    if coarse and (form == "bundle" or exact_dates is not None):
        raise Refused("The coarser version holds no calendar dates: choose one of the two.", "coarse")
    if form == "bundle" and exact_dates is None:
        raise Refused("The bundle holds calendar dates: say why they are needed.", "reason")
    if exact_dates is not None and not exact_dates.strip():
        raise Refused("Say why calendar dates are needed.", "reason")
    facts = {"study": study.code, "format": form, "exact_dates": exact_dates is not None, "site": site}
    if coarse:
        facts["coarse"] = True
    audit.record(
        session, audit.Entry(at, actor, "study.exported", facts=facts, reason=exact_dates, study_id=study.id)
    )


def note_download(session: Session, study_id: int, file: str, *, at: datetime, actor: str) -> None:
    """Record that `file` was handed out; its name tells what it is."""
    entry = audit.Entry(at, actor, "study.downloaded", facts={"file": file}, study_id=study_id)
    audit.record(session, entry)
