"""Store a planned import."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from surveys.exchange.matching import ImportPlan, MatchedRow
from surveys.instruments.library import Library
from surveys.models import Study
from surveys.schedule import Window, unscheduled, window
from surveys.store.patient import importing, patients
from surveys.store.patient.importing import NewVisit
from surveys.store.study import studies
from surveys.store.visit import responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions

ACTOR = "import"
BATCH = 500


def store(
    session: Session,
    study: Study,
    plan: ImportPlan,
    library: Library,
    *,
    at: datetime,
    progress: Callable[[int], None] = lambda rows: None,
) -> None:
    """Store `plan`, made in the same transaction; `progress` gets the number of further rows stored."""
    ids = {code: known.id for code, known in plan.stored_patients.items()}
    for batch in _batches(plan.new_patients):
        rows = patients.add(session, study, batch, at=at, actor=ACTOR)
        ids |= {new.code: row.id for new, row in zip(batch, rows, strict=True)}
    for patient_id, treatment in plan.further_treatments:
        importing.add_treatment(session, patient_id, treatment, at=at, actor=ACTOR)
    for known, on, grade in plan.further_gradings:
        importing.add_grading(session, known.id, known.palsy_id, grade, on, at=at, actor=ACTOR)
    enrolled = {new.code: (new.enrolled_on, new.onset) for new in plan.new_patients} | {
        code: (known.enrolled_on, known.facts["onset_on"]) for code, known in plan.stored_patients.items()
    }
    asked = sorted({key for entry in plan.entries for key in entry.answers})
    frozen = {key: versions.freeze(session, library.get(key), at=at, wording=plan.wording) for key in asked}
    for batch in _batches(plan.entries):
        visits = _visits(session, study, batch, ids, enrolled)
        new = [
            NewResponse(
                visit_id=visit_id,
                patient_id=ids[entry.row.patient],
                instrument=library.get(key),
                version_id=frozen[key],
                answers=answers,
                source="import",
                submitted_at=entry.at,
                completed_on=entry.on,
                locale=entry.row.locale,
            )
            for entry, visit_id in zip(batch, visits, strict=True)
            for key, answers in entry.answers.items()
        ]
        responses.add(session, new, at=at, actor=ACTOR)
        progress(len(batch))
    facts = {"study": study.code, "file": plan.file.name, "sha256": plan.file.sha256}
    importing.done(session, study, "import.done", {**facts, **plan.summary.facts()}, at=at, actor=ACTOR)


def _visits(
    session: Session,
    study: Study,
    entries: Sequence[MatchedRow],
    patient_ids: Mapping[str, int],
    enrolled: Mapping[str, tuple[date, Any]],
) -> list[int]:
    """The visit's id of each entry; new visits are made."""
    missing = [entry for entry in entries if entry.stored is None]
    made = importing.add_visits(
        session,
        study,
        [
            NewVisit(
                patient_id=patient_ids[entry.row.patient],
                name=entry.timepoint.key if entry.timepoint else entry.row.visit,
                when=_window(entry, *enrolled[entry.row.patient]),
                battery=tuple(entry.timepoint.battery if entry.timepoint else entry.answers),
                timepoint_id=entry.timepoint.id if entry.timepoint else None,
            )
            for entry in missing
        ],
    )
    new_ids = iter(made)
    ids = []
    for entry in entries:
        if entry.stored is None:
            ids.append(next(new_ids))
            continue
        ids.append(entry.stored.id)
        further = [key for key in entry.answers if key not in entry.stored.battery]
        if further and entry.timepoint is None:
            importing.extend_battery(session, entry.stored.id, (*entry.stored.battery, *further))
    importing.revive(session, ids)
    return ids


def _window(entry: MatchedRow, enrolled_on: date, onset: Any) -> Window:
    if entry.timepoint is None:
        return unscheduled(entry.on)
    anchors = {"enrolment": enrolled_on, "onset": onset.on if onset and onset.precision == "day" else None}
    anchor_on = anchors[entry.timepoint.anchor]
    [planned] = studies.plan_of([entry.timepoint])
    return unscheduled(entry.on) if anchor_on is None else window(planned, anchor_on)


def _batches(items: Sequence[Any]) -> Iterator[Any]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))
