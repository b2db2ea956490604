"""What an import stores."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from surveys.db import writing
from surveys.exchange.faults import FileRefused
from surveys.models import Patient, Timepoint, Visit
from surveys.schedule import preset
from surveys.store.errors import Refused

from .conftest import NOW, Desk

PHQ9 = ",".join(f"phq9_q{number}" for number in range(1, 10))
ZEROS = ",".join("0" * 9)


AMENDED_ON = date(2025, 2, 1)
BEFORE = {
    "version": 1,
    "since_on": None,
    "until_on": AMENDED_ON.isoformat(),
    "window_before": 21,
    "window_after": 42,
    "times": 1,
    "every_days": None,
    "battery": ["face", "phq9", "saq"],
}
AMENDED = {"version": 2, "since_on": AMENDED_ON, "window_after": 1, "battery": ["phq9"], "earlier": [BEFORE]}


def test_every_column_finds_its_place(desk: Desk) -> None:
    """Facts, treatments, grading, locale and answers of one row."""
    desk.take(
        "patient,visit,completed_on,onset_on,birth_year,sex,side,cause,treatments,house_brackmann,locale,"
        f"{PHQ9}\n"
        "P1,First visit,2025-03-01,2024-11,1960,female,left,ramsay_hunt,"
        f"antiviral;oral_corticosteroid@2024-11-20,4,de,{ZEROS}\n"
    )
    assert desk.rows("SELECT code, birth_year, sex, enrolled_on, status FROM patient") == [
        ("P1", 1960, "female", "2025-03-01", "active")
    ]
    assert desk.rows("SELECT side, cause, onset_on, onset_precision FROM palsy") == [
        ("left", "ramsay_hunt", "2024-11-01", "month")
    ]
    assert desk.rows("SELECT kind, state, started_on, started_precision FROM treatment ORDER BY kind") == [
        ("antiviral", "given", None, None),
        ("oral_corticosteroid", "given", "2024-11-20", "day"),
    ]
    assert desk.rows("SELECT scale, value, graded_on FROM grading") == [("house_brackmann", 4, "2025-03-01")]
    assert desk.rows("SELECT source, locale, completed_on, instrument FROM response") == [
        ("import", "de", "2025-03-01", "phq9")
    ]
    assert desk.rows("SELECT scale, value FROM score") == [("total", 0.0)]


def test_a_visit_of_the_plan_gets_its_window_and_battery(desk: Desk) -> None:
    """By the timepoint's key or its name; the window counts from the first day of answers."""
    desk.take(
        f"patient,visit,completed_on,{PHQ9}\n"
        f"P1,3 months,2025-04-02,{ZEROS}\nP1,baseline,2025-01-01,{ZEROS}\nP1,before op,2025-05-01,{ZEROS}\n"
    )
    assert desk.rows(
        "SELECT visit.name, key, due_on, opens_on, closes_on, visit.battery FROM visit "
        "LEFT JOIN timepoint ON timepoint.id = timepoint_id ORDER BY due_on"
    ) == [
        ("baseline", "baseline", "2025-01-01", "2025-01-01", "2025-01-31", '["face", "phq9", "saq"]'),
        ("month_3", "month_3", "2025-04-02", "2025-03-12", "2025-05-14", '["face", "phq9", "saq"]'),
        ("before op", None, "2025-05-01", "2025-05-01", "2025-05-31", '["phq9"]'),
    ]


def test_a_visit_after_a_treatment_has_its_own_day(make_desk: Callable[..., Desk]) -> None:
    """No file says which treatment it follows; what it asks is the plan's."""
    desk = make_desk(plan=preset("botulinum_toxin"))
    desk.take(f"patient,visit,completed_on,{PHQ9}\nP1,peak,2025-02-01,{ZEROS}\n")
    [(key, opens_on, due_on, battery)] = desk.rows(
        "SELECT key, opens_on, due_on, visit.battery FROM visit JOIN timepoint ON timepoint.id = timepoint_id"
    )
    assert (key, opens_on, due_on) == ("peak", "2025-02-01", "2025-02-01")
    assert len(json.loads(battery)) > 1


def test_a_visit_of_an_amended_timepoint_is_as_on_its_day(
    make_desk: Callable[..., Desk],
) -> None:
    """Due before the amendment by the plan of before, due after it by the new one; ended ones ask nothing."""
    desk = make_desk()
    with writing():
        ended = {"until_on": date(2025, 5, 1)}
        for key, facts in (("month_3", AMENDED), ("month_6", ended)):
            of_key = update(Timepoint).where(Timepoint.key == key)
            desk.session.execute(of_key.values(**facts).execution_options(synchronize_session=False))
        desk.session.commit()
    desk.take(
        "patient,visit,completed_on,phq9_q1\n"
        "P1,baseline,2024-10-01,0\nP1,month_3,2025-01-02,0\n"
        "P2,baseline,2024-12-10,0\nP2,month_3,2025-03-11,0\nP2,month_6,2025-06-10,0\n"
    )
    of_plan = desk.rows(
        "SELECT due_on, closes_on, visit.battery, plan_version FROM visit "
        "JOIN timepoint ON timepoint.id = timepoint_id WHERE key <> 'baseline' ORDER BY due_on"
    )
    assert of_plan == [
        ("2024-12-31", "2025-02-11", '["face", "phq9", "saq"]', 1),
        ("2025-03-11", "2025-03-12", '["phq9"]', 2),
        ("2025-06-10", "2025-07-10", '["phq9"]', 1),
    ]


def test_a_row_without_answers_makes_patient_and_visit(desk: Desk) -> None:
    """No response, no score; the row is counted."""
    summary = desk.take(f"patient,visit,completed_on,{PHQ9}\nP1,baseline,2025-01-01,{',' * 8}\n")
    assert (summary.rows, summary.without_response, summary.new_responses) == (1, 1, 0)
    assert (desk.count("patient"), desk.count("visit"), desk.count("response")) == (1, 1, 0)


def test_only_instruments_with_an_answer_have_a_response(desk: Desk) -> None:
    """Gaps inside an instrument are missing items; an empty instrument is none."""
    desk.take("patient,visit,completed_on,phq9_q1,phq9_q2,saq_q1,face_q8\nP1,baseline,2025-01-01,1,,,5\n")
    assert desk.rows("SELECT instrument, answers FROM response ORDER BY instrument") == [
        ("face", '{"q8": 5}'),
        ("phq9", '{"q1": 1}'),
    ]


def test_a_date_stays_that_date_and_an_instant_becomes_the_studys(make_desk: Callable[..., Desk]) -> None:
    """In Auckland it is the next day at 13:00 UTC; a date alone counts as noon there."""
    desk = make_desk(timezone="Pacific/Auckland")
    desk.take(
        "patient,visit,completed_on,phq9_q1\n"
        "P1,a,2025-01-01,0\nP2,a,2025-01-01T13:00:00Z,0\nP3,a,2025-01-01T13:00+13:00,0\n"
    )
    assert desk.rows("SELECT completed_on, submitted_at FROM response ORDER BY id") == [
        ("2025-01-01", "2024-12-31 23:00:00.000000"),
        ("2025-01-02", "2025-01-01 13:00:00.000000"),
        ("2025-01-01", "2025-01-01 00:00:00.000000"),
    ]


def test_treatments_of_all_rows_are_united(desk: Desk) -> None:
    """The same kind and date is one; other dates are further injections."""
    header = "patient,visit,completed_on,treatments\n"
    desk.take(
        f"{header}P1,a,2025-01-01,botulinum_toxin@2024-01-01; massage\n"
        "P1,b,2025-02-01,botulinum_toxin@2024-06-01;botulinum_toxin@2024-01-01;massage;\n"
    )
    query = "SELECT kind, started_on FROM treatment ORDER BY kind, started_on"
    first = [("botulinum_toxin", "2024-01-01"), ("botulinum_toxin", "2024-06-01"), ("massage", None)]
    assert desk.rows(query) == first
    summary = desk.take(f"{header}P1,c,2025-03-01,botulinum_toxin@2025-02-20;massage\n")
    assert summary.treatments == 1
    assert desk.rows(query) == sorted([*first, ("botulinum_toxin", "2025-02-20")], key=str)


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    """Everything is passed over and counted; the audit trail has one more event, the second import."""
    file = (
        f"patient,visit,completed_on,birth_year,house_brackmann,treatments,{PHQ9}\n"
        f"P1,baseline,2025-01-01,1960,3,massage@2024-12,{ZEROS}\n"
    )
    desk.take(file)
    events = desk.count("event")
    summary = desk.take(file)
    assert (summary.new_patients, summary.new_visits, summary.new_responses) == (0, 0, 0)
    assert (summary.stored_patients, summary.stored_visits, summary.stored_responses) == (1, 1, 1)
    assert (summary.treatments, summary.gradings, summary.scales) == (0, 0, {})
    assert desk.count("event") == events + 1


def test_a_later_file_adds_to_what_is_stored(desk: Desk) -> None:
    """A further visit, a further instrument of a stored visit, a further grading."""
    desk.take("patient,visit,completed_on,birth_year,phq9_q1\nP1,extra,2025-01-01,1960,1\n")
    summary = desk.take(
        "patient,visit,completed_on,house_brackmann,phq9_q1,saq_q1\n"
        "P1,extra,2025-01-01,2,1,3\nP1,month_3,2025-04-01,,2,\n"
    )
    assert (summary.stored_responses, summary.new_responses, summary.gradings) == (1, 2, 1)
    assert desk.rows("SELECT name, battery FROM visit ORDER BY id")[0] == ("extra", '["phq9", "saq"]')
    assert desk.rows("SELECT value FROM grading") == [(2,)]


def test_old_alerts_are_historical_and_fresh_ones_new(desk: Desk) -> None:
    """More than 14 days divide them; item 9 raises whatever the total."""
    old, fresh = NOW.date() - timedelta(days=15), NOW.date() - timedelta(days=3)
    summary = desk.take(f"patient,visit,completed_on,phq9_q9\nP1,a,{old},1\nP2,a,{fresh},3\nP3,a,{fresh},0\n")
    assert (summary.new_alerts, summary.historical_alerts) == (1, 1)
    assert desk.rows("SELECT state, first_answer FROM alert ORDER BY id") == [("historical", 1), ("new", 3)]


def test_the_wording_is_named(desk: Desk) -> None:
    """`unknown` unless said; the definition's own name means its own text."""
    desk.take("patient,visit,completed_on,phq9_q1\nP1,a,2025-01-01,0\n")
    desk.take("patient,visit,completed_on,phq9_q1\nP2,a,2025-01-01,0\n", wording="Spanish 2015")
    assert desk.rows("SELECT wording, wording_status FROM instrument_version ORDER BY id") == [
        ("unknown", "unknown"),
        ("Spanish 2015", "unknown"),
    ]
    with pytest.raises(FileRefused, match="stored with the wording unknown, not Spanish 2015"):
        desk.take("patient,visit,completed_on,phq9_q1\nP1,a,2025-01-01,0\n", wording="Spanish 2015")
    with pytest.raises(Refused, match="1 to 64"):
        desk.take("patient,visit,completed_on\nP1,a,2025-01-01\n", wording="")


def test_the_audit_trail_says_which_file(desk: Desk) -> None:
    """One event as it begins, one per patient and response, then one for the whole with the file's digest."""
    content = "patient,visit,completed_on,phq9_q1\nP1,a,2025-01-01,0\n"
    desk.take(content)
    events = desk.rows("SELECT action, actor, facts FROM event ORDER BY id")[1:]
    actions = ["import.begun", "patient.enrolled", "response.stored", "import.done"]
    assert [event[0] for event in events] == actions
    assert {event[1] for event in events} == {"import"}
    facts = json.loads(events[-1][2])
    assert facts["sha256"] == hashlib.sha256(content.encode()).hexdigest()
    assert (facts["rows"], facts["responses"]) == (1, 1)


def test_before_onset_is_right_with_a_tumour(desk: Desk) -> None:
    """The palsy follows the operation: answers from before it are taken."""
    desk.take(
        "patient,visit,completed_on,onset_on,cause,phq9_q1\n"
        "P1,a,2025-01-01,2025-02-01,vestibular_schwannoma,0\n"
    )
    assert desk.count("response") == 1


def test_a_plan_is_what_is_then_stored(desk: Desk, tmp_path: Path) -> None:
    """The counts told beforehand equal those in the database."""
    fresh = NOW.date() - timedelta(days=1)
    summary = desk.take(
        f"patient,visit,completed_on,{PHQ9}\n"
        f"P1,a,{fresh},3,3,3,3,3,3,3,3,3\nP2,a,{fresh},1,,,1,1,1,1,1,1\nP3,a,{fresh},1,,,,1,1,1,1,1\n"
    )
    count = summary.scales["phq9.total"]
    assert (count.complete, count.prorated, count.unscored) == (1, 1, 1)
    stored = desk.rows("SELECT value IS NULL, prorated, count(*) FROM score GROUP BY 1, 2 ORDER BY 1, 2")
    assert stored == [(0, 0, 1), (0, 1, 1), (1, 0, 1)]
    assert desk.count("alert") == summary.new_alerts == 3


def test_codes_that_read_the_same_are_one_patient(desk: Desk) -> None:
    """Within a file, and against what is stored, whose spelling stays; and the summary says so."""
    head = f"patient,visit,completed_on,{PHQ9}\n"
    told = desk.take(f"{head}P-1,first,2025-03-01,{ZEROS}\np–1,second,2025-04-01,{ZEROS}\n")
    assert (told.new_patients, told.spellings) == (1, {"p–1": "P-1"})
    again = desk.take(f"{head}p-1,first,2025-03-01,{ZEROS}\nP–1,third,2025-05-01,{ZEROS}\n")
    assert (again.new_patients, again.stored_patients, again.stored_visits) == (0, 1, 1)
    assert again.remarks()[0] == "Codes that read the same are one patient: p-1 is P-1, P–1 is P-1."
    assert desk.rows("SELECT code, code_folded FROM patient") == [("P-1", "p-1")]
    assert desk.count("visit") == desk.count("response") == 3


@pytest.mark.parametrize("name", ["first visit", "FIRST  VISIT", "First\u00a0visit", "BASELINE"])
def test_a_visit_of_the_plan_is_known_however_it_is_spelt(desk: Desk, name: str) -> None:
    """And nothing is said to lie outside the plan."""
    told = desk.take(f"patient,visit,completed_on,{PHQ9}\nP1,{name},2025-01-01,{ZEROS}\n")
    assert desk.rows("SELECT name, timepoint_id IS NULL FROM visit") == [("baseline", 0)]
    assert told.remarks() == []


def test_visits_outside_the_plan_are_told_by_name(desk: Desk) -> None:
    """Each name is spelt as it was first, in either Unicode form, in this file and the next."""
    name = "Kontrolle Müller"
    head = f"patient,visit,completed_on,{PHQ9}\n"
    first = desk.take(f"{head}P1,{name},2025-03-01,{ZEROS}\nP2,{name.upper()},2025-03-01,{ZEROS}\n")
    assert first.remarks() == [f"Visits that the plan does not have: {name} (2)."]
    again = f"{head}P1,{unicodedata.normalize('NFD', name)},2025-03-01,{ZEROS}\n"
    assert desk.take(again).stored_visits == 1
    assert desk.rows("SELECT name, count(*) FROM visit GROUP BY name") == [(name, 2)]


def test_a_visit_of_before_stays_where_it_is(desk: Desk) -> None:
    """An earlier version put it outside the plan for its capitals: its file again adds nothing."""
    content = f"patient,visit,completed_on,{PHQ9}\nP1,first visit,2025-01-01,{ZEROS}\n"
    desk.take(content.replace("first visit", "kept"))
    desk.session.execute(update(Visit).values(name="first visit"))
    desk.session.commit()
    again = desk.take(content)
    assert (again.stored_visits, again.stored_responses) == (1, 1)
    assert desk.count("visit") == 1


def test_patients_of_before_whose_codes_read_the_same_are_asked_for(desk: Desk) -> None:
    """By the code as it is stored; any other spelling could mean either."""
    head = f"patient,visit,completed_on,{PHQ9}\n"
    desk.take(f"{head}P-1,first,2025-03-01,{ZEROS}\nQ,first,2025-03-01,{ZEROS}\n")
    desk.session.execute(update(Patient).where(Patient.code == "Q").values(code="p-1", site=None, twin=1))
    desk.session.commit()
    assert desk.take(f"{head}p-1,first,2025-03-01,{ZEROS}\nP-1,first,2025-03-01,{ZEROS}\n").stored_visits == 2
    with pytest.raises(FileRefused, match="P-1 and p-1 are stored and read the same"):
        desk.take(f"{head}P–1,second,2025-04-01,{ZEROS}\n")
