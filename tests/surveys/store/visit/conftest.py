"""A study whose plan is amended."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Study
from tests.support.amended import amendable


@pytest.fixture
def amended(session: Session, library: Library) -> Study:
    """An active study with two patients, of whom the second was enrolled 20 days after the first."""
    return amendable(session, library)
