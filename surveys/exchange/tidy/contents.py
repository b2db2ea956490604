"""What of a study goes out: its tables, their code lists complete, and the questionnaires that were answered.

Every format is made from these tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import exists, or_, select

from analysis.data.consent import LEFT_OUT
from surveys.exchange.tidy.amended import AMENDMENTS
from surveys.exchange.tidy.answers import SCORES, answered, long_table, wide_table
from surveys.exchange.tidy.codebook import AnsweredInstrument, Leave
from surveys.exchange.tidy.columns import VISIT, Column, TidyTable
from surveys.exchange.tidy.injections import INJECTION_SITES
from surveys.exchange.tidy.occasions import ATTENDANCE, VISITS
from surveys.exchange.tidy.people import CONSENTS, GRADINGS, PALSIES, PATIENTS, TREATMENTS
from surveys.exchange.tidy.queries import Selection
from surveys.exchange.tidy.reported import REPORTED
from surveys.exchange.tidy.signed import SIGNATURES
from surveys.frames import scale_info
from surveys.instruments.library import Library
from surveys.models import Patient, Permission, Response, Study, Timepoint, Visit
from surveys.store.words.wordings import Texts, UnknownWording

if TYPE_CHECKING:
    from analysis.data.frame import ScaleInfo


@dataclass(frozen=True)
class Contents:
    """The `tables` in the order of the package, and the instruments `asked`, each version and wording.

    `scales` is what analyses know of the scales of those instruments, by full key. `consented_only`: the
    study leaves out patients whose consent does not stand.
    """

    tables: tuple[TidyTable, ...]
    asked: tuple[AnsweredInstrument, ...]
    visits: Mapping[str, str]
    scales: Mapping[str, ScaleInfo]
    consented_only: bool = False

    @property
    def notes(self) -> list[str]:
        """What a reader must know of who is left out and of the wordings, a sentence each."""
        left_out = sorted(
            {one.instrument.short_title for one in self.asked if one.status == "loaded" and one.text is None}
        )
        notes: list[str] = [LEFT_OUT] if self.consented_only else []
        notes += [f"The wording of {name} (licensed to this site) is not in this file." for name in left_out]
        working = sorted(
            {f"{one.instrument.short_title} ({one.wording})" for one in self.asked if one.status == "working"}
        )
        if working:
            notes.append(
                f"Working wording, not the instrument's own text and not validated: {', '.join(working)}.\n"
                "  Do not pool these scores with others."
            )
        return notes

    def table(self, name: str) -> TidyTable:
        """The table of that name."""
        return next(table for table in self.tables if table.name == name)


def contents_of(selection: Selection, library: Library, *, site_words: bool = False) -> Contents:
    """The tables of the selected patients. A column of visits or of choices lists what it may hold.

    The site's own words leave with `site_words` only.
    """
    versions = answered(selection)
    asked = tuple(_asked(selection, library, *version, site_words) for version in versions)
    visits = _visits(selection)
    keys = {key for key, *_ in versions}
    lists = {VISIT.name: visits, **_choices(asked)}
    return Contents(
        tuple(_with_lists(table, lists) for table in _tables(versions, library)),
        asked,
        visits,
        {key: info for key, info in scale_info(library).items() if info.instrument in keys},
        consented_only=selection.session.get_one(Study, selection.study_id).leaves_out_without_consent,
    )


def _tables(versions: Iterable[tuple[str, str, str, str]], library: Library) -> list[TidyTable]:
    by_key: dict[str, dict[str, None]] = {}
    for key, version, _, _ in versions:
        by_key.setdefault(key, {})[version] = None
    return [
        PATIENTS,
        PALSIES,
        TREATMENTS,
        INJECTION_SITES,
        GRADINGS,
        CONSENTS,
        VISITS,
        ATTENDANCE,
        REPORTED,
        long_table(library),
        *(
            wide_table(key, [one for one in library.versions(key) if one.version in answered_versions])
            for key, answered_versions in sorted(by_key.items())
        ),
        SCORES,
        SIGNATURES,
        AMENDMENTS,
    ]


def _asked(
    selection: Selection,
    library: Library,
    key: str,
    version: str,
    wording: str,
    status: str,
    site_words: bool,
) -> AnsweredInstrument:
    try:
        instrument = Texts(library).get(selection.session, key, version, wording)
    except UnknownWording:
        instrument = library.get(key, version)
    query = (
        select(Permission.holder, Permission.reference, Permission.publication)
        .where(
            Permission.study_id == selection.study_id,
            Permission.instrument == key,
            Permission.version == version,
            Permission.wording == wording,
        )
        .order_by(Permission.id.desc())
        .limit(1)
    )
    leave = selection.session.execute(query).one_or_none()
    return AnsweredInstrument(instrument, wording, status, Leave(*leave) if leave else None, site_words)


def _visits(selection: Selection) -> Mapping[str, str]:
    """The names of the visits that patients have, in the plan's order, each with the plan's words."""
    planned = {
        row.key: row.name
        for row in selection.session.execute(
            select(Timepoint.key, Timepoint.name)
            .where(Timepoint.study_id == selection.study_id)
            .order_by(Timepoint.position)
        )
    }
    answered = exists().where(Response.visit_id == Visit.id)
    stands = or_(Visit.withdrawn_at.is_(None), answered)  # others are in no file
    names = select(Visit.name).distinct().join(Patient).where(selection.condition, stands)
    known = set(selection.session.scalars(names))
    others = sorted(known - planned.keys(), key=str.encode)
    return {name: planned.get(name, name) for name in (*(key for key in planned if key in known), *others)}


def _choices(asked: Sequence[AnsweredInstrument]) -> Mapping[str, Mapping[str, str]]:
    """The choices of each item with one answer, by column, in words where those may be shown.

    What a value says in a later version or wording counts: the codebook has each of them.
    """
    lists: dict[str, dict[str, str]] = {}
    for one in asked:
        for item in one.instrument.items:
            if item.kind != "choice":
                continue
            told = lists.setdefault(f"{one.instrument.key}_{item.key}", {})
            words = one.words(item)
            for value in one.instrument.values(item.key):
                told[str(value)] = words.get(value) or told.get(str(value), str(value))
    return lists


def _with_lists(table: TidyTable, lists: Mapping[str, Mapping[str, str]]) -> TidyTable:
    def complete(column: Column) -> Column:
        return replace(column, codes=lists[column.name]) if column.name in lists else column

    return replace(table, columns=tuple(map(complete, table.columns)))
