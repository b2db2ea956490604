"""The words of an instrument: those of its definition, and texts that a site loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.instruments.instrument import Instrument, LocaleText, SectionText, Wording
from surveys.instruments.library import Library, UnknownInstrument
from surveys.models import InstrumentVersion, LoadedWording
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.words import own_forms


class UnknownWording(LookupError):
    """A wording that neither the definition nor the database holds."""


class Texts:
    """Instruments in any wording: the definition's own, a loaded one, or a frozen one.

    Rows of texts never change, so each is read from the database once and kept.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self._kept: dict[tuple[str, str, str], Instrument] = {}

    def get(
        self, session: Session, key: str, version: str | None = None, wording: str | None = None
    ) -> Instrument:
        """The instrument in this version and wording; None means the newest version and its own wording.

        Raises:
            UnknownInstrument: no definition has this key and version.
            UnknownWording: this wording is not known.
        """
        try:
            instrument = self.library.get(key, version)
        except UnknownInstrument:  # another process may have stored a study's own form
            own_forms.learn(session, self.library)
            instrument = self.library.get(key, version)
        if wording is None or wording == instrument.wording.name:
            return instrument
        place = (key, instrument.version, wording)
        if place not in self._kept:
            found = find(session, instrument, wording)
            if found is None:
                raise UnknownWording(
                    _(
                        "There is no wording %(wording)s of %(key)s version %(version)s.",
                        wording=repr(wording),
                        key=key,
                        version=instrument.version,
                    )
                )
            self._kept[place] = found
        return self._kept[place]


def find(session: Session, instrument: Instrument, name: str) -> Instrument | None:
    """`instrument` in the wording called `name`, if its text is known."""
    if name == instrument.wording.name:
        return instrument
    loaded = session.execute(
        select(LoadedWording.status, LoadedWording.texts).where(
            LoadedWording.instrument == instrument.key,
            LoadedWording.version == instrument.version,
            LoadedWording.name == name,
        )
    ).one_or_none()
    frozen = (
        loaded
        or session.execute(
            select(InstrumentVersion.wording_status.label("status"), InstrumentVersion.texts).where(
                InstrumentVersion.instrument == instrument.key,
                InstrumentVersion.version == instrument.version,
                InstrumentVersion.wording == name,
            )
        ).one_or_none()
    )
    if frozen is None or not frozen.texts:
        return None
    status = cast(Literal["verbatim", "working", "loaded"], frozen.status)
    return replace(instrument, wording=Wording(name, status, texts_of(frozen.texts)))


def load(session: Session, instrument: Instrument, *, file: str, at: datetime, actor: str) -> bool:
    """Store the wording of `instrument`, as read from `file`; returns whether it is new.

    Raises:
        Refused: the name has other texts already, and texts are never replaced.
    """
    wording = instrument.wording
    what = _("%(key)s version %(version)s", key=instrument.key, version=instrument.version)
    where = (
        LoadedWording.instrument == instrument.key,
        LoadedWording.version == instrument.version,
        LoadedWording.name == wording.name,
    )
    known = session.scalar(select(LoadedWording.sha256).where(*where))
    if known == wording.sha256:
        return False
    if known is not None:
        raise Refused(
            _(
                "The wording %(name)s of %(what)s is there already, with other texts. Texts are "
                "never replaced: give the changed one a new name.",
                name=repr(wording.name),
                what=what,
            ),
            "file",
        )
    used = select(InstrumentVersion.id).where(
        InstrumentVersion.instrument == instrument.key,
        InstrumentVersion.version == instrument.version,
        InstrumentVersion.wording == wording.name,
    )
    if session.scalar(used) is not None:
        raise Refused(
            _(
                "Answers to %(what)s are stored under the wording %(name)s already, and nobody "
                "recorded these texts with them. Give the texts another name.",
                what=what,
                name=repr(wording.name),
            ),
            "file",
        )
    session.add(
        LoadedWording(
            instrument=instrument.key,
            version=instrument.version,
            name=wording.name,
            texts={locale: asdict(text) for locale, text in wording.texts.items()},
            sha256=wording.sha256,
            file=file[-200:],
            loaded_by=actor,
            loaded_at=at,
        )
    )
    session.flush()
    facts = {
        "instrument": instrument.key,
        "version": instrument.version,
        "wording": wording.name,
        "languages": sorted(wording.texts),
        "sha256": wording.sha256,
        "file": file[-200:],
    }
    audit.record(session, audit.Entry(at, actor, "wording.loaded", facts=facts))
    return True


def loaded(session: Session, key: str, version: str) -> list[LoadedWording]:
    """The wordings that were loaded for one version of an instrument, oldest first."""
    query = select(LoadedWording).where(LoadedWording.instrument == key, LoadedWording.version == version)
    return list(session.scalars(query.order_by(LoadedWording.id)))


def faults(session: Session, library: Library) -> Iterator[str]:
    """The faults of the loaded texts, a sentence each; empty for sound ones."""
    for row in session.scalars(select(LoadedWording).order_by(LoadedWording.id)):
        what = _(
            "The wording %(name)s of %(instrument)s version %(version)s",
            name=repr(row.name),
            instrument=row.instrument,
            version=row.version,
        )
        if Wording(row.name, "loaded", texts_of(row.texts)).sha256 != row.sha256:
            yield _(
                "%(what)s was changed in the database after it was loaded. Restore it from a backup.",
                what=what,
            )
        defined = library.versions(row.instrument) if row.instrument in library else ()
        if any((one.version, one.wording.name) == (row.version, row.name) for one in defined):
            yield (
                _(
                    "%(what)s was loaded by this site, and the definition file now gives its own text "
                    "that name. Put the old name back into the file.",
                    what=what,
                )
            )


def texts_of(stored: Mapping[str, Any]) -> dict[str, LocaleText]:
    """Texts by language from JSON, in which the values of choices are names."""
    return {
        locale: LocaleText(
            title=text["title"],
            notice=text["notice"],
            sections={
                key: SectionText(
                    recall=section["recall"],
                    instruction=section["instruction"],
                    choices={int(value): label for value, label in section["choices"].items()},
                )
                for key, section in text["sections"].items()
            },
            items=dict(text["items"]),
        )
        for locale, text in sorted(stored.items())
    }
