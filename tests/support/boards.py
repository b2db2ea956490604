"""Boards drawn in the test process: at once, as the process beside a real server would draw them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from surveys.db import engine_options
from surveys.instruments.library import Library
from surveys.settings import Settings
from surveys.views.dashboard.painting import DatedBoard, Order, Paint, paint


@contextmanager
def painting_here(settings: Settings) -> Iterator[Paint]:
    """A painter without a process of its own; it keeps no connection open between boards."""
    pool = {"pool_size", "max_overflow"}
    options = {key: value for key, value in engine_options(settings.database_url).items() if key not in pool}
    engine = create_engine(settings.database_url, poolclass=NullPool, **options)
    library = Library.load(settings.instruments)

    def here(order: Order) -> DatedBoard:
        return paint(engine, library, order)

    yield here
