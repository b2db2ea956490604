"""Forms filled by a request, without the application and its database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask


@pytest.fixture(scope="session")
def bare_app() -> Flask:
    """What a form needs of an application."""
    app = Flask("forms")
    app.config.update(SECRET_KEY="test", WTF_CSRF_ENABLED=False)
    return app


@pytest.fixture
def filled(bare_app: Flask) -> Iterator[Callable[..., Any]]:
    """Makes a form in a request that sends `data`: `filled(FreezeForm, name="Report")`."""
    with ExitStack() as requests:

        def fill(make: Callable[[], Any], **data: Any) -> Any:
            requests.enter_context(bare_app.test_request_context(method="POST", data=data))
            return make()

        yield fill
