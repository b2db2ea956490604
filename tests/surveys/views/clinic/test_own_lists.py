"""A list from the first condition to the file, and a second reader of another site."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

import pytest
from flask import Flask

from surveys.instruments.own import OwnField, OwnForm
from surveys.models import OwnList, Patient, Study, Treatment
from surveys.store.visit import responses, visits
from surveys.store.visit.responses import NewResponse
from surveys.store.words import own_forms, versions
from tests.support.present import now
from tests.support.staff import Member, signed_in
from tests.support.study import changing, invite, library, one_table

DAY = timedelta(days=1)
WORSE, BETTER = (1, 5), (5, 1)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Every field's SQL is tried on both databases beside its module."""
    return sqlite_url


def treated(app: Flask, code: str, site: str, injected: int, answers: tuple[int, ...]) -> None:
    """A patient injected so many days ago, whose SAQ has all items of a visit answered with these."""
    found = invite(app, code, at=now() - 200 * DAY)
    with changing(app) as session:
        patient = session.get_one(Patient, found.patient_id)
        study = session.get_one(Study, found.study_id)
        patient.site = site
        on = (now() - injected * DAY).date()
        session.add(
            Treatment(patient_id=patient.id, kind="botulinum_toxin", started_on=on, started_precision="day")
        )
        saq = library(app).get("saq")
        for nth, value in enumerate(answers):
            when = now() - (20 - nth) * DAY
            visit = visits.add_unscheduled(
                session, study, patient, ["saq"], library(app), on=when.date(), at=when, actor="test"
            )
            new = NewResponse(
                visit_id=visit.id,
                patient_id=patient.id,
                instrument=saq,
                version_id=versions.freeze(session, saq, at=now()),
                answers={item.key: value for item in saq.items},
                source="paper",
                submitted_at=when,
                completed_on=when.date(),
            )
            responses.add(session, [new], at=now(), actor="test")


def shown(member: Member) -> list[str]:
    """The codes of the open page's table."""
    return re.findall(r'<th scope="row"[^>]*><a [^>]*>([^<]+)</a>', member.replies[-1].html)


def test_all_with_toxin_since_then_whose_saq_rose(app: Flask) -> None:
    """By hand: a field, its condition, another, a column, a name; then a colleague of the other site."""
    treated(app, "N1", "North", 30, WORSE)
    treated(app, "N2", "North", 30, BETTER)
    treated(app, "N3", "North", 190, WORSE)
    treated(app, "S1", "South", 30, WORSE)
    coordinator = signed_in(app)
    coordinator.get("/staff/S1/own-lists/look?about=family.toxin.begun_on")
    assert "on or after" in coordinator.page.text
    since = (now() - 60 * DAY).date().isoformat()
    look = "/staff/S1/own-lists/look?about={}&op={}&value={}"
    coordinator.get(look.format("family.toxin.begun_on", "since", since))
    assert shown(coordinator) == ["N1", "N2", "S1"]
    coordinator.get(f"{coordinator.path}&about=change.saq.total&op=above&value=x")
    assert "<title>Error" in coordinator.replies[-1].html
    asked = coordinator.path.partition("&about=")[0]
    coordinator.get(f"{asked}&about=change.saq.total&op=above&value=0")
    assert shown(coordinator) == ["N1", "S1"]
    coordinator.get(f"{coordinator.path}&show=last.saq.total&columns=1")
    assert "SAQ" in coordinator.page.text
    chosen = [(name, value) for name, value in _pairs(coordinator.path)]
    coordinator.post("/staff/S1/own-lists", [*chosen, ("name", "Toxin, SAQ rose"), ("shared", "y")])
    assert "<title>Toxin, SAQ rose" in coordinator.replies[-1].html
    assert shown(coordinator) == ["N1", "S1"]
    [kept] = one_table(app, "own_list")

    colleague = signed_in(app, "investigator", site="South")
    assert "Toxin, SAQ rose" in colleague.get("/staff/S1/own-lists").text
    colleague.get(f"/staff/S1/own-lists/{kept['id']}")
    assert shown(colleague) == ["S1"]
    assert "1 patient" in colleague.page.text
    colleague.get(f"/staff/S1/own-lists/file.csv?{_query(chosen)}")
    rows = list(csv.reader(io.StringIO(colleague.replies[-1].content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Study code", "S1"]
    assert [row["action"] for row in one_table(app, "event")][-1] == "study.downloaded"
    for path in (f"/staff/S1/own-lists/{kept['id']}", f"/staff/S1/own-lists/{kept['id']}/delete"):
        colleague.post(path, {"name": "Mine now", "sure": "yes"})
        assert "Only who made this list may change it" in colleague.page.text
    assert one_table(app, "own_list") == [kept]

    coordinator.post(f"/staff/S1/own-lists/{kept['id']}", [*chosen, ("name", "Toxin")])
    colleague.get(f"/staff/S1/own-lists/{kept['id']}")
    assert colleague.status == 404
    assert "No patient is touched" in coordinator.get(f"/staff/S1/own-lists/{kept['id']}/delete").text
    coordinator.post(f"/staff/S1/own-lists/{kept['id']}/delete", {"sure": "yes"})
    assert one_table(app, "own_list") == []


def test_a_list_has_what_an_own_form_asked(app: Flask) -> None:
    """On the page and in the file, a number with all its decimals and choices by their words."""
    found = invite(app)
    choices = {"en": ("brow", "eye", "mouth")}
    fields = (
        OwnField(1, "decimal", {"en": "Amplitude"}, {}, 0.0, 20.0, "mV"),
        OwnField(2, "choices", {"en": "Where"}, choices),
    )
    with changing(app) as session:
        study = session.get_one(Study, found.study_id)
        form = own_forms.keep(
            session,
            study,
            OwnForm({"en": "Nerve test"}, "staff", False, fields),
            library(app),
            at=now(),
            actor="test",
        )
    with changing(app) as session:
        own_forms.learn(session, library(app))
        new = NewResponse(
            visit_id=found.visit_id,
            patient_id=found.patient_id,
            instrument=form,
            version_id=versions.freeze(session, form, at=now()),
            answers={"q1": 2.25, "q2": [1, 3]},
            source="paper",
            submitted_at=now(),
            completed_on=now().date(),
        )
        responses.add(session, [new], at=now(), actor="test")
    member, key = signed_in(app), f"own.{form.key}"
    member.get(f"/staff/S1/own-lists/look?about={key}.q2")
    assert "has one of" in member.page.text
    chosen = [("show", "code"), ("show", f"{key}.q1"), ("show", f"{key}.q2"), ("if", f"{key}.q2~is~3~2")]
    member.get(f"/staff/S1/own-lists/look?{_query(chosen)}")
    assert shown(member) == ["P1"]
    for words in ("Nerve test: Where: has one of mouth, eye", "Amplitude (mV)", "2.25", "brow, mouth"):
        assert words in member.page.text
    member.get(f"/staff/S1/own-lists/file.csv?{_query(chosen)}")
    rows = list(csv.reader(io.StringIO(member.replies[-1].content.decode("utf-8-sig"))))
    assert rows[1] == ["P1", "2.25", "brow, mouth"]


def test_a_list_whose_field_went_says_so(app: Flask) -> None:
    """On the page and in the head of its file; the rest is shown, and no list is shared by two names."""
    found = invite(app)
    member = signed_in(app)
    conditions = [["last.gone.total", "above", ["3"]], ["sex", "is", ["unknown"]]]
    with changing(app) as session:
        session.add(
            OwnList(
                study_id=found.study_id,
                staff_id=one_table(app, "staff")[0]["id"],
                name="Old",
                shared=False,
                chosen={
                    "columns": ["code", "at.gone"],
                    "conditions": conditions,
                    "sort": "at.gone",
                    "down": False,
                    "labels": {"last.gone.total": "Old scale: last", "at.gone": "2 weeks: state"},
                },
                made_at=now(),
                changed_at=now(),
            )
        )
    member.get("/staff/S1/own-lists/1")
    assert shown(member) == ["P1"]
    for words in ("“2 weeks: state” is left out", "“Old scale: last” does not count", "more patients than"):
        assert words in member.page.text
    query = _query([("if", "last.gone.total~above~3")])
    member.get(f"/staff/S1/own-lists/file.csv?{query}")
    assert "does not count" in member.replies[-1].content.decode("utf-8-sig").splitlines()[0]
    member.post("/staff/S1/own-lists", {"name": "OLD"})
    assert "You have a list “OLD” already" in member.page.text
    assert len(one_table(app, "own_list")) == 1
    for path in ("look?page=99", "look?list=77", "77", "77/delete", "look?page=x"):
        member.get(f"/staff/S1/own-lists/{path}")
        assert member.status in (200, 404)
    member.get("/staff/S1/own-lists/look?about=nothing")
    assert "Choose what the condition is about" in member.page.text


def _pairs(path: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in parse_qsl(path.partition("?")[2]) if name != "columns"]


def _query(pairs: list[tuple[str, str]]) -> str:
    return urlencode(pairs)
