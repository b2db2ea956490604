"""Which of a patient's scores make one line; `tests/journeys/test_comes_back.py` walks through the pages."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from surveys.models import Study, Visit
from surveys.store.visit import feedback, links, opening, own_line, responses
from surveys.store.visit.responses import NewResponse
from surveys.store.words import versions
from tests.support.present import now
from tests.support.study import changing, invite, library, texts


def test_a_line_holds_one_wording_one_language_and_her_own_choices(app: Flask) -> None:
    """Those of the last score; what somebody else chose is left out, and one score is no line."""
    invited = invite(app)
    told = [
        (400, "en", None),
        (300, "de", None),
        (200, "en", "chosen_by_other"),
        (100, "en", "patient"),
        (1, "en", None),
    ]
    with changing(app) as session:
        study = session.scalars(select(Study)).one()
        session.refresh(study, ["timepoints"])
        feedback.change(session, study, {"feedback": ["scores"]}, library(app), at=now(), actor="test")
        face = library(app).get("face")
        visits = session.scalars(select(Visit).order_by(Visit.id)).all()
        for visit, (days, locale, by) in zip(visits, told, strict=True):
            at = now() - timedelta(days=days)
            new = NewResponse(
                visit_id=visit.id,
                patient_id=invited.patient_id,
                instrument=face,
                version_id=versions.freeze(session, face, at=at),
                answers={item.key: 3 for item in face.items},
                locale=locale,
                source="web",
                answered_by=by,
                submitted_at=at,
                completed_on=at.date(),
            )
            responses.add(session, [new], at=at, actor="test")
        link = links.find(session, invited.token)
        assert link is not None
        opened = opening.load(session, link, texts(app), device="x", at=now())
        [total, eye] = own_line.lines(session, opened, texts(app))
        assert (total.scale.key, eye.scale.key) == ("total", "eye_comfort")
        assert [(now().date() - point.on).days for point in total.points] == [400, 100, 1]
        assert (total.verdict, eye.verdict) == ("same", "unknown")
