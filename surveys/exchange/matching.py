"""What an import will store: a file compared with what a study holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from analysis.data.gradings import HOUSE_BRACKMANN
from surveys import same
from surveys.exchange import stored
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.import_file import FACTS, ImportFile, ImportRow
from surveys.exchange.import_plan import Correction, ImportPlan, MatchedRow
from surveys.exchange.spellings import Spellings
from surveys.exchange.stored import StoredPatient, StoredVisit
from surveys.exchange.summary import Summary
from surveys.instruments.library import Library
from surveys.models import Study
from surveys.models.imports import seeing
from surveys.models.patient import CAUSES_AFTER_A_VISIT, before_birth
from surveys.store.errors import Refused
from surveys.store.patient import imports, patients
from surveys.store.patient.importing import FurtherGrading, FurtherTreatment
from surveys.store.patient.patients import NewPatient, NewTreatment
from surveys.store.study import studies
from surveys.store.words import versions

NOON = time(12)
LONGEST_WORDING_NAME = 64
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
            f"Study {study.code} is a simulated one: real answers must not mix with its own. "
            "Make another with: seventh study create CODE"
        )
    if study.status == "closed":
        raise Refused(f"Study {study.code} is closed: it takes no further answers.")
    if wording is not None and not (wording.isprintable() and 0 < len(wording) <= LONGEST_WORDING_NAME):
        raise Refused(f"The wording's name must have 1 to {LONGEST_WORDING_NAME} characters.")
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
        self._zone = ZoneInfo(study.timezone)
        self._today = studies.today(study, at)
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
                problem = f"{' and '.join(alike)} are stored and read the same. Write the one that is meant."
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
        facts = self._facts(rows, known)
        entries = [self._entry(row, known) for row in rows]
        self._check_twice(entries)
        self._check_days(entries, facts)
        gradings = self._graded(entries)
        treatments = self._given(rows)
        if known is None:
            self._enrol(code, rows, facts, treatments, gradings, min(entry.on for entry in entries))
        else:
            self._compare_treatments(known, rows, treatments)
            self._compare_gradings(known, gradings)
        self._entries += entries

    def _facts(self, rows: Sequence[ImportRow], known: StoredPatient | None) -> dict[str, Any]:
        """The patient's facts from all rows and what is stored; they may not differ."""
        facts: dict[str, Any] = dict(known.facts) if known else {}
        said_in: dict[str, int] = {}
        for row in rows:
            for name in FACTS.keys() & row.facts.keys():
                said = row.facts[name]
                if name in said_in and said != facts[name]:
                    problem = f"{_text(said)}, but row {said_in[name]} of the same patient says"
                    self._fault(row, name, f"This row says {problem} {_text(facts[name])}. Make them agree.")
                elif known and said != known.facts[name]:
                    self._fault(
                        row,
                        name,
                        f"This row says {_text(said)}, but {_text(known.facts[name])} is stored. "
                        "Correct the file, or the patient's page.",
                    )
                else:
                    facts[name] = said
                    said_in.setdefault(name, row.number)
        return facts

    def _entry(self, row: ImportRow, known: StoredPatient | None) -> MatchedRow:
        on, at = self._day(row.completed)
        days = {key: self._day(row.circumstances(key).completed or row.completed) for key in row.answers}
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
                problem = f"The patient has begun to answer {instrument} of this visit by link. Leave it out."
                self._fault(row, "visit", problem)
        return MatchedRow(row, on, at, timepoint, visit, answers, days)

    def _day(self, completed: date | datetime) -> tuple[date, datetime]:
        """The calendar day in the study, and the instant; of a day alone it is noon."""
        if isinstance(completed, datetime):
            return completed.astimezone(self._zone).date(), completed.astimezone(UTC)
        return completed, datetime.combine(completed, NOON, self._zone).astimezone(UTC)

    def _compare_response(self, row: ImportRow, instrument: str, on: date, visit: StoredVisit) -> None:
        before, said = visit.responses[instrument], row.answers[instrument]
        differing = [
            item for item in said.keys() | before.answers if said.get(item) != before.answers.get(item)
        ]
        if differing and self._corrects and said.keys() >= set(differing):
            whole = {**before.answers, **said}
            self._corrections.append(Correction(before.id, instrument, before.version, whole))
        elif differing:
            item = min(differing, key=lambda name: (len(name), name))
            self._fault(
                row,
                f"{instrument}_{item}",
                f"This row says {_text(said.get(item))}, but {_text(before.answers.get(item))} is stored for "
                "this visit. Stored answers are not overwritten: take the row out, or correct it.",
            )
        elif on != before.completed_on:
            self._fault(
                row,
                "completed_on",
                f"These answers are stored as of {before.completed_on}, not {on}. Make them agree.",
            )
        elif self._wording is not None and self._wording != before.wording:
            self._fault(
                row,
                "visit",
                f"{instrument} is stored with the wording {before.wording}, not {self._wording}.",
            )

    def _check_twice(self, entries: Sequence[MatchedRow]) -> None:
        seen: dict[stored.VisitKey, int] = {}
        for entry in entries:
            row = entry.row
            key = stored.visit_key(entry.timepoint.id if entry.timepoint else None, row.visit, row.occurrence)
            if key in seen:
                self._fault(
                    row,
                    "visit",
                    f"Patient {row.patient} has the visit {row.visit} in row {seen[key]} already. Visits of "
                    "one name are told apart by a column occurrence (1, 2, …).",
                )
            seen.setdefault(key, row.number)

    def _check_days(self, entries: Iterable[MatchedRow], facts: Mapping[str, Any]) -> None:
        onset = facts.get("onset_on")
        for entry in entries:
            row = entry.row
            said = [row.completed, *(row.circumstances(key).completed for key in row.answers)]
            for completed in dict.fromkeys(one for one in said if one is not None):
                on, at = self._day(completed)
                if on > self._today or (isinstance(completed, datetime) and at > self._at):
                    self._fault(row, "completed_on", f"{completed} lies in the future.")
            if onset and onset.on > entry.on and facts.get("cause") not in CAUSES_AFTER_A_VISIT:
                self._fault(
                    row,
                    "onset_on",
                    f"The onset ({_text(onset)}) lies after these answers ({entry.on}). Correct one of them; "
                    "only with a tumour or an operation as the cause may the onset come later.",
                )
            for treatment in row.treatments:
                if treatment.started and treatment.started.on > self._today:
                    self._fault(
                        row,
                        "treatments",
                        f"{treatment.kind} starts in the future ({_text(treatment.started)}). A planned "
                        "treatment is entered on the patient's page.",
                    )

    def _given(self, rows: Iterable[ImportRow]) -> tuple[NewTreatment, ...]:
        """The treatments of all rows, each kind and start once."""
        united: dict[tuple[str, date | None], NewTreatment] = {}
        for row in rows:
            for treatment in row.treatments:
                united.setdefault((treatment.kind, _start(treatment)), treatment)
        return tuple(united.values())

    def _compare_treatments(
        self, known: StoredPatient, rows: Sequence[ImportRow], treatments: Sequence[NewTreatment]
    ) -> None:
        for treatment in treatments:
            if (treatment.kind, _start(treatment)) in known.treatments:
                continue
            if before_birth(known.facts["birth_year"], _start(treatment)):
                row = next(row for row in rows if treatment in row.treatments)
                self._fault(row, "treatments", f"The {treatment.kind} starts before the birth.")
            self._treatments.append(FurtherTreatment(known.id, known.palsy_id, treatment))

    def _graded(self, entries: Iterable[MatchedRow]) -> dict[date, tuple[int, ImportRow]]:
        """The grade of each day."""
        gradings: dict[date, tuple[int, ImportRow]] = {}
        for entry in entries:
            row = entry.row
            if row.house_brackmann is None:
                continue
            before, first = gradings.setdefault(entry.on, (row.house_brackmann, row))
            if before != row.house_brackmann:
                self._fault(
                    row,
                    HOUSE_BRACKMANN,
                    f"Row {first.number} grades the same day {before}. Make them agree.",
                )
        return gradings

    def _compare_gradings(self, known: StoredPatient, gradings: Mapping[date, tuple[int, ImportRow]]) -> None:
        for on, (grade, row) in gradings.items():
            before = known.gradings.get(on)
            if before is None:
                self._gradings.append(FurtherGrading(known.id, known.palsy_id, grade, on))
            elif before != grade:
                self._fault(row, HOUSE_BRACKMANN, f"This row says {grade}, but {before} is stored for {on}.")

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


def _start(treatment: NewTreatment) -> date | None:
    return treatment.started.on if treatment.started else None


def _text(value: Any) -> str:
    """A fact as a file would spell it."""
    if value is None:
        return "nothing"
    if isinstance(value, patients.PartialDate):
        return value.on.isoformat()[: {"year": 4, "month": 7, "day": 10}[value.precision]]
    return str(value)
