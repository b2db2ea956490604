"""Who signs in on these pages."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support.staff import Member, signed_in
from tests.support.study import invite


@pytest.fixture
def member(app: Flask) -> Member:
    """The coordinator of S1, where P1 is invited to the first visit."""
    invite(app)
    return signed_in(app)
