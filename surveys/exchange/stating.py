"""A sentence of a report, computed again from the data that it came of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.exchange import reporting
from surveys.instruments.library import Library
from surveys.models import Freeze, Study
from surveys.store.errors import Refused

if TYPE_CHECKING:
    from analysis.statements.code import Code

HOLDS, CHANGED, WITHDRAWN = "holds", "changed", "withdrawn"


@dataclass(frozen=True)
class Finding:
    """What became of a sentence: `outcome` is holds, changed or withdrawn, `text` what is said now.

    `source` names the data: a freeze, or a study as it is now.
    """

    outcome: str
    source: str
    text: str | None


def computed_again(session: Session, library: Library, code: Code, *, at: datetime) -> Finding:
    """The sentence of `code` from the freeze, or the study of today, whose data it rests on.

    Of several with the same data it holds if one of them says it: an analysis plan that was amended later
    changes the study of today, never a freeze.

    Raises:
        Refused: neither has these data.
    """
    from analysis.statements.code import data_part

    other: Finding | None = None
    for source, basis in _bases(session, library, at):
        if data_part(basis.frames.sha256, {}) == code.data:
            found = _compared(source, basis, code)
            if found.outcome == HOLDS:
                return found
            other = other or found
    if other is not None:
        return other
    raise Refused(
        _(
            "No study and no freeze here has the data of %(code)s. The data have changed since, "
            "or the report was of a part of them. A sentence of a freeze can always be computed "
            "again.",
            code=code,
        )
    )


def _bases(session: Session, library: Library, at: datetime) -> Iterator[tuple[str, reporting.Basis]]:
    for study in session.scalars(select(Study).order_by(Study.code)):
        yield _("%(code)s as it is now", code=study.code), reporting.as_now(session, study, library, at=at)
        query = select(Freeze.name).where(Freeze.study_id == study.id, Freeze.content.is_not(None))
        for name in session.scalars(query.order_by(Freeze.made_at.desc())).all():
            yield (
                _("the freeze %(name)s of %(code)s", name=name, code=study.code),
                reporting.as_frozen(session, study, library, name),
            )


def _compared(source: str, basis: reporting.Basis, code: Code) -> Finding:
    from analysis.statements.code import Code as AnyCode

    told = {AnyCode.read(one["code"]): one["text"] for one in reporting.computed(basis)["statements"]}
    about = next((one for one in told if one.about == code.about), None)
    if about is None:
        return Finding(WITHDRAWN, source, None)
    return Finding(HOLDS if about == code else CHANGED, source, told[about])
