"""The REDCap project of a study: which forms and events it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from surveys.exchange.redcap import forms
from surveys.exchange.redcap.project import PATIENT_EVENT, Event, Field, Form, Project, event_names
from surveys.exchange.tidy.codebook import AnsweredInstrument
from surveys.exchange.tidy.columns import TidyTable
from surveys.exchange.tidy.contents import Contents
from surveys.exchange.tidy.queries import Selection
from surveys.instruments.library import Library
from surveys.models import Patient, Response, Study, Timepoint, Visit
from surveys.store.visit.visits import UNSCHEDULED


@dataclass(frozen=True)
class Source:
    """A study's project and where its rows come from: the wide table of each form of answers.

    `items` has the keys of a form's items in a version of its definition; `optional` those of them that are
    asked on request only.
    """

    selection: Selection
    project: Project
    tables: Mapping[str, TidyTable]
    items: Mapping[tuple[str, str], frozenset[str]]
    optional: frozenset[tuple[str, str, str]]

    def is_optional(self, row: Any, one: Field) -> bool:
        """Whether the item of that field is asked on request only, in the version that was answered."""
        return (one.form, row.version, one.item) in self.optional


def source_of(selection: Selection, study: Study, contents: Contents, library: Library) -> Source:
    """The project of the study of `selection`: forms of what was answered or is planned, events of visits."""
    planned = _planned(selection)
    by_key: dict[str, list[AnsweredInstrument]] = {}
    for one in contents.asked:
        by_key.setdefault(one.instrument.key, []).append(one)
    answered = set(by_key)
    for key in {key for battery in planned.values() for key in battery} - answered:
        instrument = library.get(key)
        wording = instrument.wording
        by_key[key] = [AnsweredInstrument(instrument, wording.name, wording.status, None)]
    of_answers = [forms.of_instrument(by_key[key]) for key in sorted(by_key)]
    events = _events(selection, contents, planned, of_answers)
    of_patient = (forms.patient(), forms.treatment(), forms.grading())
    project = Project(
        study.title,
        (*of_patient, *of_answers),
        events,
        frozenset({forms.TREATMENT, forms.GRADING}),
        tuple(contents.notes),
    )
    return Source(
        selection,
        project,
        {key: contents.table(f"answers_{key}") for key in answered},
        {
            (one.instrument.key, one.instrument.version): frozenset(item.key for item in one.instrument.items)
            for one in contents.asked
        },
        frozenset(
            (one.instrument.key, one.instrument.version, item.key)
            for one in contents.asked
            for item in one.instrument.items
            if item.optional
        ),
    )


def _planned(selection: Selection) -> Mapping[str, list[str]]:
    """The battery of each timepoint of the plan, by its key."""
    query = select(Timepoint.key, Timepoint.battery).where(Timepoint.study_id == selection.study_id)
    return {row.key: row.battery for row in selection.session.execute(query)}


def _events(
    selection: Selection, contents: Contents, planned: Mapping[str, list[str]], of_answers: list[Form]
) -> tuple[Event, ...]:
    """The patient's event, then one for each name of a visit."""
    answered = select(Visit.name, Response.instrument).distinct()
    answered = answered.join(Response, Response.visit_id == Visit.id).join(Patient)
    asked: dict[str, set[str]] = {name: set(planned.get(name, ())) for name in contents.visits}
    for row in selection.session.execute(answered.where(selection.condition, Response.stands)):
        asked[row.name].add(row.instrument)
    often = select(Visit.name).join(Patient).where(selection.condition, Visit.occurrence > 1).distinct()
    repeating = {*selection.session.scalars(often), UNSCHEDULED}
    names = event_names([PATIENT_EVENT, *contents.visits])
    in_order = [form.name for form in of_answers]
    patient = Event(names[0], PATIENT_EVENT, None, (forms.PATIENT, forms.TREATMENT, forms.GRADING))
    return (
        patient,
        *(
            Event(
                name,
                visit,
                visit,
                tuple(form for form in in_order if form in asked[visit]),
                visit in repeating,
                words,
            )
            for name, (visit, words) in zip(names[1:], contents.visits.items(), strict=True)
        ),
    )
