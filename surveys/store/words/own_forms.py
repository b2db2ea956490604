"""Forms that a study makes for itself: each change is a version, and what is there never changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys import same
from surveys.instruments.definition import DefinitionError, parse
from surveys.instruments.instrument import Instrument
from surveys.instruments.library import Library
from surveys.instruments.own import (
    LONGEST_KEY,
    WORDING,
    OwnForm,
    definition,
    faults,
    faults_of_change,
    form_of,
    still_from,
)
from surveys.models import InstrumentVersion, Permission, Study
from surveys.models import OwnForm as Kept
from surveys.store import audit
from surveys.store.errors import Refused

HOLDER = "The study"
REFERENCE = "Made by the study itself"


def learn(session: Session, library: Library) -> None:
    """Add to `library` the own forms that it does not know yet: another process may have stored them.

    It is asked before anything is stored in a transaction, because what is rolled back must not be known.
    """
    unknown = set(session.scalars(select(Kept.id))) - library.own
    if not unknown:
        return
    query = select(Kept.id, Kept.instrument, Kept.definition).where(Kept.id.in_(unknown)).order_by(Kept.id)
    rows = session.execute(query).all()
    library.add_own((row.id, parse(row.definition, f"own form {row.instrument}")) for row in rows)


def keep(
    session: Session,
    study: Study,
    form: OwnForm,
    library: Library,
    *,
    key: str | None = None,
    at: datetime,
    actor: str,
) -> Instrument:
    """Store `form` as a new one, or as the next version of the form `key`; the study may ask it from now on.

    What equals the newest version changes nothing.

    Raises:
        Refused: the study is closed, a field is impossible, or answers are stored that would mean something
            else.
    """
    if study.status == "closed":
        raise Refused(_("Study %(code)s is closed: it asks nothing any more.", code=study.code))
    learn(session, library)
    for fault in faults(form):
        raise Refused(fault)
    before = None
    if key is not None:
        before = library.get(key)
        if before.study != study.code:
            raise Refused(_("%(key)s is no form of study %(code)s.", key=key, code=study.code))
        form = still_from(form, form_of(before))
        if form_of(before) == form:
            return before
        if is_answered(session, key):
            for fault in faults_of_change(form_of(before), form):
                raise Refused(fault)
    made = _parsed(
        definition(
            form,
            key=key or _free_key(study, next(iter(form.titles.values())), library),
            version=int(before.version) + 1 if before else 1,
            study=study.code,
            holder=study.title,
            year=at.year,
        )
    )
    row = Kept(
        study_id=study.id,
        instrument=made.key,
        version=made.version,
        definition=made.source,
        sha256=made.sha256,
        made_by=actor,
        made_at=at,
    )
    leave = Permission(
        study_id=study.id,
        instrument=made.key,
        version=made.version,
        wording=WORDING,
        holder=HOLDER,
        reference=REFERENCE,
        publication=REFERENCE,
        recorded_by=actor,
        recorded_at=at,
    )
    session.add_all([row, leave])
    session.flush()
    facts = {"study": study.code, "instrument": made.key, "version": made.version, "sha256": made.sha256}
    audit.record(session, audit.Entry(at, actor, "own_form.kept", facts=facts, study_id=study.id))
    return made


def of_study(session: Session, study_id: int, library: Library) -> list[Instrument]:
    """The newest version of each form of a study, in the order in which they were made."""
    keys = dict.fromkeys(
        session.scalars(select(Kept.instrument).where(Kept.study_id == study_id).order_by(Kept.id))
    )
    if keys:
        learn(session, library)
    return [library.get(key) for key in keys]


def is_answered(session: Session, key: str) -> bool:
    """Whether answers to any version of the form are stored, or under way."""
    used = select(InstrumentVersion.id).where(InstrumentVersion.instrument == key).limit(1)
    return session.scalar(used) is not None


def next_number(session: Session, key: str) -> int:
    """The number of the next field: none is given twice, also after a field was removed."""
    numbers = (number for one in _versions(session, key) for number in one)
    return max(numbers, default=0) + 1


def _versions(session: Session, key: str) -> Iterator[list[int]]:
    for text in session.scalars(select(Kept.definition).where(Kept.instrument == key)):
        yield [item.number for item in parse(text, _("own form %(key)s", key=key)).items]


def _parsed(text: str) -> Instrument:
    try:
        return parse(text, "this form")
    except DefinitionError as error:
        first = error.faults[0]
        raise Refused(f"{first.where} {first.problem} {first.mend}".strip()) from error


def _free_key(study: Study, title: str, library: Library) -> str:
    """A key that no instrument has: the study's code and the title, short enough for columns."""
    code, name = (re.sub(r"[^a-z0-9]+", "_", same.searched(one)).strip("_") for one in (study.code, title))
    stem = re.sub(r"^[^a-z]+", "", f"{code[:8]}_{name}")[:LONGEST_KEY].strip("_") or "form"
    key, number = stem, 2
    while key in library:
        key = f"{stem[: LONGEST_KEY - len(str(number)) - 1]}_{number}"
        number += 1
    return key
