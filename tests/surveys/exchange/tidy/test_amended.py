"""The file of amendments."""

from __future__ import annotations

from datetime import date

from flask import Flask

from surveys.exchange.tidy.amended import AMENDMENTS
from surveys.models import Amendment
from surveys.store.patient import consents
from tests.support.study import ask_consent, changing, invite
from tests.surveys.exchange.tidy.test_occasions import AT, rows

WAS = {"name": "Start", "anchor": "enrolment", "days": [0, 0, 30], "battery": ["face"]}


def test_an_amendment_says_what_it_did(app: Flask) -> None:
    invited = invite(app)
    on = date(2026, 4, 1)
    before = [{**WAS, "key": key} for key in ("start", "ended", "longer")]
    after = [before[0], {**before[2], "days": [0, 0, 60]}, {**WAS, "key": "added"}]
    ask_consent(app)
    with changing(app) as session:
        text = consents.newest(session, invited.study_id, "en")
        assert text is not None
        session.add(
            Amendment(
                study_id=invited.study_id,
                number=2,
                protocol="2.0",
                holds_from=on,
                reason="Longer.",
                ethics_reference="EK 1",
                consent_text_id=text.id,
                before=before,
                after=after,
                recorded_on=on,
                recorded_by="test",
                recorded_at=AT,
            )
        )
    [row] = rows(app, AMENDMENTS)
    assert row == {
        "plan_version": "2",
        "protocol": "2.0",
        "holds_from": "2026-04-01",
        "reason": "Longer.",
        "ethics_reference": "EK 1",
        "ethics_on": "",
        "consent_version": "1",
        "added": "added",
        "ended": "ended",
        "changed": "longer",
    }
