"""Two studies with a row of everything that an address of the staff's pages may name."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select

from surveys.background import FACTS
from surveys.exchange import freezing
from surveys.models import Alert, AlertRule, Background, Grading, Import, Message, Palsy, Study, Treatment
from surveys.store.study import reports
from tests.support.desk_rows import desk_rows
from tests.support.doors import answered
from tests.support.staff import employ
from tests.support.study import changing, invite, library


def fill_two_studies(app: Flask) -> dict[str, dict[str, object]]:
    """Make the studies S1 and S2; what fills the placeholders of addresses in each."""
    found: dict[str, dict[str, object]] = {}
    for study, patient in (("S1", "P1"), ("S2", "P2")):
        invited = invite(app, patient, study=study)
        with changing(app) as session:
            alert = Alert(
                visit_id=invited.visit_id,
                instrument="phq9",
                rule="item9",
                first_answer=1,
                last_answer=1,
                raised_at=datetime.now(UTC),
            )
            treatment = Treatment(patient_id=invited.patient_id, kind="botulinum_toxin")
            rule = AlertRule(
                study_id=invited.study_id, instrument="phq9", scale="total", kind="at_least", threshold=10
            )
            call = Message(
                visit_id=invited.visit_id, kind="invitation", channel="telephone", planned_at=alert.raised_at
            )
            said = Background(
                visit_id=invited.visit_id,
                question="side",
                answer={"value": "left"},
                locale="en",
                reported_by="patient",
                at=datetime.now(UTC),
            )
            palsy = session.scalars(select(Palsy).where(Palsy.patient_id == invited.patient_id)).one()
            grading = Grading(
                patient_id=invited.patient_id,
                palsy_id=palsy.id,
                scale="house_brackmann",
                value=3,
                graded_on=alert.raised_at.date(),
            )
            brought = Import(
                study_id=invited.study_id,
                file="answers.csv",
                sha256="0" * 64,
                counts={"rows": 1, "patients": 0, "responses": 0},
                begun_by="test",
                begun_at=datetime.now(UTC),
                finished_at=datetime.now(UTC),
            )
            session.add_all((alert, treatment, rule, said, call, grading, brought))
            session.flush()
            frozen = freezing.freeze(
                session,
                session.get_one(Study, invited.study_id),
                library(app),
                "Report",
                at=datetime.now(UTC),
                actor="test",
            )
            files = {"html": b"<!doctype html>", "json": b"{}"}
            made = reports.keep(
                session,
                invited.study_id,
                files,
                freeze=frozen,
                data_sha256="",
                software="",
                at=datetime.now(UTC),
                actor="test",
            )
            response_id = answered(session, invited, library(app).get("saq"))
            found[study] = {
                "code": study,
                "check": "no_channel",
                "patient": patient,
                "visit_id": invited.visit_id,
                "alert_id": alert.id,
                "rule_id": rule.id,
                "kind": "invitation",
                "ending": "xlsx",
                "name": "patients",
                "locale": "en",
                "treatment_id": treatment.id,
                "grading_id": grading.id,
                "palsy_id": palsy.id,
                "message_id": call.id,
                "response_id": response_id,
                "freeze_id": frozen.id,
                "report_id": made.id,
                "import_id": brought.id,
                "background_id": said.id,
                "place": FACTS.index("side"),
                "key": "face",
                "section": "ethics",
                "proof": "x",
                "page": "time",
                "figure": "time-face-total",
            }
        found[study]["staff_id"] = employ(app, f"colleague-{study}@example.org", "analyst", study=study)
        with changing(app) as session:
            found[study] |= desk_rows(session, invited, found[study]["staff_id"])
        found[study]["leaver_id"] = employ(app, f"leaver-{study}@example.org", "analyst", study=study)
    return found
