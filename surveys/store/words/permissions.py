"""By whose permission a study asks an instrument in a wording, and why it may not ask one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from analysis.words import words as _
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
        raise Refused(_("Study %(code)s is closed: it asks nothing any more.", code=study.code))
    for field in ("holder", "reference", "publication"):
        if not getattr(new, field).strip():
            raise Refused(_("Fill in the %(field)s.", field=field), field)
    instrument = _named(session, new, library)
    if instrument.wording.status == "working":
        raise Refused(
            _(
                "The wording %(wording)s of %(instrument)s is a working wording, for demonstration "
                "only. Load the authors' text.",
                wording=repr(new.wording),
                instrument=new.instrument,
            ),
            "wording",
        )
    if lacking := [locale for locale in study.locales if locale not in instrument.locales]:
        raise Refused(
            _(
                "The wording %(wording)s of %(instrument)s lacks %(lacking)s, which study %(code)s uses.",
                wording=repr(new.wording),
                instrument=new.instrument,
                lacking=", ".join(lacking),
                code=study.code,
            ),
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
        _(
            "There is no wording %(wording)s of %(instrument)s. ",
            wording=repr(new.wording),
            instrument=new.instrument,
        )
        + (
            _("Loaded are: %(known)s.", known=", ".join(known))
            if known
            else _("Load it first: seventh instruments wording FILE")
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
        yield _("%(name)s is a form of another study.", name=name)
        return
    if instrument.answered_by == "staff":
        yield _("%(name)s is answered by staff: take it out of what patients are asked.", name=name)
        return
    if not instrument.askable:
        yield _("There is no text of %(name)s here. Load one before patients are asked.", name=name)
        return
    if status == "working" and not study.simulated:
        yield (
            _(
                "The text of %(name)s is a working wording, for demonstration only. Load the "
                "authors' text and record the permission to use it before patients are asked.",
                name=name,
            )
        )
        return
    missing = [locale for locale in study.locales if locale not in instrument.locales]
    if missing and (not study.simulated or len(missing) == len(study.locales)):
        yield _(
            "The text of %(name)s lacks %(missing)s: load a text in every language of the study.",
            name=name,
            missing=", ".join(missing),
        )


def faults(session: Session, library: Library) -> Iterator[str]:
    """Permitted instruments that cannot be asked, a sentence each."""
    latest = select(func.max(Permission.id)).group_by(Permission.study_id, Permission.instrument)
    used = select(Permission.instrument, Permission.version, Permission.wording)
    for key, version, wording in session.execute(used.where(Permission.id.in_(latest)).distinct()):
        yield from _fits(session, library, key, version, wording)


def _fits(session: Session, library: Library, key: str, version: str, wording: str) -> Iterator[str]:
    what = _("%(key)s version %(version)s", key=key, version=version)
    try:
        instrument = library.get(key, version)
    except UnknownInstrument:
        yield _(
            "A study may ask %(what)s, but no definition file holds it any more. Put the file back.",
            what=what,
        )
        return
    found = wordings.find(session, instrument, wording)
    if found is None:
        yield _(
            "A study may ask %(what)s in the wording %(wording)s, which is gone. Put its file back.",
            what=what,
            wording=repr(wording),
        )
        return
    wrong = Faults(wording)
    check_texts("texts", found.wording.texts, found.sections, found.items, wrong)
    if wrong.all():
        yield (
            _(
                "The wording %(wording)s does not fit %(what)s any more (%(where)s). Put the old "
                "definition back, or give the changed one a new version.",
                wording=repr(wording),
                what=what,
                where=wrong.all()[0].where,
            )
        )
