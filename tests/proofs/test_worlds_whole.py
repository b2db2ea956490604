"""The same registries of known truth through import, report and dashboard, three draws of each.

An import file has no site, so the world whose sites differ is left out.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from flask import Flask

from analysis.data.frame import StudyFrames
from analysis.data.pages import TABS
from surveys.settings import Settings
from tests.analysis.worlds import QUESTIONS
from tests.support.commands import seventh_with
from tests.support.staff import Member, signed_in

DRAWS = (1, 2, 3)
ITEMS = {"face.total": (15, 1, 5, 100 / 60), "phq9.total": (9, 0, 3, 1.0)}  # number, lowest, highest, points


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is concluded is computed in Python."""
    return sqlite_url


@pytest.mark.long
@pytest.mark.parametrize(
    "name",
    [name for name in QUESTIONS if "sites" not in name],
)
def test_a_world_comes_through_import_report_and_dashboard(
    app: Flask, settings: Settings, tmp_path: Path, name: str
) -> None:
    """Told is what is so, in two of three draws at least, and never the contrary; both say it in one way."""
    question = QUESTIONS[name]
    seventh = seventh_with(settings)
    told = []
    for seed in DRAWS:
        study = f"w{seed}"
        file = tmp_path / f"{study}.csv"
        file.write_text(written(question.draw(np.random.default_rng(seed))), encoding="utf-8")
        assert seventh("study", "create", study).code == 0
        ran = seventh("import", study, file)
        assert ran.code == 0, ran
        report = json.loads(seventh("report", study).out)
        asked = {(one.record, one.scale, one.other, one.level) for one in question.told(seed)}
        answers = [
            one
            for one in report["statements"]
            if (one["record"], one["scale"], one["other"], one["level"]) in asked
        ]
        assert answers
        shown = board(signed_in(app, study=study), study, answers[0]["section"])
        texts = [" ".join(one["text"].split()) for one in answers if one["stratum"]]
        assert [text for text in texts if text not in shown] == []
        told.append(next((one["direction"] for one in answers if is_direction(one["direction"])), None))
    if question.truth is None:
        assert told.count(None) >= len(DRAWS) - 1
    else:
        assert set(told) <= {question.truth, None}
        assert not question.identifiable or told.count(question.truth) >= len(DRAWS) - 1


def is_direction(said: str) -> bool:
    return said in ("higher", "lower")


def board(member: Member, study: str, section: str) -> str:
    """The words of the dashboard's page, all its tabs, once their boards are drawn."""
    return " ".join(
        tab(member, f"/staff/{study}/dashboard/{one}") for one in TABS.get(section, {section: ""})
    )


def tab(member: Member, path: str) -> str:
    for _ in range(60):
        page = member.get(path)
        if member.status != 202:
            return " ".join(page.text.split())
    raise AssertionError("the board was not drawn")


def written(frames: StudyFrames) -> str:
    """The file of a world: its scores as answers that give them, to the next point that a scale has."""
    text = io.StringIO()
    file = csv.writer(text)
    items = {scale: [f"{scale.split('.')[0]}_q{n + 1}" for n in range(ITEMS[scale][0])] for scale in ITEMS}
    present = [scale for scale in ITEMS if scale in set(frames.scores["scale"])]
    facts = ["patient", "visit", "completed_on", "onset_on", "birth_year", "sex", "treatments"]
    file.writerow([*facts, *(key for scale in present for key in items[scale])])
    people = frames.patients.set_index("patient")
    begun = {
        patient: ";".join(f"{row.kind}@{row.started_on:%Y-%m-%d}" for row in rows.itertuples())
        for patient, rows in frames.treatments.groupby("patient", observed=True)
    }
    value = frames.scores.set_index(["visit_id", "scale"])["value"].to_dict()
    for visit in frames.visits.itertuples():
        person = people.loc[visit.patient]
        told = [visit.patient, visit.visit, f"{visit.due_on:%Y-%m-%d}", f"{person.onset_on:%Y-%m-%d}"]
        cells = [cell for scale in present for cell in answers(value.get((visit.visit_id, scale)), scale)]
        file.writerow([*told, person.birth_year, person.sex, begun.get(visit.patient, ""), *cells])
    return text.getvalue()


def answers(value: float | None, scale: str) -> Iterator[object]:
    """Answers whose sum gives the score; none where there is none."""
    number, lowest, _, points = ITEMS[scale]
    if value is None:
        yield from [""] * number
        return
    above = round(value / points)
    for at in range(number):
        yield lowest + above // number + (at < above % number)
