"""How work that is too long for one transaction gets short ones."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy.orm import Session

Transaction = Callable[[], AbstractContextManager[Session]]
"""Opens a session that commits when its block ends well. Objects of the session end with the block."""

ERASES = "erases"
"""Set in the `info` of a session whose transaction erases: once it is committed, no log may hold it."""

ASKED_AGAIN = 0.001
"""Seconds after which a writer that waits for SQLite's other writer asks again."""
GIVEN_WAY = 0.003
"""Seconds that work in many short transactions leaves SQLite free after each: whoever waits gets in."""
