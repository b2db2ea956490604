"""A whole visit in which the server is killed at every request, in both ways. Short form: tests/journeys."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from flask import Flask

from surveys.db import db
from surveys.store import audit
from surveys.store.visit import responses
from tests.support.about_you import AS_STORED, WHOLE, as_sent
from tests.support.mortal import Death, Dying, MortalServer
from tests.support.resuming import Resuming
from tests.support.study import FACE, PHQ9, SAQ, invite, one_table

ANSWERS = {"face": FACE, "phq9": (*PHQ9[:8], 2), "saq": SAQ}
LATENCY = 0.03  # seconds; about twice what an answer takes


@pytest.mark.parametrize("seed", [1])
def test_a_visit_survives_death_at_every_request(
    app: Flask, database_url: str, tmp_path: Path, seed: int
) -> None:
    """Each request dies once at a random moment; each form dies once more right after its answer."""
    invited = invite(app, asks_background=True)
    moments = random.Random(seed)

    def plan(method: str, path: str, before: int) -> Death:
        if path == invited.path and before:
            return None  # every life begins with it
        if before == 0:
            return moments.uniform(0, LATENCY)
        return "answered" if before == 1 and method == "POST" else None

    with MortalServer(database_url, tmp_path / "log") as server:
        dying = Dying(server, plan)
        device = Resuming(server, dying, invited.token, ANSWERS, database_url, as_sent(WHOLE)).walk()

    assert device.page.heading == "Thank you"
    assert dying.deaths > 2 * sum(map(len, ANSWERS.values()))
    stored = {row["instrument"]: row["answers"] for row in one_table(app, "response")}
    assert stored == {
        key: {f"q{number}": value for number, value in enumerate(given, start=1)}
        for key, given in ANSWERS.items()
    }
    assert one_table(app, "draft") == one_table(app, "event_value") == []
    assert len(one_table(app, "alert")) == 1
    told = [(row["question"], row["answer"]["value"]) for row in one_table(app, "background")]
    assert told == [*AS_STORED.items(), ("sent", "whole")]
    assert invited.token not in (tmp_path / "log").read_text()
    with app.app_context():
        assert list(audit.verify(db.session)) == []
        assert list(responses.wrong_scores(db.session)) == []
