"""A list of patients: what is read, every fault by row, who may be enrolled already."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from surveys.db import db
from surveys.exchange import enrolment_file
from surveys.exchange.enrolment_file import EnrolmentList
from surveys.exchange.faults import FileRefused
from surveys.models import Messaging, Study
from surveys.store.patient.consents import GivenElsewhere
from tests.support.sheets import workbook
from tests.support.staff import Member, signed_in
from tests.support.study import changing, invite, one_table, stored
from tests.support.uploads import Uploader

TODAY = date(2026, 3, 10)
AT = datetime(2026, 3, 10, 9, tzinfo=UTC)
MANY = "/staff/S1/enrol/many"
HEADER = "code,birth_date,birth_year,sex,cause,onset_on,treatments,name,hospital_number,email\n"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Files are read alike on both."""
    return sqlite_url


@pytest.fixture(autouse=True)
def study(app: Flask) -> None:
    """S1, with P1."""
    invite(app, "P1", at=AT)


def read(app: Flask, text: str, site: str | None = None) -> EnrolmentList:
    with app.app_context():
        study = db.session.scalars(select(Study)).one()
        return enrolment_file.read(db.session, study, text, site=site, today=TODAY)


def faults(app: Flask, text: str, site: str | None = None) -> list[tuple[int | None, str | None]]:
    with pytest.raises(FileRefused) as refused:
        read(app, text, site)
    return [(fault.row, fault.column) for fault in refused.value.faults]


def test_a_row_is_a_patient(app: Flask) -> None:
    """With whatever is known; tabs from a spreadsheet do as well as commas."""
    row = "A-1,1970-05-17,,female,bells_palsy,2025-03,massage;botulinum_toxin@2025-09-01,Ada,H-1,a@b.org"
    for text in (HEADER + row, (HEADER + row).replace(",", "\t"), "\ufeff" + HEADER + row + "\r\n"):
        [new] = read(app, text).patients
        assert (new.code, new.birth_year, new.sex, new.enrolled_on) == ("A-1", 1970, "female", TODAY)
        assert new.onset is not None
        assert new.onset.precision == "month"
        assert [one.kind for one in new.treatments] == ["massage", "botulinum_toxin"]
        assert new.contact is not None
        assert (new.contact.name, new.contact.born_on) == ("Ada", date(1970, 5, 17))


def test_a_column_of_mobiles_may_hold_telephones(app: Flask) -> None:
    """What takes texts is the mobile number, and is called too; a landline stays a telephone."""
    list_ = "Code,Geburtsjahr,Handy\nA-1,1970,0151 23456789\nA-2,1970,030 901820\nA-3,1970,\n"
    with changing(app) as session:
        hours: dict[str, Any] = {"send_hour": 9, "earliest_hour": 8, "latest_hour": 20, "changed_at": AT}
        row = Messaging(study_id=1, region="DE", reminder_days=[7], thanks=False, changed_by="test", **hours)
        session.add(row)
    found = read(app, list_)
    contacts = [one.contact and (one.contact.mobile, one.contact.telephone) for one in found.patients]
    assert contacts == [("+4915123456789", "0151 23456789"), (None, "030 901820"), None]
    told = [(doubt.row, doubt.column, doubt.problem) for doubt in found.warnings]
    assert [(row, column) for row, column, _ in told] == [(2, "mobile"), (3, "mobile")]
    assert told[0][2].endswith("Call it telephone.")
    assert told[1][2].startswith("This is no mobile number")
    [other] = read(app, "code,birth_year,Mobil,Tel.\nA-1,1970,+4915123456789,0309\n").patients
    assert other.contact is not None
    assert (other.contact.mobile, other.contact.telephone) == ("+4915123456789", "0309")
    assert faults(app, "code,birth_year,Mobil,Tel.\nA-1,1970,030 901820,0309\n") == [(2, "Mobil")]


def test_every_fault_is_listed_by_row(app: Flask) -> None:
    """Codes, dates, ages, twins in the list and codes that are taken (in capitals or not), all at once."""
    text = HEADER + "\n".join(
        (
            "p1,,1970,,,,,,,",
            "A-1,,1970,,,,,,,",
            "a-1,,1971,,,,,,,",
            "A 2,,1970,,,,,,,",
            "A-3,,2020,,,,,,,",
            "A-4,1970,,x,flu,2027-01-01,magic,,,ada",
            "A-5,1970-01-01,1971,,,,massage@2030,,,",
            ",,,,bells_palsy,,,,,",
            "A-6,1970",
        )
    )
    assert faults(app, text) == [
        (2, "code"),
        (4, "code"),
        (5, "code"),
        (6, "birth_year"),
        (7, "birth_date"),
        (7, "sex"),
        (7, "cause"),
        (7, "treatments"),
        (7, "email"),
        (8, "birth_year"),
        (8, "treatments"),
        (9, "code"),
        (9, "birth_year"),
        (10, None),
    ]
    assert faults(app, "kode,code,code,birth_year\n") == [(1, "kode"), (1, "code")]
    assert faults(app, "code\nA-1") == [(1, None)]
    assert faults(app, HEADER) == [(None, None)]
    assert faults(app, "code,birth_year,site\nA-1,1970,South", site="North") == [(2, "site")]


def test_who_may_be_enrolled_already_is_a_warning(app: Flask) -> None:
    """In the list itself and in the database; whoever reads decides."""
    member = signed_in(app)
    text = HEADER + "A-1,1970-05-17,,,,,,Ada,H-1,\nA-2,1980-01-01,,,,,,Bob,h-1,\nA-3,1970-05-17,,,,,,ada,,"
    assert [fault.row for fault in read(app, text).warnings] == [3, 4]
    page = member.post(MANY, {"rows": text, "check": "1"})
    assert "3 patients can be added. Nobody has been added yet." in page.text
    page = member.post(MANY, {"rows": text, "add": "1"})
    assert "Look at the warnings first" in page.text
    assert len(one_table(app, "patient")) == 1
    page = member.post(MANY, {"rows": text, "add": "1", "looked": "y"})
    assert "3 patients were added." in page.text
    assert len(one_table(app, "patient")) == 4
    assert len(one_table(app, "visit")) == 20
    assert [fault.row for fault in read(app, HEADER + "A-9,,1980,,,,,,H-1,").warnings] == [2]


def test_a_list_with_a_fault_enrols_nobody(app: Flask) -> None:
    """Whatever button is pressed; without a list the page says so."""
    member: Member = signed_in(app)
    before = stored(app)
    text = HEADER + "A-1,,1970,,,,,,,\nA-2,,1970,odd,,,,,,"
    page = member.post(MANY, {"rows": text, "add": "1"})
    assert member.status == 422
    assert "Nobody was added: 1 fault" in page.text
    assert "3 sex 'odd' is not one of" in page.text
    page = member.post(MANY, {"rows": " ", "check": "1"})
    assert "Choose a file, or paste the rows." in page.text
    assert stored(app) == before
    with changing(app) as session:
        session.scalars(select(Study)).one().status = "closed"
    page = member.post(MANY, {"rows": HEADER + "A-1,,1970,,,,,,,", "add": "1"})
    assert "is closed" in page.text


def test_codes_numbers_and_sites_are_compared_as_they_read(app: Flask) -> None:
    """Dashes, spaces, capitals and the form of accents do not matter; a site keeps its first spelling."""
    jose = "José Müller"
    text = HEADER + (
        f"A-1,1970-05-17,,,,,,{jose},Hn-9b,\nA–1,1980-01-01,,,,,,Bob,,\n"
        f"A-2,1970-05-17,,,,,,{unicodedata.normalize('NFD', jose)},,\nA-3,1990-01-01,,,,,,Cid,hN–9B,"
    )
    assert faults(app, text) == [(3, "code"), (3, "code")], "no dash of a code, and twice"
    listed = read(app, text.replace("A–1", "B-1"))
    assert [fault.row for fault in listed.warnings] == [4, 5]
    assert [new.contact.name for new in listed.patients if new.contact][2] == jose
    [new] = read(app, "code,birth_year,site\nA-1,1970,NORTH", site="North").patients
    assert new.site == "North"


def test_an_address_is_kept_as_mail_can_be_sent_to_it(app: Flask) -> None:
    """What a mail program puts around it is cut off; what no server takes is refused."""
    [new] = read(app, HEADER + "A-1,,1970,,,,,,,<Anna@Bücher.example>;").patients
    assert new.contact is not None
    assert new.contact.email == "Anna@bücher.example"
    for typed in ("a..b@example.org", "jörg@example.org", "anna@example"):
        assert faults(app, HEADER + f"A-1,,1970,,,,,,,{typed}") == [(2, "email")]


@given(text=st.text(alphabet='code,birth_yea\n\t"1970-A;@=', max_size=60))
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_no_text_breaks_the_reader(app: Flask, text: str) -> None:
    """It is a list, or it is refused with a reason."""
    for header in ("", "code,birth_year\n"):
        with suppress(FileRefused):
            assert read(app, header + text).patients


def test_a_treatment_may_begin_today(app: Flask) -> None:
    """Not tomorrow: only what has begun is recorded."""
    row = "A-1,,1970,,,,massage@{},,,"
    [new] = read(app, HEADER + row.format("2026-03-10")).patients
    assert [one.started.on for one in new.treatments if one.started] == [TODAY]
    assert faults(app, HEADER + row.format("2026-03-11")) == [(2, "treatments")]


def test_a_cohort_of_last_year_comes_in_with_its_days(app: Flask) -> None:
    """The day of enrolment may stand in the list: whole, and not ahead."""
    head = "code,birth_year,enrolled_on\n"
    assert read(app, head + "A-1,1970,2025-03-04\nA-2,1970,").patients[0].enrolled_on == date(2025, 3, 4)
    ahead = (TODAY + timedelta(days=1)).isoformat()
    assert faults(app, head + f"A-1,1970,{ahead}\nA-2,1970,2025-03") == [
        (2, "enrolled_on"),
        (3, "enrolled_on"),
    ]


def test_a_consent_of_elsewhere_is_told_by_row_or_for_the_list(app: Flask) -> None:
    """A row's own words go before those of the list; one of the two alone is a fault."""
    head = "code,birth_year,Einwilligung am,consent_reference\n"
    text = head + "A-1,1970,,\nA-2,1970,01.02.2026,Folder 4\nA-3,1970,2026-02-02,-"
    told = GivenElsewhere("Folder 3", date(2026, 1, 5))
    with app.app_context():
        study = db.session.scalars(select(Study)).one()
        found = enrolment_file.read(db.session, study, text, site=None, today=TODAY, consent=told)
    assert [new.consent for new in found.patients] == [
        told,
        GivenElsewhere("Folder 4", date(2026, 2, 1)),
        GivenElsewhere("Folder 3", date(2026, 2, 2)),
    ]
    assert read(app, "code,birth_year\nA-1,1970").patients[0].consent is None
    wrong = head + "A-1,1970,2026-02-01,\nA-2,1970,,Folder 4\nA-3,1970,2026-03-11,F\nA-4,1970,1969-01-01,F"
    assert faults(app, wrong) == [
        (2, "consent_reference"),
        (3, "Einwilligung am"),
        (4, "Einwilligung am"),
        (5, "Einwilligung am"),
    ]


def test_a_list_comes_as_a_spreadsheet_saves_it(app: Flask) -> None:
    """A workbook of which one sheet is a list, or CSV with semicolons in Windows-1252."""
    member = Uploader(app)
    list_ = [["code", "birth_year", "name"], ["A-1", 1970, "Jürgen Groß"]]
    book = workbook({"Legende": [["w", "weiblich"]], "Liste": list_})
    old = "code;birth_year;name;;\r\nA-1;1970;Jürgen Groß;;\r\n;;;;\r\n".encode("cp1252")
    for file in (book, old):
        member.send(MANY, file)
        assert (member.status, "1 patient can be added" in member.page.text) == (200, True)
    two = workbook({"2025": list_, "2026": list_})
    page = member.send(MANY, two)
    assert (member.status, "choose one here" in page.text) == (422, True)
    member.send(MANY, two, sheet="2026")
    assert "1 patient can be added" in member.page.text
