"""A package of everything that moves, and the study that takes it."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from surveys.exchange.moving import files, storing
from surveys.exchange.moving.storing import Arrived
from surveys.instruments.own import OwnField, OwnForm
from surveys.models import (
    Assistance,
    Background,
    BackgroundCheck,
    FeedbackShown,
    InjectionSite,
    Patient,
    Priority,
    Study,
    Treatment,
    Visit,
)
from surveys.store.patient import consents
from surveys.store.patient.consents import NewText
from surveys.store.post import messaging
from surveys.store.study import studies
from surveys.store.visit import alert_rules, amendments
from surveys.store.visit.amendments import NewAmendment
from surveys.store.words import own_forms
from tests.support import nasty
from tests.support.desk import LIBRARY, NOW, Desk
from tests.support.study import CONSENT_PARTS, ask_consent, changing, library

Files = Mapping[str, bytes]
Damage = Callable[[Files], Files]
SAID: Mapping[str, Any] = {
    "onset": {"value": {"on": "2025-01-01", "precision": "year"}},
    "side": {"value": "left"},
    "treatments": {"value": ["massage"]},
    "massage": {"skipped": True},
    "symptoms": {"value": []},
    "sent": {"value": "whole"},
}


def make(app: Flask) -> None:
    """The nasty study, with consent, and all that a visit and an injection may have."""
    nasty.make(app)
    ask_consent(app)
    with changing(app) as session:
        patient = session.scalars(select(Patient).where(Patient.code == "NA")).one()
        text = consents.newest(session, patient.study_id, "en")
        consents.decide(
            session,
            patient.id,
            text,
            agreed=True,
            parts=("research",),
            how="paper",
            signed_on=date(2026, 2, 9),
            **nasty.WHEN,
        )
        visit = session.scalars(
            select(Visit).where(Visit.patient_id == patient.id, Visit.name == "baseline")
        ).one()
        on = {"visit_id": visit.id, "at": nasty.AT}
        told = [
            Background(question=name, answer=answer, locale="en", reported_by="link", **on)
            for name, answer in SAID.items()
        ]
        session.add_all([*told, Assistance(answered_by="interpreter", **on), Priority(matters="eye", **on)])
        session.add(FeedbackShown(visit_id=visit.id, what="use", shown_at=nasty.AT))
        session.flush()
        check = {"fact": "onset", "outcome": "confirmed", "recorded": {}, "checked_by": "staff:1"}
        session.add(BackgroundCheck(background_id=told[0].id, checked_at=nasty.AT, **check))
        toxin = session.scalars(select(Treatment).where(Treatment.kind == "botulinum_toxin")).one()
        for muscle, units in (("frontalis", 2.5), ("mentalis", 10)):
            session.add(InjectionSite(treatment_id=toxin.id, muscle=muscle, side="left", units=units))


def make_whole(app: Flask) -> None:
    """The same, with a form of the study's own in two versions, an amendment, a rule and words of its own."""
    make(app)
    ask_consent(app, "2")
    with changing(app) as session:
        query = select(Study).options(selectinload(Study.timepoints))
        study = session.scalars(query).one()
        field = OwnField(1, "whole", {"en": "How many?"}, {}, 0.0, 9.0)
        form = OwnForm({"en": "Counted"}, "patient", False, (field,))
        first = own_forms.keep(session, study, form, library(app), **nasty.WHEN)
        session.flush()
        own_forms.learn(session, library(app))
        visit = session.scalars(select(Visit).where(Visit.name == "unscheduled").order_by(Visit.id)).first()
        assert visit is not None
        nasty.answer(app, session, visit, first.key, {"q1": 3}, on=visit.due_on)
        second = OwnField(2, "text", {"en": "Why?"}, {})
        longer = replace(form, fields=(field, second))
        own_forms.keep(session, study, longer, library(app), key=first.key, **nasty.WHEN)
        own_forms.learn(session, library(app))
        alert_rules.add(
            session,
            study,
            library(app),
            instrument="phq9",
            scale="total",
            kind="this_bad",
            threshold=15,
            **nasty.WHEN,
        )
        messaging.write(session, study, "invitation", "en", "Your visit", "Please open {link}", **nasty.WHEN)
        rows = list(studies.plan_now(study.timepoints))
        new = NewAmendment("2.0", nasty.ON + timedelta(days=60), "Too long.", "EK 1", consent_version="2")
        amendments.amend(session, study, rows[:-1], new, library(app), **nasty.WHEN)


def package(app: Flask) -> dict[str, bytes]:
    """Its files with exact dates."""
    make(app)
    return nasty.leave(app, "tidy", exact_dates="We leave")


def changed(found: Files, name: str, before: str, after: str) -> dict[str, bytes]:
    """The files with another text in one of them, and sums that fit."""
    text = found[name].decode()
    assert before in text, before
    return summed({**found, name: text.replace(before, after, 1).encode()})


def summed(found: Files) -> dict[str, bytes]:
    """The files with sums that fit."""
    own = {name: content for name, content in found.items() if name != files.SUMS}
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in own.items())
    return {**own, files.SUMS: "".join(lines).encode()}


def packed(found: Files) -> bytes:
    """The files as a zip file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return packed.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of a zip file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def ready(make_desk: Callable[..., Desk], **facts: Any) -> Desk:
    """A study that can take the package."""
    desk = make_desk(**{"simulated": True, **facts})
    with desk.transaction() as session:
        text = NewText("Taking part is up to you.\n\nYou may stop.", CONSENT_PARTS)
        study = session.get_one(Study, desk.study_id)
        consents.load(session, study, "1", {"en": text}, at=NOW, actor="test")
    desk.at = nasty.AT + timedelta(days=30)
    return desk


def take(desk: Desk, found: Files, **how: Any) -> Arrived:
    """Bring the files into the desk's study."""
    with files.opened(packed(found), "S1.zip") as opened:
        given = (desk.moment, desk.transaction, desk.study_id, opened, LIBRARY)
        return storing.take(*given, at=desk.at, actor="import", **how)
