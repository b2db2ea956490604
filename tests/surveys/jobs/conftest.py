"""A study to work for, and short transactions as the process beside a server opens them."""

from __future__ import annotations

import pytest
from flask import Flask

from surveys.jobs.running import Workshop
from surveys.settings import Settings
from tests.support.desk import desk, make_desk
from tests.support.jobs import workshop_here
from tests.support.study import invite

__all__ = ["desk", "make_desk", "workshop"]


@pytest.fixture
def workshop(app: Flask, settings: Settings) -> Workshop:
    """Of a database with one study."""
    invite(app)
    return workshop_here(settings)
