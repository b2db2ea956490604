"""Who reads a patient's page stands on it, and in the study's log."""

from __future__ import annotations

from flask import Flask

from tests.support.staff import signed_in
from tests.support.study import invite, one_table


def test_who_reads_is_told(app: Flask) -> None:
    """Once for several pages; a coordinator of the whole study sees the log, one of a site does not."""
    invite(app)
    investigator, coordinator = signed_in(app, "investigator"), signed_in(app)
    for page in ("patients/P1", "course/P1", "patients/P1"):
        investigator.get(f"/staff/S1/{page}")
        assert investigator.status == 200
    read = [row["actor"] for row in one_table(app, "event") if row["action"] == "patient.read"]
    assert len(read) == 1
    assert "investigator-everywhere-s1@example.org" in coordinator.get("/staff/S1/patients/P1").text
    page = coordinator.get("/staff/S1/log?kind=read")
    assert page.text.count("The patient's pages were opened") == 2
    assert "/staff/S1/patients/P1" in page.links
    assert "The patient was enrolled" not in page.text
    assert "The patient was enrolled" in coordinator.get("/staff/S1/log").text
    assert coordinator.send("GET", "/staff/S1/log?kind=x", []).status == 404
    assert signed_in(app, site="North").send("GET", "/staff/S1/log", []).status == 403
