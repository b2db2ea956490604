"""The study codes that come next."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from surveys.db import db
from surveys.models import Study
from surveys.store.patient import codes
from tests.support.study import invite


def following(app: Flask, *taken: str) -> list[str]:
    with app.app_context():
        return codes.following(db.session, db.session.scalars(select(Study)).one(), 2, taken)


def test_they_go_on_after_the_largest_of_the_last_pattern(app: Flask) -> None:
    """In its prefix and its digits; without a number the study's own code begins."""
    invite(app, "Ada")
    assert following(app) == ["S1-001", "S1-002"]
    for code in ("FPK-041", "P1", "fpk-039"):
        invite(app, code)
    assert following(app) == ["fpk-042", "fpk-043"]
    assert following(app, "FPK–044") == ["fpk-045", "fpk-046"]
    invite(app, "FPK-999")
    assert following(app) == ["FPK-1000", "FPK-1001"]
