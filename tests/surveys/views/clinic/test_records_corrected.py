"""The pages that correct a treatment and take a mistaken grading or palsy away."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from surveys.models import Grading, Palsy, Treatment
from surveys.schedule import preset
from tests.support.staff import Member, signed_in
from tests.support.study import changing, invite, one_table

ON = date(2025, 5, 7)


def recorded(app: Flask, state: str = "given") -> int:
    """An injection of the patient."""
    with changing(app) as session:
        palsy = session.scalars(select(Palsy)).one()
        made = Treatment(
            patient_id=palsy.patient_id,
            palsy_id=palsy.id,
            kind="botulinum_toxin",
            state=state,
            started_on=ON,
            started_precision="day",
            dose=52.0,
            unit="U",
        )
        session.add(made)
        session.flush()
        return made.id


def test_a_mistyped_dose_is_corrected(app: Flask, member: Member) -> None:
    """The form shows what stands; the new dose, and the old one in the trail."""
    address = f"/staff/S1/treatments/{recorded(app)}"
    assert address in member.get("/staff/S1/patients/P1").links
    member.get(address)
    for shown in ('value="52', 'value="2025"', 'value="7"'):
        assert shown in member.replies[-1].html
    began = {"began-day": "7", "began-month": "5", "began-year": "2025"}
    said = {"kind": "botulinum_toxin", **began, "dose": "25", "unit": "U", "side": ""}
    member.post(address, said)
    assert member.status == 422
    assert "Say why what was recorded is changed." in member.page.text
    member.post(address, {**said, "reason": "mistyped", "product": "Xeomin"})
    assert "The treatment was corrected." in member.page.text
    [row] = one_table(app, "treatment")
    assert (row["dose"], row["product"], row["started_on"]) == (25.0, "Xeomin", ON)


def test_what_was_planned_is_given_with_its_dose(app: Flask, member: Member) -> None:
    """The page of the outcome asks for it."""
    number = recorded(app, "planned")
    with changing(app) as session:
        planned = session.get_one(Treatment, number)
        planned.dose = planned.unit = None
    today = datetime.now(UTC).date()
    member.get(f"/staff/S1/treatment/{number}")
    given = {"state": "given", "on": today.isoformat(), "product": "Botox", "dose": "30", "unit": "U"}
    member.post(f"/staff/S1/treatment/{number}", given)
    [row] = one_table(app, "treatment")
    assert (row["state"], row["started_on"], row["product"]) == ("given", today, "Botox")
    assert (row["dose"], row["unit"]) == (30.0, "U")


def test_a_mistaken_grading_is_taken_away(app: Flask, member: Member) -> None:
    """With a reason, from a link beside it."""
    with changing(app) as session:
        palsy = session.scalars(select(Palsy)).one()
        facts = {"patient_id": palsy.patient_id, "palsy_id": palsy.id, "graded_on": ON}
        session.add(Grading(scale="house_brackmann", value=6, **facts))
    [address] = [link for link in member.get("/staff/S1/patients/P1").links if link.endswith("/error")]
    member.get(address)
    member.post(address, {"reason": ""})
    assert member.status == 422
    member.post(address, {"reason": "another patient's"})
    assert "The grading was taken away." in member.page.text
    assert one_table(app, "grading") == []


def test_a_mistaken_palsy_is_taken_away(app: Flask) -> None:
    """Its visits follow at once, the page says which, and shows it as entered in error."""
    invite(app, plan=preset("acute_bells_palsy"), visit="enrolment")
    member = signed_in(app)
    today = datetime.now(UTC).date()
    on = {f"onset-{part}": str(getattr(today - timedelta(days=3), part)) for part in ("day", "month", "year")}
    member.get("/staff/S1/palsy/P1")
    member.post("/staff/S1/palsy/P1", {"side": "left", "cause": "bells_palsy", "begin": "sudden", **on})
    page = member.get("/staff/S1/patients/P1")
    [wrong, _] = [link for link in page.links if link.endswith("/error")]
    member.get(wrong)
    member.post(wrong, {"reason": "typed twice"})
    for told in ("The palsy was taken away.", "rest on palsy 2", "Added to the plan: ", "Entered in error"):
        assert told in member.page.text, told
    assert "typed twice" in member.page.text
    [palsy] = one_table(app, "palsy")
    assert (palsy["number"], palsy["is_index"]) == (2, True)
