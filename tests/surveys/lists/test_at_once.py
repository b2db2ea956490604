"""Several lists in one statement: each as if it were asked for alone."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.lists.at_once import Part, ShortList, ask, read, together
from surveys.models import Patient, Study, Visit
from tests.surveys.lists.conftest import DUE
from tests.surveys.lists.test_patients import DAY, add_visit


def test_each_list_has_its_own_columns_order_and_limit(session: Session, patient: Patient) -> None:
    """Dates and lists keep their types beside others of the same name or none; an empty list is there."""
    for days in (1, 3, 2):
        add_visit(session, patient, f"v{days}", DUE + days * DAY)
    latest = select(Visit.name, Visit.due_on, Visit.battery)
    found = read(
        session,
        {
            "visits": ShortList(latest, (Visit.due_on.desc(),), limit=2),
            "patients": ShortList(select(Patient.id, Patient.code, Patient.status), (Patient.code,)),
            "numbers": ShortList(select(Patient.id.label("name"), Patient.enrolled_on), (Patient.id,)),
            "studies": ShortList(select(Study.id).where(Study.code == "none"), (Study.id,)),
        },
    )
    assert found == {
        "visits": [
            {"name": f"v{days}", "due_on": DUE + days * DAY, "battery": ["face", "saq"]} for days in (3, 2)
        ],
        "patients": [{"id": patient.id, "code": "P1", "status": "active"}],
        "numbers": [{"name": patient.id, "enrolled_on": DUE}],
        "studies": [],
    }


def test_the_parts_of_a_page_are_made_of_their_own_rows(session: Session, patient: Patient) -> None:
    """In their order; one alone as it is among others."""
    add_visit(session, patient)
    visits = Part(
        {"visits": ShortList(select(Visit.name), (Visit.id,))},
        lambda rows: [row["name"] for row in rows["visits"]],
    )
    codes = Part(
        {"patients": ShortList(select(Patient.code), (Patient.code,))},
        lambda rows: [row["code"] for row in rows["patients"]],
    )
    assert together(session, codes, visits) == [["P1"], ["v1"]]
    assert (ask(session, codes), ask(session, visits)) == (["P1"], ["v1"])
