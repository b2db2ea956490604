"""The flow of patients: enrolled, with a visit due, answered or not and why, and what became of them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.frame import StudyFrames
from analysis.data.record import Record
from analysis.data.statuses import STATUSES, WITH_REASON
from analysis.numbers.coarser import coarser
from analysis.numbers.guards import SUPPRESS_UNDER, is_small
from analysis.results.apart import Groups, at_site, everybody, shown_count
from analysis.results.attendance import in_order, plan_known, told
from analysis.words import words as _

ENROLLED, DUE, ANSWERED, NOT_ANSWERED = "enrolled", "due", "answered", "not_answered"
NO_REASON, OTHER_REASONS = _("no reason recorded"), _("other reasons")
_NOT_DUE = _("not due")


_Step = tuple[str, str | None, tuple[int, ...]]
"""Its name, the reason, and the rows that are added up."""


@dataclass(frozen=True)
class _Split:
    """All patients, each in one of the ``rows``, and what of them is told."""

    visit: str | None
    occurrence: int | None
    rows: tuple[str, ...]
    place: NDArray[np.int64]
    steps: tuple[_Step, ...]


def flow(frames: StudyFrames, on: date, *, suppress_under: int = SUPPRESS_UNDER) -> list[Record]:
    """Patients by step, of the whole study and by site.

    First ``enrolled``; ``due``: with a visit that was expected by ``on`` (as in `attendance`: begun, or over
    and the patient had not left or died); ``answered`` and ``not_answered``: of those due, whether any visit
    was answered. Where an import does not say who was to come, ``answered`` alone is told. Then what they are
    now: active, paused, lost, left, died; lost and left are followed by the recorded reasons, each in a
    record of its own (``reason``, a code of `analysis.data.statuses`). Then the same by ``visit``, where
    ``not_answered`` is followed by the reasons in staff's words. A reason of few patients stands under other
    reasons.

    Returns:
        ``by, group, step, visit, occurrence, reason, n, n_text, patients, responses, suppressed`` and, where
        a count is hidden, ``hidden_because``.
    """
    if frames.patients.empty:
        return []
    everyone, sites = everybody(frames.patients), at_site(frames.patients, suppress_under)
    splits = list(_splits(frames, on, suppress_under))
    whole = [_hidden_rows(one, everyone, suppress_under) for one in splits]
    records: list[Record] = []
    for groups in (everyone, sites):
        for at, (name, size) in enumerate(zip(groups.names, groups.sizes.tolist(), strict=True)):
            hide = bool(groups.hide[at]) or is_small(size, suppress_under)
            place: Record = {"by": groups.by, "group": name}
            records.append(place | _record(ENROLLED, None, None, None, size, hide, suppress_under))
            if not hide:
                for one, rows in zip(splits, whole, strict=True):
                    records += [place | step for step in _told(one, groups, at, rows, suppress_under)]
    return records


def _splits(frames: StudyFrames, on: date, under: int) -> Iterator[_Split]:
    visits = told(frames, on)
    patients = pd.Index(frames.patients["patient"])
    of_patient = visits.groupby("patient", observed=True)[["expected", "attended"]].any().reindex(patients)
    due, answered = (of_patient[name].eq(True).to_numpy(bool) for name in ("expected", "attended"))
    known = {key: plan_known(rows, len(patients)) for key, rows in in_order(visits)}
    yield _answers(None, None, due, answered, np.full(len(patients), -1), (), all(known.values()))
    yield _statuses(frames.patients, under)
    for (name, occurrence), rows in in_order(visits):
        at_visit = rows.set_index("patient").reindex(patients)
        due, answered = (at_visit[flag].eq(True).to_numpy(bool) for flag in ("expected", "attended"))
        place, reasons = _reasons(at_visit["missed_reason"], due & ~answered, under)
        yield _answers(name, int(occurrence), due, answered, place, reasons, known[name, occurrence])


def _statuses(patients: pd.DataFrame, under: int) -> _Split:
    """What patients are now; of those who left or are lost each reason is a row of its own."""
    place, rows = np.zeros(len(patients), np.int64), list[str]()
    steps: list[_Step] = []
    for name in STATUSES:
        of_status = (patients["status"] == name).to_numpy(bool)
        first, why = len(rows), patients["status_reason"]
        reason, reasons = _reasons(why, of_status & (name in WITH_REASON), under)
        names = (NO_REASON, *reasons)
        place[of_status] = first + reason[of_status] + 1
        own = range(first, first + len(names))
        steps.append((name, None, tuple(own)))
        if reasons:
            steps += [(name, said, (at,)) for at, said in zip(own, names, strict=True)]
        rows += names
    return _Split(None, None, tuple(rows), place, tuple(steps))


def _answers(
    visit: str | None,
    occurrence: int | None,
    due: NDArray[np.bool_],
    answered: NDArray[np.bool_],
    reason: NDArray[np.int64],
    reasons: Sequence[str],
    known: bool,
) -> _Split:
    """``reason`` is the place of each patient's among the ``reasons``, -1 without one.

    Unless it is ``known`` who was to come, only who answered is told from the others.
    """
    if not known:
        came = answered.astype(np.int64)
        return _Split(visit, occurrence, (_NOT_DUE, ANSWERED), came, ((ANSWERED, None, (1,)),))
    rows = (_NOT_DUE, ANSWERED, NO_REASON, *reasons)
    place = np.where(answered, 1, np.where(due, np.where(reason < 0, 2, reason + 3), 0))
    missed = tuple(range(2, len(rows)))
    steps: list[_Step] = [(DUE, None, (1, *missed)), (ANSWERED, None, (1,)), (NOT_ANSWERED, None, missed)]
    if reasons:
        steps += [(NOT_ANSWERED, rows[at], (at,)) for at in missed]
    return _Split(visit, occurrence, rows, place.astype(np.int64), tuple(steps))


def _reasons(
    recorded: pd.Series, missed: NDArray[np.bool_], under: int
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The reasons that enough patients share, the most frequent first; who is of another stands last."""
    texts = [
        text.strip() if isinstance(text, str) and skipped else ""
        for text, skipped in zip(recorded.tolist(), missed.tolist(), strict=True)
    ]
    spelt: dict[str, Counter[str]] = {}
    for text in filter(None, texts):
        spelt.setdefault(_uncapitalised(text), Counter())[text] += 1
    counts = {key: sum(spellings.values()) for key, spellings in spelt.items()}
    in_order = sorted(counts, key=lambda key: (-counts[key], key))
    shared = [key for key in in_order if not is_small(counts[key], under)]
    names = [spelt[key].most_common(1)[0][0] for key in shared]
    if len(shared) < len(in_order):
        names.append(OTHER_REASONS)
    at = {key: shared.index(key) if key in shared else len(shared) for key in in_order}
    place = [at[_uncapitalised(text)] if text else -1 for text in texts]
    return np.array(place, np.int64), tuple(names)


def _uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]


def _hidden_rows(split: _Split, everyone: Groups, under: int) -> NDArray[np.bool_]:
    return coarser(everyone.counted(split.place, len(split.rows)), under).rows


def _told(split: _Split, groups: Groups, at: int, rows: NDArray[np.bool_], under: int) -> Iterator[Record]:
    counts = groups.counted(split.place, len(split.rows))
    hidden = coarser(counts, under, rows, groups.hide).hidden[:, at]
    for step, reason, added in split.steps:
        inside = np.isin(np.arange(len(split.rows)), added)
        hide = bool(hidden[inside].any() and hidden[~inside].any())
        yield _record(step, split.visit, split.occurrence, reason, int(counts[inside, at].sum()), hide, under)


def _record(
    step: str,
    visit: str | None,
    occurrence: int | None,
    reason: str | None,
    patients: int,
    hide: bool,
    under: int,
) -> Record:
    counted = shown_count(patients, hide, under)
    return {
        "step": step,
        "visit": visit,
        "occurrence": occurrence,
        "reason": reason,
        "n": counted["n"],
        "n_text": counted["n_text"],
        "patients": counted["n"],
        "responses": 0,
        "suppressed": hide,
        "hidden_because": counted["reason"],
    }
