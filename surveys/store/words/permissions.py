"""By whose permission a study asks an instrument in a wording, and why it may not ask one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from surveys.instruments.faults import Faults
from surveys.instruments.instrument import Instrument
from surveys.instruments.library import Library, UnknownInstrument
from surveys.instruments.wording import check_texts
from surveys.models import Permission, Study
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.words import wordings
from surveys.store.words.wordings import Texts


@dataclass(frozen=True)
class NewPermission:
    """A permission to record. `version` None is the newest definition with this wording."""

    instrument: str
    wording: str
    holder: str
    reference: str
    publication: str
    version: str | None = None


def permit(
    session: Session, study: Study, new: NewPermission, library: Library, *, at: datetime, actor: str
) -> Permission:
    """Record by whose permission `study` asks an instrument in a wording; from now on it uses that wording.

    Questionnaires that were begun keep their words.

    Raises:
        Refused: the study is closed, a field is empty, or the wording is unknown, a working one, or lacks a
            language of the study.
    """
    if study.status == "closed":
        raise Refused(f"Study {study.code} is closed: it asks nothing any more.")
    for field in ("holder", "reference", "publication"):
        if not getattr(new, field).strip():
            raise Refused(f"Fill in the {field}.", field)
    instrument = _named(session, new, library)
    if instrument.wording.status == "working":
        raise Refused(
            f"The wording {new.wording!r} of {new.instrument} is a working wording, for demonstration only. "
            "Load the authors' text.",
            "wording",
        )
    if lacking := [locale for locale in study.locales if locale not in instrument.locales]:
        raise Refused(
            f"The wording {new.wording!r} of {new.instrument} lacks {', '.join(lacking)}, "
            f"which study {study.code} uses.",
            "wording",
        )
    permission = Permission(
        study_id=study.id,
        instrument=instrument.key,
        version=instrument.version,
        wording=instrument.wording.name,
        holder=new.holder.strip(),
        reference=new.reference.strip(),
        publication=new.publication.strip(),
        recorded_by=actor,
        recorded_at=at,
    )
    session.add(permission)
    session.flush()
    facts = {
        "study": study.code,
        "instrument": permission.instrument,
        "version": permission.version,
        "wording": permission.wording,
        "holder": permission.holder,
        "reference": permission.reference,
        "publication": permission.publication,
    }
    audit.record(session, audit.Entry(at, actor, "permission.recorded", facts=facts, study_id=study.id))
    return permission


def _named(session: Session, new: NewPermission, library: Library) -> Instrument:
    """The instrument in the wording that a permission names."""
    try:
        versions = (
            (library.get(new.instrument, new.version),) if new.version else library.versions(new.instrument)
        )
    except UnknownInstrument as error:
        raise Refused(str(error), "wording") from None
    for instrument in reversed(versions):
        own = instrument.wording
        if own.name == new.wording and own.texts:
            return instrument
        if any(
            one.name == new.wording for one in wordings.loaded(session, instrument.key, instrument.version)
        ):
            found = wordings.find(session, instrument, new.wording)
            if found is not None:
                return found
    known = [
        one.name for version in versions for one in wordings.loaded(session, new.instrument, version.version)
    ]
    raise Refused(
        f"There is no wording {new.wording!r} of {new.instrument}. "
        + (
            f"Loaded are: {', '.join(known)}." if known else "Load it first: seventh instruments wording FILE"
        ),
        "wording",
    )


def permissions(session: Session, study_id: int) -> list[Permission]:
    """Every permission ever recorded in a study, oldest first."""
    query = select(Permission).where(Permission.study_id == study_id).order_by(Permission.id)
    return list(session.scalars(query))


def in_force(session: Session, study_id: int) -> dict[str, Permission]:
    """The permissions that hold now, by instrument."""
    return {one.instrument: one for one in permissions(session, study_id)}


def asked(session: Session, study: Study, keys: Iterable[str], texts: Texts) -> dict[str, Instrument]:
    """The instruments `keys` as `study` asks them now: by the permission in force, otherwise as defined."""
    permitted = in_force(session, study.id)
    found = {}
    for key in keys:
        by = permitted.get(key)
        found[key] = texts.get(session, key, by.version, by.wording) if by else texts.library.get(key)
    return found


def newest_of(study_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The condition that a permission is in force for its instrument in the study `study_id`."""
    other = aliased(Permission)
    last = (
        select(func.max(other.id))
        .where(other.study_id == Permission.study_id, other.instrument == Permission.instrument)
        .scalar_subquery()
    )
    return and_(Permission.study_id == study_id, Permission.id == last)


def hindrances(study: Study, instrument: Instrument) -> Iterator[str]:
    """Why `study` may not ask `instrument` in these words, a sentence each."""
    name, status = instrument.short_title, instrument.wording.status
    if instrument.study not in (None, study.code):
        yield f"{name} is a form of another study."
        return
    if instrument.answered_by == "staff":
        yield f"{name} is answered by staff: take it out of what patients are asked."
        return
    if not instrument.askable:
        yield f"There is no text of {name} here. Load one before patients are asked."
        return
    if status == "working" and not study.simulated:
        yield (
            f"The text of {name} is a working wording, for demonstration only. Load the authors' text and "
            "record the permission to use it before patients are asked."
        )
        return
    missing = [locale for locale in study.locales if locale not in instrument.locales]
    if missing and (not study.simulated or len(missing) == len(study.locales)):
        yield f"The text of {name} lacks {', '.join(missing)}: load a text in every language of the study."


def faults(session: Session, library: Library) -> Iterator[str]:
    """Permitted instruments that cannot be asked, a sentence each."""
    latest = select(func.max(Permission.id)).group_by(Permission.study_id, Permission.instrument)
    used = select(Permission.instrument, Permission.version, Permission.wording)
    for key, version, wording in session.execute(used.where(Permission.id.in_(latest)).distinct()):
        yield from _fits(session, library, key, version, wording)


def _fits(session: Session, library: Library, key: str, version: str, wording: str) -> Iterator[str]:
    what = f"{key} version {version}"
    try:
        instrument = library.get(key, version)
    except UnknownInstrument:
        yield f"A study may ask {what}, but no definition file holds it any more. Put the file back."
        return
    found = wordings.find(session, instrument, wording)
    if found is None:
        yield f"A study may ask {what} in the wording {wording!r}, which is gone. Put its file back."
        return
    wrong = Faults(wording)
    check_texts("texts", found.wording.texts, found.sections, found.items, wrong)
    if wrong.all():
        yield (
            f"The wording {wording!r} does not fit {what} any more ({wrong.all()[0].where}). "
            "Put the old definition back, or give the changed one a new version."
        )
