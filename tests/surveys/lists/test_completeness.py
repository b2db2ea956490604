"""Patients by timepoints: where a visit stands, how many there are, and on which page."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from surveys.lists import completeness
from surveys.lists.scope import Scope
from surveys.models import Patient, Serving, Timepoint
from tests.support.plans import said
from tests.surveys.lists.conftest import DUE
from tests.surveys.lists.test_changes import add
from tests.surveys.lists.test_patients import DAY, add_visit, answer, begin, scope

LATE = DUE + 25 * DAY  # the visits of DUE are over


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The statements are the same on both."""
    return sqlite_url


@pytest.fixture
def plan(session: Session, patient: Patient) -> tuple[Timepoint, Timepoint]:
    """Two timepoints, the later one stored first."""
    made = [
        Timepoint(
            study_id=patient.study_id,
            key=key,
            name=key.title(),
            position=position,
            anchor="enrolment",
            offset_days=0,
            window_before=10,
            window_after=20,
            battery=["face", "saq"],
        )
        for key, position in (("second", 2), ("first", 1))
    ]
    session.add_all(made)
    session.flush()
    return made[1], made[0]


def test_each_visit_stands_at_its_timepoint(
    session: Session, patient: Patient, plan: tuple[Timepoint, Timepoint]
) -> None:
    """In the plan's order; a missed one with its reason; one outside the plan nowhere."""
    first, second = plan
    done, missed, outside = (add_visit(session, patient, name) for name in ("done", "missed", "outside"))
    done.timepoint_id, missed.timepoint_id, missed.missed_reason = first.id, second.id, "ill"
    answer(session, done, "face", "saq")
    begin(session, outside)
    session.flush()
    found = completeness.grid(session, scope(patient), 1)
    assert [column.name for column in found.columns] == ["First", "Second"]
    [line] = found.lines
    assert (line.code, line.status) == ("P1", "active")
    assert line.cells == {
        first.id: [completeness.Cell(done.id, "done", None)],
        second.id: [completeness.Cell(missed.id, "missed", "ill")],
    }
    assert [{state: n for state, n in column.counts.items() if n} for column in found.columns] == [
        {"done": 1},
        {"missed": 1},
    ]


def test_a_visit_for_several_timepoints_stands_at_each(
    session: Session, patient: Patient, plan: tuple[Timepoint, Timepoint]
) -> None:
    """Once, though it is kept that it serves its own too; several of one timepoint by their days."""
    first, second = plan
    visit, later = add_visit(session, patient, "v1"), add_visit(session, patient, "v2", DUE + 40 * DAY)
    visit.timepoint_id = later.timepoint_id = first.id
    later.occurrence = 2
    session.flush()
    for timepoint in plan:
        session.add(Serving(visit_id=visit.id, timepoint_id=timepoint.id, occurrence=1))
    session.flush()
    found = completeness.grid(session, scope(patient, LATE), 1)
    [line] = found.lines
    assert [cell.state for cell in line.cells[first.id]] == ["missed", "upcoming"]
    assert [cell.state for cell in line.cells[second.id]] == ["missed"]
    assert [{state: n for state, n in column.counts.items() if n} for column in found.columns] == [
        {"missed": 1, "upcoming": 1},
        {"missed": 1},
    ]


def test_a_count_leads_to_those_whom_it_counts(
    session: Session, patient: Patient, plan: tuple[Timepoint, Timepoint]
) -> None:
    """Also where a visit of another timepoint serves this one; the counts stay those of all."""
    first, second = plan
    for code in ("P2", "P3"):
        add_visit(session, add(session, code, patient), "v1").timepoint_id = first.id
    visit = add_visit(session, patient, "v1")
    visit.timepoint_id = second.id
    session.add(Serving(visit_id=visit.id, timepoint_id=first.id, occurrence=1))
    session.flush()
    for timepoint, codes in ((first, ["P1", "P2", "P3"]), (second, ["P1"])):
        only = completeness.Only(timepoint.id, "due")
        found = completeness.grid(session, scope(patient), 1, only=only)
        assert [line.code for line in found.lines] == codes
        assert [column.counts["due"] for column in found.columns] == [3, 1]
        assert {column.id: column.counts["due"] for column in found.columns}[timepoint.id] == len(codes)
    nobody = completeness.grid(session, scope(patient), 1, only=completeness.Only(first.id, "done"))
    assert (nobody.lines, nobody.pages) == ([], 1)


def test_a_column_sorts_by_what_needs_somebody(
    session: Session, patient: Patient, plan: tuple[Timepoint, Timepoint]
) -> None:
    """Equal ones by code, who has no visit there last; over pages too, and by a visit that serves it."""
    first, second = plan
    states = {"P1": second, "P2": first, "P3": first, "P4": first}
    for code, timepoint in states.items():
        other = patient if code == "P1" else add(session, code, patient)
        visit = add_visit(session, other, "v1")
        visit.timepoint_id = timepoint.id
        if code == "P4":
            visit.missed_reason = "ill"
        if code == "P2":
            answer(session, visit, "face", "saq")
    session.flush()
    pages = [completeness.grid(session, scope(patient), number, 2, sort=first.id) for number in (1, 2)]
    assert [line.code for page in pages for line in page.lines] == ["P4", "P3", "P2", "P1"]
    by_second = completeness.grid(session, scope(patient), 1, sort=second.id)
    assert [line.code for line in by_second.lines] == ["P1", "P2", "P3", "P4"]


def test_counts_are_of_all_and_lines_of_a_page(
    session: Session, patient: Patient, plan: tuple[Timepoint, Timepoint]
) -> None:
    """By code; nobody of another site, counted neither."""
    for code, site in (("P3", None), ("P2", "North"), ("P4", None), ("P5", "North")):
        other = add(session, code, patient, site=site)
        add_visit(session, other, "v1").timepoint_id = plan[0].id
    session.flush()
    pages = [completeness.grid(session, scope(patient), number, 2) for number in (1, 2, 3)]
    assert [[line.code for line in page.lines] for page in pages] == [["P1", "P2"], ["P3", "P4"], ["P5"]]
    assert {page.pages for page in pages} == {3}
    assert [page.columns[0].counts["due"] for page in pages] == [4, 4, 4]
    north = completeness.grid(session, Scope(patient.study_id, "North", DUE), 1)
    assert [line.code for line in north.lines] == ["P2", "P5"]
    assert (north.columns[0].counts["due"], north.pages) == (2, 1)


def test_a_study_without_patients_has_a_page(session: Session, patient: Patient) -> None:
    assert completeness.grid(session, Scope(patient.study_id, "nowhere", DUE), 1) == completeness.Grid(
        [], [], 1
    )


def test_counts_read_no_row(session: Session, patient: Patient) -> None:
    """Neither visits that are done nor patients, though the rows of an unfinished import are passed over."""
    with said(session.get_bind().engine) as statements:
        completeness.grid(session, scope(patient), 1)
    connection = session.connection()
    plan = {
        row[3]
        for statement, parameters in statements.items()
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    }
    assert "SEARCH visit USING COVERING INDEX ix_visit_done (study_id=?)" in plan
    assert "SEARCH patient USING COVERING INDEX ix_patient_site_folded (study_id=?)" in plan
