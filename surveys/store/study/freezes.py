"""Freezes: a study's data as they were, by name. The caller decides their format."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.models import Freeze, HeadMail, Study
from surveys.store import audit
from surveys.store.errors import Refused


def keep(
    session: Session,
    study: Study,
    name: str,
    content: str,
    *,
    patients: int,
    responses: int,
    at: datetime,
    actor: str,
) -> Freeze:
    """Store `content` for good under `name`; the counts describe it.

    Raises:
        Refused: the name is empty, too long or taken.
    """
    name = free_name(session, study.id, name)
    digest = hashlib.sha256(content.encode()).hexdigest()
    freeze = Freeze(
        study_id=study.id,
        name=name,
        content=content,
        sha256=digest,
        patients=patients,
        responses=responses,
        made_by=actor,
        made_at=at,
    )
    session.add(freeze)
    session.flush()
    if study.heads_address:
        session.add(HeadMail(study_id=study.id, freeze_id=freeze.id, planned_at=at))
    facts = {"study": study.code, "freeze": name, "sha256": digest, "patients": patients}
    audit.record(session, audit.Entry(at, actor, "study.frozen", facts=facts, study_id=study.id))
    return freeze


def free_name(session: Session, study_id: int, name: str) -> str:
    """The name as it is stored.

    Raises:
        Refused: it is empty, too long or taken.
    """
    name = " ".join(name.split())
    if not name or len(name) > 200:
        raise Refused(_("Give the freeze a name of at most 200 characters."), "name")
    if session.scalar(select(Freeze.id).filter_by(study_id=study_id, name=name)) is not None:
        raise Refused(_("There is a freeze “%(name)s” already. Choose another name.", name=name), "name")
    return name


def of_study(session: Session, study_id: int) -> Sequence[Freeze]:
    """The study's freezes, newest first, without their content."""
    return session.scalars(select(Freeze).filter_by(study_id=study_id).order_by(Freeze.id.desc())).all()


def content(session: Session, study_id: int, name: str) -> tuple[Freeze, str]:
    """A freeze and what it holds, its digest checked.

    Raises:
        Refused: no freeze has that name, it was emptied, or its content has changed.
    """
    freeze = session.scalar(select(Freeze).filter_by(study_id=study_id, name=name))
    if freeze is None:
        raise Refused(_("There is no freeze “%(name)s” of this study.", name=name))
    if freeze.content is None:
        raise Refused(
            _(
                "The freeze “%(name)s” was emptied: it held answers of somebody whose data were "
                "erased since.",
                name=name,
            )
        )
    if hashlib.sha256(freeze.content.encode()).hexdigest() != freeze.sha256:
        raise Refused(
            _("The freeze “%(name)s” is not what it was: its SHA-256 differs. Restore a backup.", name=name)
        )
    return freeze, freeze.content


def empty(session: Session, study_id: int, *, at: datetime) -> int:
    """Empty every freeze of the study because answers in them are erased; returns how many.

    The trigger allows this only beside such an erasure.
    """
    held = (Freeze.study_id == study_id) & Freeze.content.is_not(None)
    ids = session.scalars(select(Freeze.id).where(held)).all()
    session.execute(
        update(Freeze)
        .where(Freeze.id.in_(ids))
        .values(content=None, emptied_at=at)
        .execution_options(synchronize_session=False)
    )
    return len(ids)
