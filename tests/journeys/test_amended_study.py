"""A study is amended in its second month: by the page, the patients' links, and the export."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from surveys.exchange.places import Folder
from surveys.exchange.tidy import package
from surveys.exchange.tidy.contents import contents_of
from surveys.exchange.tidy.queries import Selection
from surveys.models import Study, Visit
from surveys.schedule import PlannedVisit
from surveys.store.audit import proof
from surveys.store.patient import consents
from surveys.store.visit import links
from tests.support.pages import Page
from tests.support.patient import Patient, in_process
from tests.support.present import now
from tests.support.staff import Member, signed_in
from tests.support.study import Invited, ask_consent, changing, invite, library, one_table


def enrolled() -> datetime:
    return now() - timedelta(days=40)


PLAN = (
    PlannedVisit("baseline", "Start", "enrolment", 0, 0, 60, ("face",)),
    PlannedVisit("month_3", "Month 3", "enrolment", 90, 7, 7, ("face",)),
    PlannedVisit("month_6", "Month 6", "enrolment", 180, 7, 7, ("face",)),
)
PATH = "/staff/S1/study/amend"


@pytest.fixture
def invited(app: Flask) -> Invited:
    """P1 of a study that asks for consent, enrolled 40 days ago, who agreed then."""
    found = invite(app, at=enrolled(), plan=PLAN)
    ask_consent(app)
    with changing(app) as session:
        text = consents.newest(session, found.study_id, "en")
        signed: dict[str, Any] = {"how": "paper", "signed_on": enrolled().date(), "at": enrolled()}
        consents.decide(session, found.patient_id, text, agreed=True, parts=(), actor="test", **signed)
    return found


def typed(page: Page, **changed: str) -> dict[str, str]:
    """What the amendment's form would send, with month 6 removed, FDI at month 3 and a visit at two years."""
    form = next(one for one in page.steps if one.action == PATH)
    sent = {one.name: one.value for one in form.inputs if one.kind not in {"checkbox", "select"}}
    sent |= {one.name: "y" for one in form.inputs if one.kind == "checkbox" and one.checked}
    sent |= {f"row_{row}-anchor": "enrolment" for row in range(1, 5)}
    sent |= {
        "protocol": "2.0",
        "holds_from": (enrolled().date() + timedelta(days=45)).isoformat(),
        "reason": "Function matters too.",
        "ethics_reference": "EK 12/2026",
        "ethics_on": enrolled().date().isoformat(),
        "consent_version": "2",
        "row_2-ask_fdi": "y",
        "row_3-remove": "y",
        "row_4-name": "Year 2",
        "row_4-offset_days": "730",
        "row_4-window_after": "14",
        "row_4-ask_face": "y",
    }
    return sent | changed


def planned(app: Flask) -> dict[str, tuple[list[str], int]]:
    """The visits that are not withdrawn, with battery and version of the plan."""
    rows = [row for row in one_table(app, "visit") if row["withdrawn_at"] is None]
    return {row["name"]: (row["battery"], row["plan_version"]) for row in rows}


def amended(app: Flask, member: Member) -> Page:
    """The page after all was looked at and decided."""
    member.get(PATH)
    page = member.post(PATH, typed(member.page) | {"do": "look"})
    looked = next(one.value for form in page.steps for one in form.inputs if one.name == "looked")
    return member.post(PATH, typed(page, looked=looked) | {"do": "amend"})


def test_it_is_shown_before_it_is_decided(app: Flask, invited: Invited) -> None:
    ask_consent(app, "2")
    member, before = signed_in(app), planned(app)
    member.get(PATH)

    page = member.post(PATH, typed(member.page) | {"do": "look"})
    assert "That go: 1." in page.text
    assert "Added: Year 2" in page.text
    assert "1 patient is asked for consent anew" in page.text
    assert (planned(app), one_table(app, "amendment")) == (before, [])

    page = member.post(PATH, typed(page, looked="0" * 64) | {"do": "amend"})
    assert "This is not what you have looked at" in page.text
    page = member.post(PATH, typed(page, **{"row_2-offset_days": "80"}) | {"do": "look"})
    assert "End this timepoint, and add another" in page.text
    page = member.post(PATH, typed(page, holds_from="2020-01-01") | {"do": "look"})
    assert "today or a later day" in page.text
    assert one_table(app, "amendment") == []


@pytest.mark.parametrize("decision", ["agree", "decline"])
def test_the_patient_is_asked_before_anything_is_added(
    app: Flask, invited: Invited, decision: str, tmp_path: Path
) -> None:
    ask_consent(app, "2")
    assert "The plan was amended." in amended(app, signed_in(app)).text
    assert planned(app) == {"baseline": (["face"], 1), "month_3": (["face"], 1)}

    with changing(app) as session:
        visit = session.get_one(Visit, invited.visit_id)
        token = links.issue(session, visit, at=datetime.now(UTC), actor="test")
    patient = Patient(in_process(app))
    patient.get(f"/s/{token}")
    patient.next()
    assert "The study has changed" in patient.page.text
    patient.post(patient.path, {"decision": decision})
    if decision == "decline":
        assert "you stay in the study as before" in patient.page.text
        patient.next()
    assert patient.asked == "face/1"

    added = {"month_3": (["face", "fdi"], 2), "year_2": (["face"], 2)}
    kept = {"baseline": (["face"], 1), "month_3": (["face"], 1)}
    assert planned(app) == (kept | added if decision == "agree" else kept)
    assert one_table(app, "patient")[0]["status"] == "active"
    with changing(app) as session:
        assert list(proof.verify(session)) == []
        study = session.get_one(Study, invited.study_id)
        chosen = Selection(session, study.id)
        package.write(Folder(tmp_path), chosen, study, contents_of(chosen, library(app)))
    told, visits = (rows(tmp_path / name) for name in ("amendments.csv", "visits.csv"))
    assert [(one["plan_version"], one["added"], one["ended"], one["holds_from"]) for one in told] == [
        ("2", "year_2", "month_6", "")
    ]
    assert {one["visit"]: one["plan_version"] for one in visits} == {
        name: str(version) for name, (_, version) in planned(app).items()
    }


def rows(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
