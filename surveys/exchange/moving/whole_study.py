"""A study taken over whole from another Seventh: what `--format all` wrote becomes a draft study here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.exchange import wording_file
from surveys.exchange.backup.values import stored
from surveys.exchange.leaving import AMENDMENTS, SETTINGS, TABLES, table_file
from surveys.exchange.moving import storing
from surveys.exchange.moving.files import Package
from surveys.exchange.moving.storing import Arrived, TargetStudy
from surveys.instruments.definition import DefinitionError, parse
from surveys.instruments.library import Library, UnknownInstrument
from surveys.models import Amendment, ConsentText, OwnForm, Permission, Study
from surveys.models.base import Base
from surveys.store.errors import Refused
from surveys.store.patient.consents import NewText
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.transactions import Transaction
from surveys.store.visit import setup
from surveys.store.words import own_forms, wordings

# It begins anew here: nobody answers before somebody has looked at it.
BEGINS_ANEW: Mapping[str, Any] = {
    "status": "draft",
    "activated_at": None,
    "closed_at": None,
    "heads_address": "",
}
_MADE_WITH = ("code", "title", "timezone", "locales", "lowest_age", "simulated", "optional_items")
DAMAGED = _("%(file)s does not fit this version of Seventh, or itself. Take the folder as it was exported.")


def take(
    moment: Transaction,
    transaction: Transaction,
    whole: Package,
    package: Package,
    library: Library,
    *,
    at: datetime,
    actor: str,
    progress: Callable[[int], None] = lambda patients: None,
) -> tuple[str, Arrived]:
    """Make the study of `whole` and store its `package`; returns its code, and what came in.

    The data are looked at before anything is kept: a refusal leaves no study.

    Raises:
        Refused, FileRefused: the code is taken, a definition is not here, or the data cannot come in.
    """
    with moment() as session:
        own_forms.learn(session, library)
    look(whole, package, library)
    with transaction() as session:
        study, remarks = make(session, whole, library, at=at, actor=actor)
        code, study_id = study.code, study.id
    with moment() as session:
        own_forms.learn(session, library)
    arrived = storing.take(
        moment, transaction, study_id, package, library, at=at, actor=actor, progress=progress
    )
    return code, Arrived((*remarks, *arrived.lines), arrived.new)


def look(whole: Package, package: Package, library: Library) -> list[str]:
    """What would come in of the data, a sentence each. The database is not asked: it takes a while.

    Raises:
        Refused, FileRefused: the data do not fit the plan, the texts and the forms beside them.
    """
    settings = whole.json(SETTINGS)
    plan, texts, forms = (whole.json(table_file(name)) for name in ("plan", "consent_texts", "own_forms"))
    try:
        study = TargetStudy(
            code=settings["code"],
            simulated=settings["simulated"],
            timepoints={row["key"]: number for number, row in enumerate(plan, start=1)},
            consent_texts={
                (row["version"], row["locale"]): number for number, row in enumerate(texts, start=1)
            },
            begun=None,
            done=None,
            known=frozenset(),
            stored=frozenset(),
        )
        own = [parse(row["definition"], f"own form {row['instrument']}") for row in forms]
    except DefinitionError as error:
        raise Refused(str(error)) from None
    except (KeyError, TypeError):
        raise Refused(_(DAMAGED, file="study/")) from None
    return storing.look(package, study, library.with_forms(own)).lines()


def make(
    session: Session, whole: Package, library: Library, *, at: datetime, actor: str
) -> tuple[Study, list[str]]:
    """The draft study with plan, texts, rules and own forms as they were; and what stayed behind, in words.

    Raises:
        Refused: something in the folder is of another kind, or not here.
    """
    settings = whole.json(SETTINGS)
    try:
        told_facts = {name: _value(Study, name, told) for name, told in settings.items()}
        facts: dict[str, Any] = {**told_facts, **BEGINS_ANEW}
        new = NewStudy(**{name: facts[name] for name in _MADE_WITH}, asks_background=facts["asks_background"])
        study = studies.create(session, new, (), library, at=at, actor=actor)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Refused(_(DAMAGED, file=SETTINGS)) from None
    for name, value in facts.items():
        if name not in _MADE_WITH and name != "created_at":
            setattr(study, name, value)
    _definitions(whole, library)
    texts = {name: _rows(whole, name, model, study) for name, model in TABLES.items()}
    forms = list(map(_checked_form, texts.pop("own_forms")))
    asked = texts.pop("permissions")
    _checked_texts(texts["consent_texts"])
    try:
        with session.no_autoflush:
            session.add_all([*forms, *(row for rows in texts.values() for row in rows)])
        session.flush()
        _amendments(session, whole, study)
    except (SQLAlchemyError, TypeError, ValueError, KeyError, AttributeError):
        raise Refused(_(DAMAGED, file="study/")) from None
    known = _library(session, study, library)
    loaded = list(_wordings(session, whole, known, at=at, actor=actor))
    session.expire(study, ["timepoints"])
    session.refresh(study, ["timepoints"])
    for fault in setup.plan_faults(studies.plan_now(study.timepoints), known):
        raise Refused(fault)
    remarks = [*loaded, *_permissions(session, asked, known)]
    counts = {name: len(rows) for name, rows in texts.items()}
    counts["own_forms"] = len(forms)
    studies.note_taken_over(session, study, counts, at=at, actor=actor)
    return study, remarks


def _rows(whole: Package, name: str, model: type[Base], study: Study) -> list[Any]:
    file = table_file(name)
    told = whole.json(file)
    try:
        return [
            model(study_id=study.id, **{column: _value(model, column, cell) for column, cell in row.items()})
            for row in told
        ]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Refused(_(DAMAGED, file=file)) from None


def _value(model: type[Base], column: str, told: Any) -> Any:
    columns: Any = model.__table__.columns
    return stored(told, columns[column])


def _definitions(whole: Package, library: Library) -> None:
    """Refuse questionnaires that are not here, or are others: own forms come with the study."""
    for name in whole.names:
        if not name.startswith("definitions/"):
            continue
        with whole.open(name) as file:
            text = file.read().decode("utf-8", "replace")
        try:
            one = parse(text, name)
        except DefinitionError as error:
            raise Refused(str(error)) from None
        if one.study is not None:
            continue
        with suppress(UnknownInstrument):
            if library.get(one.key, one.version).sha256 != one.sha256:
                raise Refused(
                    _(
                        "%(key)s version %(version)s is defined otherwise here than in %(name)s.",
                        key=one.key,
                        version=one.version,
                        name=name,
                    )
                )
            continue
        raise Refused(
            _(
                "The study asks %(key)s version %(version)s, whose definition is not here. Put "
                "%(name)s into a folder that SEVENTH_INSTRUMENTS names, and begin again.",
                key=one.key,
                version=one.version,
                name=name,
            )
        )


def _checked_form(row: OwnForm) -> OwnForm:
    try:
        one = parse(row.definition, f"own form {row.instrument}")
    except DefinitionError as error:
        raise Refused(str(error)) from None
    if (one.key, one.version, one.sha256) != (row.instrument, row.version, row.sha256):
        raise Refused(_(DAMAGED, file=table_file("own_forms")))
    return row


def _checked_texts(rows: Sequence[ConsentText]) -> None:
    for row in rows:
        if NewText(row.text, row.parts).sha256 != row.sha256:
            raise Refused(_(DAMAGED, file=table_file("consent_texts")))


def _amendments(session: Session, whole: Package, study: Study) -> None:
    """The amendments of the plan; each may name the version of a consent text."""
    first: dict[str, int] = {}
    query = select(ConsentText).where(ConsentText.study_id == study.id).order_by(ConsentText.id)
    for one in session.scalars(query):
        first.setdefault(one.version, one.id)
    for row in whole.json(AMENDMENTS):
        version = row.pop("consent_version")
        values = {column: _value(Amendment, column, cell) for column, cell in row.items()}
        text = first[version] if version is not None else None
        session.add(Amendment(study_id=study.id, **values, consent_text_id=text))
    session.flush()


def _wordings(
    session: Session, whole: Package, library: Library, *, at: datetime, actor: str
) -> Iterator[str]:
    for name in whole.names:
        if name.startswith("wordings/"):
            with whole.open(name) as file:
                found = wording_file.read(name, file.read(), library)
            wordings.load(session, found, file=name, at=at, actor=actor)
            yield _(
                "Wording %(name)s of %(short_title)s came with it.",
                name=found.wording.name,
                short_title=found.short_title,
            )


def _permissions(session: Session, rows: Sequence[Permission], library: Library) -> Iterator[str]:
    """Keep what was permitted of wordings that are here; what is not is told."""
    for row in rows:
        instrument = library.get(row.instrument, row.version)
        if wordings.find(session, instrument, row.wording) is not None:
            session.add(row)
            session.flush()
            continue
        yield (
            _(
                "The wording %(wording)s of %(short_title)s is not here: load it, and record by whose "
                "leave the study asks it, before it goes live.",
                wording=row.wording,
                short_title=instrument.short_title,
            )
        )


def _library(session: Session, study: Study, library: Library) -> Library:
    """A library that has the study's own forms too, which are not committed yet."""
    query = select(OwnForm).where(OwnForm.study_id == study.id).order_by(OwnForm.id)
    return library.with_forms(
        parse(row.definition, f"own form {row.instrument}") for row in session.scalars(query)
    )
