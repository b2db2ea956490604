"""An import is taken back whole, unless somebody built on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from surveys.db import writing
from surveys.exchange import importing
from surveys.models import Patient, Staff, Treatment, Visit
from surveys.schedule import preset
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import patients, treatments, undoing
from surveys.store.patient.patients import NewPatient, NewTreatment
from surveys.store.visit import planning
from tests.support.desk import LIBRARY, NOW, Desk

FILE = (
    "patient,visit,completed_on,birth_year,treatments,house_brackmann,phq9_q9,face_q1\n"
    "P1,baseline,2025-01-01,1970,massage,3,2,1\n"
    "P2,a,2025-01-01,1980,,,0,2\n"
    "P2,b,2025-02-01,1980,,,1,2\n"
)
OTHER = "patient,visit,completed_on,birth_year,face_q1\nP9,a,2025-01-01,1970,1\n"
FILLED = ("visit", "response", "score", "alert", "treatment", "grading", "palsy")


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of its own: each step of an import is committed."""
    return str(request.getfixturevalue(request.param))


def undo(desk: Desk, number: int | None = None, later: int = 1) -> None:
    """Take an import back, an hour later."""
    at = NOW + timedelta(hours=later)
    undoing.undo(desk.transaction, desk.study_id, number, at=at, actor="test")


def change(desk: Desk, statement: str, **values: Any) -> None:
    """Change something, as staff or patients would."""
    with writing():
        desk.session.execute(text(statement), values)
        desk.session.commit()


def test_nothing_of_it_is_left(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """But other imports, the events, and rows of patients without anything in them; the trail holds."""
    monkeypatch.setattr(undoing, "AT_ONCE", 2)
    desk.take(OTHER)
    before = {table: desk.count(table) for table in FILLED}
    desk.take(FILE)
    undo(desk)
    assert {table: desk.count(table) for table in FILLED} == before
    assert desk.rows("SELECT code, birth_year, import_id FROM patient WHERE import_id = 2") == [
        ("_import/2/2", None, 2),
        ("_import/2/3", None, 2),
    ]
    assert desk.rows("SELECT action FROM event WHERE action <> 'facts.bound' ORDER BY id DESC LIMIT 3") == [
        ("patient.removed",),
        ("patient.removed",),
        ("import.undone",),
    ]
    assert list(audit.verify(desk.session)) == []
    with pytest.raises(Refused, match="Import 2 was taken back already"):
        undo(desk, 2)
    assert desk.take(FILE).new_responses == 6


def test_what_broke_off_is_taken_back_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a taking back that broke off goes on; until then nothing else is imported."""
    monkeypatch.setattr(importing, "PORTION", 1)
    monkeypatch.setattr(undoing, "AT_ONCE", 1)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.take(FILE, progress=stop)
    assert desk.count("response") == 2
    removed = undoing._remove_visits
    monkeypatch.setattr(undoing, "_remove_visits", lambda *_: stop(0))
    with pytest.raises(KeyboardInterrupt):
        undo(desk)
    with pytest.raises(Refused, match=r"not all of it is removed yet. Go on with: seventh import undo S1 1"):
        desk.take(OTHER)
    monkeypatch.setattr(undoing, "_remove_visits", removed)
    undo(desk)
    assert (desk.count("response"), desk.count("visit")) == (0, 0)
    assert desk.take(OTHER).new_responses == 1


def test_a_visit_that_was_there_before_stays(desk: Desk) -> None:
    """Only the answers that the import put into it go, with the alert that they raised."""
    desk.take("patient,visit,completed_on,birth_year,face_q1\nP1,a,2025-01-01,1970,1\n")
    desk.take("patient,visit,completed_on,birth_year,face_q1,phq9_q9\nP1,a,2025-01-01,1970,1,2\n")
    assert desk.session.scalars(select(Visit.battery)).all() == [["face", "phq9"]]
    desk.session.rollback()
    assert (desk.count("response"), desk.count("alert")) == (2, 1)
    undo(desk)
    assert desk.rows("SELECT instrument, held FROM response") == [("face", 0)]
    assert desk.session.execute(select(Visit.battery, Visit.done)).all() == [(["face"], True)]
    assert list(audit.verify(desk.session)) == []
    desk.session.rollback()
    assert (desk.count("visit"), desk.count("alert"), desk.count("patient")) == (1, 0, 1)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (
            "UPDATE alert SET state = 'acknowledged', acknowledged_at = '2025-06-15 09:30:00'",
            "staff were told of one of its alerts, or took it on",
        ),
        ("UPDATE response SET annulled_at = '2025-06-15 09:30:00'", "corrected or annulled"),
        (
            """INSERT INTO draft (visit_id, instrument, instrument_version_id, locale, answers, source,
            started_at, saved_at) SELECT id, 'saq', 1, 'en', '{}', 'web', '2025-06-15', '2025-06-15'
            FROM visit""",
            "patients have begun to answer at its visits",
        ),
        (
            """INSERT INTO link (visit_id, digest, created_at, created_by, expires_at)
            SELECT min(id), 'x', '2025-06-15', 'test', '2025-07-15' FROM visit""",
            "its visits have links",
        ),
        (
            """INSERT INTO data_freeze (study_id, name, content, sha256, patients, responses, made_by,
            made_at) VALUES (1, 'first', '{}', 'x', 2, 4, 'test', '2025-06-15 09:30:00')""",
            "a freeze holds it",
        ),
        (
            """INSERT INTO injection_site (treatment_id, muscle, side, units)
            SELECT id, 'frontalis', 'left', 2.5 FROM treatment""",
            "units by muscle of one of its injections were recorded",
        ),
    ],
)
def test_not_where_somebody_built_on_it(desk: Desk, build: str, said: str) -> None:
    """The sentence says on what, and everything stays."""
    desk.take(FILE)
    change(desk, build)
    with pytest.raises(Refused, match=said):
        undo(desk)
    assert desk.count("response") == 6
    assert desk.rows("SELECT undone_at FROM data_import") == [(None,)]


def test_not_where_staff_changed_what_it_brought_to_others(desk: Desk) -> None:
    """A treatment that was corrected, a visit that was signed: of patients who were there before."""
    desk.take(OTHER)
    desk.take("patient,visit,completed_on,treatments,phq9_q1\nP9,b,2025-02-01,massage,1\n")
    with writing():
        [known] = desk.session.scalars(select(Patient))
        [massage] = desk.session.scalars(select(Treatment))
        made = {"today": NOW.date(), "at": NOW + timedelta(minutes=5), "actor": "staff:1"}
        new = NewTreatment("massage", sessions=3)
        treatments.correct(desk.session, known, massage, new, reason=None, **made)
        desk.session.add(
            Staff(email="a@example.org", name="A", password="x", fs_uniquifier="x", created_at=NOW)
        )
        desk.session.commit()
    change(
        desk,
        "INSERT INTO signature (visit_id, meaning, staff_id, name, role, signed_at, digest) "
        "SELECT max(id), 'reviewed', 1, 'A', 'investigator', '2025-06-15', 'x' FROM visit",
    )
    with pytest.raises(Refused, match=r"one of its visits was signed; one of its treatments was changed\."):
        undo(desk)


def test_not_where_visits_were_laid_by_its_treatments(make_desk: Callable[..., Desk]) -> None:
    """Once nobody is asked at them any more, it goes, and its treatments with it."""
    desk = make_desk(plan=preset("botulinum_toxin"))
    with writing():
        study = desk.study()
        new = NewPatient("P1", date(2025, 6, 1), birth_year=1970)
        facts = {"at": NOW, "actor": "test"}
        patients.enrol(desk.session, study, study.timepoints, new, LIBRARY, **facts)
        desk.session.commit()
    desk.take("patient,visit,completed_on,treatments,phq9_q1\nP1,a,2025-06-02,botulinum_toxin@2025-06-01,1\n")
    with writing():
        known = desk.session.scalars(select(Patient)).one()
        planning.replan(desk.session, known, LIBRARY, changed=("treatment",), **facts)
        desk.session.commit()
    assert desk.rows("SELECT count(*) FROM serving WHERE treatment_id IS NOT NULL") == [(2,)]
    with pytest.raises(Refused, match="visits were laid by the day of one of its treatments"):
        undo(desk)
    change(desk, "UPDATE visit SET withdrawn_at = '2025-06-15' WHERE import_id IS NULL")
    undo(desk)
    assert (desk.count("treatment"), desk.count("serving"), desk.count("visit")) == (0, 0, 2)


def test_not_where_its_patients_were_changed(desk: Desk) -> None:
    """Any later event of one of its patients; the next import of another answer is one."""
    desk.take(FILE)
    desk.at = NOW + timedelta(minutes=5)
    desk.take("patient,visit,completed_on,phq9_q1\nP2,c,2025-03-01,1\n")
    with pytest.raises(Refused, match=r"Import 1 of import.csv .* changed since \(response.stored\)"):
        undo(desk, 1)
    undo(desk, 2)
    assert desk.count("response") == 6


def test_there_must_be_one(make_desk: Callable[..., Desk]) -> None:
    """Of this study."""
    with pytest.raises(Refused, match="no such import"):
        undo(make_desk())
