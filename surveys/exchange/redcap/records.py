"""The records of a REDCap project: rows of a study's data, some patients at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from typing import Any

from sqlalchemy import select

from analysis.data.gradings import HOUSE_BRACKMANN
from surveys.exchange.dates import Dates
from surveys.exchange.redcap import forms
from surveys.exchange.redcap.project import MISSING, RECORD_ID, Event, Field, Form
from surveys.exchange.redcap.studies import Source
from surveys.exchange.tidy.answers import ANSWERED_BY, LOCALE, SECONDS, SOURCE, STATUS, VERSION, WORDING
from surveys.exchange.tidy.columns import Column, cell
from surveys.exchange.tidy.occasions import ATTENDANCE
from surveys.exchange.tidy.people import GRADINGS, PATIENTS, TREATMENTS
from surveys.exchange.tidy.queries import Selection, responses
from surveys.models import Patient, Response, Score

AT_ONCE = 200  # patients
SENT = "2"
# `<form>_complete` by the state of attendance.
COMPLETE: Mapping[str, str] = {"completed": SENT, "partial": "1", "begun": "0", "not_begun": "0"}
_TOLD: Mapping[str, Column] = {
    "version": VERSION,
    "wording": WORDING,
    "text_status": STATUS,
    "locale": LOCALE,
    "source": SOURCE,
    "answered_by": ANSWERED_BY,
    "seconds": SECONDS,
}

Values = dict[str, str]


@dataclass(frozen=True)
class Record:
    """One row: the patient, the event, which instance of which repeating form, and the cells that it has."""

    patient: str
    event: Event
    values: Values
    form: str = ""
    instance: str = ""
    forms: frozenset[str] = field(default_factory=frozenset)


def records(source: Source, dates: Dates, patients: Sequence[str] | None = None) -> Iterator[Record]:
    """The rows of all patients, or of those named, by study code; each one's events in order."""
    codes = iter(codes_of(source.selection)) if patients is None else iter(patients)
    while chunk := tuple(islice(codes, AT_ONCE)):
        yield from _Chunk(source, dates, chunk).records()


def codes_of(selection: Selection) -> list[str]:
    """The study codes of the patients, in the order of their rows."""
    query = select(Patient.code).where(selection.condition).order_by(selection.by_code(Patient.code))
    return list(selection.session.scalars(query))


class _Chunk:
    """Some patients, with all that their rows need."""

    def __init__(self, source: Source, dates: Dates, patients: tuple[str, ...]) -> None:
        self._source, self._project, self._dates = source, source.project, dates
        self._selection = replace(source.selection, patients=patients)

    def records(self) -> Iterator[Record]:
        """Their rows."""
        treatments = self._by_code(TREATMENTS.rows(self._selection))
        gradings = self._by_code(GRADINGS.rows(self._selection))
        visits = self._visits()
        for row in PATIENTS.rows(self._selection):
            yield self._patient(row)
            yield from self._repeated(row.code, forms.TREATMENT, map(self._treatment, treatments[row.code]))
            yield from self._repeated(row.code, forms.GRADING, map(self._grading, gradings[row.code]))
            yield from visits[row.code]

    def _by_code(self, rows: Iterable[Any]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            found[row.code].append(row)
        return found

    def _patient(self, row: Any) -> Record:
        told = {
            "site": row.site,
            "enrolled_on": self._dates.day(row.code, row.enrolled_on),
            "sex": forms.SEXES[row.sex],
            "birth_year": self._dates.year(row.code, row.birth_year),
            "palsy_side": row.side,
            "cause": row.cause,
            "onset_on": self._dates.known(row.code, row.onset_on, row.onset_precision),
            "onset_precision": row.onset_precision,
        }
        return self._record(row.code, self._project.events[0], forms.PATIENT, told)

    def _repeated(self, code: str, form: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[Record]:
        for number, told in enumerate(rows, start=1):
            made = self._record(code, self._project.events[0], form, told)
            yield replace(made, form=form, instance=str(number))

    def _record(self, code: str, event: Event, form: str, told: Mapping[str, Any]) -> Record:
        values = {name: cell(value) for name, value in told.items() if value is not None}
        values |= {RECORD_ID: code, f"{form}_complete": SENT}
        return Record(code, event, values, forms=frozenset({form}))

    def _treatment(self, row: Any) -> Mapping[str, Any]:
        return {
            "tx_kind": row.kind,
            "tx_state": row.state,
            "tx_started_on": self._dates.known(row.code, row.started_on, row.started_precision),
            "tx_precision": row.started_precision,
            "tx_ended_on": self._dates.day(row.code, row.ended_on),
            "tx_dose": row.dose,
            "tx_unit": row.unit,
            "tx_product": row.product,
            "tx_sessions": row.sessions,
            "tx_side": row.side,
        }

    def _grading(self, row: Any) -> Mapping[str, Any]:
        on = self._dates.day(row.code, row.graded_on)
        if row.scale == HOUSE_BRACKMANN:
            return {"hb_grade": row.value, "hb_on": on}
        return {"sb_score": row.value, "sb_on": on}

    def _visits(self) -> dict[str, list[Record]]:
        """The rows of each patient's visits: one for each visit, or for each form where the event repeats."""
        answers = self._answers()
        found: dict[str, list[Record]] = defaultdict(list)
        known = {form.name for form in self._project.forms}
        asked = (
            one
            for one in ATTENDANCE.rows(self._selection)
            if one.instrument in known and (one.expected or one.response is not None)
        )
        for (code, _, visit, occurrence), forms_of in groupby(
            asked, key=lambda one: (one.visit.code, one.visit.id, one.visit.visit, one.visit.occurrence)
        ):
            event = self._project.event_of(visit)
            told = {
                one.instrument: {
                    f"{one.instrument}_complete": COMPLETE[one.state],
                    **answers.get((one.visit.id, one.instrument), {}),
                }
                for one in forms_of
            }
            if event.repeats:
                for form, values in told.items():
                    row = {RECORD_ID: code, **values}
                    found[code].append(Record(code, event, row, form, str(occurrence), frozenset({form})))
            else:
                row = {RECORD_ID: code}
                for values in told.values():
                    row |= values
                found[code].append(Record(code, event, row, forms=frozenset(told)))
        return found

    def _answers(self) -> dict[tuple[int, str], Values]:
        """What each response says, by visit and instrument."""
        found: dict[tuple[int, str], Values] = {}
        ids: dict[int, tuple[int, str]] = {}
        for form in self._project.forms:
            table = self._source.tables.get(form.name)
            if table is None:
                continue
            for row in table.rows(self._selection):
                ids[row.id] = place = (row.visit_id, form.name)
                found[place] = self._of_response(form, row)
        query = responses(Response.id, Score.scale, Score.value).join(Score, Score.response_id == Response.id)
        for row in self._selection.stream(query):
            if row.value is not None and row.id in ids:
                found[ids[row.id]][f"{ids[row.id][1]}_{row.scale}"] = cell(row.value)
        return found

    def _of_response(self, form: Form, row: Any) -> Values:
        values = {
            f"{form.name}_{name}": written
            for name, column in _TOLD.items()
            if (written := cell(column.of(row)))
        }
        if completed := self._dates.day(row.code, row.completed_on):
            values[f"{form.name}_completed_on"] = cell(completed)
        for one in form.fields:
            if one.item is not None and one.item in self._source.items[form.name, row.version]:
                values |= self._answer(one, row)
        return values

    def _answer(self, one: Field, row: Any) -> Values:
        if one.item in row.answers:
            value = row.answers[one.item]
            if one.type == "checkbox":
                chosen = {str(choice) for choice in value}
                return {
                    column: "1" if code in chosen else "0"
                    for column, code in zip(one.columns, one.choices, strict=True)
                }
            if one.validation == "date_ymd":
                return self._day(one, row.code, value)
            return {one.name: cell(value)}
        if one.type == "checkbox" or (self._source.is_optional(row, one) and one.item not in row.not_given):
            return {}
        return {one.name: MISSING[row.not_given.get(one.item)][0]}

    def _day(self, one: Field, code: str, value: str) -> Values:
        from datetime import date

        on = self._dates.day(code, date.fromisoformat(value))
        return {} if on is None else {one.name: on.isoformat()}
