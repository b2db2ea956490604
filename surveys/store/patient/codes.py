"""The study codes that come next, for patients who have none."""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import same
from surveys.models import ALL_ROWS, Patient, Study

DIGITS = 3
_NUMBERED = re.compile(r"(.*?)([0-9]{1,9})", re.DOTALL)


def following(session: Session, study: Study, count: int, taken: Collection[str] = ()) -> list[str]:
    """The next `count` free codes, in the pattern of the study's last code; none that is in `taken` either.

    A study whose last code ends in no number gets FPK-001 and so on, after its own code.
    """
    newest = select(Patient.code).where(Patient.study_id == study.id).order_by(Patient.id.desc()).limit(1)
    last = _NUMBERED.fullmatch(session.scalar(newest, execution_options=ALL_ROWS) or "")
    prefix, digits = (last[1], len(last[2])) if last else (f"{study.code}-", DIGITS)
    begins = same.folded(prefix)
    folded = Patient.code_folded
    codes = select(folded).where(Patient.study_id == study.id, folded.startswith(begins, autoescape=True))
    used = {*session.scalars(codes, execution_options=ALL_ROWS), *map(same.folded, taken)}
    numbers = [int(found[2]) for code in used if (found := _NUMBERED.fullmatch(code)) and found[1] == begins]
    first = max(numbers, default=0) + 1
    return [f"{prefix}{number:0{digits}}" for number in range(first, first + count)]
