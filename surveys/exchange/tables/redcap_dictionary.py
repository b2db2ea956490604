"""REDCap's data dictionary: the fields of a project, from its CSV (long headers or the API's)."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analysis.words import words as _
from surveys import same
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.sheets import cut, reading

LONG = {
    "Variable / Field Name": "field_name",
    "Form Name": "form_name",
    "Section Header": "section_header",
    "Field Type": "field_type",
    "Field Label": "field_label",
    "Choices, Calculations, OR Slider Labels": "select_choices_or_calculations",
    "Choices OR Calculations": "select_choices_or_calculations",
    "Field Note": "field_note",
    "Text Validation Type OR Show Slider Number": "text_validation_type_or_show_slider_number",
    "Text Validation Min": "text_validation_min",
    "Text Validation Max": "text_validation_max",
    "Identifier?": "identifier",
    "Branching Logic (Show field only if...)": "branching_logic",
    "Required Field?": "required_field",
    "Custom Alignment": "custom_alignment",
    "Question Number (surveys only)": "question_number",
    "Matrix Group Name": "matrix_group_name",
    "Matrix Ranking?": "matrix_ranking",
    "Field Annotation": "field_annotation",
}
NEEDED = ("field_name", "form_name", "field_type")
CHOSEN = frozenset({"radio", "dropdown", "select", "checkbox"})
YES_NO = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
TYPES = CHOSEN | {
    *("text", "notes", "textarea", "calc", "file", "signature", "sql", "slider", "descriptive", *YES_NO)
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Field:
    """A field. `choices` has the text of each code, in the order shown; `validation` is the kind of text.

    `formula` is what a calculated field is computed by.
    """

    name: str
    form: str
    kind: str
    label: str
    choices: Mapping[str, str] = field(default_factory=dict)
    validation: str = ""
    identifier: bool = False
    formula: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the data that hold it."""
        if self.kind == "descriptive":
            return ()
        return (
            tuple(box(self.name, code) for code in self.choices) if self.kind == "checkbox" else (self.name,)
        )

    @property
    def is_day(self) -> bool:
        """Whether its cells are days."""
        return self.validation.startswith(("date", "datetime"))


@dataclass(frozen=True)
class Dictionary:
    """The fields of a project in their order. `remarks` are sentences about what was passed over."""

    fields: tuple[Field, ...]
    remarks: tuple[str, ...] = ()

    @property
    def record_id(self) -> str:
        """The field of the record's name: always the first."""
        return self.fields[0].name

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms in their order."""
        return tuple(dict.fromkeys(one.form for one in self.fields))


def box(name: str, code: str) -> str:
    """The column of one choice of a checkbox: a minus becomes `_`, capitals become small letters."""
    return f"{name}___{re.sub('[^a-z0-9_]', '_', same.folded(code))}"


def read(content: bytes) -> Dictionary:
    """The dictionary in a CSV file.

    Raises:
        FileRefused: it is none, or fields contradict each other.
    """
    text, __ = reading.decoded(content)
    rows = list(cut.every_row(text, cut.steady_separator(text)))
    header = [LONG.get(cell, cell) for cell in rows[0][1]] if rows else []
    if "field_name" not in header:
        said = _(
            "This is not a REDCap data dictionary: it has no column ‘Variable / Field Name’ (or field_name)."
        )
        raise FileRefused([Fault(said)])
    if lacking := [name for name in NEEDED if name not in header]:
        raise FileRefused(
            [Fault(_("This column of the dictionary is missing."), 1, name) for name in lacking]
        )
    extra = [name for name in header if name and name not in LONG.values()]
    remarks = (
        [_("The dictionary's columns %(listed)s are passed over.", listed=", ".join(extra))] if extra else []
    )
    faults: list[Fault] = []
    fields: list[Field] = []
    for number, cells in rows[1:]:
        row = dict(zip(header, [*cells, *[""] * len(header)], strict=False))
        if not _NAME.fullmatch(row["field_name"]):
            said = _(
                "%(field_name)s is no name of a field: small letters, digits and _, a letter first.",
                field_name=repr(row["field_name"]),
            )
            faults.append(Fault(said, number, "field_name"))
            continue
        fields.append(_field(row))
    for name, times in Counter(one.name for one in fields).items():
        if times > 1:
            faults.append(
                Fault(
                    _("The field %(name)s stands %(times)s times in the dictionary.", name=name, times=times)
                )
            )
    if not fields and not faults:
        faults.append(Fault(_("The dictionary has no field.")))
    if faults:
        raise FileRefused(faults)
    return Dictionary(tuple(fields), tuple(remarks))


def _field(row: Mapping[str, str]) -> Field:
    kind = row["field_type"].strip()
    listed = row.get("select_choices_or_calculations", "")
    return Field(
        row["field_name"],
        row["form_name"],
        kind,
        plain(row.get("field_label", "")),
        choices_of(listed) if kind in CHOSEN else YES_NO.get(kind, {}),
        row.get("text_validation_type_or_show_slider_number", "") if kind == "text" else "",
        row.get("identifier", "") in ("y", "Y", "1"),
        listed if kind == "calc" else "",
    )


def choices_of(listed: str) -> dict[str, str]:
    """The text of each code; one without a comma is its own code."""
    found = {}
    for one in filter(None, (part.strip() for part in listed.split("|"))):
        code, comma, text = one.partition(",")
        found[code.strip()] = plain(text) if comma else code.strip()
    return found


def plain(text: str) -> str:
    """A label without markup."""
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())


def columns(fields: Sequence[Field]) -> dict[str, Field]:
    """The field of each column of the data."""
    return {column: one for one in fields for column in one.columns}
