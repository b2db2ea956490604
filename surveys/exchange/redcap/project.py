"""A REDCap project: its forms with their fields, its events, and which form repeats where. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

# The columns of a data dictionary, in REDCap's order and spelling, with their short names in its API.
COLUMNS: Mapping[str, str] = {
    "field_name": "Variable / Field Name",
    "form_name": "Form Name",
    "section_header": "Section Header",
    "field_type": "Field Type",
    "field_label": "Field Label",
    "select_choices_or_calculations": "Choices, Calculations, OR Slider Labels",
    "field_note": "Field Note",
    "text_validation_type_or_show_slider_number": "Text Validation Type OR Show Slider Number",
    "text_validation_min": "Text Validation Min",
    "text_validation_max": "Text Validation Max",
    "identifier": "Identifier?",
    "branching_logic": "Branching Logic (Show field only if...)",
    "required_field": "Required Field?",
    "custom_alignment": "Custom Alignment",
    "question_number": "Question Number (surveys only)",
    "matrix_group_name": "Matrix Group Name",
    "matrix_ranking": "Matrix Ranking?",
    "field_annotation": "Field Annotation",
}
RECORD_ID = "record_id"
LONGEST_LABEL = 18  # of an event's label that goes into its name
ARM = "arm_1"
PATIENT_EVENT = "Patient"
MISSING: Mapping[str | None, tuple[str, str]] = {
    "skipped": ("SKIP", "Skipped on purpose"),
    "not_reached": ("NR", "Not reached"),
    None: ("NK", "Not recorded"),
}
COMPLETE: Mapping[str, str] = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}


@dataclass(frozen=True)
class Field:
    """A field of a form. `choices` are its codes with their labels; `item` is the key of ours behind it.

    `of_data` is False where REDCap computes it again, so that data to load leave it out.
    """

    name: str
    form: str
    type: str
    label: str
    section: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    calculation: str = ""
    note: str = ""
    validation: str = ""
    low: str = ""
    high: str = ""
    annotation: str = ""
    item: str | None = None
    of_data: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """Its columns in data: one, or one for each choice of a checkbox."""
        if self.type != "checkbox":
            return (self.name,)
        return tuple(checkbox_column(self.name, code) for code in self.choices)

    def row(self) -> dict[str, str]:
        """Its line of the dictionary, by short names."""
        listed = " | ".join(f"{code}, {told.replace('|', '¦')}" for code, told in self.choices.items())
        told = {
            "field_name": self.name,
            "form_name": self.form,
            "section_header": self.section,
            "field_type": self.type,
            "field_label": self.label,
            "select_choices_or_calculations": self.calculation or listed,
            "field_note": self.note,
            "text_validation_type_or_show_slider_number": self.validation,
            "text_validation_min": self.low,
            "text_validation_max": self.high,
            "field_annotation": self.annotation,
        }
        return {name: told.get(name, "") for name in COLUMNS}


@dataclass(frozen=True)
class Form:
    """A form, called instrument in REDCap."""

    name: str
    label: str
    fields: tuple[Field, ...]

    @property
    def complete(self) -> str:
        """The column that says how complete it is."""
        return f"{self.name}_complete"


@dataclass(frozen=True)
class Event:
    """An event: the visits of one name, from whose `label` REDCap makes its `name`; `words` are the plan's.

    `forms` are asked at it; where `repeats`, as often as there are such visits.
    """

    name: str
    label: str
    visit: str | None
    forms: tuple[str, ...]
    repeats: bool = False
    words: str = ""


@dataclass(frozen=True)
class Project:
    """A study as REDCap sees it; the first event holds what is known of the patient."""

    title: str
    forms: tuple[Form, ...]
    events: tuple[Event, ...]
    repeating: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """All fields, in the order of the dictionary."""
        return tuple(one for form in self.forms for one in form.fields)

    def form(self, name: str) -> Form:
        """The form of that name."""
        return next(form for form in self.forms if form.name == name)

    def event_of(self, visit: str) -> Event:
        """The event of the visits of that name."""
        return next(event for event in self.events if event.visit == visit)

    def repeats(self, event: Event, form: str) -> bool:
        """Whether that form may be there more than once at that event."""
        return event.repeats or (event.visit is None and form in self.repeating)


def checkbox_column(name: str, code: str) -> str:
    """The column of one choice of a checkbox: a sign that is no letter or digit becomes `_`."""
    return f"{name}___{re.sub(r'[^a-z0-9]', '_', code.lower())}"


def event_names(labels: Iterable[str]) -> list[str]:
    """The unique names of events, in order: those that are alike after shortening are numbered."""
    taken: set[str] = set()
    names = []
    for label in labels:
        base = re.sub(r"[^a-z0-9]", "_", label.lower()[:LONGEST_LABEL]).strip("_") or "event"
        name, number = base, 2
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        names.append(f"{name}_{ARM}")
    return names


def with_bars(forms: Sequence[Form]) -> list[str]:
    """The fields whose choices had a bar in their words."""
    return [
        one.name for form in forms for one in form.fields if any("|" in told for told in one.choices.values())
    ]
