"""Staff with accounts, and one of them on a walk through the pages. It knows forms, but no table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Flask, session
from flask.testing import FlaskClient
from flask_security import login_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from surveys.db import db
from surveys.models import Study
from surveys.store.accounts import staff
from tests.support.pages import Page
from tests.support.patient import Patient, in_process
from tests.support.study import changing

PASSWORD = "correct horse battery"
ENROLMENT = {
    "code": "P-7",
    "birth-year": "1970",
    "sex": "female",
    "side": "left",
    "cause": "bells_palsy",
    "begin": "sudden",
    "onset-month": "3",
    "onset-year": "2024",
}


class Member(Patient):
    """A member of staff with a browser."""

    def sign_in(self, email: str, password: str = PASSWORD, **fields: str) -> Page:
        """Fill in the sign-in page and send it."""
        self.get("/login")
        return self.post("/login", {"email": email, "password": password, **fields})


def employ(
    app: Flask, email: str, *roles: str, study: str = "S1", site: str | None = None, **facts: Any
) -> int:
    """Make an account with those roles in `study` (the last stands) and `facts`; returns its id."""
    at = datetime.now(UTC)
    with changing(app) as store:
        member = staff.find(store, email) or staff.add(store, email, PASSWORD, at=at, actor="test", **facts)
        for role in roles:
            found = store.scalars(select(Study).where(Study.code == study)).one()
            staff.grant(store, member, found, role, site=site, at=at, actor="test")
        return member.id


def signed_in(
    app: Flask,
    role: str = "coordinator",
    *,
    study: str = "S1",
    site: str | None = None,
    client: FlaskClient | None = None,
) -> Member:
    """A new member of staff with that role in `study`, signed in; `client` is the browser."""
    email = f"{role}-{site or 'everywhere'}-{study}@example.org"
    if role == "admin":
        employ(app, email, admin=True)
    else:
        employ(app, email, role, study=study, site=site)
    kept, token = _session(app, email)
    return Member(in_process(app, session=kept, client=client), first_token=token)


def _session(app: Flask, email: str) -> tuple[dict[str, Any], str]:
    """The session of a browser that has signed in, and a token for its forms.

    Both are made without the pages, which have tests of their own.
    """
    with app.test_request_context():
        person = staff.find(db.session, email)
        assert person is not None
        login_user(person)
        db.session.commit()
        token = generate_csrf()
        return dict(session), token
