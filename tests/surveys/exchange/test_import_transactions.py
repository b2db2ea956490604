"""How long others wait for an import: what one of its transactions holds does not grow with the file.

Measured by what is said to the database, because no test judges the clock.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine, event

from surveys.exchange.importing import PORTION

from .conftest import Desk

PHQ9 = ",".join(f"phq9_q{number}" for number in range(1, 10))
SAQ = ",".join(f"saq_q{number}" for number in range(1, 10))
ZEROS, ONES = ",".join("0" * 9), ",".join("1" * 9)


@dataclass
class Said:
    """What one transaction said, how many responses it stored, and whether garbage was looked for in it."""

    statements: list[str] = field(default_factory=list)
    responses: int = 0
    collects: bool = False


@contextmanager
def transactions(desk: Desk) -> Iterator[list[Said]]:
    """Fills with the transactions that write and are committed while the block lasts."""
    found: list[Said] = []
    now = Said()
    engine = desk.session.get_bind()
    assert isinstance(engine, Engine)

    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        now.statements.append(statement)
        now.collects |= gc.isenabled()
        if statement.startswith("INSERT INTO response"):
            now.responses += len(parameters) if many else 1

    def committed(_: Any) -> None:
        if any(one.startswith(("INSERT", "UPDATE")) for one in now.statements):
            found.append(now)
        over(_)

    def over(_: Any) -> None:
        nonlocal now
        now = Said()

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", committed)
    event.listen(engine, "rollback", over)
    yield found
    event.remove(engine, "before_cursor_execute", note)
    event.remove(engine, "commit", committed)
    event.remove(engine, "rollback", over)


def file(people: int, *columns: str, visit: str = "baseline") -> str:
    """A visit of so many patients; of the SAQ all ones, of the PHQ-9 all zeros."""
    cells = [{PHQ9: ZEROS, SAQ: ONES}[one] for one in columns]
    rows = (",".join([f"P{number}", visit, "2025-01-01", *cells]) for number in range(people))
    return "\n".join([",".join(["patient", "visit", "completed_on", *columns]), *rows])


def test_a_transaction_stores_a_portion(desk: Desk) -> None:
    """However long the file; and no garbage is looked for in it, which takes longest where much is read."""
    assert gc.isenabled()
    with transactions(desk) as found:
        desk.take(file(130, PHQ9, SAQ))
    stored = [one.responses for one in found if one.responses]
    assert sum(stored) == 260
    assert max(stored) <= PORTION
    assert not any(one.collects for one in found)
    assert gc.isenabled()


@pytest.mark.parametrize("visit", ["baseline", "outside the plan"])
def test_the_moment_in_which_all_is_seen_is_short(desk: Desk, visit: str) -> None:
    """Answers to visits that were there are released all at once, and by as many statements however many."""
    said = {}
    for people, code in ((4, "few"), (64, "many")):
        desk.take(file(people, PHQ9, visit=visit))
        with transactions(desk) as found:
            desk.take(file(people, PHQ9, SAQ, visit=visit))
        said[code] = [" ".join(one.split()[:3]) for one in found[-1].statements]
        assert "UPDATE response SET" in said[code]
    assert said["many"] == said["few"]
