"""What an import will store, as data; `matching` makes it and `importing` carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from analysis.words import words as _
from surveys.exchange.import_file import ImportFile, ImportRow
from surveys.exchange.stored import StoredPatient, StoredVisit
from surveys.exchange.summary import Summary
from surveys.models import Timepoint
from surveys.store.patient import imports
from surveys.store.patient.importing import FurtherGrading, FurtherTreatment
from surveys.store.patient.patients import NewPatient


@dataclass(frozen=True)
class MatchedRow:
    """A row with its place in the study; `answers` are those of instruments not stored yet.

    `days` has the day and the instant of each questionnaire of the row.
    """

    row: ImportRow
    on: date
    at: datetime
    timepoint: Timepoint | None
    stored: StoredVisit | None
    answers: Mapping[str, Mapping[str, Any]]
    days: Mapping[str, tuple[date, datetime]]


@dataclass(frozen=True)
class Correction:
    """A stored response whose answers the file has otherwise; `answers` are all of it from then on."""

    response_id: int
    instrument: str
    version: str
    answers: Mapping[str, Any]


@dataclass(frozen=True)
class ImportPlan:
    """What an import will store, and what of the file is stored already.

    `begun` is the number of an import of the same file that broke off: this is the rest of it.
    `asked_wording` is the wording as the person gave it.
    """

    file: ImportFile
    begun: int | None
    asked_wording: str | None
    wording: str
    new_patients: tuple[NewPatient, ...]
    stored_patients: Mapping[str, StoredPatient]
    further_treatments: tuple[FurtherTreatment, ...]
    further_gradings: tuple[FurtherGrading, ...]
    entries: tuple[MatchedRow, ...]
    summary: Summary
    study: str
    corrections: tuple[Correction, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether there is anything to store."""
        news = (self.new_patients, self.further_treatments, self.further_gradings)
        return any(news) or any(
            entry.stored is None or entry.answers or entry.stored.withdrawn for entry in self.entries
        )

    def facts(self) -> dict[str, Any]:
        """The file and the counts for the audit trail."""
        named = {"study": self.study, "file": self.file.name, "sha256": self.file.sha256}
        return {**named, **self.counts()}

    def told(self) -> list[str]:
        """What comes in and what is left out, a sentence each, in the reader's language."""
        corrected = (
            [_("Corrections of stored answers: %(number)s.", number=len(self.corrections))]
            if self.corrections
            else []
        )
        lines = [*self.summary.lines(), *corrected, *self.summary.remarks(), *self.file.left_out]
        return [str(line) for line in lines]

    def kept(self) -> dict[str, Any]:
        """What the import keeps of itself, for its page and for the next file of this kind."""
        own = {"told": self.told(), "mapping": self.file.mapping, "columns_sha256": self.file.columns_sha256}
        return {**self.counts(), **{name: said for name, said in own.items() if said}}

    def counts(self) -> dict[str, Any]:
        """The counts, and the digest of the mapping."""
        mapping = self.file.mapping_sha256
        return {**self.summary.facts(), **({imports.MAPPING: mapping} if mapping else {})}
