"""A study's frames into a freeze, and the same frames out of it."""

from __future__ import annotations

import pandas as pd
import pytest

from surveys.db import writing
from surveys.exchange import freezing
from surveys.frames import study_frames
from surveys.store.errors import Refused

from .conftest import LIBRARY, NOW, Desk

FILE = "patient,visit,completed_on,birth_year,phq9_q1\nP1,a,2025-01-01,1960,3\nP2,a,2025-01-01,,\n"


def values(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame without categories: a table of the freeze has only those that it needs."""
    return frame.astype(object)


def test_a_freeze_gives_its_frames_back(desk: Desk) -> None:
    """Whatever is stored later; the counts are those of that moment."""
    desk.take(FILE)
    with writing():
        before = study_frames(desk.session, desk.study(), LIBRARY)
        kept = freezing.freeze(desk.session, desk.study(), LIBRARY, "Report 2025", at=NOW, actor="test")
        assert (kept.patients, kept.responses) == (2, 1)
        desk.session.commit()
    desk.take("patient,visit,completed_on,phq9_q1\nP3,a,2025-01-01,3\n")
    found, frames = freezing.thawed(desk.session, desk.study(), "Report 2025", LIBRARY)
    assert found.made_at == NOW
    for name in ("patients", "responses", "scores"):
        pd.testing.assert_frame_equal(values(getattr(frames, name)), values(getattr(before, name)))
    assert len(study_frames(desk.session, desk.study(), LIBRARY).patients) == 3


def test_a_freeze_that_is_not_there_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="no freeze “Report 2025”"):
        freezing.thawed(desk.session, desk.study(), "Report 2025", LIBRARY)
