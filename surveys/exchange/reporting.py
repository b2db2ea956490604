"""A study's report as files: the same bytes from a command and from a page.

Whoever wants the JSON alone does not draw the page, which takes as long again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader
from sqlalchemy.orm import Session

from surveys import SOFTWARE
from surveys.exchange import freezing
from surveys.frames import study_frames
from surveys.instruments.library import Library
from surveys.models import Freeze, Study
from surveys.settings import FILES
from surveys.store.audit import heads
from surveys.store.study import signatures
from surveys.store.visit import amendments

if TYPE_CHECKING:
    from analysis.data.frame import StudyFrames


@dataclass(frozen=True)
class Basis:
    """What a report rests on: the data, their instant, how the trail ended then, who signed their freeze,
    and how the plan was amended until then.

    `under` is the smallest group that it shows.
    """

    frames: StudyFrames
    at: datetime
    heads: Sequence[str]
    under: int
    freeze: Freeze | None = None
    signed: Sequence[Mapping[str, Any]] = ()
    amended: Sequence[Mapping[str, Any]] = ()


def as_now(
    session: Session, study: Study, library: Library, *, unconfirmed: bool = False, at: datetime
) -> Basis:
    """The study as this session reads it, also with those who joined and were not looked at if asked."""
    frames = study_frames(session, study, library, unconfirmed=unconfirmed)
    ends, amended = heads.of_study(session, study.id), amendments.told(session, study.id, at)
    return Basis(frames, at, _told(ends), study.smallest_group, amended=amended)


def as_frozen(session: Session, study: Study, library: Library, name: str) -> Basis:
    """A freeze of the study.

    Raises:
        Refused: no freeze has that name, it was emptied, or its content has changed.
    """
    kept, frames = freezing.thawed(session, study, name, library)
    ends, signed = heads.of_freeze(session, kept), signatures.told(session, kept)
    amended = amendments.told(session, study.id, kept.made_at)
    return Basis(frames, kept.made_at, _told(ends), study.smallest_group, kept, signed, amended)


def computed(basis: Basis) -> dict[str, Any]:
    """The report as one object."""
    from analysis.report import report

    return report(
        basis.frames,
        generated_at=basis.at.isoformat(),
        software=SOFTWARE,
        suppress_under=basis.under,
        chain_heads=basis.heads,
        signatures=basis.signed,
        amendments=basis.amended,
    )


def as_json(content: Mapping[str, Any]) -> str:
    """The computed report as JSON."""
    from analysis import report

    return f"{report.as_json(content)}\n"


def as_page(basis: Basis, content: Mapping[str, Any]) -> str:
    """The computed report as one HTML page that needs nothing else."""
    from analysis.paper import paper

    drawn = paper(basis.frames, content, suppress_under=content["suppress_under"])
    return f"{_templates().get_template('staff/report.html').render(report=content, paper=drawn)}\n"


def _told(ends: Sequence[heads.Head]) -> list[str]:
    return list(map(str, ends))


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(FILES / "templates")
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
