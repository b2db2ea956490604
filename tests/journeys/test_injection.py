"""A planned injection in the browser: its visits come, move with it and go with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask

from surveys.schedule import preset
from tests.support.staff import signed_in
from tests.support.study import invite, one_table

PLAN = (*preset("registry")[:1], *preset("botulinum_toxin"))


def due(app: Flask) -> dict[str, str]:
    """The due days of what is not withdrawn, by name."""
    return {
        row["name"]: row["due_on"].isoformat()
        for row in one_table(app, "visit")
        if row["withdrawn_at"] is None
    }


def test_visits_follow_an_injection(app: Flask) -> None:
    """Planned, put off, cancelled: each page says which visits that changed, and the audit why."""
    invite(app, plan=PLAN)
    member = signed_in(app)
    on = datetime.now(UTC).date() + timedelta(days=60)
    typed = {
        "treatment-kind": "botulinum_toxin",
        "treatment-day": str(on.day),
        "treatment-month": str(on.month),
        "treatment-year": str(on.year),
        "state": "planned",
    }
    page = member.post("/staff/S1/treatments/P1", typed)
    assert "Added to the plan: Before the injection, due" in page.text
    assert set(due(app)) == {"baseline", "before", "peak", "week_16"}
    [treatment] = one_table(app, "treatment")

    later = (on + timedelta(days=3)).isoformat()
    page = member.post(
        f"/staff/S1/treatment/{treatment['id']}",
        {"state": "planned", "on": later, "reason": "the patient asked"},
    )
    assert "Moved with it: Before the injection, due" in page.text
    assert due(app)["peak"] == (on + timedelta(days=31)).isoformat()

    page = member.post(
        f"/staff/S1/treatment/{treatment['id']}", {"state": "cancelled", "reason": "no longer wanted"}
    )
    assert "Withdrawn: Before the injection, due" in page.text
    assert set(due(app)) == {"baseline"}
    told = [row for row in one_table(app, "event") if row["action"] == "visits.replanned"]
    assert [row["reason"] for row in told] == [None, "the patient asked", "no longer wanted"]
    assert told[2]["facts"]["withdrawn"].count(";") == 2
