"""A package, and a study of another installation that can take it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from flask import Flask

from surveys.db import close
from surveys.settings import Settings
from tests.support import moved
from tests.support.desk import Desk


@pytest.fixture(scope="session")
def _first_app(
    _application_of: Callable[[Settings], Flask],
    _migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[], Flask]:
    """Makes the application of another, empty installation."""

    def make() -> Flask:
        path = tmp_path_factory.mktemp("moved") / "first.db"
        shutil.copyfile(_migrated_sqlite, path)
        settings = Settings(
            database_url=f"sqlite:///{path}",
            secret_key="test " * 10,
            public_url="http://localhost",
            mail_url="console:",
            mail_from="Seventh <seventh@localhost>",
            instruments=(),
            redis_url=None,
        )
        return _application_of(settings)

    return make


@pytest.fixture(scope="session")
def package(_first_app: Callable[[], Flask]) -> Mapping[str, bytes]:
    """Made once, because its bytes are the same each time."""
    app = _first_app()
    found = moved.package(app)
    with app.app_context():
        close()
    return found


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    """Of another installation."""
    return moved.ready(make_desk)
