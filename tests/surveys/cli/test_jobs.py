"""The process that works on jobs: patients come first where it reads, and where it writes."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from analysis.words import words as _
from surveys.catalogues import read_in
from surveys.cli.jobs import NICE, behind_patients
from surveys.jobs.kinds import WORKS
from surveys.jobs.queue import Task
from surveys.jobs.running import Workshop
from surveys.store.errors import Refused

NOTHING: Any = None


def told(workshop: Workshop, task: Task) -> Mapping[str, Any]:
    """With which niceness it runs, and in which language."""
    return {"nice": os.getpriority(os.PRIO_PROCESS, 0), "study": str(_("Study"))}


def refused(workshop: Workshop, task: Task) -> Mapping[str, Any]:
    """A work that cannot be done."""
    raise Refused("No.")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has no priority of its own")
def test_what_mostly_reads_is_put_back_and_what_stores_is_not() -> None:
    """A process that is put back and holds SQLite's write lock would keep patients waiting."""
    here = os.getpriority(os.PRIO_PROCESS, 0)
    works = behind_patients(dict.fromkeys(WORKS, told))
    with read_in("de"):
        found = {kind: work(NOTHING, NOTHING) for kind, work in works.items()}
    back = {kind for kind, one in found.items() if one["nice"] == min(here + NICE, 19)}
    assert back == WORKS.keys() - {"import", "import_undo"}
    assert {found[kind]["nice"] for kind in WORKS if kind not in back} == {here}
    assert {one["study"] for one in found.values()} == {"Studie"}
    assert os.getpriority(os.PRIO_PROCESS, 0) == here


def test_a_refusal_comes_through() -> None:
    """From the other thread as well: the runner says it to whoever asked."""
    with pytest.raises(Refused, match="No"):
        behind_patients({"board": refused})["board"](NOTHING, NOTHING)
