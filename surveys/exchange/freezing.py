"""A study's frames into a freeze and out of it again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from surveys.frames import scale_info, study_frames
from surveys.instruments.library import Library
from surveys.models import Freeze, Study
from surveys.store.study import freezes

if TYPE_CHECKING:
    from analysis.data.frame import StudyFrames


@dataclass(frozen=True)
class Held:
    """What a freeze is to hold, and how much that is."""

    content: str
    patients: int
    responses: int


def freeze(
    session: Session, study: Study, library: Library, name: str, *, at: datetime, actor: str
) -> Freeze:
    """Keep the whole study as it is at this moment.

    Raises:
        Refused: the name is empty, too long or taken.
    """
    return keep(session, study, held(session, study, library), name, at=at, actor=actor)


def held(session: Session, study: Study, library: Library) -> Held:
    """The whole study as it is at this moment. It takes long and only reads."""
    from analysis.data.snapshot import files

    frames = study_frames(session, study, library)
    content = {file: data.decode() for file, data in files(frames).items()}
    return Held(
        json.dumps(content, ensure_ascii=False, sort_keys=True), len(frames.patients), len(frames.responses)
    )


def keep(session: Session, study: Study, what: Held, name: str, *, at: datetime, actor: str) -> Freeze:
    """Keep `what` under `name`.

    Raises:
        Refused: the name is empty, too long or taken.
    """
    return freezes.keep(
        session,
        study,
        name,
        what.content,
        patients=what.patients,
        responses=what.responses,
        at=at,
        actor=actor,
    )


def thawed(session: Session, study: Study, name: str, library: Library) -> tuple[Freeze, StudyFrames]:
    """A freeze and its frames; the definitions fill what an earlier version did not store.

    Raises:
        Refused: no freeze has that name, it was emptied, or its content has changed.
    """
    from analysis.data.snapshot import read

    kept, content = freezes.content(session, study.id, name)
    return kept, read(
        {file: text.encode() for file, text in json.loads(content).items()}, scale_info(library)
    )
