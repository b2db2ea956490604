"""A study's own form: made in the browser, filled in by patient and staff, changed, and exported."""

from __future__ import annotations

import csv
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from surveys.exchange.places import Folder
from surveys.exchange.tidy import package
from surveys.exchange.tidy.contents import contents_of
from surveys.exchange.tidy.queries import Selection
from surveys.models import Study, Visit
from surveys.store.audit import proof
from surveys.store.words import own_forms
from tests.support.patient import Patient, in_process
from tests.support.staff import Member, signed_in
from tests.support.study import changing, invite, library, one_table

PATH = "/staff/S1/forms"
DIARY = {
    "title__en": "Diary",
    "answered_by": "patient",
    "often": "visit",
    "rows": "4",
    "row_1-kind": "text",
    "row_1-label__en": "What was hard this week?",
    "row_2-kind": "whole",
    "row_2-label__en": "How many glasses of water?",
    "row_2-low": "0",
    "row_2-high": "20",
    "row_2-unit": "glasses",
    "row_3-kind": "choices",
    "row_3-label__en": "Where?",
    "row_3-choices__en": "brow\neye\nmouth",
    "row_4-kind": "date",
    "row_4-label__en": "Since when?",
}
NERVE = {
    "title__en": "Nerve test",
    "answered_by": "staff",
    "often": "patient",
    "rows": "1",
    "row_1-kind": "decimal",
    "row_1-label__en": "Amplitude",
    "row_1-low": "0",
    "row_1-high": "20,5",
    "row_1-unit": "mV",
}


def rows(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with file.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_from_the_browser_to_the_export(app: Flask, tmp_path: Path) -> None:
    invited = invite(app)
    member = signed_in(app)
    made_in_the_browser(member)
    with changing(app) as session:
        session.get_one(Visit, invited.visit_id).battery = ["s1_diary"]

    patient = Patient(in_process(app))
    patient.open(invited.token)
    patient.next()
    patient.post(patient.path, {"answer": "x" * 2001})
    assert "Please write less" in patient.page.text
    patient.post(patient.path, {"answer": "=Drinking <b>tea</b>"})
    patient.post(patient.path, {"answer": "21"})
    assert "from 0 to 20" in patient.page.text
    patient.post(patient.path, {"answer": "7"})
    patient.post(patient.path, [("answer", "1"), ("answer", "3")])
    patient.post(patient.path, {"answer": "2026-03-01"})
    assert "=Drinking <b>tea</b>" in patient.page.text
    patient.next()
    filled_in_by_staff(app, member)

    member.post(f"{PATH}/s1_diary", {**DIARY, "row_2-number": "2", "row_2-kind": "decimal"})
    assert "its kind and unit stay" in member.page.text
    renamed = {
        **DIARY,
        **{f"row_{n}-number": str(n) for n in range(1, 5)},
        "row_1-label__en": "What was hard?",
    }
    assert "version 2" in member.post(f"{PATH}/s1_diary", renamed).text

    with changing(app) as session:
        assert list(proof.verify(session)) == []
        study = session.get_one(Study, invited.study_id)
        own_forms.learn(session, library(app))
        chosen = Selection(session, study.id)
        for coarse in (False, True):
            place = Folder(tmp_path / str(coarse))
            package.write(place, chosen, study, contents_of(chosen, library(app)), coarse=coarse)
    [diary] = rows(tmp_path / "False" / "answers_s1_diary.csv")
    told = [diary[f"s1_diary_q{number}"] for number in range(1, 5)]
    assert told == ["=Drinking <b>tea</b>", "7", "1;3", ""]  # a date is told with exact dates alone
    [nerve] = rows(tmp_path / "False" / "answers_s1_nerve_test.csv")
    assert (nerve["visit"], nerve["s1_nerve_test_q1"]) == ("s1_nerve_test", "12.5")
    book = {one["column"]: one for one in rows(tmp_path / "False" / "codebook.csv")}
    assert (book["s1_diary_q2"]["lowest"], book["s1_diary_q2"]["unit"]) == ("0.0", "glasses")
    assert book["s1_diary_q1"]["description"] == "What was hard this week?"
    assert rows(tmp_path / "True" / "answers_s1_diary.csv")[0]["s1_diary_q1"] == ""
    for coarse, text in ((False, "=Drinking <b>tea</b>"), (True, "")):
        long = rows(tmp_path / str(coarse) / "answers_long.csv")
        assert [
            one["value_text"] for one in long if one["item"] == "q1" and one["instrument"] == "s1_diary"
        ] == [text]


def made_in_the_browser(member: Member) -> None:
    page = member.post(f"{PATH}/new", {**DIARY, "row_3-choices__en": "brow"})
    assert "at least two choices" in page.text
    page = member.post(f"{PATH}/new", {**DIARY, "row_1-label__en": "<b>Hard</b>"})
    assert "markup" in page.text
    assert "is stored as version 1" in member.post(f"{PATH}/new", DIARY).text
    assert "is stored as version 1" in member.post(f"{PATH}/new", NERVE).text
    member.get("/staff/S1/study/amend")
    assert "Diary" in member.page.text
    assert "Nerve test" not in member.page.text  # what staff fill in is asked of no patient


def filled_in_by_staff(app: Flask, member: Member) -> None:
    page = member.post("/staff/S1/own-forms/s1_nerve_test/P1", {})
    assert "Nerve test" in page.text
    member.post(member.path, {"q1": "99", "source": "paper", "on": "2026-03-01"})
    assert "from 0 to 20.5" in member.page.text
    with changing(app) as session:
        made = session.scalars(select(Visit).where(Visit.name == "s1_nerve_test")).one()
        on = made.due_on.isoformat()
    page = member.post(member.path, {"q1": "12,5", "source": "paper", "on": on})
    assert "Nerve test was entered." in page.text
    member.post("/staff/S1/own-forms/s1_nerve_test/P1", {})
    assert len([row for row in one_table(app, "visit") if row["name"] == "s1_nerve_test"]) == 1
