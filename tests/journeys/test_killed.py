"""The server is killed in the middle of a visit; at length in tests/proofs/test_killed.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from surveys.models import Visit
from tests.support.about_you import AS_STORED, WHOLE, as_sent
from tests.support.mortal import Death, Dying, MortalServer
from tests.support.resuming import Resuming
from tests.support.study import changing, invite, one_table, scores

PHQ9 = (0, 1, 2, 3, 0, 1, 2, 3, 1)


@pytest.mark.parametrize(
    ("delay", "during", "deaths"),
    [
        pytest.param(0.0, ("/phq9/9",), 2, id="shortly"),
        pytest.param(0.0, ("/about-you/4", "/phq9/9"), 3, id="0.0-/about-you/4", marks=pytest.mark.long),
        pytest.param(0.012, ("/phq9/4", "/phq9/9"), 3, id="0.012-/phq9/4", marks=pytest.mark.long),
    ],
)
def test_no_answer_is_lost_or_doubled(
    app: Flask, database_url: str, tmp_path: Path, delay: float, during: tuple[str, ...], deaths: int
) -> None:
    """SIGKILL during the alert's answer and right after the submission; at length during a first one too."""
    invited = invite(app, asks_background=True)
    with changing(app) as session:
        session.execute(update(Visit).where(Visit.id == invited.visit_id).values(battery=["phq9"]))

    def plan(method: str, path: str, before: int) -> Death:
        if method == "POST" and not before:
            if path.endswith(during):
                return delay
            if path.endswith("/phq9/review"):
                return "answered"
        return None

    with MortalServer(database_url, tmp_path / "log") as server:
        dying = Dying(server, plan)
        device = Resuming(server, dying, invited.token, {"phq9": PHQ9}, database_url, as_sent(WHOLE)).walk()

    assert dying.deaths == deaths
    assert device.page.heading == "Thank you"
    assert scores(app) == {"phq9.total": 13}
    assert len(one_table(app, "alert")) == 1
    told = [(row["question"], row["answer"]["value"]) for row in one_table(app, "background")]
    assert told == [*AS_STORED.items(), ("sent", "whole")]
    assert one_table(app, "draft") == one_table(app, "event_value") == []
    assert invited.token not in (tmp_path / "log").read_text()
