"""Files that wait to be imported."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from surveys.jobs import incoming, queue
from surveys.jobs.files import PART
from surveys.store.errors import Refused
from surveys.store.study import results
from tests.support.study import changing, invite


def test_a_file_is_kept_for_a_day_in_parts_and_goes_with_an_erasure(app: Flask) -> None:
    """With the mapping that was made of it; nobody of another study gets it."""
    study = invite(app).study_id
    content = b"a" * (PART + 1)
    with changing(app) as session:
        at = datetime.now(UTC)
        told = {"proposed": "x", "mapping": "x"}
        numbers = [
            incoming.keep(session, study, "a.csv", content, told, at=at, by="staff:1") for _ in range(2)
        ]
        incoming.change(session, numbers[0], "y")
        found = incoming.find(session, study, numbers[0])
        assert (found.content, found.proposed, found.mapping) == (content, "x", "y")
        with pytest.raises(Refused, match="This file is gone"):
            incoming.find(session, study + 1, numbers[0])
        assert queue.claim(session, "here", at=at) is None
        queue.prune(session, at=at + queue.FILES_KEPT + timedelta(1))
        with pytest.raises(Refused, match="This file is gone"):
            incoming.find(session, study, numbers[0])
        numbers = [incoming.keep(session, study, "a.csv", b"x", told, at=at, by="staff:1")]
        results.erase(session, study)
        with pytest.raises(Refused, match="This file is gone"):
            incoming.find(session, study, numbers[0])
