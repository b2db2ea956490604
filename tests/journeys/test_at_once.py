"""Many presses in the same moment against a live server: one response, nothing lost, no error page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import update

from surveys.db import db
from surveys.models import Patient as PatientRow
from surveys.store import audit
from tests.support.answers import send
from tests.support.patient import Patient, Reply, over_http
from tests.support.server import LiveServer
from tests.support.study import FACE, PHQ9, SAQ, Invited, changing, invite, one_table, scores

CROWD = 10
pytestmark = pytest.mark.database


@pytest.fixture
def invited(app: Flask) -> Invited:
    """Somebody whose year of birth is not known, so that no device is asked for it."""
    made = invite(app)
    with changing(app) as session:
        session.execute(update(PatientRow).values(birth_year=None))
    return made


def device(server: LiveServer, invited: Invited) -> Patient:
    """A new browser that opened the link."""
    patient = Patient(over_http(server.url))
    patient.open(invited.token)
    return patient


def all_at_once(deeds: Sequence[Callable[[], object]]) -> None:
    """Do all of `deeds`, each in a thread, none before all are ready.

    Raises the first exception that one of them raised.
    """
    start, failed = Barrier(len(deeds)), list[Exception]()

    def do(deed: Callable[[], object]) -> None:
        start.wait()
        try:
            deed()
        except Exception as error:  # whatever it is, the test's own thread must raise it
            failed.append(error)

    threads = [Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def assert_no_error(patients: Sequence[Patient]) -> None:
    """Nobody saw an error page, and the audit trail is whole."""
    assert {reply.status for patient in patients for reply in patient.replies} <= {200, 302}


def trail_breaks(app: Flask) -> list[audit.Break]:
    with app.app_context():
        return list(audit.verify(db.session))


def test_many_submits_make_one_response(app: Flask, live_server: LiveServer, invited: Invited) -> None:
    """Ten browsers on the same review press "Send my answers" in the same moment."""
    send(app, invited.token, draft=FACE)
    crowd = [device(live_server, invited) for _ in range(CROWD)]
    assert {patient.page.heading for patient in crowd} == {"Check your answers"}

    all_at_once([patient.next for patient in crowd])

    assert_no_error(crowd)
    assert {patient.page.heading for patient in crowd} == {"Part 1 of 3 is saved"}
    assert len(one_table(app, "response")) == 1
    assert len(one_table(app, "score")) == 7
    assert scores(app)["face.total"] == 50
    assert [event["action"] for event in one_table(app, "event")].count("response.stored") == 1
    assert trail_breaks(app) == []


@pytest.mark.database(both=False)
def test_one_browser_that_presses_many_times_sends_once(
    app: Flask, live_server: LiveServer, invited: Invited
) -> None:
    """Impatient clicks of one session, each a request of its own."""
    send(app, invited.token, draft=FACE)
    patient = device(live_server, invited)
    fields = [("csrf_token", patient.csrf_token)]

    replies: list[Reply] = []
    all_at_once([lambda: replies.append(patient.send("POST", patient.path, fields)) for _ in range(CROWD)])

    assert {(reply.status, reply.header("Location")) for reply in replies} == {
        (302, f"/visit/{invited.visit_id}/saved")
    }
    assert len(one_table(app, "response")) == 1


@pytest.mark.database(both=False)
def test_two_devices_that_save_other_items_lose_nothing(
    app: Flask, live_server: LiveServer, invited: Invited
) -> None:
    """Every item of FaCE saved in the same moment, half by one device and half by another."""
    devices = [device(live_server, invited), device(live_server, invited)]
    for one in devices:
        one.next()
    devices[0].answer(FACE[0])

    def save(number: int) -> Callable[[], object]:
        one = devices[number % 2]
        fields = [("csrf_token", one.csrf_token), ("answer", str(FACE[number - 1]))]
        path = f"/visit/{invited.visit_id}/face/{number}"
        return lambda: statuses.add(one.send("POST", path, fields).status)

    statuses: set[int] = set()
    all_at_once([save(number) for number in range(2, 16)])

    assert statuses == {302}
    [draft] = one_table(app, "draft")
    said = {item: [told["value"] for told in all_told] for item, all_told in draft["answers"].items()}
    assert said == {f"q{number}": [value] for number, value in enumerate(FACE, start=1)}


@pytest.mark.database(both=False)
def test_first_answers_in_the_same_moment_make_one_draft(
    app: Flask, live_server: LiveServer, invited: Invited
) -> None:
    """Ten devices answer the first item; one draft, with every answer of theirs in some order."""
    crowd = [device(live_server, invited) for _ in range(10)]
    for patient in crowd:
        patient.next()

    all_at_once([lambda p=patient, v=number % 5 + 1: p.answer(v) for number, patient in enumerate(crowd)])

    assert_no_error(crowd)
    [draft] = one_table(app, "draft")
    [said] = draft["answers"].values()
    assert {told["value"] for told in said} == {1, 2, 3, 4, 5}


@pytest.mark.database(both=False)
def test_first_answers_of_many_patients_freeze_one_version(app: Flask, live_server: LiveServer) -> None:
    """Eight patients are the first to answer an instrument nobody answered before."""
    crowd = [device(live_server, invite(app, f"P{number}")) for number in range(8)]
    for patient in crowd:
        patient.next()

    all_at_once([lambda p=patient: p.answer(3) for patient in crowd])

    assert_no_error(crowd)
    assert len(one_table(app, "instrument_version")) == 1
    assert len(one_table(app, "draft")) == 8


def test_item_9_saved_twice_in_the_same_moment_raises_one_alert(
    app: Flask, live_server: LiveServer, invited: Invited
) -> None:
    """Eight devices answer item 9 above 0 at once: one alert, and all are shown the help."""
    send(app, invited.token, FACE, draft=PHQ9[:8])
    crowd = [device(live_server, invited) for _ in range(8)]

    all_at_once([lambda p=patient, v=number % 3 + 1: p.answer(v) for number, patient in enumerate(crowd)])

    assert_no_error(crowd)
    assert {patient.page.heading for patient in crowd} == {"Where to find help"}
    assert len(one_table(app, "alert")) == 1
    assert [event["action"] for event in one_table(app, "event")].count("alert.raised") == 1
    assert trail_breaks(app) == []


@pytest.mark.database(both=False)
def test_patients_who_submit_together_leave_a_whole_trail(app: Flask, live_server: LiveServer) -> None:
    """Eight patients submit in the same moment: eight responses, and events chained without a gap."""
    invited = [invite(app, f"P{number}") for number in range(8)]
    for one in invited:
        send(app, one.token, draft=FACE[:-3])
    crowd = [device(live_server, one) for one in invited]
    all_at_once([lambda p=patient: p.fill(FACE[-3:]) for patient in crowd])
    all_at_once([patient.next for patient in crowd])

    assert_no_error(crowd)
    assert len(one_table(app, "response")) == 8
    assert trail_breaks(app) == []


@pytest.mark.database(both=False)
def test_many_that_tell_of_help_are_told_once(app: Flask, live_server: LiveServer, invited: Invited) -> None:
    """Whether anyone helped, said by many browsers in the same moment."""
    send(app, invited.token, FACE, PHQ9, SAQ)
    crowd = [device(live_server, invited) for _ in range(CROWD)]
    all_at_once([patient.next for patient in crowd])
    assert_no_error(crowd)
    assert {patient.page.heading for patient in crowd} == {"Thank you"}
    assert len(one_table(app, "assistance")) == 1
    assert [event["action"] for event in one_table(app, "event")].count("visit.help_told") == 1
