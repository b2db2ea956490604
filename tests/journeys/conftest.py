"""Who is at work in the clinic."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.staff import Member, signed_in
from tests.support.study import invite


@pytest.fixture
def coordinator(app: Flask) -> Member:
    """Of study S1, signed in."""
    invite(app, "P1")
    return signed_in(app)
