"""A study's whole life: a machine of Hypothesis chooses what happens, and everything is checked after it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import create_engine

from tests.conftest import IN_MEMORY
from tests.support.decided_life import DecidedLife

T = TypeVar("T")
DEVICES = st.sampled_from(["telephone", "tablet"])
STAFF = st.sampled_from(["staff:1", "staff:2"])
ANY = st.integers(0, 50)  # which of those that are there
DAYS = st.integers(0, 300)


@pytest.fixture(scope="module")
def machine(_migrated_sqlite: Path) -> Iterator[Callable[..., type[RuleBasedStateMachine]]]:
    """Makes a machine: each life begins with an empty database, all is looked at after `every` steps."""
    with TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        yield lambda every: _machine(_migrated_sqlite, Path(folder), every)


def _machine(template: Path, folder: Path, every: int) -> type[RuleBasedStateMachine]:
    engine = create_engine(f"sqlite:///{folder / 'life.db'}", query_cache_size=4000)

    class WholeLife(RuleBasedStateMachine):
        life: DecidedLife
        steps = 0
        taken = 0

        @initialize()
        def begin(self) -> None:
            engine.dispose()
            for file in folder.iterdir():
                file.unlink()
            shutil.copyfile(template, folder / "life.db")
            self.life = DecidedLife(engine, folder)
            self.life.begin()
            self.life.enrol(90)
            self.life.enrol(0)
            self.life.enter(self.life.visits()[0], 2)

        @contextmanager
        def killed(self, is_killed: bool) -> Iterator[None]:
            self.life.killed = is_killed
            yield
            self.life.killed = False

        @rule(days=DAYS)
        def enrol(self, days: int) -> None:
            self.life.enrol(days)

        @rule(which=ANY, device=DEVICES, value=st.integers(0, 3) | st.none(), times=st.integers(1, 9))
        def answer(self, which: int, device: str, value: int | None, times: int) -> None:
            for _ in range(times):
                self.life.answer(self._one(self.life.visits(), which), device, value)

        @rule(which=ANY, device=DEVICES, value=st.integers(0, 3))
        def answer_and_die(self, which: int, device: str, value: int) -> None:
            with self.killed(True):
                self.life.answer(self._one(self.life.visits(), which), device, value)

        @rule(which=ANY, device=DEVICES, is_killed=st.booleans())
        def send(self, which: int, device: str, is_killed: bool) -> None:
            with self.killed(is_killed):
                self.life.send(self._one(self.life.visits(), which), device)

        @rule(which=ANY, value=st.integers(0, 3))
        def enter(self, which: int, value: int) -> None:
            self.life.enter(self._one(self.life.visits(), which), value)

        @precondition(lambda self: self.life.responses())
        @rule(
            which=ANY, item=st.integers(1, 7), value=st.integers(0, 3), staff=STAFF, is_killed=st.booleans()
        )
        def correct(self, which: int, item: int, value: int, staff: str, is_killed: bool) -> None:
            with self.killed(is_killed):
                self.life.correct(self._one(self.life.responses(), which), item, value, staff)

        @precondition(lambda self: self.life.responses())
        @rule(which=ANY)
        def annul(self, which: int) -> None:
            self.life.annul(self._one(self.life.responses(), which))

        @precondition(lambda self: self.life.responses())
        @rule(which=ANY, is_killed=st.booleans())
        def sign(self, which: int, is_killed: bool) -> None:
            with self.killed(is_killed):
                self.life.sign(self._one(self.life.visits(), which))

        @rule(width=st.integers(30, 90), days=st.integers(0, 60), is_killed=st.booleans())
        def amend(self, width: int, days: int, is_killed: bool) -> None:
            with self.killed(is_killed):
                self.life.amend(width, days)

        @rule(which=ANY, status=st.sampled_from(["paused", "active", "active", "left", "died", "lost"]))
        def become(self, which: int, status: str) -> None:
            self.life.become(self._one(self.life.patients(), which), status)

        @rule(which=ANY, days=DAYS)
        def move_onset(self, which: int, days: int) -> None:
            self.life.move_onset(self._one(self.life.patients(), which), days)

        @rule(which=ANY, days=st.integers(0, 30))
        def treat(self, which: int, days: int) -> None:
            self.life.treat(self._one(self.life.patients(), which), days)

        @rule(which=ANY, is_killed=st.booleans())
        def erase(self, which: int, is_killed: bool) -> None:
            with self.killed(is_killed):
                self.life.erase(self._one(self.life.patients(), which))

        @rule(broken_off=st.booleans())
        def bring(self, broken_off: bool) -> None:
            self.life.bring(broken_off)

        @rule()
        def undo(self) -> None:
            self.life.undo()

        @invariant()
        def holds(self) -> None:
            self.steps += 1
            type(self).taken += 1
            self.life.check(whole=self.steps % every == 0)

        def teardown(self) -> None:
            self.life.check(whole=True)

        def _one(self, there: Sequence[T], which: int) -> T:
            return there[which % len(there)]

    return WholeLife


def _live(machine: type[RuleBasedStateMachine], lives: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


def test_whatever_happens_the_record_holds(machine: Callable[..., type[RuleBasedStateMachine]]) -> None:
    """One life, always the same, with the proofs of record and scores after every step."""
    _live(machine(1), lives=1, steps=14)


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))
def test_whatever_happens_for_long_the_record_holds(
    machine: Callable[..., type[RuleBasedStateMachine]], part: int
) -> None:
    """Some 20,000 steps, the proofs after every fiftieth; each part has its own seed, to run it again."""
    lived = seed(part)(machine(50))
    _live(lived, lives=6, steps=200)  # the first is the shortest there is
    assert vars(lived)["taken"] >= 800
