"""Reports on a study as they were made, to be fetched again. The caller decides what stands in them."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import Freeze, Report, ReportFile
from surveys.store import audit
from surveys.store.errors import Refused

GONE = _("The files of this report are gone: they held answers of somebody whose data were erased since.")


@dataclass(frozen=True)
class Kept:
    """A report in a list; `freeze` names what it was made from, None for the data as they were then.

    Without its files, answers in it were erased since.
    """

    id: int
    made_at: datetime
    made_by: str
    freeze: str | None
    data_sha256: str
    software: str
    has_files: bool


def keep(
    session: Session,
    study_id: int,
    files: Mapping[str, bytes],
    *,
    freeze: Freeze | None,
    data_sha256: str,
    software: str,
    at: datetime,
    actor: str,
) -> Report:
    """Keep a report with its files by form (`html` and `json`)."""
    digests = {form: hashlib.sha256(content).hexdigest() for form, content in files.items()}
    report = Report(
        study_id=study_id,
        freeze_id=freeze.id if freeze else None,
        data_sha256=data_sha256,
        html_sha256=digests["html"],
        json_sha256=digests["json"],
        software=software,
        made_by=actor,
        made_at=at,
    )
    session.add(report)
    session.flush()
    session.add_all(
        ReportFile(report_id=report.id, form=form, content=zlib.compress(content))
        for form, content in files.items()
    )
    facts = {"report": report.id, "freeze": freeze.name if freeze else None, "data_sha256": data_sha256}
    audit.record(session, audit.Entry(at, actor, "report.made", facts=facts, study_id=study_id))
    return report


def of_study(session: Session, study_id: int) -> Sequence[Kept]:
    """The study's reports, the newest first."""
    query = (
        select(
            Report.id,
            Report.made_at,
            Report.made_by,
            Freeze.name.label("freeze"),
            Report.data_sha256,
            Report.software,
            exists().where(ReportFile.report_id == Report.id).label("has_files"),
        )
        .outerjoin(Freeze, Freeze.id == Report.freeze_id)
        .where(Report.study_id == study_id)
        .order_by(Report.id.desc())
    )
    return [Kept(**row) for row in session.execute(query).mappings()]


def file(session: Session, study_id: int, report_id: int, form: str) -> bytes | None:
    """A file of the study's report; None where there is no such report or its files are gone.

    Raises:
        Refused: it is not what was made.
    """
    row = session.execute(
        select(Report, ReportFile.content)
        .join(ReportFile, ReportFile.report_id == Report.id)
        .where(Report.study_id == study_id, Report.id == report_id, ReportFile.form == form)
    ).one_or_none()
    if row is None:
        return None
    report, packed = row
    content = zlib.decompress(packed)
    if hashlib.sha256(content).hexdigest() != report.digest(form):
        raise Refused(_("This report is not what was made: its SHA-256 differs. Restore a backup."))
    return content


def empty(session: Session, study_id: int) -> int:
    """Drop the files of the study's reports because answers in them are erased; returns of how many reports.

    The trigger allows this only beside such an erasure.
    """
    ids = select(Report.id).where(Report.study_id == study_id)
    held = session.scalars(select(ReportFile.report_id).where(ReportFile.report_id.in_(ids)).distinct()).all()
    gone = delete(ReportFile).where(ReportFile.report_id.in_(held))
    session.execute(gone.execution_options(synchronize_session=False))
    return len(held)
