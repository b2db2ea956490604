"""The page that corrects what was said at enrolment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from surveys.models import Contact, Patient
from tests.support.staff import Member, signed_in
from tests.support.study import changing, one_table

PAGE = "/staff/S1/enrolment/P1"


def said(app: Flask, **wanted: str) -> dict[str, str]:
    """The form as it stands, with these boxes changed."""
    [row] = one_table(app, "patient")
    stands = {"code": "P1", "enrolled_on": row["enrolled_on"], "birth_year": "1970", "sex": "unknown"}
    return {**stands, "reason": "mistyped", **wanted}


def test_a_mistyped_birth_is_mended_on_the_patients_page(app: Flask, member: Member) -> None:
    """Each fact leads to the form; the date of birth brings its year, and both can be changed again."""
    with changing(app) as session:
        patient = session.scalars(select(Patient)).one()
        contact = Contact(name="Ada", born_on=date(1970, 9, 14))
        session.add(contact)
        session.flush()
        patient.contact_id = contact.id
    page = member.get("/staff/S1/patients/P1")
    assert PAGE in page.links
    member.get(PAGE)
    member.post(PAGE, said(app, born_on="1971-09-14"))
    assert member.path == "/staff/S1/patients/P1"
    assert "What was said at enrolment was corrected." in member.page.text
    [row] = one_table(app, "patient")
    assert row["birth_year"] == 1971
    member.post(PAGE, said(app, birth_year="1972", born_on="1971-09-14"))
    assert member.status == 422
    assert "The date of birth is of 1971." in member.page.text


def test_what_follows_is_said(app: Flask, member: Member) -> None:
    """Visits that moved, an age below the study's, a code that files name."""
    today = datetime.now(UTC).date()
    earlier = (today - timedelta(days=2)).isoformat()
    member.get(PAGE)
    member.post(PAGE, said(app, enrolled_on=earlier, birth_year=str(today.year - 5), code="P-2"))
    assert member.path == "/staff/S1/patients/P-2"
    for told in ("Moved with it", "younger than 18 years", "A file that names the old code"):
        assert told in member.page.text
    member.get("/staff/S1/enrolment/P-2")
    member.post("/staff/S1/enrolment/P-2", said(app, code="P-2", birth_year=str(today.year - 5), reason=""))
    assert "Nothing was changed." in member.page.text


def test_a_member_of_one_site_moves_nobody_to_another(app: Flask, member: Member) -> None:
    with changing(app) as session:
        session.scalars(select(Patient)).one().site = "North"
    north = signed_in(app, site="North")
    north.get(PAGE)
    assert 'name="site"' not in north.replies[-1].html
    north.post(PAGE, said(app, site="South", sex="female"))
    [row] = one_table(app, "patient")
    assert (row["site"], row["sex"]) == ("North", "female")
    member.get(PAGE)
    member.post(PAGE, said(app, site="South", sex="female"))
    assert one_table(app, "patient")[0]["site"] == "South"
