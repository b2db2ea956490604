"""Each fact of a patient as a column, and as a condition."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from analysis.data.kinds import ALL_FAMILIES, ALL_KINDS
from surveys.lists.own.facts import PlanPart, fields
from surveys.lists.own.fields import OPERATORS
from surveys.models import Alert, Consent, Contact, Grading, Palsy, Timepoint, Treatment
from surveys.views.clinic import display
from tests.surveys.lists.own.conftest import AT, TODAY, Shown, codes, patient, scored


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each field is SQL of its own."""
    return str(request.getfixturevalue(request.param))


@pytest.mark.parametrize("of", [5, pytest.param(1, marks=pytest.mark.long)])
def test_every_field_is_shown_sorted_and_asked_for(session: Session, shown: Shown, of: int) -> None:
    """Both databases take each of them, or one `of` so many, in each way, also where nothing is known."""
    plan = session.query(Timepoint).all()
    every = list(fields(display.LISTS, [PlanPart(one.id, one.key, one.name) for one in plan]))
    assert len({one.key for one in every}) == len(every) > 2 * (len(ALL_KINDS) + len(ALL_FAMILIES))
    assert {one.kind for one in every} <= set(OPERATORS)
    assert not [one.key for one in every if str(one.label) in ("", "None")]
    values = {"number": "3", "days_since": "3", "text": "a"}
    # The kinds of treatment differ by their name alone.
    tried = [one for one in every if not one.key.startswith("kind.") or "botulinum" in one.key]
    shown([one.key for one in every])
    for one in tried[::of]:
        asked = []
        for operator in one.operators:
            value = "3" if operator.endswith("_days") else values.get(one.kind, "2026-05-01")
            asked.append((one.key, operator, list(one.choices) if one.kind == "choice" else [value]))
        assert codes(shown(["code"], *asked)) == "", one.key
        assert codes(shown(["code"], sort=one.key)) in ("ABCD", "DCBA"), one.key


def test_a_patients_facts_are_what_is_recorded(session: Session, shown: Shown) -> None:
    """Person, palsy, gradings, treatments and how exactly known, consent, channel, alerts, answers."""
    a = patient(session, "A")
    a.sex = "female"
    a.contact = Contact(name="Änne", email="a@example.org", refused_email="a@example.org")
    palsy = Palsy(patient_id=a.id, number=1, side="left", cause="lyme")
    palsy.onset_on, palsy.onset_precision = date(2026, 3, 1), "month"
    session.add(palsy)
    session.flush()
    for on, grade in ((date(2026, 5, 1), 4), (date(2026, 3, 1), 5)):
        session.add(
            Grading(patient_id=a.id, palsy_id=palsy.id, scale="house_brackmann", value=grade, graded_on=on)
        )
    for on, exactly in ((date(2026, 2, 1), "day"), (date(2026, 5, 1), "month"), (None, None)):
        session.add(
            Treatment(patient_id=a.id, kind="botulinum_toxin", started_on=on, started_precision=exactly)
        )
    session.add(Treatment(patient_id=a.id, kind="acupuncture"))
    session.add(
        Treatment(
            patient_id=a.id, kind="myectomy", state="planned", started_on=TODAY, started_precision="day"
        )
    )
    for decision in ("declined", "agreed"):
        session.add(
            Consent(
                patient_id=a.id,
                decision=decision,
                how="elsewhere",
                reference="folder 3",
                parts={},
                signed_on=TODAY,
                recorded_by="test",
                recorded_at=AT,
            )
        )
    [response] = scored(session, "A", "phq9", "total", 4)
    for rule, state in (("item9", "new"), ("other", "historical")):
        session.add(
            Alert(visit_id=response.visit_id, instrument="phq9", rule=rule, state=state, raised_at=AT)
        )
    columns = ["code", "sex", "age", "side", "cause", "onset_on", "days_since_onset", "grade.house_brackmann"]
    columns += [
        "family.toxin.given",
        "family.toxin.begun_on",
        "kind.acupuncture.given",
        "family.surgery.given",
    ]
    columns += [
        "consent",
        "channel",
        "refused_email",
        "alerts",
        "open_alerts",
        "last_answered_on",
        "days_since_answer",
    ]
    [row, *_rest, last] = shown(columns).rows
    assert [(cell.value, cell.precision) for cell in row.cells] == [
        *[("A", None), ("female", None), (66, None), ("left", None), ("lyme", None)],
        *[(date(2026, 3, 1), "month"), (None, None), (4, None)],
        *[("yes", None), (date(2026, 5, 1), "month"), ("yes", None), ("no", None)],
        *[("agreed", None), ("email", None), ("yes", None), (1, None), (1, None)],
        *[(date(2026, 6, 29), None), (1, None)],
    ]
    assert [cell.value for cell in last.cells[8:15]] == ["no", None, "no", "no", "none", "no_contact", "no"]
    assert codes(shown(["code"], ("family.toxin.begun_on", "since", ["2026-05-01"]))) == "A"
    assert codes(shown(["code"], ("kind.acupuncture.begun_on", "known", []))) == ""
    assert codes(shown(["code"], ("days_since_answer", "at_most", ["1"]))) == "A"
    assert (
        codes(shown(["code"], ("days_since_answer", "unknown", []), ("site", "contains", ["NORTH"]))) == "B"
    )
