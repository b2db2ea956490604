"""A REDCap project as XML: its dictionary, its events, its missing codes and its data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.words import words as _
from surveys.exchange.faults import Fault, FileRefused
from surveys.exchange.sheets.cut import Row
from surveys.exchange.tables import redcap_records
from surveys.exchange.tables.redcap_dictionary import YES_NO, Dictionary, Field, choices_of, plain
from surveys.exchange.tables.redcap_records import Asked
from surveys.exchange.tables.table import Table

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ODM = "{http://www.cdisc.org/ns/odm/v1.3}"
REDCAP = "{https://projectredcap.org}"
KINDS = {"select": "dropdown", "textarea": "notes"}
MOST_BYTES = 256 << 20


@dataclass(frozen=True)
class Project:
    """A project. `rows` have the cells of `header`; `events` are unique names; `missing` are codes."""

    dictionary: Dictionary
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    events: tuple[str, ...]
    missing: tuple[str, ...]


def read(content: bytes) -> Project:
    """The project in an XML file.

    Raises:
        FileRefused: it is damaged, no project of REDCap, or holds what fills the memory.
    """
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    if len(content) > MOST_BYTES:
        raise FileRefused(
            [Fault(_("The project is larger than %(value)s MB. Export it as CSV.", value=MOST_BYTES >> 20))]
        )
    try:
        root = ElementTree.fromstring(content)
    except DefusedXmlException:
        raise FileRefused([Fault(_("This XML defines entities, which no project of REDCap does."))]) from None
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise FileRefused([Fault(_("This XML is damaged: %(error)s.", error=error))]) from None
    if root.tag != f"{ODM}ODM" or root.find(f".//{ODM}MetaDataVersion") is None:
        said = _(
            "This is XML, but not of a REDCap project (ODM 1.3.1). Export the project as XML, or as CSV."
        )
        raise FileRefused([Fault(said)])
    fields = tuple(_fields(root))
    if not fields:
        raise FileRefused([Fault(_("The project has no field of REDCap."))])
    dictionary = Dictionary(fields)
    header, rows = _data(root, dictionary)
    codes = root.findtext(f".//{REDCAP}MissingDataCodes") or ""
    events = tuple(event.get(f"{REDCAP}UniqueEventName", "") for event in root.iter(f"{ODM}StudyEventDef"))
    return Project(dictionary, header, rows, events, tuple(choices_of(codes)))


def table(name: str, content: bytes, project: Project, asked: Asked) -> Table | None:
    """The data of a project as a table; None where it has none.

    Raises:
        FileRefused: the data do not fit the dictionary.
    """
    if not project.rows:
        return None
    digest = hashlib.sha256(content).hexdigest()
    there = {one.form for one in project.dictionary.fields if set(one.columns) & set(project.header)}
    asked = replace(
        asked, forms=asked.forms or tuple(one for one in project.dictionary.forms if one in there)
    )
    whole = [
        column
        for field in project.dictionary.fields
        if field.kind == "checkbox" and set(field.columns) & set(project.header)
        for column in field.columns
        if column not in project.header
    ]
    header = [*project.header, *whole]  # XML leaves out what nobody ticked
    rows = [(number, [*cells, *[""] * len(whole)]) for number, cells in project.rows]
    return redcap_records.table(name, digest, header, rows, project.dictionary, asked)


def _fields(root: Element) -> Iterator[Field]:
    items = {one.get("OID", ""): one for one in root.iter(f"{ODM}ItemDef")}
    groups = {one.get("OID", ""): one for one in root.iter(f"{ODM}ItemGroupDef")}
    lists = {one.get("OID", ""): one for one in root.iter(f"{ODM}CodeList")}
    seen: set[str] = set()
    for form in root.iter(f"{ODM}FormDef"):
        name = form.get(f"{REDCAP}FormName", form.get("OID", "").removeprefix("Form."))
        for group in form.iter(f"{ODM}ItemGroupRef"):
            found = groups.get(group.get("ItemGroupOID", ""))
            for ref in found.iter(f"{ODM}ItemRef") if found is not None else ():
                item = items.get(ref.get("ItemOID", ""))
                if item is None:
                    continue
                variable = item.get(f"{REDCAP}Variable", item.get("OID", ""))
                if variable == f"{name}_complete" or variable in seen:
                    continue
                seen.add(variable)
                yield _field(variable, name, item, lists)


def _field(variable: str, form: str, item: Element, lists: dict[str, Element]) -> Field:
    kind = item.get(f"{REDCAP}FieldType", "text")
    kind = KINDS.get(kind, kind)
    ref = item.find(f"{ODM}CodeListRef")
    listed = lists.get(ref.get("CodeListOID", "")) if ref is not None else None
    choices = {
        one.get("CodedValue", ""): plain(one.findtext(f".//{ODM}TranslatedText") or "")
        for one in (listed.iter(f"{ODM}CodeListItem") if listed is not None else ())
    }
    if kind == "checkbox" and listed is not None:
        choices = choices_of(listed.get(f"{REDCAP}CheckboxChoices", ""))
    return Field(
        variable,
        form,
        kind,
        plain(item.findtext(f".//{ODM}TranslatedText") or ""),
        choices or YES_NO.get(kind, {}),
        item.get(f"{REDCAP}TextValidationType", ""),
        item.get(f"{REDCAP}Identifier", "") in ("y", "Y", "1"),
    )


def _data(root: Element, dictionary: Dictionary) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """The data as REDCap's CSV has them: a row per record, event and instance of a repeating form."""
    found: dict[tuple[str, str, str, str], dict[str, str]] = {}
    repeating = {
        form.get("FormOID")
        for form in root.iter(f"{ODM}FormData")
        if form.get("FormRepeatKey", "1") not in ("", "1")
    }
    for subject in root.iter(f"{ODM}SubjectData"):
        record = subject.get("SubjectKey", "")
        events = subject.findall(f"{ODM}StudyEventData") or [subject]
        for event in events:
            name = event.get(f"{REDCAP}UniqueEventName", "")
            for form in event.findall(f"{ODM}FormData"):
                repeats = form.get("FormOID") in repeating
                instrument = form.get("FormOID", "").removeprefix("Form.") if repeats else ""
                instance = form.get("FormRepeatKey", "1") if repeats else ""
                cells = found.setdefault((record, name, instrument, instance), {})
                for one in form.iter(f"{ODM}ItemData"):
                    cells[one.get("ItemOID", "")] = one.get("Value", "").strip()
    facts = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
    used = [name for place, name in enumerate(facts, start=1) if any(key[place] for key in found)]
    names = dict.fromkeys(name for cells in found.values() for name in cells)
    columns = [name for name in names if name not in (dictionary.record_id, *used)]
    header = (dictionary.record_id, *used, *columns)
    rows = []
    for number, ((record, *told), cells) in enumerate(found.items(), start=1):
        said = dict(zip(facts, told, strict=True))
        rows.append(
            (number, [record, *(said[name] for name in used), *(cells.get(one, "") for one in columns)])
        )
    return header, tuple(rows)
