"""Instrument versions, frozen at first use; and the refusal to start if their texts changed since."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.definition import Instrument
from surveys.instruments.library import Library, UnknownInstrument
from surveys.models import InstrumentVersion
from surveys.models.dialects import insert_once
from surveys.store.words import own_forms, permissions, wordings

UNKNOWN_WORDING = "unknown"
_NO_TEXTS = "0" * 64


class ChangedDefinitionError(Exception):
    """A definition that already has answers differs from what was answered."""


def freeze(
    session: Session,
    instrument: Instrument,
    *,
    at: datetime,
    wording: str | None = None,
    status: str = "unknown",
) -> int:
    """The id of the frozen version of `instrument` in its wording; the first use freezes it.

    `wording` names the text of answers that came from elsewhere. If that text is not known here, none is
    stored, and its `status` is what is told of it.
    """
    known = instrument if wording is None else wordings.find(session, instrument, wording)
    name = instrument.wording.name if wording is None else wording
    query = select(InstrumentVersion.id).where(
        InstrumentVersion.instrument == instrument.key,
        InstrumentVersion.version == instrument.version,
        InstrumentVersion.wording == name,
    )
    found = session.scalar(query)
    if found is not None:
        return found
    insert_once(
        session,
        InstrumentVersion,
        instrument=instrument.key,
        version=instrument.version,
        wording=name,
        wording_status=known.wording.status if known else status,
        definition=instrument.source,
        definition_sha256=instrument.sha256,
        texts=asdict(known.wording)["texts"] if known else {},
        texts_sha256=known.wording.sha256 if known else _NO_TEXTS,
        frozen_at=at,
    )
    return session.scalars(query).one()


def check_frozen(session: Session, library: Library) -> None:
    """Refuse to go on if a version with answers reads differently now, or a permitted version is missing.

    Raises:
        ChangedDefinitionError: names each instrument and what to do.
    """
    own_forms.learn(session, library)
    faults = []
    for frozen in session.scalars(select(InstrumentVersion)):
        try:
            instrument = library.get(frozen.instrument, frozen.version)
        except UnknownInstrument:
            faults.append(
                f"{frozen.instrument} version {frozen.version} has answers, but no definition file holds it "
                "any more. Put the file back."
            )
            continue
        if instrument.sha256 != frozen.definition_sha256:
            faults.append(
                f"{frozen.instrument} version {frozen.version} was changed after it had been answered. "
                "Put the old text back, or give the changed definition a new version."
            )
        elif instrument.wording.name == frozen.wording and instrument.wording.sha256 != frozen.texts_sha256:
            faults.append(
                f"The wording {frozen.wording!r} of {frozen.instrument} was changed after it had been "
                "answered. Put the old text back, or give the changed wording a new name."
            )
    faults += [*wordings.faults(session, library), *permissions.faults(session, library)]
    if faults:
        raise ChangedDefinitionError("\n".join(faults))
