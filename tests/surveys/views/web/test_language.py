"""Which language a page speaks, how it is chosen, and how text in another language is marked."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.built import NAMES
from tests.support.languages import MIRROR, MIRRORED, ask_in, mirror
from tests.support.patient import Patient, in_process
from tests.support.staff import signed_in
from tests.support.study import FACE, Invited, invite, one_table


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody invited to FaCE, PHQ-9 and SAQ."""
    return invite(app)


def choose(client: FlaskClient, language: str, back: str = "/") -> str:
    """Choose on the language page; where it leads."""
    token = client.get("/language").text.split('name="csrf_token" value="')[1].split('"')[0]
    reply = client.post("/language", data={"csrf_token": token, "language": language, "next": back})
    return str(reply.location)


@pytest.mark.parametrize(
    ("asked_for", "language"),
    [(None, "en"), ("", "en"), ("*", "en"), ("fr", "en"), ("de-AT, en;q=0.5", "de"), ("fr, de;q=0.3", "de")],
)
def test_the_browser_says_which(client: FlaskClient, asked_for: str | None, language: str) -> None:
    """The best of ours; English where it asks for none of them."""
    headers = {} if asked_for is None else {"Accept-Language": asked_for}
    assert (
        f'<html class="govuk-template" lang="{language}" dir="ltr"' in client.get("/", headers=headers).text
    )


def test_without_a_request_texts_are_english(app: Flask) -> None:
    """A command draws the report after it has left the application."""
    drawn = app.jinja_env.from_string('{{ _("Next") }} {{ ngettext("%(num)s day", "%(num)s days", 2) }}')
    assert drawn.render() == "Next 2 days"


def test_a_choice_wins_and_lasts(app: Flask, client: FlaskClient) -> None:
    """For a year on this device, and for no other site."""
    assert choose(client, "de", "/theme") == "/theme"
    cookie = client.get_cookie("language")
    assert cookie is not None
    assert (cookie.max_age, cookie.http_only, cookie.same_site) == (365 * 24 * 3600, True, "Lax")
    assert "Willkommen" in client.get("/", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize("chosen", ["fr", "", "../de", "DE"])
def test_what_is_not_offered_is_not_chosen(client: FlaskClient, chosen: str) -> None:
    """The page shows again, and nothing is kept; a cookie made up by somebody counts for nothing."""
    assert choose(client, chosen) == "None"
    assert client.get_cookie("language") is None
    client.set_cookie("language", chosen)
    assert 'lang="en"' in client.get("/").text


def test_nobody_is_sent_elsewhere(client: FlaskClient) -> None:
    """The way back stays on this site."""
    assert choose(client, "de", "//elsewhere.example") == "/"


def test_staff_choose_on_their_account(app: Flask) -> None:
    """The browser says which language until they do; what a device chose for patients counts for nothing."""
    invite(app)
    member, browser = signed_in(app), app.test_client()
    browser.set_cookie("language", "de")
    assert 'lang="en"' in browser.get("/login").text
    assert 'lang="de"' in browser.get("/login", headers={"Accept-Language": "de"}).text
    member.get("/staff/S1/patients")
    assert 'lang="en"' in html(member)
    member.get("/staff/account")
    member.post("/staff/account/language", {"language": "de", "next": "/staff/S1/patients"})
    member.get("/staff/S1/patients")
    assert 'lang="de"' in html(member)
    member.get("/staff/account")
    member.post("/staff/account/language", {"language": "xx"})
    member.get("/staff/S1/patients")
    assert 'lang="de"' in html(member)


def html(patient: Patient) -> str:
    """The page that is open now."""
    return patient.replies[-1].html


def in_german(app: Flask, invited: Invited) -> Patient:
    patient = Patient(in_process(app))
    patient.get("/language")
    patient.post("/language", {"language": "de"})
    patient.open(invited.token)
    return patient


def test_english_questions_on_german_pages_say_so(app: Flask, invited: Invited) -> None:
    """No silent fallback: the introduction says it, and what is English is marked so."""
    patient = in_german(app, invited)
    assert "Die Sprache der Fragen ist Englisch." in html(patient)
    patient.next()
    assert '<html class="govuk-template" lang="de"' in html(patient)
    assert '<div lang="en" dir="ltr">' in html(patient)
    patient.next()
    assert '<span lang="de" dir="ltr">Bitte wählen Sie eine Antwort.' in html(patient)
    patient.fill(FACE)
    assert '<span lang="en" dir="ltr">' in html(patient)


def test_nothing_is_marked_in_one_language(app: Flask, invited: Invited) -> None:
    """English questions on English pages need no further attribute."""
    patient = Patient(in_process(app))
    patient.open(invited.token)
    patient.next()
    assert html(patient).count("lang=") == 1


def test_what_several_battery_languages_are_is_the_patients_choice(app: Flask, invited: Invited) -> None:
    """The interface's is proposed; another may be chosen; what was shown is stored; once begun it stays."""
    ask_in(app, invited, "en", "de")
    patient = in_german(app, invited)
    assert [radio.value for radio in patient.step.radios] == ["en", "de"]
    assert patient.step.checked == "de"
    patient.press("Anfangen", "en")
    assert "face-en item q1" in html(patient)
    patient.answer(3)
    assert [draft["locale"] for draft in one_table(app, "draft")] == ["en"]
    other_device = in_german(app, invited)
    assert "face-en item q2" in html(other_device)


@pytest.mark.parametrize(("offered", "shown"), [(("en", "de"), "de"), (("en", "nl"), "en")])
def test_without_a_choice_the_interface_decides(
    app: Flask, invited: Invited, offered: tuple[str, ...], shown: str
) -> None:
    """Where the questionnaires have its language; else the first of the study's."""
    ask_in(app, invited, *offered)
    patient = in_german(app, invited)
    patient.post(patient.path, {"questions_in": "fr"})
    assert f"face-{shown} item q1" in html(patient)


def test_the_next_patient_on_a_device_chooses_anew(app: Flask, invited: Invited) -> None:
    """Opening a link forgets the language chosen before."""
    ask_in(app, invited, "en", "de")
    patient = in_german(app, invited)
    patient.press("Anfangen", "en")
    patient.open(invited.token)
    assert patient.step.checked == "de"


def test_dates_are_written_as_the_language_does(app: Flask) -> None:
    """`5. Mai 2027`, not `5 May 2027`."""
    early = invite(app, visit="month_6")
    shown = html(in_german(app, early))
    assert "Sie können diese Fragen ab dem " in shown
    day = shown.split("ab dem ")[1].split(" beantworten")[0]
    assert day.split()[0].endswith(".")


def test_a_language_from_right_to_left(app: Flask, invited: Invited, tmp_path: Path) -> None:
    """A catalogue is all it needs: direction and stylesheet follow, and the questions keep theirs."""
    mirror(app, tmp_path)
    patient = Patient(in_process(app))
    patient.get("/language")
    assert "فارسی" in html(patient)
    patient.post("/language", {"language": MIRROR})
    patient.open(invited.token)
    patient.next()
    assert f'<html class="govuk-template" lang="{MIRROR}" dir="rtl"' in html(patient)
    assert NAMES["patient.rtl.css"] in html(patient)
    assert '<div lang="en" dir="ltr">' in html(patient)
    assert f"{MIRRORED}Next" in html(patient)
