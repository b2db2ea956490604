"""A file on its way in, of whatever program: read, looked at, and made into rows by its mapping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.words import words as _
from surveys.exchange.fhir import answers_in
from surveys.exchange.fhir import incoming as fhir
from surveys.exchange.import_file import ImportFile
from surveys.exchange.tables import (
    mapped,
    mapping_file,
    proposing,
    reading,
    redcap_dictionary,
    redcap_pair,
    redcap_project,
    redcap_proposing,
    redcap_records,
)
from surveys.exchange.tables.mapping import FileMapping
from surveys.exchange.tables.proposing import Proposal
from surveys.exchange.tables.recognising import Known
from surveys.exchange.tables.redcap_records import Asked
from surveys.exchange.tables.table import Table
from surveys.instruments.library import Library
from surveys.store.errors import Refused

XML = b"<"


@dataclass(frozen=True)
class Looked:
    """A file that was looked at, and what it seems to need."""

    table: Table
    proposal: Proposal


def look(name: str, content: bytes, known: Sequence[Known], zone: str, sheet: str = "") -> Looked:
    """What the file holds; a REDCap project comes as XML.

    Raises:
        FileRefused: it is no table of answers.
    """
    if is_project(content):
        project = redcap_project.read(content)
        asked = Asked(missing=project.missing)
        table = redcap_project.table(name, content, project, asked)
        if table is None:
            raise Refused(_("This project holds no data. Export it as XML with its data."))
        return Looked(table, redcap_proposing.proposed(table, project.dictionary, known, asked, zone))
    if pair := redcap_pair.read(content):
        book, asked = redcap_dictionary.read(pair[0]), Asked()
        table = redcap_records.read(name, pair[1], book, asked)
        return Looked(table, redcap_proposing.proposed(table, book, known, asked, zone))
    table = reading.read(name, content, reading.Asked(sheet=sheet))
    return Looked(table, proposing.proposed(table, known, zone))


def table_of(name: str, content: bytes, mapping: FileMapping) -> Table:
    """The table of a file, as its mapping says that it is read. Raises FileRefused, Refused."""
    asked = Asked(mapping.forms, (), mapping.missing + mapping.skipped, mapping.labels)
    if pair := redcap_pair.read(content):
        return redcap_records.read(name, pair[1], redcap_dictionary.read(pair[0]), asked)
    if is_project(content):
        project = redcap_project.read(content)
        table = redcap_project.table(name, content, project, asked)
        if table is None:
            raise Refused(_("This project holds no data. Export it as XML with its data."))
        return table
    return reading.read(name, content, reading.Asked.by(mapping))


def rows(name: str, content: bytes, mapping: str, library: Library, study: str = "") -> ImportFile:
    """The rows that a file makes by its mapping, for the study of this code. Raises FileRefused, Refused."""
    if fhir.is_fhir(content):
        return answers_in.read(name, content, library, study)
    meant = mapping_file.read(mapping.encode(), library)
    return mapped.mapped(table_of(name, content, meant), meant, library)


def is_project(content: bytes) -> bool:
    """Whether a file is a REDCap project as XML."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(XML) and b"projectredcap" in content[:4000]
