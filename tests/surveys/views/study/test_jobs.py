"""The page of an export, a freeze or a report that takes longer: how far it is, its file, and for whom."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from surveys.jobs import files, queue
from surveys.jobs.desk import Desk
from surveys.models import Job, JobPart, Membership, Patient
from surveys.store.patient import erasing
from surveys.views.web import jobs
from tests.support.simulated import MOOD_ALONE
from tests.support.staff import Member, signed_in
from tests.support.study import changing, invite, one_table, stored

EXPORT = "/staff/S1/export"
FREEZES = "/staff/S1/freezes"
PAGE = "/staff/S1/jobs/1"
FILE = f"{PAGE}/file"


class Later:
    """Jobs are done when the test says so."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        desk: Desk = app.extensions["desk"]
        self._work = desk.wake
        monkeypatch.setattr(desk, "wake", lambda: None)
        monkeypatch.setattr(jobs, "PATIENCE", 0.0)

    def now(self) -> None:
        """Do them."""
        self._work()


@pytest.fixture
def later(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Later:
    """A study with a patient, whose jobs nobody waits for."""
    invite(app, plan=MOOD_ALONE)
    return Later(app, monkeypatch)


def asked(app: Flask, role: str = "coordinator", site: str | None = None, **fields: str) -> Member:
    """Somebody who asked for an export."""
    member = signed_in(app, role, site=site)
    member.get(EXPORT)
    member.post(EXPORT, {"form": "tidy", **fields})
    return member


@pytest.mark.parametrize("role", ["investigator", "admin"])
def test_what_a_colleague_asked_for_is_not_there(app: Flask, later: Later, role: str) -> None:
    """Nobody but who asked gets the file, nor learns of it."""
    asked(app)
    later.now()
    colleague = signed_in(app, role)
    for address in (PAGE, FILE):
        colleague.get(address)
        assert colleague.status == 404


def test_an_export_is_waited_for_and_downloaded(app: Flask, later: Later) -> None:
    """The page loads again by itself, and then has the file; it may be fetched again."""
    member = asked(app)
    assert (member.status, member.path) == (202, PAGE)
    assert member.replies[-1].header("Refresh") == "3"
    assert "It waits for its turn." in member.page.text
    assert member.page.links[PAGE] == "Look again now"
    later.now()
    member.get(PAGE)
    assert member.status == 200
    assert member.replies[-1].header("Refresh") is None
    assert member.page.links[FILE] == "Download S1.zip"
    for _ in range(2):
        answer = member.send("GET", FILE, [])
        assert answer.header("Content-Disposition") == "attachment; filename=S1.zip"
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.testzip() is None


def test_a_job_that_is_running_says_since_when(app: Flask, later: Later) -> None:
    member = asked(app)
    with changing(app) as session:
        assert queue.claim(session, "a", at=datetime.now(UTC))
    member.get(PAGE)
    assert "It is being made since" in member.page.text


def test_only_who_asked_may_see_it(app: Flask, later: Later) -> None:
    """Nobody else of the study, and not with fewer rights than when it was asked for."""
    member = asked(app, exact="y", reason="Linkage")
    later.now()
    other = signed_in(app, "investigator")
    for one, status in ((other, 404), (member, 200)):
        for path in (PAGE, FILE):
            assert one.send("GET", path, []).status == status
    for change in ({"role": "analyst"}, {"role": "coordinator", "site": "North"}):
        with changing(app) as session:
            session.execute(update(Membership).where(Membership.role == "coordinator").values(**change))
            session.execute(update(Membership).where(Membership.role == "analyst").values(**change))
        for path in (PAGE, FILE):
            assert member.send("GET", path, []).status == 404


def test_an_erasure_takes_the_file_along(app: Flask, later: Later) -> None:
    """Asked for before, or being made just then; the page says to ask again."""
    member = asked(app)
    later.now()
    at = datetime.now(UTC)
    with changing(app) as session:
        patient = session.scalars(select(Patient)).one()
        erasing.remove(session, patient, reason="Asked", on=at.date(), at=at, actor="test")
    assert one_table(app, "job_part") == []
    member.get(PAGE)
    assert "Its file is gone" in member.page.text
    assert member.send("GET", FILE, []).status == 302


def test_a_file_is_gone_after_its_day(app: Flask, later: Later) -> None:
    member = asked(app)
    later.now()
    with changing(app) as session:
        session.execute(delete(JobPart))
    member.get(PAGE)
    assert "files are kept for a day" in member.page.text


def test_a_file_that_goes_while_it_is_fetched_is_no_part_of_one(
    app: Flask, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look that found it was another: the page tells that it is gone."""
    member = asked(app)
    later.now()
    monkeypatch.setattr(files, "is_there", lambda desk, job: True)
    with changing(app) as session:
        session.execute(delete(JobPart))
    assert member.send("GET", FILE, []).status == 302


def test_a_freeze_and_its_report_may_take_longer_too(app: Flask, later: Later) -> None:
    """A name that somebody else took meanwhile is told there."""
    member = signed_in(app)
    member.get(FREEZES)
    for _ in range(2):
        member.post(FREEZES, {"name": "First"})
        assert (member.status, member.path) == (202, PAGE)
        member.get(FREEZES)
    second = signed_in(app, "admin")
    second.get(FREEZES)
    second.post(FREEZES, {"name": "First"})
    later.now()
    member.get(PAGE)
    assert member.page.links[FREEZES] == "Data freezes"
    second.get("/staff/S1/jobs/2")
    assert "There is a freeze “First” already." in second.page.text
    member.get(f"{FREEZES}/1.json")
    assert member.status == 202
    later.now()
    member.get("/staff/S1/jobs/3")
    assert member.page.links["/staff/S1/jobs/3/file"] == "Download S1-freeze-1.json"
    assert member.send("GET", "/staff/S1/jobs/3/file", []).header("Content-Type") == "application/json"


def test_where_too_much_waits_nothing_is_made_and_that_is_said(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with when to try again; no export is noted."""
    invite(app)
    member = signed_in(app)
    member.get(EXPORT)
    before = stored(app, "event", "job")
    monkeypatch.setattr(queue, "LONGEST", 0)
    said = member.post(EXPORT, {"form": "tidy"}).text
    assert member.status == 503
    assert member.replies[-1].header("Retry-After") == "30"
    assert "Please go back and try again in a few minutes." in said
    assert stored(app, "event", "job") == before


def test_a_fault_is_told_without_its_words(app: Flask, later: Later) -> None:
    member = asked(app)
    with changing(app) as session:
        task = queue.claim(session, "a", at=datetime.now(UTC))
        assert task is not None
        queue.fail(session, task, "It could not be made.", at=datetime.now(UTC))
    member.get(PAGE)
    assert "It could not be made." in member.page.text
    with changing(app) as session:
        assert session.scalars(select(Job.state)).all() == ["failed"]
