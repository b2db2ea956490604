"""The settings of an installation, read once from the environment, without Flask or a database."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from surveys.logs import FORMATS

_PACKAGE = Path(__file__).resolve().parent
_CARRIED = _PACKAGE / "_files"  # exists only in an installed wheel

# The folder of templates, static files and migrations; and the folder of .env and a relative SQLite path: the
# project's root, or the working directory for an installed wheel.
FILES, ROOT = (_CARRIED, Path.cwd()) if _CARRIED.is_dir() else (_PACKAGE.parent, _PACKAGE.parent)

DEFAULT_DATABASE = "sqlite:///instance/seventh.db"
SHORTEST_SECRET = 32
FEWEST_SIGNS = 4  # different ones in a secret
CONSOLE = "console:"
THREADS = 16  # threads that answer requests in each process of the server
Network = IPv4Network | IPv6Network
FHIR_BASE = "https://seventh.example/fhir"
LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
SNAPSHOTS = 4  # connections beyond one per thread, for what reads in bulk beside a request


class SettingsError(Exception):
    """A setting is missing or cannot be used; the message says how to mend it."""


@dataclass(frozen=True)
class Connections:
    """How a process connects to PostgreSQL: how often at most, how long it waits, and through what.

    Times are whole seconds; 0 is no limit. `pooler`: the address leads to PgBouncer or the like, which gives
    a connection to each transaction.
    """

    at_most: int = THREADS + SNAPSHOTS
    statement_timeout: int = 60
    lock_timeout: int = 15
    pooler: bool = False

    def __post_init__(self) -> None:
        if self.at_most < 2:
            raise SettingsError(
                f"SEVENTH_DATABASE_CONNECTIONS is {self.at_most}; use 2 or more, best {THREADS + SNAPSHOTS}."
            )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Connections:
        """The settings of connections in `environ`.

        Raises:
            SettingsError: one cannot be used.
        """
        pooler = environ.get("SEVENTH_DATABASE_POOLER") or "none"
        if pooler not in ("none", "transaction"):
            raise SettingsError(
                f"SEVENTH_DATABASE_POOLER is {pooler!r}; use none, or transaction for PgBouncer in that mode."
            )
        return cls(
            _whole_number(environ, "SEVENTH_DATABASE_CONNECTIONS", cls.at_most),
            _whole_number(environ, "SEVENTH_STATEMENT_TIMEOUT", cls.statement_timeout),
            _whole_number(environ, "SEVENTH_LOCK_TIMEOUT", cls.lock_timeout),
            pooler == "transaction",
        )


CONNECTIONS = Connections()


@dataclass(frozen=True)
class GroupRole:
    """The role in a study that a group of a sign-in service stands for, limited to a site if one is named."""

    group: str
    study: str
    role: str
    site: str | None = None


@dataclass(frozen=True)
class SignInService:
    """The OpenID Connect provider through which staff may sign in, and what its groups stand for.

    `roles` are in the order of their weight: of several for one study, the first counts.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    roles: tuple[GroupRole, ...] = ()

    def __post_init__(self) -> None:
        if not (self.issuer.startswith("https://") or _is_here(self.issuer)) or len(self.issuer) > 255:
            raise SettingsError(
                f"SEVENTH_OIDC_ISSUER is {self.issuer!r}; it must begin with https:// (http:// on this "
                "machine only) and have at most 255 characters."
            )
        if not self.client_id or not self.client_secret:
            raise SettingsError(
                "SEVENTH_OIDC_ISSUER needs SEVENTH_OIDC_CLIENT_ID and SEVENTH_OIDC_CLIENT_SECRET beside it."
            )

    @property
    def name(self) -> str:
        """What people read of it: its host."""
        return _host(self.issuer)

    @property
    def description_url(self) -> str:
        """Where it says of itself who it is, and where it is asked what."""
        return f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"

    def is_described_by(self, told: Mapping[str, Any]) -> bool:
        """Whether a description is its own, and not another issuer's."""
        return told.get("issuer") == self.issuer

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> SignInService | None:
        """The settings of the service in `environ`; None without an issuer.

        Raises:
            SettingsError: one is missing or cannot be used.
        """
        issuer = environ.get("SEVENTH_OIDC_ISSUER")
        if not issuer:
            return None
        return cls(
            issuer,
            environ.get("SEVENTH_OIDC_CLIENT_ID", ""),
            environ.get("SEVENTH_OIDC_CLIENT_SECRET", ""),
            tuple(_group_roles(environ.get("SEVENTH_OIDC_GROUPS", ""))),
        )


@dataclass(frozen=True)
class Settings:
    """The settings of `docs/deploy.md`, checked. Build it with `from_env()`; tests build it directly."""

    database_url: str
    secret_key: str
    public_url: str = "http://127.0.0.1:8000"
    mail_url: str = CONSOLE
    mail_from: str = "Seventh <seventh@localhost>"
    sms_url: str = field(default=CONSOLE, repr=False)
    instruments: tuple[Path, ...] = ()
    redis_url: str | None = None
    fhir_base: str = FHIR_BASE
    analysis_url: str | None = None
    connections: Connections = CONNECTIONS
    proxies: int = 0
    metrics_from: tuple[Network, ...] = LOOPBACK
    log: str = "text"
    sign_in_service: SignInService | None = None
    secret_key_before: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if len(self.secret_key) < SHORTEST_SECRET:
            raise SettingsError(
                f"SEVENTH_SECRET_KEY must have at least {SHORTEST_SECRET} characters. Make one with: "
                'python3 -c "import secrets; print(secrets.token_urlsafe(48))" '
                "and put it into the environment or into the file .env."
            )
        if len(set(self.secret_key)) < FEWEST_SIGNS or _is_example(self.secret_key):
            raise SettingsError(
                "SEVENTH_SECRET_KEY is easy to guess, and whoever guesses it signs in as anybody. "
                'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        if not self.public_url.startswith(("http://", "https://")):
            raise SettingsError(
                f"SEVENTH_PUBLIC_URL is {self.public_url!r}; it must begin with http:// or https://."
            )
        for folder in self.instruments:
            if not folder.is_dir():
                raise SettingsError(
                    f"SEVENTH_INSTRUMENTS names the folder {folder}, which is not there. "
                    "Make it or take it out of the setting."
                )
        if self.log not in FORMATS:
            raise SettingsError(f"SEVENTH_LOG is {self.log!r}; use {' or '.join(FORMATS)}.")
        if self.analysis_url and not (self.is_on_postgresql and self.analysis_url.startswith("postgresql")):
            raise SettingsError(
                "SEVENTH_ANALYSIS_DATABASE_URL is for a replica of a PostgreSQL: it and SEVENTH_DATABASE_URL "
                "must begin with postgresql://. Take it out of the settings otherwise."
            )

    def for_commands(self) -> Settings:
        """The same for commands, whose statements may take as long as they need."""
        return replace(self, connections=replace(self.connections, statement_timeout=0))

    @property
    def is_on_postgresql(self) -> bool:
        """Whether the database is a PostgreSQL, which may come and go apart from this program."""
        return self.database_url.startswith("postgresql")

    @property
    def passkey_host(self) -> str | None:
        """The host that passkeys are bound to: browsers take a name with https, or this very machine's."""
        host = _host(self.public_url)
        named = not re.fullmatch(r"[\d.]+|.*:.*", host)
        return host if named and (self.secure or is_this_machine(host)) else None

    @property
    def origin(self) -> str:
        """The public address as browsers name it: scheme, host and port."""
        place = urlsplit(self.public_url)
        usual = {"http": 80, "https": 443}[place.scheme]
        port = "" if place.port in (None, usual) else f":{place.port}"
        return f"{place.scheme}://{_host(self.public_url)}{port}"

    @property
    def secure(self) -> bool:
        """Whether the public address is https, so that cookies may be marked Secure."""
        return self.public_url.startswith("https://")

    @property
    def mail_hindrance(self) -> str | None:
        """Why mail about real patients may not go out from here, and how to mend it; None if it may.

        A link to this machine may go to a mail server on the same machine, for a trial.
        """
        if self.mail_url == CONSOLE:
            return "SEVENTH_MAIL_URL names no mail server. Set it to smtp://user:password@host:port."
        return self.links_hindrance(self.mail_url)

    def links_hindrance(self, server_url: str) -> str | None:
        """Why links of ours may not go out by the server with this address; None if they may."""
        if is_this_machine(_host(self.public_url)) and not is_this_machine(_host(server_url)):
            return (
                f"SEVENTH_PUBLIC_URL is {self.public_url}: such links open on this machine only. "
                "Set it to the address that patients reach."
            )
        return None

    @property
    def sends_mail(self) -> bool:
        """Whether a mail server is set; `console:` only prints mail on the screen."""
        return self.mail_url != CONSOLE

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Settings from `environ`.

        Raises:
            SettingsError: a required setting is missing or unusable.
        """
        port = environ.get("PORT") or "8000"
        return cls(
            database_url=database_url(environ),
            secret_key=environ.get("SEVENTH_SECRET_KEY", ""),
            public_url=(environ.get("SEVENTH_PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
            mail_url=environ.get("SEVENTH_MAIL_URL") or CONSOLE,
            mail_from=environ.get("SEVENTH_MAIL_FROM") or "Seventh <seventh@localhost>",
            sms_url=environ.get("SEVENTH_SMS_URL") or CONSOLE,
            instruments=tuple(
                Path(folder).expanduser()
                for folder in environ.get("SEVENTH_INSTRUMENTS", "").split(os.pathsep)
                if folder
            ),
            redis_url=environ.get("SEVENTH_REDIS_URL") or None,
            fhir_base=(environ.get("SEVENTH_FHIR_BASE") or FHIR_BASE).rstrip("/"),
            analysis_url=_database_url(environ, "SEVENTH_ANALYSIS_DATABASE_URL"),
            connections=Connections.from_env(environ),
            proxies=_whole_number(environ, "SEVENTH_PROXIES", 0),
            metrics_from=_networks(environ, "SEVENTH_METRICS_FROM") or LOOPBACK,
            log=environ.get("SEVENTH_LOG") or "text",
            sign_in_service=SignInService.from_env(environ),
            secret_key_before=environ.get("SEVENTH_SECRET_KEY_BEFORE", ""),
        )


def _is_example(secret: str) -> bool:
    """Whether a secret was copied from a page that says to change it."""
    return re.match(r"change[\W_]*me", secret, re.IGNORECASE) is not None


def is_this_machine(host: str) -> bool:
    """Whether `host` is a name or number of this machine itself."""
    name = host.rstrip(".")
    try:
        address = ip_address(name)
    except ValueError:
        return name == "localhost"
    return address.is_loopback or address.is_unspecified


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_here(url: str) -> bool:
    return url.startswith("http://") and is_this_machine(_host(url))


def _group_roles(told: str) -> Iterator[GroupRole]:
    """What each group stands for: `GROUP=STUDY:ROLE` or `GROUP=STUDY:ROLE:SITE`, between semicolons."""
    for one in filter(None, (part.strip() for part in told.split(";"))):
        group, _, meant = (text.strip() for text in one.rpartition("="))
        study, role, site = (*(text.strip() for text in meant.split(":", 2)), "", "")[:3]
        if not group or not study or not role:
            raise SettingsError(
                f"SEVENTH_OIDC_GROUPS holds {one!r}; write GROUP=STUDY:ROLE or GROUP=STUDY:ROLE:SITE, "
                "separated by semicolons."
            )
        yield GroupRole(group, study, role, site or None)


def database_url(environ: Mapping[str, str]) -> str:
    """The database's address; a relative SQLite path is taken from `ROOT`."""
    found = _database_url(environ, "SEVENTH_DATABASE_URL") or DEFAULT_DATABASE
    if found.startswith("sqlite:///") and not found.startswith("sqlite:////") and ":memory:" not in found:
        path = ROOT / found.removeprefix("sqlite:///")
        path.parent.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{path}"
    return found


def _database_url(environ: Mapping[str, str], name: str) -> str | None:
    url = environ.get(name) or None
    if url is not None and not url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
        raise SettingsError(f"{name} begins with {url.split(':')[0]!r}; use sqlite:///… or postgresql://….")
    return url


def _whole_number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit()):
        raise SettingsError(f"{name} is {text!r}; use a whole number, 0 or more.")
    return int(text)


def _networks(environ: Mapping[str, str], name: str) -> tuple[Network, ...]:
    told = [one.strip() for one in environ.get(name, "").split(",") if one.strip()]
    try:
        return tuple(ip_network(one) for one in told)
    except ValueError as error:
        raise SettingsError(
            f"{name} is {environ[name]!r}; use addresses or networks, such as 192.0.2.0/24, "
            "separated by commas."
        ) from error
