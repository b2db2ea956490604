"""Taking an import back as a job, whose process may die at any moment."""

from __future__ import annotations

import pytest

from surveys.jobs import queue
from surveys.jobs.imports import take_back
from surveys.jobs.queue import Task
from surveys.settings import Settings
from surveys.store.errors import Refused
from tests.support.desk import Desk
from tests.support.jobs import workshop_here

FILE = "patient,visit,completed_on,birth_year,face_q1\nP9,a,2025-01-01,1970,1\n"


def test_what_was_taken_back_as_its_process_died_is_taken_back(desk: Desk, settings: Settings) -> None:
    """The job that is begun once more is done; who asks again is told that it was."""
    desk.take(FILE)
    workshop = workshop_here(settings)

    def asked() -> Task:
        with workshop.change() as session:
            queue.give_up_lost(session, "here", at=workshop.now())
            told = {"arguments": {"import": 1}, "study_id": desk.study_id, "by": "staff:1"}
            queue.ask(session, "import_undo", at=workshop.now(), **told)
            task = queue.claim(session, "here", at=workshop.now())
        assert task is not None
        return task

    take_back(workshop, asked())
    # Here it dies.
    again = asked()
    assert (again.id, again.tries) == (1, 2)
    assert take_back(workshop, again) == {"import": 1}
    with workshop.change() as session:
        queue.finish(session, again, {}, at=workshop.now())
    with pytest.raises(Refused, match="taken back already"):
        take_back(workshop, asked())
