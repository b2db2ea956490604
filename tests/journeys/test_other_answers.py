"""Numbers, dates and several choices: asked, refused, changed, sent and stored like any other answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from surveys.schedule import PlannedVisit
from surveys.settings import Settings
from tests.support.patient import Patient, in_process
from tests.support.study import Invited, invite, one_table

WIDE = Path(__file__).parents[1] / "surveys" / "instruments" / "wide.toml"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site with a form of its own that patients answer."""
    folder = tmp_path_factory.mktemp("site")
    own = WIDE.read_text(encoding="utf-8").replace('answered_by = "staff"\n', "")
    (folder / "wide.toml").write_text(own, encoding="utf-8")
    return folder


@pytest.fixture
def settings(settings: Settings, site: Path) -> Settings:
    return Settings(**{**vars(settings), "instruments": (site,)})


@pytest.fixture
def patient(app: Flask) -> Patient:
    """At the first item that is no single choice."""
    invited: Invited = invite(app, plan=[PlannedVisit("baseline", "First", "enrolment", 0, 0, 30, ("wide",))])
    patient = Patient(in_process(app))
    patient.open(invited.token)
    patient.next()
    patient.fill([0, 1, 2, 3])
    return patient


def write(patient: Patient, *values: str, button: str = "Next") -> None:
    """Type or tick, and press a button."""
    form = patient.step
    [pressed] = [one for one in form.buttons if one.text == button]
    more = [(pressed.name, pressed.value)] if pressed.name else []
    answers = [("answer", value) for value in values]
    patient.post(patient.path, [*answers, *more])


def test_every_kind_of_answer_is_stored(app: Flask, patient: Patient) -> None:
    """As JSON of its own kind, and read back on the review."""
    for values in (("7",), ("0,75",), ("1", "4"), ("2024-02-29",), ("2",)):
        assert patient.status == 200
        write(patient, *values)
    assert patient.page.heading == "Check your answers"
    for words in ("7", "0.75 cm", "29 February 2024"):
        assert words in patient.page.text
    patient.next()
    patient.finish()
    assert patient.page.heading == "Thank you"
    [response] = one_table(app, "response")
    assert {key: response["answers"][key] for key in ("q5", "q6", "q7", "q8", "q9")} == {
        "q5": 7,
        "q6": 0.75,
        "q7": [1, 4],
        "q8": "2024-02-29",
        "q9": 2,
    }


@pytest.mark.parametrize(
    ("number", "wrong", "says"),
    [
        (5, "11", "Please write a whole number from 0 to 10."),
        (5, "a lot", "Please write a whole number from 0 to 10."),
        (6, "2", "Please write a number from 0 to 1.5."),
        (7, "3", "That is not one of the answers."),
        (8, "2023-02-29", "That is not a day of the calendar."),
        (6, " ", "you may skip it"),
    ],
)
def test_what_is_no_answer_is_refused(
    app: Flask, patient: Patient, number: int, wrong: str, says: str
) -> None:
    """With a sentence that says what would be one; what was typed is still there."""
    for _ in range(5, number):
        write(patient, button="Next")
        write(patient, button="Skip this question")
    write(patient, wrong)
    assert patient.status == 422
    assert says in patient.page.text
    if number != 7 and wrong.strip():
        assert [one.value for one in patient.step.inputs if one.name == "answer"] == [wrong]
    [draft] = one_table(app, "draft")
    assert f"q{number}" not in draft["answers"]


def test_skipping_and_going_back_need_no_answer(app: Flask, patient: Patient) -> None:
    """An empty box is sent with every button."""
    write(patient, "")
    assert "you may skip it" in patient.page.text
    write(patient, "99", button="Skip this question")
    assert patient.asked == "wide/6"
    write(patient, "", button="Back")
    assert patient.asked == "wide/5"
    write(patient, "8", button="Back")
    assert patient.asked == "wide/4"
    [draft] = one_table(app, "draft")
    assert [said.get("value", "skipped") for said in draft["answers"]["q5"]] == ["skipped", 8]


def test_what_was_given_is_shown_again(patient: Patient) -> None:
    """Typed and ticked."""
    write(patient, "7")
    write(patient, "1.25")
    write(patient, "1", "4")
    path = patient.path
    patient.get(path.replace("/8", "/5"))
    assert [one.value for one in patient.step.inputs if one.name == "answer"] == ["7"]
    patient.get(path.replace("/8", "/7"))
    assert [one.value for one in patient.step.inputs if one.checked] == ["1", "4"]
