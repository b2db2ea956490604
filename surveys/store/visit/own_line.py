"""A patient's own scores over time, as far as she may see them: when, which, and how they are judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from analysis.data.change import Verdict, judge
from analysis.data.onset import ACUTE_BELOW_DAYS, is_from_birth, last_day
from surveys.instruments.change import threshold_of
from surveys.instruments.facts import shown_to_patients
from surveys.instruments.instrument import Instrument
from surveys.instruments.scale import ChangeThreshold, Scale
from surveys.models import Assistance, InstrumentVersion, Palsy, Response, Score, Visit
from surveys.store.visit.alert_rules import watched_for_worse
from surveys.store.visit.opening import OpenVisit
from surveys.store.words.wordings import Texts

FEWEST = 2  # one score is no line
BY_HERSELF = (None, "patient")


@dataclass(frozen=True)
class Point:
    """One score and its day."""

    on: date
    value: float


@dataclass(frozen=True)
class OwnLine:
    """The scores of one scale, the oldest first, all in the words of the last.

    `threshold` is the published amount beyond which a change counts; None where none is known.
    """

    instrument: Instrument
    scale: Scale
    words: dict[str, str]
    points: tuple[Point, ...]
    threshold: ChangeThreshold | None

    @property
    def verdict(self) -> Verdict:
        """The last score beside the one before."""
        before, last = self.points[-2:]
        amount = self.threshold.value if self.threshold else None
        return judge(before.value, last.value, self.scale.direction, amount)


def may_be_shown(session: Session, visit: OpenVisit) -> bool:
    """Whether this patient may see her scores now: not within 90 days of an onset, nor with other people.

    An onset counts as the last day on which it may have been; one that is not known may have been yesterday.
    """
    helped = select(Assistance.answered_by).where(Assistance.visit_id == visit.id)
    if session.scalar(helped) not in BY_HERSELF:
        return False
    query = select(Palsy.begin, Palsy.cause, Palsy.onset_on, Palsy.onset_precision)
    palsies = session.execute(query.where(Palsy.patient_id == visit.patient_id)).all()
    return bool(palsies) and all(_long_ago(palsy, visit.today) for palsy in palsies)


def lines(session: Session, visit: OpenVisit, texts: Texts) -> list[OwnLine]:
    """The lines that have two scores or more, of answers that nobody else chose.

    A scale with a published amount of change is left out where the study has no rule "worse" for it: what a
    patient sees get worse, staff must hear of too.
    """
    library = texts.library
    shown = {one.key: shown_to_patients(one, library) for one in library}
    keys = [key for key, scales in shown.items() if scales]
    watched = watched_for_worse(session, visit.study_id)
    found = []
    for key in keys:
        rows = _of_one_wording(session.execute(_scores(visit, key)).all())
        if not rows:
            continue
        instrument = texts.get(session, key, rows[-1].version, rows[-1].wording)
        for scale, words in shown[key].items():
            amount = threshold_of(instrument, scale)
            points = tuple(Point(row.completed_on, row.value) for row in rows if row.scale == scale)
            if len(points) >= FEWEST and (amount is None or (key, scale) in watched):
                found.append(OwnLine(instrument, instrument.scale(scale), dict(words), points, amount))
    return found


def _scores(visit: OpenVisit, key: str) -> Any:
    return (
        select(
            Response.instrument_version_id,
            Response.locale,
            Response.completed_on,
            InstrumentVersion.version,
            InstrumentVersion.wording,
            Score.scale,
            Score.value,
        )
        .join(Visit, Visit.id == Response.visit_id)
        .join(InstrumentVersion, InstrumentVersion.id == Response.instrument_version_id)
        .join(Score, Score.response_id == Response.id)
        .outerjoin(Assistance, Assistance.visit_id == Visit.id)
        .where(
            Visit.patient_id == visit.patient_id,
            Response.instrument == key,
            Response.stands,
            Score.value.is_not(None),
            _not_chosen_by_other(Assistance.answered_by),
            _not_chosen_by_other(Response.answered_by),
        )
        .order_by(Response.completed_on, Response.submitted_at, Response.id)
    )


def _not_chosen_by_other(column: Any) -> Any:
    return or_(column.is_(None), column != "chosen_by_other")


def _of_one_wording(rows: Sequence[Any]) -> list[Any]:
    """Those of `rows` in the version, words and language of the last."""
    return [row for row in rows if _words(row) == _words(rows[-1])]


def _words(row: Any) -> tuple[int, str | None]:
    return row.instrument_version_id, row.locale


def _long_ago(palsy: Any, today: date) -> bool:
    if is_from_birth(palsy.begin, palsy.cause):
        return True
    if palsy.onset_on is None:
        return False
    return (today - last_day(palsy.onset_on, palsy.onset_precision)).days >= ACUTE_BELOW_DAYS
