"""An import as a whole: begun, and finished in one moment. `undoing` takes it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from analysis.words import words as _
from surveys.models import ALL_ROWS, Draft, Import, Patient, Response, Study, Visit
from surveys.models.imports import TAKEN_BACK
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import importing
from surveys.store.visit import responses
from surveys.store.visit.responses import Held

TOLD = 5
_OTHER = aliased(Response)


MAPPING = "mapping_sha256"
"""The name in an import's counts of the digest of its mapping, where it had one."""


EXTENDED = "extended"
"""The name in an import's counts of what visits outside the plan ask because of it: instruments by visit."""


BESIDE = ("told", "mapping", "columns_sha256", EXTENDED)
"""What else an import keeps in its counts, which is no count and stands in no event."""


def of_study(session: Session, study_id: int) -> Sequence[Import]:
    """The study's imports of files, the newest first."""
    query = select(Import).where(Import.study_id == study_id, Import.file != TAKEN_BACK)
    return session.scalars(query.order_by(Import.id.desc())).all()


def last_mapping(session: Session, study_id: int, columns_sha256: str) -> str | None:
    """The mapping of the study's last import of a file with these columns."""
    for one in of_study(session, study_id):
        if one.seen and one.counts.get("columns_sha256") == columns_sha256:
            found: str | None = one.counts.get("mapping")
            return found
    return None


def under_way(
    session: Session, study: Study, sha256: str, wording: str | None, mapping: str | None = None
) -> Import | None:
    """The import of this file with this `mapping` that was begun and not finished; None if there is none.

    Raises:
        Refused: another import is not finished, or what was taken back is not all removed.
    """
    begun = session.scalar(select(Import).where(Import.study_id == study.id, Import.under_way))
    if begun is not None and (begun.sha256, begun.wording, begun.counts.get(MAPPING)) != (
        sha256,
        wording,
        mapping,
    ):
        raise Refused(
            _(
                "Import %(id)s of %(file)s into %(code)s was begun on %(begun_at)s and is not "
                "finished. Give the same file (SHA-256 %(sha256)s…), wording and mapping to go on "
                "with it, or take it back with: seventh import undo %(code)s %(id)s",
                id=begun.id,
                file=begun.file,
                code=study.code,
                begun_at=f"{begun.begun_at:%Y-%m-%d}",
                sha256=begun.sha256[:12],
            )
        )
    left = select(Import.id).where(
        Import.study_id == study.id, Import.undone_at.is_not(None), Import.emptied_at.is_(None)
    )
    if (number := session.scalar(left)) is not None:
        raise Refused(
            _(
                "Import %(number)s is taken back, and not all of it is removed yet. Go on with: "
                "seventh import undo %(code)s %(number)s",
                number=number,
                code=study.code,
            )
        )
    return begun


def left(study: Study, number: int) -> str:
    """What to do about an import that broke off and cannot go on."""
    return _(
        "Import %(number)s of this file is not finished, and nothing of it is to be seen. "
        "Before you give another file, take it back: seventh import undo %(code)s %(number)s",
        number=number,
        code=study.code,
    )


def begin(
    session: Session,
    study: Study,
    *,
    file: str,
    sha256: str,
    wording: str | None,
    counts: Mapping[str, Any],
    at: datetime,
    actor: str,
) -> int:
    """Begin an import; returns its id. Nothing of it is to be seen until `finish`."""
    begun = Import(
        study_id=study.id,
        file=file[:200],
        sha256=sha256,
        wording=wording,
        counts=dict(counts),
        begun_by=actor,
        begun_at=at,
    )
    session.add(begun)
    session.flush()
    facts = {"study": study.code, "import": begun.id, "file": file, "sha256": sha256}
    audit.record(session, audit.Entry(at, actor, "import.begun", facts=facts, study_id=study.id))
    return begun.id


def still_open(session: Session, import_id: int) -> Study:
    """The study of an import that may go on; locked, so that it stays so in this transaction.

    Raises:
        Refused: the study was closed, or somebody finished the import or took it back.
    """
    query = (
        select(Import, Study)
        .join(Study, Study.id == Import.study_id)
        .where(Import.id == import_id)
        .with_for_update(of=Import)
    )
    begun, study = session.execute(query).one()
    if not begun.under_way:
        raise Refused(
            _(
                "Import %(import_id)s was finished or taken back by somebody else meanwhile.",
                import_id=import_id,
            )
        )
    if study.status == "closed":
        raise Refused(_("Study %(code)s was closed meanwhile: it takes no further answers.", code=study.code))
    return study


def finish(
    session: Session,
    import_id: int,
    held: Held,
    *,
    attended: Collection[int],
    at: datetime,
    actor: str,
) -> None:
    """Let the whole import be seen. Its `held` responses take their places, and raise their alerts.

    `attended` are visits that were withdrawn from the plan, and come back to it. All is one transaction, for
    which patients wait on SQLite: what can be read, scored or stored before it, is.

    Raises:
        Refused: as `still_open`, or patients have answered or begun meanwhile what the file answers.
    """
    study = still_open(session, import_id)
    answered_at = select(Response.visit_id).where(Response.import_id == import_id, Response.held)
    # Whoever answers at one of these visits holds it: what was said is seen once they are done.
    visits = (
        select(Visit.id).where(Visit.id.in_(answered_at)).order_by(Visit.id).with_for_update(key_share=True)
    )
    session.execute(visits, execution_options=ALL_ROWS)
    if taken := _answered_meanwhile(session, import_id):
        raise Refused(
            _(
                "Since this import began, %(taken)s. Nothing of the file is to be seen. Take it back "
                "with: seventh import undo %(code)s %(import_id)s, and give the file again without "
                "these.",
                taken="; ".join(taken),
                code=study.code,
                import_id=import_id,
            )
        )
    extended = _extend_batteries(session, import_id)
    importing.revive(session, attended)
    finished = session.get_one(Import, import_id)
    finished.finished_at = at
    if extended:
        finished.counts = {**finished.counts, EXTENDED: extended}
    responses.release(session, import_id, held, at=at, actor=actor)
    facts = {"study": study.code, "import": import_id, "file": finished.file, "sha256": finished.sha256}
    counts = {name: count for name, count in finished.counts.items() if name not in BESIDE}
    importing.done(session, study, "import.done", {**facts, **counts}, at=at, actor=actor)


def _answered_meanwhile(session: Session, import_id: int) -> list[str]:
    """The first of the questionnaires that were answered or begun by link since the import was planned."""
    same = (_OTHER.visit_id == Response.visit_id, _OTHER.instrument == Response.instrument)
    answered = exists().where(*same, _OTHER.stands)
    begun = exists().where(Draft.visit_id == Response.visit_id, Draft.instrument == Response.instrument)
    query = (
        select(Patient.code, Visit.name, Response.instrument)
        .select_from(Response)
        .join(Visit, Visit.id == Response.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Response.import_id == import_id, Response.held, or_(answered, begun))
        .order_by(Response.id)
        .limit(TOLD)
    )
    return [
        _(
            "%(instrument)s of %(name)s was answered or begun by patient %(code)s",
            instrument=row.instrument,
            name=row.name,
            code=row.code,
        )
        for row in session.execute(query, execution_options=ALL_ROWS)
    ]


def _extend_batteries(session: Session, import_id: int) -> dict[str, list[str]]:
    """Visits outside the plan ask from now on what was answered at them too; returns what, by visit."""
    of_import = (Response.import_id == import_id, Response.held)
    asked = (
        select(Response.visit_id, Response.instrument)
        .join(Visit, Visit.id == Response.visit_id)
        .where(*of_import, Visit.timepoint_id.is_(None))
        .order_by(Response.id)
    )
    found: dict[int, list[str]] = {}
    for row in session.execute(asked, execution_options=ALL_ROWS):
        found.setdefault(row.visit_id, []).append(row.instrument)
    visits = select(Visit.id, Visit.battery).where(Visit.id.in_(select(Response.visit_id).where(*of_import)))
    longer, added = {}, {}
    outside = visits.where(Visit.timepoint_id.is_(None))
    for visit_id, battery in session.execute(outside, execution_options=ALL_ROWS):
        more = [one for one in found[visit_id] if one not in battery]
        if more:
            longer[visit_id], added[str(visit_id)] = [*battery, *more], more
    importing.set_batteries(session, longer)
    return added
