"""A study's set-up as one file that people can read: plan, texts, rules, settings, own forms, questions.

No patient, no account and no secret is in it. The ethics opinion and the permissions to use texts stay
behind: they were given to that study. A site's own wordings are in it only if asked for, since their licences
may forbid to hand them on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.daytime import Hours
from surveys.exchange import setup_questions
from surveys.instruments.definition import DefinitionError, parse
from surveys.instruments.faults import Faults
from surveys.instruments.instrument import Instrument, Wording
from surveys.instruments.library import Library, UnknownInstrument
from surveys.instruments.own import form_of
from surveys.instruments.wording import check_markup, check_texts
from surveys.models import AlertRule, LoadedWording, MessageTemplate, Messaging, Study
from surveys.schedule import PlannedVisit
from surveys.store.errors import Refused
from surveys.store.patient import consents
from surveys.store.patient.consents import NewText
from surveys.store.post import messaging
from surveys.store.post.facts import MessageSettings
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit import alert_rules, setup
from surveys.store.words import own_forms, permissions, wordings

FORMAT = 1
LARGEST_BYTES = 5_000_000
# Given to the study itself, or somebody's address.
LEFT = {"ethics_committee", "ethics_number", "ethics_on", "ethics_not_required", "heads_address"}
_MADE_WITH = ("title", "timezone", "locales", "lowest_age", "asks_background")
_PLAN = ("key", "name", "anchor", "offset_days", "window_before", "window_after", "battery", "treatment")
_PLAN_ROW = (*_PLAN, "treatment_state", "unless_followed", "every_days", "times")

Content = Mapping[str, Any]


def told(session: Session, study: Study, library: Library, *, with_wordings: bool = False) -> dict[str, Any]:
    """The set-up of `study`, ready for JSON; needs its timepoints loaded."""
    own = own_forms.of_study(session, study.id, library)
    names = sorted(setup.CHANGEABLE - LEFT)
    content: dict[str, Any] = {
        "seventh_setup": FORMAT,
        "study": {
            **{name: getattr(study, name) for name in names},
            "optional_items": list(study.optional_items),
        },
        "plan": [
            {name: value for name, value in asdict(row).items() if name in _PLAN_ROW}
            | {"battery": list(row.battery)}
            for row in studies.plan_now(study.timepoints)
        ],
        "consent_texts": _consent(session, study),
        "alert_rules": [
            {
                "instrument": rule.instrument,
                "measure": rule.scale,
                "kind": "worse" if rule.kind == "worse" else "this_bad",
                "threshold": rule.threshold,
            }
            for rule in session.scalars(
                select(AlertRule).where(AlertRule.study_id == study.id).order_by(AlertRule.id)
            )
        ],
        "messages": _messages(session, study),
        "analysis_plan": setup_questions.told(session, study),
        "own_forms": [{"key": one.key, "definition": one.source} for one in own],
    }
    if with_wordings:
        content["wordings"] = list(_wordings(session, study, library))
    return content


def as_text(content: Content) -> str:
    """The file of a set-up."""
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def read(data: bytes) -> dict[str, Any]:
    """The content of a file.

    Raises:
        Refused: it is no set-up, or of a later version of this program.
    """
    if len(data) > LARGEST_BYTES:
        raise Refused(_("The file is too large for a set-up."), "file")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except ValueError as error:
        raise Refused(
            _("The file is no set-up of a study: it is not JSON (%(error)s).", error=error), "file"
        ) from None
    if not isinstance(content, dict) or "seventh_setup" not in content:
        raise Refused(_("The file is no set-up of a study. Take one that Seventh wrote."), "file")
    if content["seventh_setup"] != FORMAT:
        raise Refused(_("The file was written by a later version of Seventh. Update this one first."), "file")
    return content


def make(
    session: Session,
    code: str,
    content: Content,
    library: Library,
    *,
    title: str = "",
    simulated: bool = False,
    at: datetime,
    actor: str,
) -> Study:
    """Make the draft study `code` with the set-up `content`, whole or not at all: the caller undoes it.

    Own forms get keys of the new study.

    Raises:
        Refused: something in it is missing, of the wrong kind or unknown here; it says where.
    """
    own_forms.learn(session, library)
    facts = _table(content, "study", "study")
    optional = _texts_at(facts, "optional_items", "study")
    for name in set(facts) - setup.CHANGEABLE - {"optional_items"} | (set(facts) & LEFT):
        raise _wrong(f"study.{name}", _("is nothing that a set-up holds"))
    new = NewStudy(
        code,
        title=title or _text(facts, "title", "study"),
        timezone=_text(facts, "timezone", "study"),
        locales=tuple(_texts_at(facts, "locales", "study")),
        lowest_age=_whole(facts, "lowest_age", "study"),
        asks_background=_flag(facts, "asks_background", "study"),
        optional_items=tuple(optional),
        simulated=simulated,
    )
    study = studies.create(session, new, (), library, at=at, actor=actor)
    made: dict[str, Any] = {"at": at, "actor": actor}
    others = {
        name: _like_the_study(study, facts, name)
        for name in facts
        if name in setup.CHANGEABLE and name not in _MADE_WITH
    }
    session.refresh(study, ["timepoints"])
    setup.change(session, study, others, library, **made)
    _load_wordings(session, content, library, made)
    known, keys = _own(session, study, content, library, made)
    rows = [_planned(row, place, keys) for place, row in enumerate(_list(content, "plan"), start=1)]
    setup.set_plan(session, study, rows, known, **made)
    _load_consent(session, study, content, made)
    for place, rule in enumerate(_list(content, "alert_rules"), start=1):
        where = f"alert_rules.{place}"
        instrument = _text(rule, "instrument", where)
        alert_rules.add(
            session,
            study,
            known,
            instrument=keys.get(instrument, instrument),
            scale=_text(rule, "measure", where),
            kind=_text(rule, "kind", where),
            threshold=_number(rule, "threshold", where),
            **made,
        )
    _write_messages(session, study, content, made)
    setup_questions.fix(session, study, content, library, **made)
    return study


def _consent(session: Session, study: Study) -> dict[str, Any] | None:
    texts = consents.all_texts(session, study.id)
    if not texts:
        return None
    newest = [one for one in texts if one.version == texts[0].version]
    said = {one.locale: {"text": one.text, "parts": consents.parts_of(one)} for one in newest}
    return {"version": texts[0].version, "texts": said}


def _messages(session: Session, study: Study) -> dict[str, Any]:
    row = session.get(Messaging, study.id)
    newest: dict[tuple[str, str], MessageTemplate] = {}
    query = select(MessageTemplate).where(MessageTemplate.study_id == study.id).order_by(MessageTemplate.id)
    for one in session.scalars(query):
        newest[one.kind, one.locale] = one
    names = ("clinic", "reminder_days", "send_hour", "earliest_hour", "latest_hour", "thanks")
    return {
        "settings": {name: getattr(row, name) for name in names} if row else None,
        "words": [
            {"kind": kind, "locale": locale, "subject": one.subject, "body": one.body}
            for (kind, locale), one in sorted(newest.items())
        ],
    }


def _wordings(session: Session, study: Study, library: Library) -> Iterator[dict[str, Any]]:
    """The texts that this site loaded and the study asks in."""
    for one in permissions.in_force(session, study.id).values():
        row = session.scalar(
            select(LoadedWording).where(
                LoadedWording.instrument == one.instrument,
                LoadedWording.version == one.version,
                LoadedWording.name == one.wording,
            )
        )
        if row is not None:
            yield {
                "instrument": row.instrument,
                "version": row.version,
                "name": row.name,
                "texts": row.texts,
            }


def _load_wordings(session: Session, content: Content, library: Library, made: dict[str, Any]) -> None:
    for place, one in enumerate(_list(content, "wordings"), start=1):
        where = f"wordings.{place}"
        try:
            instrument = library.get(_text(one, "instrument", where), _text(one, "version", where))
            texts = wordings.texts_of(_table(one, "texts", where))
        except UnknownInstrument as error:
            raise Refused(f"{where}: {error}", "file") from None
        except (KeyError, TypeError, ValueError, AttributeError):
            raise _wrong(f"{where}.texts", _("does not hold texts by language")) from None
        faults = Faults(where)
        check_markup(one, faults)
        check_texts("texts", texts, instrument.sections, instrument.items, faults)
        for fault in faults.all():
            raise Refused(str(fault), "file")
        worded = replace(instrument, wording=Wording(_text(one, "name", where), "loaded", texts))
        wordings.load(session, worded, file="set-up of a study", **made)


def _own(
    session: Session, study: Study, content: Content, library: Library, made: dict[str, Any]
) -> tuple[Library, dict[str, str]]:
    """A library that has the new study's forms too, and their keys by those of the file."""
    kept: list[Instrument] = []
    keys: dict[str, str] = {}
    for place, one in enumerate(_list(content, "own_forms"), start=1):
        where = f"own_forms.{place}"
        try:
            form = form_of(parse(_text(one, "definition", where), where))
        except DefinitionError as error:
            raise Refused(str(error.faults[0]), "file") from None
        if set(study.locales) - set(form.titles):
            raise _wrong(where, _("does not speak every language of the study"))
        stored = own_forms.keep(session, study, form, library.with_forms(kept), **made)
        kept.append(stored)
        keys[_text(one, "key", where)] = stored.key
    return library.with_forms(kept), keys


def _planned(row: Any, place: int, keys: Mapping[str, str]) -> PlannedVisit:
    where = f"plan.{place}"
    if not isinstance(row, dict) or set(row) - set(_PLAN_ROW):
        raise _wrong(where, _("is no row of a plan"))
    return PlannedVisit(
        key=_text(row, "key", where),
        name=_text(row, "name", where),
        anchor=_text(row, "anchor", where),
        offset_days=_whole(row, "offset_days", where),
        window_before=_whole(row, "window_before", where),
        window_after=_whole(row, "window_after", where),
        battery=tuple(keys.get(key, key) for key in _texts_at(row, "battery", where)),
        treatment=_text(row, "treatment", where) if row.get("treatment") is not None else None,
        treatment_state=_text(row, "treatment_state", where)
        if row.get("treatment_state") is not None
        else None,
        unless_followed=_flag(row, "unless_followed", where),
        every_days=_whole(row, "every_days", where) if row.get("every_days") is not None else None,
        times=_whole(row, "times", where),
    )


def _load_consent(session: Session, study: Study, content: Content, made: dict[str, Any]) -> None:
    if content.get("consent_texts") is None:
        return
    asked = _table(content, "consent_texts", "consent_texts")
    texts = {}
    for locale, said in _table(asked, "texts", "consent_texts").items():
        where = f"consent_texts.{locale}"
        parts = _table(said, "parts", where)
        if set(parts) - set(consents.PARTS) or not all(isinstance(one, str) for one in parts.values()):
            raise _wrong(f"{where}.parts", _("has a part that is not known"))
        texts[locale] = NewText(_text(said, "text", where), parts)
    consents.load(session, study, _text(asked, "version", "consent_texts"), texts, **made)


def _write_messages(session: Session, study: Study, content: Content, made: dict[str, Any]) -> None:
    if content.get("messages") is None:
        return
    told_of = _table(content, "messages", "messages")
    if told_of.get("settings") is not None:
        chosen, where = _table(told_of, "settings", "messages"), "messages.settings"
        days = chosen.get("reminder_days")
        if not isinstance(days, list) or not all(type(day) is int for day in days):
            raise _wrong(f"{where}.reminder_days", _("is no list of whole numbers"))
        hours = [_whole(chosen, name, where) for name in ("send_hour", "earliest_hour", "latest_hour")]
        settings = MessageSettings(
            clinic=_text(chosen, "clinic", where, empty=True),
            reminder_days=tuple(days),
            hours=Hours(*hours),
            thanks=_flag(chosen, "thanks", where),
        )
        messaging.choose(session, study, settings, **made)
    for place, one in enumerate(_list(told_of, "words"), start=1):
        where = f"messages.words.{place}"
        said = [_text(one, name, where) for name in ("kind", "locale", "subject", "body")]
        messaging.write(session, study, said[0], said[1], said[2], said[3], **made)


def _like_the_study(study: Study, facts: Content, name: str) -> Any:
    """A field's value, if it is of the kind that the study has there."""
    value, column, has = facts[name], Study.__table__.columns[name], getattr(study, name)
    if value is None and column.nullable:
        return None
    kind = type(has) if isinstance(has, dict | list) else column.type.python_type
    texts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if type(value) is not kind or not all(isinstance(one, str) for one in texts):
        raise _wrong(f"study.{name}", _("is of another kind than this setting"))
    return value


def _wrong(where: str, problem: str) -> Refused:
    return Refused(
        _(
            "%(where)s %(problem)s. Take a file that Seventh wrote, or mend it there.",
            where=where,
            problem=problem,
        ),
        "file",
    )


def _table(content: Any, name: str, where: str) -> dict[str, Any]:
    value = content.get(name) if isinstance(content, dict) else None
    if not isinstance(value, dict):
        raise _wrong(where if where == name else f"{where}.{name}", _("is missing, or no table"))
    return value


def _list(content: Content, name: str) -> Sequence[Any]:
    value = content.get(name, [])
    if not isinstance(value, list):
        raise _wrong(name, _("is no list"))
    return value


def _text(content: Any, name: str, where: str, *, empty: bool = False) -> str:
    value = content.get(name) if isinstance(content, dict) else None
    if not isinstance(value, str) or not (value.strip() or empty):
        raise _wrong(f"{where}.{name}", _("is missing, or no text"))
    return value


def _texts_at(content: Content, name: str, where: str) -> list[str]:
    value = content.get(name)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong(f"{where}.{name}", _("is missing, or no list of texts"))
    return value


def _whole(content: Content, name: str, where: str) -> int:
    value = content.get(name)
    if type(value) is not int or abs(value) > 10**6:
        raise _wrong(f"{where}.{name}", _("is missing, or no whole number"))
    return value


def _number(content: Content, name: str, where: str) -> float | None:
    value = content.get(name)
    if value is not None and type(value) not in (int, float):
        raise _wrong(f"{where}.{name}", _("is no number"))
    return value


def _flag(content: Content, name: str, where: str) -> bool:
    value = content.get(name)
    if type(value) is not bool:
        raise _wrong(f"{where}.{name}", _("is missing, or neither true nor false"))
    return value
