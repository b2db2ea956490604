"""Completeness, who changed, and one patient's course."""

from __future__ import annotations

import html
import json
import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from surveys.db import db
from surveys.instruments.library import Library
from surveys.jobs import findings
from surveys.models import Contact, Job, Palsy, Patient, Study, Treatment, Visit
from surveys.store.patient import clinic
from surveys.store.visit import responses
from surveys.store.visit import visits as store_visits
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.support.present import now
from tests.support.staff import Member, signed_in
from tests.support.study import PHQ9, SAQ, Invited, changing, invite, library

DAY = timedelta(days=1)
MOST_STATEMENTS = 16


def give(app: Flask, invited: Invited, visit: str, days_ago: int, **answers: tuple[int, ...]) -> None:
    """Answers given that long ago at one of the plan's visits."""
    texts: Library = library(app)
    with changing(app) as session:
        row = session.scalars(
            select(Visit).where(Visit.patient_id == invited.patient_id, Visit.name == visit)
        ).one()
        new = [
            NewResponse(
                visit_id=row.id,
                patient_id=invited.patient_id,
                instrument=texts.get(key),
                version_id=versions.freeze(session, texts.get(key), at=now()),
                answers={f"q{n}": value for n, value in enumerate(values, 1)},
                source="paper",
                submitted_at=now() - days_ago * DAY,
                completed_on=(now() - days_ago * DAY).date(),
            )
            for key, values in answers.items()
        ]
        responses.add(session, new, at=now(), actor="test")


@pytest.fixture
def worse(app: Flask) -> Invited:
    """P1, whose FaCE total fell from 100 to 0, with item 9 answered and a PHQ-9 of 10 or more."""
    one = invite(app, "P1", at=now() - 100 * DAY)
    give(app, one, "baseline", 95, face=(5, 5, 5, 1, 1, 1, 1, 5, 5, 5, 1, 5, 5, 5, 5), phq9=PHQ9, saq=SAQ)
    give(app, one, "month_3", 5, face=(1,) * 15, phq9=(2,) * 9)
    return one


@pytest.fixture
def member(app: Flask, worse: Invited) -> Member:
    """A coordinator."""
    return signed_in(app)


def test_changes_say_what_is_beyond_chance(app: Flask, member: Member) -> None:
    """Last, previous, and whether the difference is above what is detectable in one person."""
    page = member.get("/staff/S1/changes")
    assert "Worse by" in page.text
    assert "17.6 or more counts" in page.text
    assert "18.0 after" in page.text
    assert "10 or more, item 9 above 0" in page.text
    assert "No earlier score" in page.text, "the SAQ was answered once"


def test_todays_patients_come_first(app: Flask, member: Member) -> None:
    """Then who answered last."""
    other = invite(app, "P0", at=now() - 100 * DAY)
    give(app, other, "baseline", 1, phq9=PHQ9)
    assert member.get("/staff/S1/changes").text.index("P0") < member.page.text.index("P1")
    with changing(app) as session:
        patient = session.scalars(select(Patient).where(Patient.code == "P1")).one()
        clinic.expect(session, [patient.id], on=now().date(), at=now(), actor="test")
    page = member.get("/staff/S1/changes")
    assert page.text.index("P1") < page.text.index("P0")
    assert "In clinic today" in page.text


def test_a_form_of_today_is_shown_again_at_once(
    app: Flask, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the checks are counted by a job: to ask for it must not wait for the page's own transaction."""
    monkeypatch.setattr(findings, "QUICK", -1.0)
    member.post("/staff/S1/clinic", {"numbers": "H\0-1"})
    assert member.status == 422
    with changing(app) as session:
        assert session.scalars(select(Job.kind)).all() == [findings.KIND]


def test_completeness_counts_and_says_every_state(app: Flask, worse: Invited, member: Member) -> None:
    """In words as well as in colour; a missed visit with its reason."""
    with changing(app) as session:
        visit = session.scalars(
            select(Visit).where(Visit.patient_id == worse.patient_id, Visit.name == "month_3")
        ).one()
        store_visits.miss(session, visit, "in hospital", at=now(), actor="test")
        missed = visit.id
    page = member.get("/staff/S1/completeness")
    drawn = member.replies[-1].html
    for state, counts in (("done", "10000"), ("missed", "01000"), ("upcoming", "00111")):
        row = drawn.split(f"All: {state}")[1].split("</tr>")[0]
        assert "".join(re.findall(r"(?<=>)[0-9]+(?=<)", row)) == counts
    assert "Missed: in hospital" in page.text
    assert f'#visit-{missed}"' in drawn
    by_month_3 = html.unescape(
        re.findall(r'<th scope="col"[^>]*><a [^>]*href="([^"]+sort=[0-9]+)"', drawn)[1]
    )
    member.get(by_month_3)
    assert member.replies[-1].html.count('aria-sort="ascending"') == 1
    member.get("/staff/S1/completeness?sort=999")
    assert member.status == 200
    behind = html.unescape(re.findall(r'href="([^"]+state=missed)"', drawn)[0])
    assert "P1" in member.get(behind).text
    assert "Show all" in member.get(behind).text
    member.get(behind.replace("missed", "nonsense"))
    assert member.status == 404
    member.get("/staff/S1/completeness?page=2")
    assert member.status == 404


def test_the_course_has_every_score_on_one_axis(app: Flask, worse: Invited, member: Member) -> None:
    """Onset and injections as lines with product and dose; the same numbers as a table."""
    with changing(app) as session:
        palsy = session.scalars(select(Palsy).where(Palsy.patient_id == worse.patient_id)).one()
        palsy.onset_on, palsy.onset_precision = (now() - 120 * DAY).date(), "day"
        for state, product in (("given", "Toxin A"), ("cancelled", "Toxin B")):
            session.add(
                Treatment(
                    patient_id=worse.patient_id,
                    kind="botulinum_toxin",
                    state=state,
                    started_on=(now() - 50 * DAY).date(),
                    started_precision="day",
                    product=product,
                    dose=12.5,
                    unit="U",
                )
            )
        patient = session.get_one(Patient, worse.patient_id)
        patient.contact = Contact(name="Änne Jäger", born_on=date(1970, 5, 1))
        clinic.write_note(session, worse.patient_id, "Prefers mornings", at=now(), actor="test")
    page = member.get("/staff/S1/course/P1")
    assert "Botulinum toxin, Toxin A, 12.5 U" in page.text
    assert "Toxin B" not in page.text
    assert "Course of P1 Änne Jäger, born 1 May 1970" in page.text
    assert "Next visit: 3 months, due" in page.text
    assert "Prefers mornings" in page.text
    assert "worse by the detectable change of 17.6 or more" in page.text
    assert "A note was written" in page.text
    html = member.replies[-1].html
    found = re.findall(r'class="figure-data"[^>]*>(.*?)</script>', html, re.S)
    drawn = [json.loads(one) for one in found]
    assert [len(panel["data"][-1]["x"]) for panel in drawn] == [2, 2, 1, 2]
    assert html.count("<circle ") == 7


def test_a_score_stands_on_the_course_at_once(app: Flask, worse: Invited, member: Member) -> None:
    """Nothing is kept between requests that a new answer would have to wait for; without any, it says so."""
    assert "No score yet." not in member.get("/staff/S1/course/P1").text
    give(app, worse, "month_6", 0, phq9=(3,) * 9)
    assert "27.0" in member.get("/staff/S1/course/P1").text
    invite(app, "P2")
    assert "No score yet." in member.get("/staff/S1/course/P2").text


def test_overviews_cost_a_fixed_number_of_statements(app: Flask, member: Member) -> None:
    """However many patients stand on them."""
    told: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: told.append(args[2]))
        assert db.session.scalars(select(Study.code)).one() == "S1"
    counts = []
    for code in ("P2", "P3"):
        invite(app, code)
        for path in ("/staff/S1/changes", "/staff/S1/completeness"):
            told.clear()
            member.get(path)
            counts.append(len(told))
    assert counts[:2] == counts[2:]
    assert max(counts) <= MOST_STATEMENTS


def test_a_site_sees_its_own_patients_only(app: Flask, worse: Invited) -> None:
    """On every page over many patients; nor can it put those of another site on its list."""
    with changing(app) as session:
        session.get_one(Patient, worse.patient_id).site = "South"
        clinic.expect(session, [worse.patient_id], on=now().date(), at=now(), actor="test")
    south, north = signed_in(app, site="South"), signed_in(app, site="North")
    for path in ("clinic", "clinic/progress", "needs", "changes", "completeness"):
        shown = str(worse.patient_id) if path == "clinic/progress" else ">P1<"  # a token may hold "P1"
        for one, sees in ((south, True), (north, False)):
            one.get(f"/staff/S1/{path}")
            assert one.status == 200
            assert (shown in one.replies[-1].html) is sees, (path, sees)
    assert "is not enrolled in this study" in north.post("/staff/S1/clinic", {"numbers": "P1"}).text
