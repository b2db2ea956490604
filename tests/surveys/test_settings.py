"""What an installation may set, and how it is told that a setting cannot be used."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from surveys import settings as module
from surveys.settings import ROOT, Connections, GroupRole, Settings, SettingsError, database_url

SECRET = "secret " * 8


def test_a_secret_is_all_that_must_be_set() -> None:
    """Everything else has a default that works."""
    settings = Settings.from_env({"SEVENTH_SECRET_KEY": SECRET})
    assert settings.database_url == f"sqlite:///{ROOT}/instance/seventh.db"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.mail_url == "console:"
    assert settings.instruments == ()
    assert settings.redis_url is None
    assert not settings.secure


@pytest.mark.parametrize("secret", [{}, {"SEVENTH_SECRET_KEY": ""}, {"SEVENTH_SECRET_KEY": "s" * 31}])
def test_without_a_secret_it_says_how_to_make_one(secret: dict[str, str]) -> None:
    """A short one is refused like none."""
    with pytest.raises(SettingsError, match=r"at least 32 characters\. Make one with: python3 -c"):
        Settings.from_env(secret)


def test_the_port_is_in_the_default_address() -> None:
    """Unless the public address is set."""
    assert Settings.from_env({"SEVENTH_SECRET_KEY": SECRET, "PORT": "9000"}).public_url.endswith(":9000")
    told = {"SEVENTH_SECRET_KEY": SECRET, "PORT": "9000", "SEVENTH_PUBLIC_URL": "https://clinic.example/"}
    settings = Settings.from_env(told)
    assert settings.public_url == "https://clinic.example"
    assert settings.secure


@pytest.mark.parametrize(
    ("public_url", "mail_url", "may"),
    [
        ("https://clinic.example", "smtp://mail.example", True),
        ("https://clinic.example", "smtp://127.0.0.1:25", True),
        ("https://clinic.example", "console:", False),
        ("http://127.0.0.1:8000", "smtp://mail.example", False),
        ("http://LOCALHOST", "smtp://mail.example", False),
        ("http://[::1]:8000", "smtp://mail.example", False),
        ("http://0.0.0.0:8000", "smtp://mail.example", False),
        ("http://127.0.0.1:8000", "smtp://localhost:2525", True),
        ("http://127.0.0.1:8000", "smtp://[::1", False),
    ],
)
def test_whether_mail_about_real_patients_may_go(public_url: str, mail_url: str, may: bool) -> None:
    """Not without a mail server, and no link that opens on this machine only, but for a trial on it."""
    settings = Settings("sqlite://", SECRET, public_url, mail_url)
    assert (settings.mail_hindrance is None) == may


@pytest.mark.parametrize("url", ["clinic.example", "ftp://clinic.example", "//clinic.example"])
def test_a_public_address_needs_http(url: str) -> None:
    """Links made from anything else would lead nowhere."""
    with pytest.raises(SettingsError, match="SEVENTH_PUBLIC_URL"):
        Settings.from_env({"SEVENTH_SECRET_KEY": SECRET, "SEVENTH_PUBLIC_URL": url})


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("sqlite:////srv/seventh.db", "sqlite:////srv/seventh.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("", f"sqlite:///{ROOT}/instance/seventh.db"),
    ],
)
def test_where_the_database_is(given: str, meant: str) -> None:
    """A relative SQLite path is taken from the project's root, wherever the command is run."""
    assert database_url({"SEVENTH_DATABASE_URL": given}) == meant


@pytest.mark.parametrize("url", ["mysql://u@h/d", "postgres://u@h/d", "seventh.db"])
def test_another_database_is_refused(url: str) -> None:
    """And the two that work are named."""
    with pytest.raises(SettingsError, match=r"use sqlite:///… or postgresql://…"):
        database_url({"SEVENTH_DATABASE_URL": url})


def test_folders_of_instruments_must_be_there(tmp_path: Path) -> None:
    """Several are told apart as the system does; a missing one is named."""
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    told = {"SEVENTH_SECRET_KEY": SECRET, "SEVENTH_INSTRUMENTS": ":".join(map(str, folders))}
    assert Settings.from_env(told).instruments == tuple(folders)
    with pytest.raises(SettingsError, match="nowhere, which is not there"):
        Settings.from_env({**told, "SEVENTH_INSTRUMENTS": str(tmp_path / "nowhere")})


def test_connections_have_limits_of_their_own() -> None:
    """As many as threads need, a minute for a statement, as long for a lock as SQLite waits."""
    assert Settings.from_env({"SEVENTH_SECRET_KEY": SECRET}).connections == Connections(20, 60, 15, False)
    told = {
        "SEVENTH_SECRET_KEY": SECRET,
        "SEVENTH_DATABASE_CONNECTIONS": "8",
        "SEVENTH_STATEMENT_TIMEOUT": "0",
        "SEVENTH_LOCK_TIMEOUT": "5",
        "SEVENTH_DATABASE_POOLER": "transaction",
    }
    assert Settings.from_env(told).connections == Connections(8, 0, 5, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SEVENTH_DATABASE_CONNECTIONS", "1"),
        ("SEVENTH_DATABASE_CONNECTIONS", "many"),
        ("SEVENTH_STATEMENT_TIMEOUT", "-1"),
        ("SEVENTH_LOCK_TIMEOUT", "1.5"),
        ("SEVENTH_PROXIES", "-1"),
        ("SEVENTH_METRICS_FROM", "192.0.2.1/24"),
        ("SEVENTH_LOG", "xml"),
        ("SEVENTH_DATABASE_POOLER", "session"),
        ("SEVENTH_ANALYSIS_DATABASE_URL", "mysql://u@h/d"),
        ("SEVENTH_ANALYSIS_DATABASE_URL", "postgresql://u@replica/d"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    """A replica only beside a PostgreSQL, for here the database is SQLite's."""
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({"SEVENTH_SECRET_KEY": SECRET, name: value})


OIDC = {
    "SEVENTH_SECRET_KEY": SECRET,
    "SEVENTH_OIDC_ISSUER": "https://id.example/realm",
    "SEVENTH_OIDC_CLIENT_ID": "seventh",
    "SEVENTH_OIDC_CLIENT_SECRET": "hidden",
}


def test_a_sign_in_service_and_its_groups() -> None:
    """Names of groups may hold signs of equality, as those of a directory do; its secret is not shown."""
    groups = " cn=heads,dc=x = S1:coordinator ; north=S1:investigator:North: A ;"
    service = Settings.from_env({**OIDC, "SEVENTH_OIDC_GROUPS": groups}).sign_in_service
    assert service is not None
    assert service.name == "id.example"
    assert "hidden" not in repr(service)
    assert service.roles == (
        GroupRole("cn=heads,dc=x", "S1", "coordinator"),
        GroupRole("north", "S1", "investigator", "North: A"),
    )
    assert Settings.from_env({"SEVENTH_SECRET_KEY": SECRET}).sign_in_service is None


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("SEVENTH_OIDC_ISSUER", "http://id.example", "ISSUER"),
        ("SEVENTH_OIDC_ISSUER", f"https://id.example/{'x' * 240}", "ISSUER"),
        ("SEVENTH_OIDC_CLIENT_ID", "", "CLIENT_ID"),
        ("SEVENTH_OIDC_CLIENT_SECRET", "", "CLIENT_SECRET"),
        ("SEVENTH_OIDC_GROUPS", "heads", "'heads'"),
        ("SEVENTH_OIDC_GROUPS", "a=S1:analyst; heads=S1", "'heads=S1'"),
        ("SEVENTH_OIDC_GROUPS", "=S1:analyst", "GROUPS"),
    ],
)
def test_an_unusable_sign_in_service_is_named(name: str, value: str, why: str) -> None:
    """A secret never goes unencrypted to another machine."""
    with pytest.raises(SettingsError, match=why):
        Settings.from_env({**OIDC, name: value})


def test_commands_take_as_long_as_they_need() -> None:
    """Only what answers people has a limit."""
    settings = Settings("postgresql://u@h/d", SECRET, connections=Connections(8, 60, 15))
    assert settings.for_commands().connections == Connections(8, 0, 15)


def test_every_setting_is_explained() -> None:
    """The table of docs/deploy.md has each name that is read, and no other."""
    read = set(re.findall(r'"(SEVENTH_[A-Z_]+)"', inspect.getsource(module)))
    table = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(SEVENTH_[A-Z_]+)` \|", table, re.MULTILINE)) == read


@pytest.mark.parametrize(
    "secret", [" " * 32, "k" * 64, "ab" * 32, "change-me-change-me-change-me-32", "CHANGE_ME" * 8]
)
def test_a_secret_that_anybody_would_try_is_refused(secret: str) -> None:
    """One sign over and over, or what an example said."""
    with pytest.raises(SettingsError, match=r"easy to guess.*token_urlsafe"):
        Settings.from_env({"SEVENTH_SECRET_KEY": secret})
