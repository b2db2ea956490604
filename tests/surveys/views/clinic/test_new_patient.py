"""Enrolling one patient, and every fault of the form."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask

from tests.support.patients_list import LIST, NEW, errors, rows_of
from tests.support.present import year_ahead
from tests.support.staff import ENROLMENT, Member, signed_in
from tests.support.study import one_table, stored

# What is typed, which box the error summary leads to, and what it says.
ENROLMENT_FAULTS = (
    ({"code": ""}, "#code", "Enter a study code"),
    ({"code": "P 7"}, "#code", "no spaces"),
    ({"birth-year": ""}, "#birth-year", "Enter the year of birth"),
    ({"birth-year": "19x0"}, "#birth-year", "must be a whole number"),
    ({"birth-year": "70"}, "#birth-year", "four digits"),
    ({"birth-month": "5"}, "#birth-day", "only the year"),
    ({"birth-year": "1890"}, "#birth-year", "not a possible year of birth"),
    ({"onset-month": "13"}, "#onset-month", "from 1 to 12"),
    ({"onset-day": "30", "onset-month": "2"}, "#onset-day", "no such day"),
    ({"onset-day": "3", "onset-month": ""}, "#onset-month", "Enter the month"),
    ({"onset-year": ""}, "#onset-year", "Enter the year"),
    ({"onset-year": "1960"}, "#onset-year", "before the birth"),
    ({"cause": "flu"}, "#cause", "Not a valid choice"),
    ({"email": "ada"}, "#email", "such as name@example.org"),
    ({"consent_reference": "Folder 3"}, "#consent_on", "Enter the day of the consent too"),
    ({"consent_reference": "F", "consent_on": "1960-01-01"}, "#consent_on", "before the birth"),
    ({"treatment_2-year": "2025"}, "#treatment_2-kind", "Choose which treatment"),
    ({"treatment_1-kind": "massage", "treatment_1-month": "2"}, "#treatment_1-year", "Enter the year"),
    (
        {"treatment_1-kind": "massage", "treatment_1-year": "1960"},
        "#treatment_1-year",
        "before the birth",
    ),
    ({"treatment_1-kind": "massage", "treatment_3-kind": "massage"}, "#treatment_3-kind", "there twice"),
)


def test_enrolment_stores_patient_palsy_treatments_and_contact_apart(app: Flask, member: Member) -> None:
    """Onset known by month, one treatment by day, one by year, one undated; five visits lie ahead."""
    page = member.post(
        NEW,
        {
            **ENROLMENT,
            "birth-day": "17",
            "birth-month": "5",
            "treatment_1-kind": "oral_corticosteroid",
            "treatment_1-day": "4",
            "treatment_1-month": "3",
            "treatment_1-year": "2024",
            "treatment_2-kind": "botulinum_toxin",
            "treatment_2-year": "2025",
            "treatment_3-kind": "massage",
            "name": "Ada Byron",
            "hospital_number": "H-4711",
            "email": "ada@example.org",
            "telephone": "020 7946 0000",
            "mobile": "+44 (0)7400 123456",
        },
    )

    assert member.path == f"{LIST}/P-7"
    assert "Patient P-7 was added." in page.text
    patient = next(row for row in one_table(app, "patient") if row["code"] == "P-7")
    assert (patient["birth_year"], patient["sex"], patient["site"]) == (1970, "female", None)
    [palsy] = [row for row in one_table(app, "palsy") if row["patient_id"] == patient["id"]]
    assert (palsy["cause"], palsy["side"], palsy["begin"]) == ("bells_palsy", "left", "sudden")
    assert (palsy["onset_on"], palsy["onset_precision"]) == (date(2024, 3, 1), "month")
    assert [
        (row["kind"], row["started_on"], row["started_precision"]) for row in one_table(app, "treatment")
    ] == [
        ("oral_corticosteroid", date(2024, 3, 4), "day"),
        ("botulinum_toxin", date(2025, 1, 1), "year"),
        ("massage", None, None),
    ]
    [contact] = one_table(app, "contact")
    assert contact["id"] == patient["contact_id"]
    assert (contact["name"], contact["born_on"]) == ("Ada Byron", date(1970, 5, 17))
    assert (contact["telephone"], contact["mobile"]) == ("020 7946 0000", "+447400123456")
    assert len([row for row in one_table(app, "visit") if row["patient_id"] == patient["id"]]) == 5
    assert "Mar 2024" in page.text
    assert "Corticosteroid tablets 4 Mar 2024" in page.text
    assert "Massage Not known" in page.text
    assert "ada@example.org" in page.text


def test_a_number_that_takes_no_texts_is_refused_at_its_box(app: Flask, member: Member) -> None:
    """Also one without a country code, where the study names no country."""
    for typed in ("12", "07400 123456"):
        member.post(NEW, {**ENROLMENT, "mobile": typed})
        assert member.status == 422
        assert "#mobile" in errors(member)
    assert one_table(app, "contact") == []


def test_a_contact_is_never_in_the_audit_in_plain(app: Flask, member: Member) -> None:
    """The chain holds keyed digests; the values stand apart, where an erasure can remove them."""
    member.post(NEW, {**ENROLMENT, "name": "Ada Byron", "email": "ada@example.org"})
    assert "Byron" not in str(one_table(app, "event"))
    assert "ada@example.org" in str(one_table(app, "event_value"))
    member.get(f"{LIST}/P-7")
    history = member.replies[-1].html.partition("What was done")[2]
    assert "The patient was enrolled" in history
    assert "ada@example.org" not in history


def test_nobody_below_the_lowest_age_is_enrolled(app: Flask, member: Member) -> None:
    """The reason is said at the birth date, what was typed is kept, and nothing is stored."""
    before = stored(app)
    year = datetime.now(UTC).year - 17
    member.post(NEW, {**ENROLMENT, "birth-year": str(year), "name": "Ada Byron"})
    assert member.status == 422
    assert "takes people from 18 years on" in errors(member)["#birth-year"]
    html = member.replies[-1].html
    assert 'value="P-7"' in html
    assert 'value="Ada Byron"' in html
    assert stored(app) == before


def test_the_birthday_counts_where_it_is_known(app: Flask, member: Member) -> None:
    """Eighteen tomorrow is seventeen today, whatever the year of birth says."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    born = {"birth-day": str(tomorrow.day), "birth-month": str(tomorrow.month)}
    member.post(NEW, {**ENROLMENT, **born, "birth-year": str(tomorrow.year - 18)})
    assert "17 years old" in errors(member)["#birth-year"]


def test_a_study_code_is_given_once(app: Flask, member: Member) -> None:
    """A second enrolment under a code, in capitals or not, is refused at the code; nothing is stored."""
    before = stored(app)
    for code in ("P1", "p1"):
        member.post(NEW, {**ENROLMENT, "code": code})
        assert member.status == 422
        assert "The study code P1 is taken" in errors(member)["#code"]
        assert stored(app) == before


@pytest.mark.database
@pytest.mark.parametrize("database_url", ["sqlite_url", "postgres_url"], indirect=True)
def test_two_coordinators_cannot_enrol_the_same_code_at_once(app: Flask, member: Member) -> None:
    """One is told that the code is taken, as if the other had been first by a minute."""
    colleague = signed_in(app, "admin")
    for one in (member, colleague):
        one.get(NEW)
    start = Barrier(2)

    def send(one: Member) -> None:
        start.wait()
        one.post(NEW, ENROLMENT)

    threads = [Thread(target=send, args=(one,)) for one in (member, colleague)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = sorted((member, colleague), key=lambda one: one.status)
    assert (first.status, second.status) == (200, 422)
    assert "taken" in errors(second)["#code"]
    assert [row["code"] for row in one_table(app, "patient")] == ["P1", "P-7"]


def test_every_fault_is_said_where_it_is(app: Flask, member: Member) -> None:
    """The summary links to the box; nothing is stored."""
    before, ahead = stored(app), year_ahead()
    lies_ahead = (
        ({"onset-year": ahead}, "#onset-year", "lies after the enrolment"),
        ({"treatment_1-kind": "massage", "treatment_1-year": ahead}, "#treatment_1-year", "lies ahead"),
    )
    for typed, place, said in (*ENROLMENT_FAULTS, *lies_ahead):
        member.post(NEW, {**ENROLMENT, **typed})
        assert member.status == 422, typed
        assert said in errors(member)[place]
        assert f'id="{place[1:]}"' in member.replies[-1].html
    assert stored(app) == before


def test_all_faults_are_said_at_once(member: Member) -> None:
    """Nobody has to send the form three times to learn of three faults."""
    member.post(NEW, {**ENROLMENT, "code": "", "birth-year": "", "onset-month": "13"})
    assert errors(member).keys() == {"#code", "#birth-year", "#onset-month"}


def test_an_onset_yet_to_come_needs_an_operation(app: Flask, member: Member) -> None:
    """With a tumour as the cause the palsy may follow the enrolment."""
    member.post(NEW, {**ENROLMENT, "cause": "vestibular_schwannoma", "onset-year": year_ahead()})
    assert member.path == f"{LIST}/P-7"


def test_more_rows_of_treatments_keep_what_was_typed(app: Flask, member: Member) -> None:
    """One more row is drawn and can be filled in; nothing is stored or complained about before."""
    before = stored(app)
    page = member.post(NEW, {"code": "P-7", "treatment_4-kind": "massage", "rows": "4", "more": "1"})
    assert member.status == 200
    assert errors(member) == {}
    names = {one.name for one in page.steps[-1].inputs}
    assert "treatment_5-kind" in names
    assert "treatment_6-kind" not in names
    assert 'value="P-7"' in member.replies[-1].html
    assert re.search(r'value="massage"\s+selected', member.replies[-1].html)
    assert stored(app) == before

    member.post(NEW, {**ENROLMENT, "rows": "5", "treatment_5-kind": "massage"})
    assert [row["kind"] for row in one_table(app, "treatment")] == ["massage"]


def test_a_member_of_one_site_enrols_there(app: Flask, member: Member) -> None:
    """Whatever site is sent."""
    local = signed_in(app, site="North")
    local.post(NEW, {**ENROLMENT, "site": "South"})
    assert next(row for row in one_table(app, "patient") if row["code"] == "P-7")["site"] == "North"
    assert rows_of(local) == {"P-7"}
    assert rows_of(member) == {"P-7", "P1"}


def test_who_joined_earlier_is_enrolled_on_the_true_day(app: Flask, member: Member) -> None:
    """The form proposes today."""
    member.get(NEW)
    today = datetime.now(UTC).date()
    assert f'value="{today}"' in member.replies[-1].html
    earlier = today - timedelta(days=400)
    member.post(NEW, {**ENROLMENT, "enrolled_on": earlier.isoformat()})
    assert [row["enrolled_on"] for row in one_table(app, "patient") if row["code"] == "P-7"] == [earlier]
    member.post(NEW, {**ENROLMENT, "code": "P-8", "enrolled_on": (today + timedelta(days=1)).isoformat()})
    assert member.status == 422
