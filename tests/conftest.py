"""Fixtures of the whole suite: databases and the application. The browser's are in `tests/support`.

A test that takes `database_url`, `app` or `client` runs on SQLite and on PostgreSQL: on PostgreSQL in the
suite where the database decides the outcome (the places of `DATABASE_DECIDES`, and tests marked `database`),
else in `make prove`. A test of the store that has but one session, and those of `ON_ONE`, take one of both,
and in `make prove` the other. Where one database is enough for good, the test module (or a conftest.py
beside it) says so with a `database_url` fixture of its own that returns `sqlite_url`. A missing PostgreSQL or
browser skips the tests that need it, and fails them in CI.

Each test process makes one application per kind of settings. Each test gets a new database at the same
address. What only some tests need is imported in its fixture: a single unit test starts in a moment.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests.support.missing import missing
from tests.support.selection import parted, seconds_per_file

pytest_plugins = ["tests.support.pages_in_browser"]

IN_MEMORY = Path("/dev/shm")  # noqa: S108 — the folder made in it is our own, and goes with the process

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from jinja2 import FileSystemBytecodeCache

    from surveys.settings import Settings
    from tests.support.postgres import Postgres


# A first example may import SciPy or start a server: no property test is judged by the clock. The suite takes
# the same few examples each time; `make prove` takes many new ones.
UNHURRIED = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("suite", UNHURRIED, max_examples=12, derandomize=True)
hypothesis.settings.register_profile("prove", UNHURRIED, max_examples=500)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--prove` runs the long tests instead of the suite; `--both` leaves no database to chance."""
    parser.addoption("--prove", action="store_true", help="run what `make prove` runs, and not the suite")
    parser.addoption("--both", action="store_true", help="run the store's tests on both databases")
    parser.addoption(
        "--as-server",
        action="store_true",
        help="on PostgreSQL, work as the server's role",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Short properties in the suite, long ones in the proofs; rubbish is looked for seldom.

    Looking through all that the libraries hold costs a tenth of the suite, and the tests leave little.
    """
    gc.set_threshold(100_000, 50, 50)
    hypothesis.settings.load_profile("prove" if config.getoption("prove") else "suite")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Part the suite from the proofs: a test is in one of them; a property, or what is sampled, in both."""
    wanted, other = parted(items, proving=config.getoption("prove"), both=config.getoption("both"))
    items[:] = wanted
    if other:
        config.hook.pytest_deselected(items=other)


def pytest_collection_finish() -> None:
    """Rubbish is not looked for again among modules and tests, which stay as long as the process."""
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """`--prove` says what each file costs, so that the proofs stay within an hour."""
    if not config.getoption("prove"):
        return
    terminalreporter.section("seconds per file")
    for file, spent in seconds_per_file(terminalreporter.stats):
        terminalreporter.write_line(f"{spent:8.1f}  {file}")


# Databases ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, one per test process, started when first asked for."""
    from tests.support.postgres import PostgresMissingError, running_postgres

    try:
        with running_postgres() as server:
            yield server
    except PostgresMissingError as error:
        missing(str(error))


@pytest.fixture(scope="session")
def _migrated_postgres(postgres: Postgres, pytestconfig: pytest.Config) -> str:
    from surveys.db import migrate
    from tests.support.postgres import name_of
    from tests.support.roles import as_server

    template = postgres.create()
    migrate(template)
    if pytestconfig.getoption("as_server"):
        as_server(template)  # a copy of the database has the same rights
    return name_of(template)


@pytest.fixture
def _role(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """The address for the role that a test works as: the owner's, or with `--as-server` the server's."""
    from tests.support.roles import served

    as_owner = request.node.get_closest_marker("owner") or not request.config.getoption("as_server")
    return str if as_owner else served


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from surveys.db import migrate

    template = tmp_path_factory.mktemp("template") / "seventh.db"
    migrate(f"sqlite:///{template}")
    return template


@pytest.fixture
def empty_postgres_url(postgres: Postgres) -> Iterator[str]:
    """A new PostgreSQL database without a table."""
    url = postgres.create()
    yield url
    postgres.drop(url)


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """A new SQLite database without a table."""
    return f"sqlite:///{tmp_path / 'seventh.db'}"


@pytest.fixture(scope="session")
def _used_again(postgres: Postgres, _migrated_postgres: str) -> tuple[str, str]:
    url = postgres.create(_migrated_postgres, name="seventh")
    return url, postgres.schema_of(url)


@pytest.fixture
def postgres_url(
    postgres: Postgres,
    _migrated_postgres: str,
    _used_again: tuple[str, str],
    _role: Callable[[str], str],
) -> Iterator[str]:
    """A PostgreSQL database with our tables and nothing in them, at the same address for each test."""
    from tests.support.engines import let_go

    url, schema = _used_again
    yield _role(url)
    let_go()
    if not postgres.empty(url, schema):
        postgres.drop(url)
        postgres.create(_migrated_postgres, name="seventh")


@pytest.fixture(scope="session")
def _shared(postgres: Postgres, _migrated_postgres: str) -> str:
    return postgres.create(_migrated_postgres)


@pytest.fixture
def shared_postgres_url(_shared: str, _role: Callable[[str], str]) -> str:
    """A PostgreSQL database with our tables, for all tests that keep nothing: making one costs much."""
    return _role(_shared)


@pytest.fixture(scope="session")
def _sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In memory where the system offers it: the tests kill processes, but cut no power."""
    if not IN_MEMORY.is_dir():
        yield tmp_path_factory.mktemp("database")
        return
    with TemporaryDirectory(prefix="seventh-", dir=IN_MEMORY) as folder:
        yield Path(folder)


@pytest.fixture
def sqlite_url(_sqlite_folder: Path, _migrated_sqlite: Path) -> Iterator[str]:
    """A new SQLite database with our tables, at the same address for each test."""
    from tests.support.engines import let_go

    path = _sqlite_folder / "seventh.db"
    shutil.copyfile(_migrated_sqlite, path)
    yield f"sqlite:///{path}"
    let_go()
    for file in _sqlite_folder.iterdir():  # with its log, which a server killed by a test may have left
        file.unlink()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A new database without a table; the test runs on both kinds."""
    kind = "sqlite" if request.param == "sqlite" else "postgres"
    return str(request.getfixturevalue(f"empty_{kind}_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new database with our tables; the test runs on both kinds."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


# The application ----------------------------------------------------------------------------------------


@pytest.fixture
def public_url() -> str:
    """The address under which the application believes it is reached."""
    return "http://localhost"


@pytest.fixture
def settings(database_url: str, public_url: str) -> Settings:
    """Settings for one test, with a database of its own."""
    from surveys.settings import Settings

    return Settings(
        database_url=database_url,
        secret_key="test " * 10,
        public_url=public_url,
        mail_url="console:",
        mail_from="Seventh <seventh@localhost>",
        instruments=(),
        redis_url=None,
    )


@pytest.fixture(scope="session")
def _compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once for all applications, and by one of the processes that share the tests."""
    from jinja2 import FileSystemBytecodeCache

    if "PYTEST_XDIST_WORKER" not in os.environ:
        return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    shared = tmp_path_factory.getbasetemp().parent / "templates"
    shared.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(shared))


@pytest.fixture(scope="session", autouse=True)
def _hashed_once() -> Iterator[None]:
    """The tests' few passwords are hashed and compared, as slowly as real ones, once per test process."""
    from passlib.context import CryptContext

    from surveys.store.accounts import staff

    verify: Callable[..., bool] = CryptContext.verify
    verified: dict[tuple[object, ...], bool] = {}

    def remembered(context: CryptContext, *asked: object) -> bool:
        if asked not in verified:
            verified[asked] = verify(context, *asked)
        return verified[asked]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(staff, "hash_password", cache(staff.hash_password))
        # What is hashed where there is no account, so that the answer takes as long.
        patch.setattr(CryptContext, "hash", cache(CryptContext.hash))
        patch.setattr(CryptContext, "verify", remembered)
        yield


@pytest.fixture(scope="session", autouse=True)
def _compiled_statements() -> Iterator[None]:
    """Statements compiled once for all applications on a database: the tests make dozens."""
    from surveys import db_of_app
    from tests.support.engines import engine_of_application

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db_of_app, "create_engine", engine_of_application)
        yield


@pytest.fixture(scope="session")
def _application_of(_compiled_templates: FileSystemBytecodeCache) -> Callable[[Settings], Flask]:
    """Makes an application, or gives the one made before: most of its cost is compiling its addresses."""
    from app import create_app

    @lru_cache(maxsize=4)
    def make(settings: Settings) -> Flask:
        application = create_app(settings)
        application.testing = True
        application.jinja_env.bytecode_cache = _compiled_templates
        return application

    return make


@pytest.fixture(scope="session", autouse=True)
def _jobs_done_here() -> Iterator[None]:
    """Jobs are done in the test process, which knows pandas already, before anybody waits for them."""
    from surveys.views.web import jobs
    from tests.support.jobs import KeeperHere

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "Keeper", KeeperHere)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_change_where_a_page_is_asked_for() -> Iterator[None]:
    """PostgreSQL refuses changes and locks in a transaction that only reads; SQLite lets them through."""
    from sqlalchemy import event
    from sqlalchemy.orm import ORMExecuteState, Session

    from surveys.db import _writing

    def look(state: ORMExecuteState) -> None:
        locks = getattr(state.statement, "_for_update_arg", None) is not None
        changes = state.is_insert or state.is_update or state.is_delete
        if _writing.get() is False and (locks or changes):
            raise AssertionError(f"a page that is only asked for changes or locks rows: {state.statement}")

    event.listen(Session, "do_orm_execute", look)
    yield
    event.remove(Session, "do_orm_execute", look)


@pytest.fixture
def app(settings: Settings, _application_of: Callable[[Settings], Flask]) -> Iterator[Flask]:
    """The application, which knows nothing of the tests before; its connections are closed afterwards."""
    from surveys.db import close
    from surveys.instruments.library import Library
    from surveys.store.words.wordings import Texts
    from surveys.views.web import jobs, language

    application = _application_of(settings)
    known = application.extensions["library"]
    if known.own:
        every = (one for newest in known for one in known.versions(newest.key))
        application.extensions["library"] = Library(one for one in every if one.study is None)
    application.extensions["texts"] = Texts(application.extensions["library"])
    jobs.open_desk(application)
    application.extensions["request_limits"].storage.reset()
    config, spoken = dict(application.config), application.extensions["languages"]
    yield application
    application.config.clear()
    application.config.update(config)
    if application.extensions["languages"] != spoken:
        from surveys import catalogues

        language.use(application, catalogues.FOLDER)
    with application.app_context():
        close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client without cookies."""
    return app.test_client()
