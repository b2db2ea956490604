"""The page of one's own keys: a key is shown once, made with the password, and ended by its owner alone."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.support.staff import PASSWORD, signed_in
from tests.support.study import invite, one_table

KEYS = "/staff/account/keys"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough."""
    return sqlite_url


def test_a_key_is_made_used_and_ended(app: Flask) -> None:
    """It stands on the page that made it and on no other."""
    invite(app, "P1")
    analyst = signed_in(app, "analyst")
    analyst.get(KEYS)
    fields = {"study": "S1", "name": "R", "dates": "none", "password": PASSWORD}
    page = analyst.post(KEYS, fields)
    [secret] = re.findall(r"\b[0-9A-F]{32}\b", page.text)
    assert secret not in analyst.get(KEYS).text
    asked = {"token": secret, "content": "record", "format": "json"}
    assert "P1" in app.test_client().post("/api/", data=asked).text
    other = signed_in(app, "coordinator")
    other.get(KEYS)
    other.post(f"{KEYS}/1/end", {})
    assert "P1" in app.test_client().post("/api/", data=asked).text
    analyst.get(KEYS)
    analyst.post(f"{KEYS}/1/end", {})
    assert app.test_client().post("/api/", data=asked).status_code == 403


def test_what_a_key_may_not_give_is_said_at_its_box(app: Flask) -> None:
    """A wrong password, a study of others, dates for an analyst: nothing is made."""
    invite(app, "P1")
    analyst = signed_in(app, "analyst")
    good = {"study": "S1", "name": "R", "dates": "none", "password": PASSWORD}
    for change, link in (
        ({"password": "wrong"}, "#password"),
        ({"study": "S2"}, "#study"),
        ({"dates": "shifted"}, "#dates"),
        ({"name": ""}, "#name"),
    ):
        analyst.get(KEYS)
        page = analyst.post(KEYS, {**good, **change})
        assert analyst.status == 422
        assert any(one.startswith(link) for one in page.links), change
    assert one_table(app, "api_key") == []
