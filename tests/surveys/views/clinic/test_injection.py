"""The page of an injection, muscle by muscle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from surveys.models import Patient, Treatment
from tests.support.staff import Member
from tests.support.study import changing, one_table


def injected(app: Flask, days_ago: int, kind: str = "botulinum_toxin") -> str:
    """The page of an injection that many days ago."""
    on = datetime.now(UTC).date() - timedelta(days=days_ago)
    with changing(app) as session:
        patient = session.scalars(select(Patient)).one()
        made = Treatment(patient_id=patient.id, kind=kind, started_on=on, started_precision="day")
        session.add(made)
        session.flush()
        return f"/staff/S1/injections/{made.id}"


def test_units_are_typed_by_muscle_and_copied_forward(app: Flask, member: Member) -> None:
    """From the patient's page and back, with the sum; the next injection copies them if asked."""
    first, second = injected(app, 100), injected(app, 5)
    assert first in member.get("/staff/S1/patients/P1").links
    member.get(first)
    typed = {"frontalis_left": "2,5", "platysma_right": "10", "unit": "U", "product": "Botox"}
    member.post(first, {**typed, "frontalis_right": "-1"})
    assert "Frontalis, right: units cannot be below 0." in member.page.text
    member.post(first, typed)
    assert "The injection was recorded: 12.5 U." in member.page.text
    assert "Frontalis left 2.5, Platysma right 10" in member.page.text
    page = member.get(second)
    assert "last: 2.5" in page.text
    assert 'value="2.5"' not in member.replies[-1].html
    [copy] = [link for link in page.links if link.endswith("copy=1")]
    member.get(copy)
    assert 'value="2.5"' in member.replies[-1].html
    assert ">2.5</text>" in member.replies[-1].html, "on the face too"
    muscles = {link.removeprefix("#") for link in member.page.links if link.startswith("#")}
    assert {"frontalis_left", "platysma_right"} <= muscles
    member.get(injected(app, 1, "massage"))
    assert member.status == 404


def test_it_is_corrected_with_a_reason(app: Flask, member: Member) -> None:
    """And nothing typed anew changes nothing."""
    page = injected(app, 5)
    member.get(page)
    member.post(page, {"frontalis_left": "5", "unit": "U"})
    member.get(page)
    member.post(page, {"frontalis_left": "5", "unit": "U"})
    assert "Nothing was changed." in member.page.text
    member.get(page)
    member.post(page, {"frontalis_left": "4", "unit": "U"})
    assert "Say why what was recorded is changed." in member.page.text
    member.post(page, {"frontalis_left": "4", "unit": "U", "reason": "misread"})
    [row] = one_table(app, "injection_site")
    assert (row["muscle"], row["side"], row["units"]) == ("frontalis", "left", 4.0)
