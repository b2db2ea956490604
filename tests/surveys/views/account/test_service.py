"""Sign-in through a provider of OpenID Connect that runs beside the test and signs with a real key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwk, jws, jwt
from passlib.totp import TOTP
from werkzeug.test import TestResponse

from surveys.models import Staff
from surveys.settings import GroupRole, Settings, SettingsError, SignInService
from surveys.store.accounts import closing, sign_in
from surveys.views.account import openid, service
from tests.support.openid import CLIENT, KEY, SECRET, Provider, running
from tests.support.pages import Page
from tests.support.patient import in_process
from tests.support.staff import PASSWORD, Member, employ
from tests.support.study import changing, invite, one_table

ANN = "ann@example.org"
SAID = "Your sign-in service did not tell us who you are."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the database decides is tried with the store."""
    return sqlite_url


@pytest.fixture(scope="module")
def _running() -> Iterator[Provider]:
    with running() as one:
        yield one


@pytest.fixture
def provider(_running: Provider) -> Provider:
    """It proves Ann, and lies about nothing."""
    _running.lies, _running.description, _running.make = {}, {}, None
    _running.only_at_userinfo, _running.broken = False, None
    _running.proves("ann-1", ANN, groups=["readers"])
    return _running


@pytest.fixture
def settings(settings: Settings, _running: Provider) -> Settings:
    """With the provider, whose group of readers are analysts of S2."""
    roles = (GroupRole("readers", "S2", "analyst"),)
    return replace(settings, sign_in_service=SignInService(_running.url, CLIENT, SECRET, roles))


@pytest.fixture
def ann(app: Flask) -> int:
    """Her account, of S1."""
    invite(app, study="S1")
    invite(app, study="S2")
    return employ(app, ANN, "coordinator")


def asked(client: FlaskClient, path: str = "/login/service") -> str:
    """The way back from the provider, after a browser followed our redirect to it."""
    there = client.get(path)
    assert there.status_code == 302, there.text
    answer = requests.get(there.location, allow_redirects=False, timeout=120)
    assert answer.status_code == 302, answer.text
    place = urlsplit(answer.headers["Location"])
    return f"{place.path}?{place.query}"


def through(client: FlaskClient, path: str = "/login/service") -> TestResponse:
    """What our page says after the whole way."""
    return client.get(asked(client, path))


def refused(client: FlaskClient, words: str = SAID) -> bool:
    """Whether the sign-in page gives this reason after the whole way."""
    return through(client).location == "/login" and words in client.get("/login").text


def said(app: Flask, action: str) -> list[dict[str, object]]:
    return [row["facts"] for row in one_table(app, "event") if row["action"] == action]


def test_who_is_proved_is_signed_in(app: Flask, client: FlaskClient, provider: Provider, ann: int) -> None:
    """By a verified address at first, then by the provider's own name of her; the trail tells all of it."""
    page = client.get("/login?next=/staff/S1/patients").text
    assert "/login/service?next=/staff/S1/patients" in page
    answer = through(client, "/login/service?next=/staff/S1/patients")
    assert (answer.status_code, answer.location) == (302, "/staff/S1/patients")
    assert client.get("/staff/S1/patients").status_code == 200
    assert client.get("/staff/S2/dashboard").status_code != 404  # her group's role
    assert "Your account there, ann-1, has been linked" in client.get("/staff/account").text
    assert len(one_table(app, "staff_session")) == 1
    assert said(app, "staff.signed_in") == [{"staff": ann, "by": "service"}]
    assert said(app, "staff.linked") == [{"staff": ann, "issuer": provider.url}]
    assert client.get("/login/service").location == "/staff/"
    client.post(
        "/logout", data={"csrf_token": Page(client.get("/staff/account").text).forms[0].hidden["csrf_token"]}
    )
    assert client.get("/staff/S1/patients").status_code == 302
    provider.proves("ann-1", "ann.married@example.org", groups=[], email_verified=False)
    assert through(app.test_client()).location == "/staff/"
    assert [row["role"] for row in one_table(app, "membership")] == ["coordinator"]  # she left the group
    assert len(said(app, "staff.linked")) == 1


def test_the_account_says_how_it_will_be_linked(app: Flask, ann: int) -> None:
    """Until somebody came through the service."""
    member = Member(in_process(app))
    member.sign_in(ANN)
    assert "if it knows you by ann@example.org" in member.get("/staff/account").text


def test_what_only_the_userinfo_says_counts_too(
    app: Flask, client: FlaskClient, provider: Provider, ann: int
) -> None:
    """Many providers put the address there; it must be told of the same person."""
    provider.only_at_userinfo = True
    assert through(client).location == "/staff/"
    provider.lies = {"sub": "bea-1"}
    assert refused(app.test_client())


def test_each_try_has_state_nonce_and_a_proof_of_its_own(
    client: FlaskClient, provider: Provider, ann: int
) -> None:
    """What one browser was given opens nothing in another, and once only."""
    sent = parse_qs(urlsplit(client.get("/login/service").location).query)
    assert {"state", "nonce", "code_challenge"} <= sent.keys()
    assert sent["code_challenge_method"] == ["S256"]
    way = asked(client)
    other = client.application.test_client()
    assert other.get(way).location == "/login"
    other.get("/login/service")
    assert other.get(way).location == "/login"
    for odd in (
        "",
        "?state=x&code=y",
        "?error=access_denied",
        "?code=x",
        "?state=%00",
    ):
        assert other.get(f"/login/service/back{odd}").location == "/login"
    assert client.get(way).location == "/staff/"
    assert other.get(way).location == "/login"


FOREIGN = jwk.RSAKey.generate_key(2048, parameters={"kid": "one"})


@pytest.mark.parametrize(
    "lie",
    [
        {"aud": ["another"]},
        {"aud": None},
        {"aud": ["another"], "azp": CLIENT},
        {"iss": "https://another.example"},
        {"iss": None},
        {"exp": 1_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},  # seventy years from now
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 5},
        {"sub": "a\0b"},
        {"at_hash": "another"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    app: Flask, client: FlaskClient, provider: Provider, ann: int, lie: dict[str, object]
) -> None:
    """In words, and in the trail."""
    provider.lies = lie
    assert refused(client)
    assert said(app, "staff.signed_in") == []
    assert said(app, "staff.sign_in_failed") == [{"staff": None}]


@pytest.mark.parametrize("kind", ["none", "shared secret", "foreign key", "no token", "no text"])
def test_a_token_that_the_provider_did_not_sign_is_refused(
    client: FlaskClient, provider: Provider, ann: int, kind: str
) -> None:
    """Unsigned, or signed with what others have too; whatever the provider's description allows."""
    provider.description = {"id_token_signing_alg_values_supported": ["none", "HS256", "RS256"]}

    def make(claims: dict[str, object]) -> str:
        if kind == "none":
            return jwt.encode({"alg": "none"}, claims, KEY, registry=jws.JWSRegistry(algorithms=["none"]))
        if kind == "shared secret":
            return jwt.encode({"alg": "HS256"}, claims, jwk.OctKey.import_key(SECRET))
        if kind == "foreign key":
            return jwt.encode({"alg": "RS256", "kid": "one"}, claims, FOREIGN)
        return "" if kind == "no token" else "a.b.c"

    provider.make = make
    assert refused(client)


@pytest.mark.usefixtures("ann")
def test_a_provider_that_breaks_off_is_refused(client: FlaskClient, provider: Provider) -> None:
    """In words; the password opens as before."""
    for broken in (("", 500), ("no JSON", 200), ("[1]", 200), ('{"access_token": 5}', 200), ('"x"', 200)):
        provider.broken = broken
        assert refused(client), broken
    hidden = Page(client.get("/login").text).forms[0].hidden
    assert client.post("/login", data={**hidden, "email": ANN, "password": PASSWORD}).status_code == 302


def test_a_provider_that_is_away_or_another_leads_nowhere(provider: Provider) -> None:
    """Each time it is asked anew."""
    for description in ({}, {"issuer": "https://another.example"}, {"authorization_endpoint": None}):
        url = provider.url if description else "http://127.0.0.1:9"
        provider.description = description
        there = SignInService(url, CLIENT, SECRET)
        bare = Flask("bare")
        bare.config["SETTINGS"] = Settings("sqlite://", "test " * 10, sign_in_service=there)
        with bare.test_request_context():
            assert openid.client(bare, there).redirect("http://localhost/") is None


def test_others_are_told_why_not(app: Flask, client: FlaskClient, provider: Provider, ann: int) -> None:
    """Unverified, unknown, another person with her address, a closed account."""
    for verified in (False, None, "true", 1):
        provider.proves("x", ANN, groups=[], email_verified=verified)
        assert refused(client, "has verified your e-mail address")
    provider.proves("x", "x@example.org", groups=["writers"])
    assert refused(client, "You have no account here.")
    provider.proves("x", "x@example.org")
    assert refused(client, "in which groups you are")
    provider.proves("ann-1", ANN, groups=[])
    through(app.test_client())
    provider.proves("ann-2", ANN, groups=["readers"])
    assert refused(client, "belongs to somebody else")
    with changing(app) as session:
        closing.close(session, session.get_one(Staff, ann), at=datetime.now(UTC), actor="test")
    for subject, email in (("ann-1", "new@example.org"), ("ann-3", ANN)):
        provider.proves(subject, email, groups=["readers"])
        assert refused(client, "This account is closed.")
    assert len(said(app, "staff.signed_in")) == 1


def test_the_code_is_asked_as_with_a_password(
    app: Flask, client: FlaskClient, provider: Provider, ann: int
) -> None:
    """Until it is right nobody is signed in; wrong ones wait, and ten minutes later it is too late."""
    now = datetime.now(UTC)
    codes = _with_codes(app, ann, now - timedelta(hours=1))
    with time_machine.travel(now, tick=False) as clock:
        assert through(client).location == "/login/service/code"
        assert client.get("/staff/S1/patients").status_code == 302
        hidden = Page(client.get("/login/service/code").text).forms[0].hidden

        def tell(code: str) -> TestResponse:
            return client.post("/login/service/code", data={**hidden, "code": code})

        for number in range(5):
            assert "not the code that the app shows" in tell(f"{number:06}").text
        assert "too many wrong tries" in tell(str(codes.generate(datetime.now(UTC)).token)).text
        clock.shift(timedelta(minutes=11))
        right = str(codes.generate(datetime.now(UTC)).token)
        assert tell(right).location == "/login"
        clock.move_to(now)
        through(client)
        clock.shift(timedelta(seconds=60))
        right = str(codes.generate(datetime.now(UTC)).token)
        assert tell(right).location == "/staff/"
    assert said(app, "staff.signed_in") == [{"staff": ann, "by": "service"}]


def test_a_role_that_is_none_stops_the_server(app: Flask) -> None:
    """And without a provider there is no page."""
    wrong = SignInService("https://id.example", "a", "b", (GroupRole("g", "S1", "boss"),))
    bare = Flask("bare")
    bare.config["SETTINGS"] = replace(app.config["SETTINGS"], sign_in_service=wrong)
    with pytest.raises(SettingsError, match="'boss'; use one of: coordinator"):
        service.init_app(bare)


def _with_codes(app: Flask, staff_id: int, at: datetime) -> TOTP:
    key = app.config["SETTINGS"].secret_key
    with changing(app) as session:
        person = session.get_one(Staff, staff_id)
        codes = TOTP(key=sign_in.prepare(session, person, key), format="base32")
        sign_in.confirm(session, person, str(codes.generate(at).token), key, at=at, actor="test")
    return codes
