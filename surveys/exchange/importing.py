"""Store a planned import in many short transactions; it is seen once the last has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from analysis.words import words as _
from surveys.exchange import stored
from surveys.exchange.import_file import ImportFile
from surveys.exchange.import_plan import Correction, ImportPlan, MatchedRow
from surveys.exchange.matching import plan
from surveys.exchange.stored import StoredPatient
from surveys.instruments.library import Library
from surveys.models import Response, Study
from surveys.models.imports import seeing
from surveys.schedule import PlannedVisit, Window, unscheduled, window
from surveys.store.errors import Refused
from surveys.store.patient import importing, imports, patients
from surveys.store.patient.importing import FurtherGrading, FurtherTreatment, NewVisit
from surveys.store.patient.patients import NewPatient, PartialDate
from surveys.store.study import studies
from surveys.store.transactions import Transaction
from surveys.store.visit import corrections, responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions

ACTOR = "import"
PORTION = 400  # rows and questionnaires in one transaction, for which a patient waits
PLANNED_ANEW = 10


class PlanOutdated(Exception):
    """Somebody changed meanwhile what the plan was compared with."""


@dataclass(frozen=True)
class Portion:
    """Some patients with all their rows. New patients come in the order of their rows."""

    new_patients: tuple[NewPatient, ...]
    entries: tuple[MatchedRow, ...]


def planned(
    moment: Transaction,
    study_id: int,
    file: ImportFile,
    library: Library,
    *,
    wording: str | None,
    at: datetime,
    corrects: bool = False,
) -> ImportPlan:
    """What an import of `file` would store, compared with one `moment` of the database."""
    with moment() as session:
        query = select(Study).where(Study.id == study_id).options(selectinload(Study.timepoints))
        study = session.scalars(query).one()
        return plan(session, study, file, library, wording=wording, at=at, corrects=corrects)


def carry_out(
    moment: Transaction,
    transaction: Transaction,
    study_id: int,
    file: ImportFile,
    library: Library,
    *,
    wording: str | None,
    at: datetime,
    progress: Callable[[int], None] = lambda rows: None,
    actor: str = ACTOR,
    correct: str | None = None,
) -> ImportPlan:
    """Import `file`; returns the plan that was stored at last. An import of it that broke off goes on.

    If somebody changes meanwhile what the file was compared with, it is compared anew, and goes on. `correct`
    is why stored answers that differ are corrected: one after the other, once the rest is in.

    Raises:
        Refused, FileRefused: as `plan` and `store`; nothing of the file is to be seen.
    """
    for __ in range(PLANNED_ANEW):
        corrects = correct is not None
        found = planned(moment, study_id, file, library, wording=wording, at=at, corrects=corrects)
        try:
            store(moment, transaction, study_id, found, library, at=at, progress=progress, actor=actor)
        except PlanOutdated:
            continue
        for one in found.corrections:
            with transaction() as session:
                _correct(session, study_id, one, library, reason=correct or "", at=at, actor=actor)
        return found
    raise Refused(_("Others change this study just now. Nothing of the file is to be seen: try again later."))


def _correct(
    session: Session,
    study_id: int,
    one: Correction,
    library: Library,
    *,
    reason: str,
    at: datetime,
    actor: str,
) -> None:
    corrections.correct(
        session,
        session.get_one(Study, study_id),
        session.get_one(Response, one.response_id),
        library.get(one.instrument, one.version),
        one.answers,
        reason=reason,
        at=at,
        actor=actor,
    )


def store(
    moment: Transaction,
    transaction: Transaction,
    study_id: int,
    found: ImportPlan,
    library: Library,
    *,
    at: datetime,
    progress: Callable[[int], None] = lambda rows: None,
    actor: str = ACTOR,
) -> None:
    """Store the plan `found`. `progress` gets the numbers of stored rows.

    Raises:
        PlanOutdated: what the plan was compared with was changed meanwhile.
        Refused: the import cannot be finished, and why; nothing of it is to be seen.
    """
    if not found.changes and found.begun is None:
        with transaction() as session:
            study = session.get_one(Study, study_id)
            importing.done(session, study, "import.done", found.facts(), at=at, actor=actor)
        return
    asked = sorted({key for entry in found.entries for key in entry.answers})
    with _checked(transaction) as session:
        frozen = {
            key: versions.freeze(session, library.get(key), at=at, wording=found.wording) for key in asked
        }
        import_id = found.begun or imports.begin(
            session,
            session.get_one(Study, study_id),
            file=found.file.name,
            sha256=found.file.sha256,
            wording=found.asked_wording,
            counts=found.kept(),
            at=at,
            actor=actor,
        )
    treatments: dict[int, list[FurtherTreatment]] = {}
    for treatment in found.further_treatments:
        treatments.setdefault(treatment.patient_id, []).append(treatment)
    gradings: dict[int, list[FurtherGrading]] = {}
    for grading in found.further_gradings:
        gradings.setdefault(grading.patient_id, []).append(grading)
    batch = _Batch(import_id, found, library, frozen, treatments, gradings, at, actor)
    for portion in _portions(found):
        with _checked(transaction) as session:
            batch.store(session, portion)
        progress(len(portion.entries))
    withdrawn = {entry.stored.id for entry in found.entries if entry.stored and entry.stored.withdrawn}
    with moment() as session:
        held = responses.held_of(session, import_id, library)
    with _checked(transaction) as session:
        imports.finish(session, import_id, held, attended=withdrawn, at=at, actor=actor)


@contextmanager
def _checked(transaction: Transaction) -> Iterator[Session]:
    """A transaction in which the database itself may find that somebody else was faster."""
    try:
        with transaction() as session:
            yield session
    except IntegrityError as error:
        raise PlanOutdated from error


@dataclass(frozen=True)
class _Batch:
    """Stores portions of one import."""

    import_id: int
    plan: ImportPlan
    library: Library
    frozen: Mapping[str, int]
    treatments: Mapping[int, list[FurtherTreatment]]
    gradings: Mapping[int, list[FurtherGrading]]
    at: datetime
    actor: str

    def store(self, session: Session, portion: Portion) -> None:
        """Store one portion; what was compared for the plan is compared again."""
        study = imports.still_open(session, self.import_id)
        known = {
            code: self.plan.stored_patients[code]
            for code in {entry.row.patient for entry in portion.entries}
            if code in self.plan.stored_patients
        }
        self._compare(session, study, portion, known)
        added = patients.add(
            session, study, portion.new_patients, at=self.at, actor=self.actor, import_id=self.import_id
        )
        ids = {code: one.id for code, one in known.items()}
        ids |= {new.code: row_id for new, row_id in zip(portion.new_patients, added, strict=True)}
        self._add_further(session, known)
        self._add_answers(session, portion, ids, self._visits(session, study, portion, ids))

    def _compare(
        self, session: Session, study: Study, portion: Portion, known: Mapping[str, StoredPatient]
    ) -> None:
        if patients.taken(session, study, portion.new_patients):
            raise PlanOutdated
        if not known:
            return
        with seeing(session, self.import_id):
            now = stored.load(session, study.id, self.import_id, among=[one.id for one in known.values()])
        for code, before in known.items():
            if code not in now or not before.agrees(now[code]):
                raise PlanOutdated
        for entry in portion.entries:
            if entry.row.patient in known:
                timepoint_id = entry.timepoint.id if entry.timepoint else None
                key = stored.visit_key(timepoint_id, entry.row.visit, entry.row.occurrence)
                there = now[entry.row.patient].visits.get(key)
                if (there and there.id) != (entry.stored and entry.stored.id):
                    raise PlanOutdated

    def _add_further(self, session: Session, known: Mapping[str, StoredPatient]) -> None:
        ids = [one.id for one in known.values()]
        treatments = [new for one in ids for new in self.treatments.get(one, ())]
        gradings = [new for one in ids for new in self.gradings.get(one, ())]
        importing.add_treatments(session, treatments, import_id=self.import_id, at=self.at, actor=self.actor)
        importing.add_gradings(session, gradings, import_id=self.import_id, at=self.at, actor=self.actor)

    def _visits(self, session: Session, study: Study, portion: Portion, ids: Mapping[str, int]) -> list[int]:
        """The visit's id of each entry; new visits are made."""
        enrolled = {new.code: (new.enrolled_on, new.onset) for new in portion.new_patients}
        missing = [entry for entry in portion.entries if entry.stored is None]
        new = []
        for entry in missing:
            code = entry.row.patient
            if code in enrolled:
                enrolled_on, onset = enrolled[code]
            else:
                known = self.plan.stored_patients[code]
                enrolled_on, onset = known.enrolled_on, known.facts["onset_on"]
            anchor_on = _anchor(entry, enrolled_on, onset)
            asked = _asked(entry, anchor_on)
            new.append(
                NewVisit(
                    patient_id=ids[code],
                    name=entry.timepoint.key if entry.timepoint else entry.row.visit,
                    when=_window(entry, asked, anchor_on),
                    battery=asked.battery if asked else tuple(entry.answers),
                    timepoint_id=entry.timepoint.id if entry.timepoint else None,
                    occurrence=entry.row.occurrence,
                    plan_version=asked.version if asked else 1,
                )
            )
        made = iter(importing.add_visits(session, study, new, self.import_id))
        return [next(made) if entry.stored is None else entry.stored.id for entry in portion.entries]

    def _add_answers(
        self, session: Session, portion: Portion, ids: Mapping[str, int], visits: Sequence[int]
    ) -> None:
        new = [
            NewResponse(
                visit_id=visit_id,
                patient_id=ids[entry.row.patient],
                instrument=self.library.get(key),
                version_id=self.frozen[key],
                answers=answers,
                source="import",
                submitted_at=entry.days[key][1],
                completed_on=entry.days[key][0],
                locale=entry.row.locale,
                partial=entry.row.circumstances(key).partial,
                not_given=entry.row.circumstances(key).not_given,
                import_id=self.import_id,
                held=entry.stored is not None and not entry.stored.own,
            )
            for entry, visit_id in zip(portion.entries, visits, strict=True)
            for key, answers in entry.answers.items()
        ]
        responses.add(session, new, at=self.at, actor=self.actor)


def _portions(plan: ImportPlan) -> Iterator[Portion]:
    """The plan's patients in portions of about `PORTION` rows and questionnaires, none in two."""
    new_patients = {new.code: new for new in plan.new_patients}
    entries: list[MatchedRow] = []
    size = 0
    for __, rows in groupby(plan.entries, key=lambda entry: entry.row.patient):
        of_patient = list(rows)
        entries += of_patient
        size += sum(1 + len(entry.answers) for entry in of_patient)
        if size >= PORTION:
            yield _portion(entries, new_patients)
            entries, size = [], 0
    if entries:
        yield _portion(entries, new_patients)


def _portion(entries: Sequence[MatchedRow], new_patients: Mapping[str, NewPatient]) -> Portion:
    codes = dict.fromkeys(entry.row.patient for entry in entries)
    return Portion(tuple(new_patients[code] for code in codes if code in new_patients), tuple(entries))


def _anchor(entry: MatchedRow, enrolled_on: date, onset: PartialDate | None) -> date | None:
    """The day from which the visit counts; None where it has its own: no file says which treatment is meant.

    The plan has one window for a timepoint: a further visit of its name has its own day.
    """
    if entry.timepoint is None or entry.row.occurrence > 1:
        return None
    onset_on = onset.on if onset and onset.precision == "day" else None
    return {"enrolment": enrolled_on, "onset": onset_on}.get(entry.timepoint.anchor)


def _asked(entry: MatchedRow, anchor_on: date | None) -> PlannedVisit | None:
    """What the plan asked at a timepoint that may have been amended; None where it asked nothing then."""
    if entry.timepoint is None:
        return None
    rows = studies.plan_of([entry.timepoint])
    due_on = entry.on if anchor_on is None else window(rows[-1], anchor_on).due_on  # no amendment changes it
    return next((row for row in rows if row.holds(due_on)), None)


def _window(entry: MatchedRow, asked: PlannedVisit | None, anchor_on: date | None) -> Window:
    return unscheduled(entry.on) if asked is None or anchor_on is None else window(asked, anchor_on)
