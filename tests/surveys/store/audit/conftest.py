"""A patient with a response, an alert and a change of contact on record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from analysis.data.analysis_plan import PlannedQuestion
from surveys.instruments.library import Library
from surveys.models import (
    AlertMail,
    Base,
    HeadMail,
    JoiningPage,
    Link,
    Membership,
    Message,
    MessageTemplate,
    Messaging,
    OwnList,
    Patient,
    RecoveryCode,
    ResetAsked,
    SecondFactor,
    Staff,
    Study,
    Treatment,
    Visit,
)
from surveys.models.dialects import on_postgresql
from surveys.models.facts import OF_TABLE
from surveys.store import audit
from surveys.store.patient import clinic, consents, dismissals, injections, patients, questions, treatments
from surveys.store.patient.consents import NewText
from surveys.store.patient.injections import InjectionMap
from surveys.store.patient.patients import NewContact, NewPatient, NewTreatment, PartialDate
from surveys.store.study import analysis_plans, freezes, reports, signatures, studies
from surveys.store.visit import amendments, links, responses, short_codes
from surveys.store.visit.amendments import NewAmendment
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.support.rows import ROWS, SETTLED

from ..conftest import AT

OTHERS = {**SETTLED, "erasure": {"level": "identity"}}  # else it would excuse that values are gone


@pytest.fixture
def filled(session: Session, library: Library, patient: Patient, visit: Visit) -> Patient:
    """P1 with a response, an alert and a change of contact on record."""
    phq9 = library.get("phq9")
    version = versions.freeze(session, phq9, at=AT)
    new = NewResponse(
        visit_id=visit.id,
        patient_id=patient.id,
        instrument=phq9,
        version_id=version,
        answers={f"q{number}": 1 for number in range(1, 10)},
        source="web",
        started_at=AT,
        submitted_at=AT,
        completed_on=AT.date(),
    )
    responses.add(session, [new], at=AT, actor="patient")
    audit.record(
        session,
        audit.Entry(AT, "test", "contact.changed", patient.id, values=(audit.Value("name", None, "Ada"),)),
    )
    session.commit()
    return patient


@pytest.fixture
def record(session: Session, filled: Patient, visit: Visit, study: Study, library: Library) -> Session:
    """A study with a fact of every kind that these attacks reach."""
    session.refresh(study, ["timepoints"])
    onset = PartialDate(AT.date().replace(month=1), "day")
    known = NewContact("A 12", "Bea Abel", AT.date().replace(year=1980), "bea@example.net")
    other = NewPatient("P2", AT.date(), birth_year=1980, site="South", onset=onset, contact=known)
    patients.enrol(session, study, study.timepoints, other, library, at=AT, actor="test")
    links.issue(session, visit, at=AT, actor="test")
    short_codes.make(session, session.scalars(select(Link.id)).one())
    links.issue(session, visit, at=AT, actor="test")
    given = NewTreatment("botulinum_toxin", onset)
    injected = treatments.add(session, filled, given, today=AT.date(), at=AT, actor="test")
    units = InjectionMap({("frontalis", "left"): 5.0})
    injections.record(session, filled, injected, units, reason=None, at=AT, actor="test")
    texts = {locale: NewText("Take part", {"keep_answers": "Keep them"}) for locale in study.locales}
    consents.load(session, study, "1", texts, at=AT, actor="test")
    asked = consents.newest(session, study.id, "en")
    assert asked is not None
    signed = {"agreed": True, "parts": ["keep_answers"], "how": "paper", "signed_on": AT.date()}
    consents.decide(session, filled.id, asked, **signed, at=AT, actor="test")
    new = NewAmendment("2.0", AT.date(), "Shorter.", "EK 1", AT.date())
    plan = [replace(row, window_after=row.window_after + 1) for row in studies.plan_now(study.timepoints)]
    study.status = "active"
    amendments.amend(session, study, plan, new, library, at=AT, actor="test")
    asked = PlannedQuestion("face.total", "after_first_visit", "first_visit", "all", True)
    analysis_plans.fix(session, study, [asked], library, at=AT, actor="test")
    freeze = freezes.keep(session, study, "first", "content", patients=2, responses=1, at=AT, actor="test")
    _beside(session, study, filled)
    made = {"html": b"page", "json": b"{}"}
    reports.keep(session, study.id, made, freeze=freeze, data_sha256="", software="", at=AT, actor="test")
    member, helper = (
        Staff(email=f"{name}@abel.example", password="x", fs_uniquifier=name, created_at=AT)
        for name in ("ann", "ben")
    )
    session.add_all([member, helper])
    session.flush()
    session.add(ResetAsked(staff_id=member.id, asked_by=helper.id, asked_at=AT, code_digest="x"))
    made = {"study_id": study.id, "staff_id": member.id, "made_at": AT, "changed_at": AT}
    session.add(OwnList(name="Late", shared=True, chosen={"columns": ["code"]}, **made))
    told = {"planned_at": AT, "outcome": "failed", "outcome_at": AT, "error": "550"}
    session.add(AlertMail(study_id=study.id, kind="test", staff_id=member.id, **told))
    session.add(Membership(staff_id=member.id, study_id=study.id, role="coordinator"))
    session.add(SecondFactor(staff_id=member.id, secret="x"))
    session.add(RecoveryCode(staff_id=member.id, digest="x", made_at=AT, used_at=AT))
    session.commit()  # what is signed is bound by then
    signatures.sign_freeze(session, freeze, "reviewed", member, role="investigator", at=AT)
    session.commit()
    return session


def _beside(session: Session, study: Study, patient: Patient) -> None:
    """What is said of a patient, and how the study speaks."""
    said = {"about": "sex", "label": "Sex", "value": "female", "text": "Sure?"}
    questions.ask(session, patient, **said, at=AT, actor="test")
    dismissals.dismiss(session, patient.id, "quick", "", "2", "She is quick.", at=AT, actor="test")
    clinic.write_note(session, patient.id, "Came late.", at=AT, actor="test")
    session.execute(update(Treatment).values(note="Left cheek"))
    session.execute(update(Patient).values(messages_stopped_at=AT, removal_requested_at=AT))
    messages = {"reminder_days": [7], "send_hour": 10, "earliest_hour": 8, "latest_hour": 20, "thanks": False}
    changed = {"study_id": study.id, "changed_by": "test", "changed_at": AT}
    session.add(Messaging(**messages, **changed))
    session.add(MessageTemplate(kind="thanks", locale="en", subject="Thanks", body="Thank you.", **changed))
    session.add(JoiningPage(is_open=False, information={}, countries=[], **changed))
    settled = {"planned_at": AT, "outcome_at": AT}
    visit_id = session.scalars(select(Visit.id).where(Visit.patient_id == patient.id)).first()
    invitation = Message(visit_id=visit_id, kind="invitation", channel="email", outcome="failed", **settled)
    session.add_all([invitation, Message(visit_id=visit_id, kind="reminder", channel="email", planned_at=AT)])
    session.add(HeadMail(study_id=study.id, month="2026-03", outcome="sent", **settled))


@pytest.fixture
def whole(record: Session) -> Session:
    """The record, with a row in each bound table."""
    for table in Base.metadata.sorted_tables:
        if table.name in OF_TABLE and not record.execute(select(table).limit(1)).first():
            mapper = next(one for one in Base.registry.mappers if one.local_table is table)
            row = ROWS[table.name] | OTHERS.get(table.name, {})
            if table.primary_key.columns.keys() == ["id"]:
                del row["id"]  # as the database counts, which knows other numbers than `ROWS` too
            row |= {
                column.name: record.scalar(select(func.min(key.column)))
                for column in table.columns
                for key in column.foreign_keys
                if row.get(column.name) is not None
            }
            record.execute(insert(mapper.class_).values(row))
    record.commit()
    return record


@pytest.fixture
def undefended(whole: Session) -> Session:
    """The record, in a transaction that no trigger and no foreign key disturbs."""
    if on_postgresql(whole):
        whole.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        for name in whole.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            whole.execute(text(f"DROP TRIGGER {name}"))
    return whole
