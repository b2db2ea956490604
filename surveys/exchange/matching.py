"""What an import will store: a file compared with what a study holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from analysis.data.gradings import HOUSE_BRACKMANN
from analysis.words import joined
from analysis.words import words as _
from surveys import same
from surveys.exchange import contradictions, stored
from surveys.exchange.contradictions import Calendar
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.import_file import ImportFile, ImportRow
from surveys.exchange.import_plan import Correction, ImportPlan, MatchedRow
from surveys.exchange.spellings import Spellings
from surveys.exchange.stored import StoredPatient, StoredVisit
from surveys.exchange.summary import Summary
from surveys.instruments.library import Library
from surveys.models import Study
from surveys.models.imports import seeing
from surveys.models.patient import before_birth
from surveys.store.errors import Refused
from surveys.store.patient import imports, patients
from surveys.store.patient.importing import FurtherGrading, FurtherTreatment
from surveys.store.patient.patients import NewPatient, NewTreatment
from surveys.store.study import studies
from surveys.store.words import versions

LONGEST_WORDING_NAME = 64
AND = _(" and ")
COLUMN_OF_FIELD = {
    "birth_year": "birth_year",
    "onset": "onset_on",
    "treatments": "treatments",
}


def plan(
    session: Session,
    study: Study,
    file: ImportFile,
    library: Library,
    *,
    wording: str | None,
    at: datetime,
    corrects: bool = False,
) -> ImportPlan:
    """Compare `file` with `study`; nothing is changed. `wording` None is unknown, and not compared.

    Where it `corrects`, answers that differ from stored ones are corrections. An empty cell corrects nothing.

    Raises:
        Refused: the study takes no import, another one is not finished, or `wording` cannot be a name.
        FileRefused: rows contradict each other, the study or the calendar; with every such fault.
    """
    if study.simulated:
        raise Refused(
            _(
                "Study %(study)s is a simulated one: real answers must not mix with its own. Make another "
                "with: seventh study create CODE",
                study=study.code,
            )
        )
    if study.status == "closed":
        raise Refused(_("Study %(study)s is closed: it takes no further answers.", study=study.code))
    if wording is not None and not (wording.isprintable() and 0 < len(wording) <= LONGEST_WORDING_NAME):
        raise Refused(_("The wording's name must have 1 to %(most)s characters.", most=LONGEST_WORDING_NAME))
    begun = imports.under_way(session, study, file.sha256, wording, file.mapping_sha256)
    own = begun.id if begun else None
    with seeing(session, own):
        known = stored.load(session, study.id, own)
    return _Planner(study, known, wording, at, own, corrects).plan(file, library)


class _Planner:
    """Goes through the patients of a file; collects what is new and every fault."""

    def __init__(
        self,
        study: Study,
        known: Mapping[str, StoredPatient],
        wording: str | None,
        at: datetime,
        begun: int | None,
        corrects: bool,
    ) -> None:
        self._study, self._known, self._wording, self._at = study, known, wording, at
        self._begun, self._corrects = begun, corrects
        self._corrections: list[Correction] = []
        self._calendar = Calendar(ZoneInfo(study.timezone), studies.today(study, at), at)
        self._timepoints = {
            same.folded(name): row for row in study.timepoints for name in (row.name, row.key)
        }
        self._codes = Spellings(known)
        self._names = Spellings(
            visit.name
            for patient in known.values()
            for (timepoint_id, *_), visit in patient.visits.items()
            if timepoint_id is None
        )
        self._faults: list[Fault] = []
        self._new: list[NewPatient] = []
        self._treatments: list[FurtherTreatment] = []
        self._gradings: list[FurtherGrading] = []
        self._entries: list[MatchedRow] = []

    def plan(self, file: ImportFile, library: Library) -> ImportPlan:
        """The plan for `file`."""
        of_patient: dict[str, list[ImportRow]] = {}
        for row in file.rows:
            alike = self._codes.of(row.patient)
            if len(alike) > 1:
                problem = _(
                    "%(codes)s are stored and read the same. Write the one that is meant.",
                    codes=joined(AND, alike),
                )
                self._fault(row, "patient", problem)
                continue
            of_patient.setdefault(alike[0], []).append(replace(row, patient=alike[0]))
        for code, rows in of_patient.items():
            self._patient(code, rows)
        if self._faults:
            left = [Fault(imports.left(self._study, self._begun))] if self._begun else []
            raise FileRefused([*left, *self._faults])
        new = tuple(self._new)
        entries = tuple(self._entries)
        return ImportPlan(
            file=file,
            study=self._study.code,
            begun=self._begun,
            asked_wording=self._wording,
            wording=self._wording or versions.UNKNOWN_WORDING,
            new_patients=new,
            stored_patients={code: self._known[code] for code in of_patient if code in self._known},
            further_treatments=tuple(self._treatments),
            further_gradings=tuple(self._gradings),
            entries=entries,
            corrections=tuple(self._corrections),
            summary=Summary.of(
                [
                    (
                        entry.row,
                        entry.stored is None,
                        {key: at for key, (_, at) in entry.days.items()},
                        entry.answers,
                    )
                    for entry in entries
                ],
                library,
                spellings=self._codes.others,
                outside=[entry.row.visit for entry in entries if entry.timepoint is None],
                new_patients=len(new),
                stored_patients=len(of_patient) - len(new),
                treatments=len(self._treatments),
                gradings=len(self._gradings),
                at=self._at,
            ),
        )

    def _patient(self, code: str, rows: Sequence[ImportRow]) -> None:
        known = self._known.get(code)
        facts, faults = contradictions.in_facts(rows, known)
        self._faults += faults
        entries = [self._entry(row, known) for row in rows]
        self._faults += contradictions.in_visits(entries)
        self._faults += contradictions.in_days(entries, facts, self._calendar)
        gradings, faults = contradictions.in_gradings(entries)
        self._faults += faults
        treatments, faults = contradictions.in_treatments(rows)
        self._faults += faults
        if known is None:
            self._enrol(code, rows, facts, tuple(treatments), gradings, min(entry.on for entry in entries))
        else:
            self._compare_treatments(known, treatments)
            self._compare_gradings(known, gradings)
        self._entries += entries

    def _entry(self, row: ImportRow, known: StoredPatient | None) -> MatchedRow:
        on, at = self._calendar.day(row.completed)
        days = {
            key: self._calendar.day(row.circumstances(key).completed or row.completed) for key in row.answers
        }
        timepoint = self._timepoints.get(same.folded(row.visit))
        # What an earlier version stored outside the plan, for its capitals, is the same visit still.
        if known and stored.visit_key(None, row.visit, row.occurrence) in known.visits:
            timepoint = None
        if timepoint is None:
            row = replace(row, visit=self._names.of(row.visit)[0])
        key = stored.visit_key(timepoint.id if timepoint else None, row.visit, row.occurrence)
        visit = known.visits.get(key) if known else None
        answers = dict(row.answers)
        if visit:
            for instrument in row.answers.keys() & visit.responses.keys():
                del answers[instrument]
                self._compare_response(row, instrument, days[instrument][0], visit)
            for instrument in answers.keys() & visit.begun:
                problem = _(
                    "The patient has begun to answer %(instrument)s of this visit by link. Leave it out.",
                    instrument=instrument,
                )
                self._fault(row, "visit", problem)
        return MatchedRow(row, on, at, timepoint, visit, answers, days)

    def _compare_response(self, row: ImportRow, instrument: str, on: date, visit: StoredVisit) -> None:
        before, said = visit.responses[instrument], row.answers[instrument]
        items = contradictions.differing(said, before) if self._corrects else ()
        corrects = bool(items) and said.keys() >= set(items)
        fault = None if corrects else contradictions.in_answers(row, instrument, before)
        fault = fault or contradictions.in_circumstances(row, instrument, on, self._wording, before)
        if fault:
            self._faults.append(fault)
        elif corrects:
            whole = {**before.answers, **said}
            self._corrections.append(Correction(before.id, instrument, before.version, whole))

    def _compare_treatments(self, known: StoredPatient, treatments: Mapping[NewTreatment, ImportRow]) -> None:
        for treatment, row in treatments.items():
            started_on = contradictions.start(treatment)
            before = known.treatments.get((treatment.kind, started_on))
            if before is not None:
                self._faults += contradictions.in_treatment(row, treatment, before)
                continue
            if before_birth(known.facts["birth_year"], started_on):
                problem = _("The %(kind)s starts before the birth.", kind=treatment.kind)
                self._fault(row, "treatments", problem)
            self._treatments.append(FurtherTreatment(known.id, known.palsy_id, treatment))

    def _compare_gradings(self, known: StoredPatient, gradings: Mapping[date, tuple[int, ImportRow]]) -> None:
        for on, (grade, row) in gradings.items():
            before = known.gradings.get(on)
            if before is None:
                self._gradings.append(FurtherGrading(known.id, known.palsy_id, grade, on))
            elif before != grade:
                self._faults.append(contradictions.in_grade(row, grade, before, on))

    def _enrol(
        self,
        code: str,
        rows: Sequence[ImportRow],
        facts: Mapping[str, Any],
        treatments: tuple[NewTreatment, ...],
        gradings: Mapping[date, tuple[int, ImportRow]],
        enrolled_on: date,
    ) -> None:
        new = NewPatient(
            code=code,
            enrolled_on=enrolled_on,
            birth_year=facts.get("birth_year"),
            sex=facts.get("sex", "unknown"),
            side=facts.get("side", "unknown"),
            cause=facts.get("cause", "unknown"),
            onset=facts.get("onset_on"),
            treatments=treatments,
            gradings=tuple((HOUSE_BRACKMANN, grade, on) for on, (grade, _) in gradings.items()),
        )
        # An onset after the answers is told row by row, so here it must not be told again.
        checked = replace(new, onset=None) if new.onset and new.onset.on > enrolled_on else new
        for refusal in patients.refusals(checked, self._study.lowest_age):
            if refusal.field == "code":  # the file's own rule for codes has been kept
                continue
            column = COLUMN_OF_FIELD.get(refusal.field or "", "patient")
            row = next((row for row in rows if row.facts.get(column) is not None), rows[0])
            self._fault(row, column, str(refusal))
        self._new.append(new)

    def _fault(self, row: ImportRow, column: str, problem: str) -> None:
        self._faults.append(Fault(problem, row.number, column))
