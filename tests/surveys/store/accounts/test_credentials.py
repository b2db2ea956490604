"""Words of a browser that are no credential, or answer another question."""

from __future__ import annotations

import pytest

from surveys.store.accounts import credentials
from tests.support.authenticator import Authenticator

HOST, ORIGIN = "clinic.example", "https://clinic.example"


@pytest.mark.parametrize("told", ["", "{}", "[]", "null", '{"id": 7}', '{"id": "x", "rawId": []}', "\ud800"])
def test_what_is_no_credential_is_told_so(told: str) -> None:
    """Whatever the library makes of it, one of the errors that its user expects."""
    for read in (
        lambda: credentials.named(told),
        lambda: credentials.made(told, "AAAA", HOST, ORIGIN),
        lambda: credentials.proved(told, "AAAA", HOST, ORIGIN, public_key="AAAA", sign_count=0),
    ):
        with pytest.raises(credentials.NO_CREDENTIAL):
            read()


def test_a_credential_fits_its_question_and_place_alone() -> None:
    """What was made is what is used later, and each use counts."""
    device = Authenticator(ORIGIN, HOST)
    asked = credentials.to_make(HOST, 7, "ann@example.org", "Ann", ["AAAA"])
    assert [one["id"] for one in asked["excludeCredentials"]] == ["AAAA"]
    told = device.makes(asked)
    made = credentials.made(told, asked["challenge"], HOST, ORIGIN)
    for challenge, host, origin in (
        ("AAAA", HOST, ORIGIN),
        (asked["challenge"], "other.example", ORIGIN),
        (asked["challenge"], HOST, "https://other.example"),
    ):
        with pytest.raises(credentials.NO_CREDENTIAL):
            credentials.made(told, challenge, host, origin)
    question = credentials.to_prove(HOST)
    told = device.proves(question)
    assert credentials.named(told) == made.credential
    key = made.public_key
    count = credentials.proved(told, question["challenge"], HOST, ORIGIN, public_key=key, sign_count=0)
    assert count == 1
    with pytest.raises(credentials.NO_CREDENTIAL):
        credentials.proved(told, question["challenge"], HOST, ORIGIN, public_key=key, sign_count=count)
