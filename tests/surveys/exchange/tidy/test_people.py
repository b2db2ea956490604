"""The files about patients: each cell of one patient of whom all is known, and of one of whom little is."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.exchange.tidy.people import CONSENTS, GRADINGS, PALSIES, PATIENTS, TREATMENTS
from surveys.models import Consent, ConsentText, Grading, Palsy, Patient, Treatment
from tests.support.study import changing, invite
from tests.surveys.exchange.tidy.test_answers import rows

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a cell tells is worked out in Python."""
    return sqlite_url


@pytest.fixture
def known(app: Flask) -> Flask:
    """P1 with an earlier palsy, treatments, a grading, a corrected consent; P2, of whom no onset is known."""
    invited = invite(app, "P1", at=AT)
    invite(app, "P2", at=AT)
    with changing(app) as session:
        patient = session.get_one(Patient, invited.patient_id)
        patient.sex, patient.site, patient.birth_year = "female", "North", 1936
        patient.status, patient.status_since = "lost", date(2026, 4, 9)
        patient.status_reason = "not_reached"
        index = session.scalars(select(Palsy).where(Palsy.patient_id == patient.id)).one()
        index.number = 2
        index.cause, index.side, index.begin = "bells_palsy", "left", "sudden"
        index.onset_on, index.onset_precision = date(2026, 2, 1), "month"
        index.recovered_on, index.synkinesis_noted_on = date(2026, 4, 15), date(2026, 3, 20)
        session.flush()
        before = Palsy(patient_id=patient.id, number=1, is_index=False, side="right")
        before.onset_on, before.onset_precision = date(2020, 1, 1), "year"
        session.add(before)
        session.flush()
        for kind, facts in (
            ("massage", {"started_on": date(2026, 3, 1), "started_precision": "month", "sessions": 6}),
            ("botulinum_toxin", {"started_on": date(2026, 2, 20), "started_precision": "day", "dose": 2.5}),
            ("watchful_waiting", {"note": "Anna does it herself"}),
        ):
            session.add(Treatment(patient_id=patient.id, kind=kind, **facts))
        session.flush()
        toxin = session.scalars(select(Treatment).where(Treatment.kind == "botulinum_toxin")).one()
        toxin.product, toxin.unit, toxin.side = "Botox", "U", "left"
        toxin.ended_on = date(2026, 2, 21)
        grading = Grading(patient_id=patient.id, palsy_id=before.id, scale="house_brackmann", value=3)
        grading.parts, grading.mode, grading.graded_by = {"b": "ü", "a": "1"}, "photo", "Dr Abel"
        grading.graded_on = date(2026, 3, 12)
        text = ConsentText(study_id=patient.study_id, version="2", locale="de", text="?", sha256="0" * 64)
        text.parts, text.loaded_by, text.loaded_at = {"research": "?", "sharing": "?"}, "test", AT
        session.add_all([grading, text])
        session.flush()
        wrong = {"research": False, "sharing": False}, date(2026, 3, 7)
        for parts, on in (wrong, ({"research": True, "sharing": False}, date(2026, 3, 8))):
            said = Consent(patient_id=patient.id, consent_text_id=text.id, decision="agreed", how="paper")
            said.parts, said.signed_on, said.recorded_by, said.recorded_at = parts, on, "test", AT
            session.add(said)
            session.flush()
    return app


def test_a_patient_is_told_by_days_and_bands(known: Flask) -> None:
    """An onset known by month counts as its 15th; who is over ninety is in one band."""
    first, second = rows(known, PATIENTS)
    assert first == {
        "patient": "P1",
        "site": "North",
        "sex": "female",
        "age_band": "90+",
        "birth_year": "1936",
        "cause": "bells_palsy",
        "side": "left",
        "begin": "sudden",
        "unconfirmed": "false",
        "palsies": "2",
        "onset_precision": "month",
        "onset_to_enrolment_days": "23",
        "onset_to_recovery_days": "59",
        "status": "lost",
        "status_reason": "not_reached",
        "status_since_days": "30",
        "enrolled_on": "2026-03-10",
        "onset_on": "2026-02",
        "recovered_on": "2026-04-15",
        "status_since": "2026-04-09",
    }
    assert second["patient"] == "P2"
    empty = {name for name, told in second.items() if not told}
    assert empty >= {"site", "onset_precision", "onset_to_enrolment_days", "onset_to_recovery_days"}
    assert (second["age_band"], second["palsies"], second["status_since_days"]) == ("55-59", "1", "0")


def test_every_palsy_is_a_row(known: Flask) -> None:
    """By number; the index one says so; a year counts as its middle."""
    before, index, _ = rows(known, PALSIES)
    assert (before["palsy"], before["index"], index["palsy"], index["index"]) == ("1", "false", "2", "true")
    assert (index["onset_days"], index["recovered_days"], index["synkinesis_noted_days"]) == (
        "-23",
        "36",
        "10",
    )
    assert (index["onset_on"], before["onset_on"]) == ("2026-02", "2020")
    days = (date(2020, 7, 1) - date(2026, 3, 10)).days
    assert (before["onset_days"], before["side"], before["recovered_days"]) == (str(days), "right", "")


def test_treatments_are_in_the_order_of_their_days(known: Flask) -> None:
    """Without a day last; a month counts as its 15th; what staff noted in words is nowhere.

    Where the onset lies in the same month, it counts as halfway at the latest: 19 days make 10.
    """
    toxin, massage, eyes = told = rows(known, TREATMENTS)
    assert [row["kind"] for row in told] == ["botulinum_toxin", "massage", "watchful_waiting"]
    assert (toxin["days_since_enrolment"], toxin["days_since_onset"], toxin["duration_days"]) == (
        "-18",
        "10",
        "1",
    )
    assert (toxin["product"], toxin["dose"], toxin["unit"], toxin["side"]) == ("Botox", "2.5", "U", "left")
    assert (massage["days_since_enrolment"], massage["sessions"], massage["started_on"]) == (
        "5",
        "6",
        "2026-03",
    )
    assert (massage["duration_days"], eyes["days_since_enrolment"], eyes["days_since_onset"]) == ("", "", "")
    assert "Anna" not in str(told)
    with changing(known) as session:
        toxin_of = session.scalars(select(Treatment).where(Treatment.kind == "botulinum_toxin")).one()
        toxin_of.started_on, toxin_of.ended_on = date(2026, 4, 1), None
    assert [row["kind"] for row in rows(known, TREATMENTS)][:2] == ["massage", "botulinum_toxin"]


def test_a_grading_is_of_its_palsy(known: Flask) -> None:
    """Its days are counted from the index palsy; who graded is not told."""
    [row] = rows(known, GRADINGS)
    assert row == {
        "patient": "P1",
        "palsy": "1",
        "scale": "house_brackmann",
        "value": "3",
        "parts": '{"a": "1", "b": "ü"}',
        "mode": "photo",
        "days_since_enrolment": "2",
        "days_since_onset": "25",
        "graded_on": "2026-03-12",
    }


def test_consents_come_by_the_codes_of_their_patients(known: Flask) -> None:
    other = invite(known, "P0", at=AT)
    with changing(known) as session:
        text_id = session.scalars(select(ConsentText.id)).one()
        said = Consent(patient_id=other.patient_id, consent_text_id=text_id, decision="declined", how="paper")
        said.parts, said.signed_on, said.recorded_by, said.recorded_at = {}, date(2026, 3, 8), "test", AT
        session.add(said)
    assert [row["patient"] for row in rows(known, CONSENTS)] == ["P0", "P1"]


def test_a_consent_of_elsewhere_tells_where_it_is_kept(known: Flask) -> None:
    other = invite(known, "P0", at=AT)
    with changing(known) as session:
        said = Consent(patient_id=other.patient_id, decision="agreed", how="elsewhere", reference="Folder 3")
        said.parts, said.signed_on, said.recorded_by, said.recorded_at = {}, date(2026, 3, 8), "test", AT
        session.add(said)
    first, second = rows(known, CONSENTS)
    told = ("version", "how", "reference", "research")
    assert [first[name] for name in told] == ["", "elsewhere", "Folder 3", ""]
    assert (second["how"], second["reference"]) == ("paper", "")


def test_a_consent_is_told_part_by_part(known: Flask) -> None:
    """The one that stands; empty where the text does not ask: that is no refusal."""
    [row] = rows(known, CONSENTS)
    assert (row["version"], row["locale"], row["decision"], row["how"]) == ("2", "de", "agreed", "paper")
    assert [row[part] for part in ("research", "sharing", "contact_again", "keep_answers")] == [
        "true",
        "false",
        "",
        "",
    ]
    assert (row["days_since_enrolment"], row["signed_on"]) == ("-2", "2026-03-08")
