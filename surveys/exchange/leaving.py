"""Everything of a study in one folder, to leave with: data, definitions, words, plan, trail.

Contacts and what the trail keeps apart (identity, answers) are not in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO, Any

from sqlalchemy import ColumnElement, select

from surveys.exchange import wording_boxes
from surveys.exchange.backup.values import plain
from surveys.exchange.packing import Packing
from surveys.exchange.places import Place, Written
from surveys.exchange.tidy import package as tidy
from surveys.exchange.tidy.contents import Contents
from surveys.exchange.tidy.queries import Selection
from surveys.models import (
    AlertRule,
    Amendment,
    ConsentText,
    Event,
    InstrumentVersion,
    MessageTemplate,
    Messaging,
    OwnForm,
    Patient,
    Permission,
    Response,
    Study,
    Timepoint,
    Visit,
)
from surveys.models.base import Base

# What the study is beside its data; each file has a row of that table in each line.
TABLES: Mapping[str, type[Base]] = {
    "plan": Timepoint,
    "consent_texts": ConsentText,
    "messages": MessageTemplate,
    "message_times": Messaging,
    "alert_rules": AlertRule,
    "permissions": Permission,
    "own_forms": OwnForm,
}
SETTINGS = "study/settings.json"
AMENDMENTS = "study/amendments.json"
# Of this installation alone.
KEPT_HERE = frozenset({"id", "study_id", "shift_key"})

_README = """\
# {title}: everything that may leave

Study `{code}`, exported by Seventh.{simulated}

| folder or file | what it holds |
|---|---|
| `tidy/` | the data as plain tables with a codebook, with calendar dates; see its own README |
| `definitions/` | each questionnaire that was answered, as it was frozen with the first answer |
| `wordings/` | the site's own texts, only where a reason was given |
| `study/` | settings, plan, amendments, consent texts, messages, alert rules, permissions, forms of its own |
| `trail.ndjson` | the audit trail of the study with its chain of hashes, without identity and answers |

Contacts are not here. The reason recorded for calendar dates: {reason}

To set up the study elsewhere, with all its data: `seventh study take-over FOLDER`. Definitions that do not
ship with Seventh go into a folder that `SEVENTH_INSTRUMENTS` names before. To move a whole
installation, with contacts and trail, use `seventh backup` and `seventh restore`.
{notes}
Check the files with `sha256sum -c SHA256SUMS`.
"""


@dataclass(frozen=True)
class _Within:
    """A folder of a place."""

    place: Place
    folder: str

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """The file `name` in it."""
        return self.place.open(f"{self.folder}/{name}")


def write(
    place: Place, selection: Selection, study: Study, contents: Contents, *, reason: str, site_words: bool
) -> list[Written]:
    """Write all of it into `place`; `reason` says why calendar dates leave.

    Raises:
        CutShortError: the database gave fewer rows than it counts.
    """
    data = tidy.write(_Within(place, "tidy"), selection, study, contents, exact_dates=reason)
    packing = Packing(place)
    for one in _versions(selection):
        packing.text(f"definitions/{one.instrument}-{one.version}.toml", one.definition)
    if site_words:
        for asked in contents.asked:
            if asked.status == "loaded" and asked.text is not None:
                name = f"wordings/{asked.instrument.key}-{asked.instrument.version}-{asked.wording}.csv"
                locales = asked.instrument.locales
                words = wording_boxes.kept_words(asked.instrument, locales)
                sheet = wording_boxes.rows(asked.instrument, asked.wording, locales, words)
                packing.put(name, wording_boxes.as_csv(sheet))
    packing.json(SETTINGS, _told(study))
    for name, model in TABLES.items():
        in_order = select(model).where(_of(model, selection)).order_by(*model.__table__.primary_key)
        rows = selection.session.scalars(in_order)
        packing.json(table_file(name), [_told(row) for row in rows])
    packing.json(AMENDMENTS, list(_amendments(selection)))
    packing.file("trail.ndjson", lambda file: _lines(file, _trail(selection)))
    notes = "".join(f"- {note}\n" for note in contents.notes)
    text = _README.format(
        title=study.title,
        code=study.code,
        simulated=" **The patients are simulated.**" if study.simulated else "",
        reason=" ".join(reason.split()),
        notes=notes,
    )
    packing.text("README.md", text)
    packing.sums()
    return [*data, *packing.files]


def table_file(name: str) -> str:
    """The file of one of `TABLES`."""
    return f"study/{name}.json"


def _amendments(selection: Selection) -> Iterator[Mapping[str, Any]]:
    """The amendments, each with the version of the consent text that it asks: ids mean nothing elsewhere."""
    texts = select(ConsentText.id, ConsentText.version)
    versions = {row.id: row.version for row in selection.session.execute(texts)}
    in_order = select(Amendment).where(_of(Amendment, selection)).order_by(Amendment.number)
    for row in selection.session.scalars(in_order):
        told = _told(row)
        asked = told.pop("consent_text_id")
        yield {**told, "consent_version": versions[asked] if asked else None}


def _of(model: Any, selection: Selection) -> ColumnElement[bool]:
    found: ColumnElement[bool] = model.study_id == selection.study_id
    return found


def _versions(selection: Selection) -> Iterable[InstrumentVersion]:
    """The definitions that were answered, each once however often it was worded."""
    used = (
        select(Response.instrument_version_id)
        .join(Visit, Visit.id == Response.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(selection.condition)
    )
    query = select(InstrumentVersion).where(InstrumentVersion.id.in_(used)).order_by(InstrumentVersion.id)
    found = {(one.instrument, one.version): one for one in selection.session.scalars(query)}
    return [found[key] for key in sorted(found)]


def _told(row: Base) -> dict[str, Any]:
    columns = (column.key for column in row.__table__.columns)
    return {name: plain(getattr(row, name)) for name in columns if name not in KEPT_HERE}


def _trail(selection: Selection) -> Iterator[Mapping[str, Any]]:
    query = (
        select(Event, Patient.code)
        .outerjoin(Patient, Patient.id == Event.patient_id)
        .where(Event.study_id == selection.study_id)
        .order_by(Event.number)
    )
    for event, code in selection.session.execute(query.execution_options(yield_per=500)):
        yield {
            "number": event.number,
            "at": event.at.isoformat(),
            "actor": event.actor,
            "action": event.action,
            "patient": code,
            "facts": event.facts,
            "reason": event.reason,
            "software": event.software,
            "previous_hash": event.previous_hash,
            "hash": event.hash,
        }


def _lines(file: IO[bytes], rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False, sort_keys=True).encode() + b"\n")
