"""The tables of a database as it has them itself, which may be an earlier schema than ours."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, MetaData

# A statement that the engine keeps compiled keeps its tables too, and these are read anew each time.
NOT_KEPT = {"compiled_cache": None}


@contextmanager
def reflected(connection: Connection) -> Iterator[MetaData]:
    """The tables that `connection` sees; give their statements `NOT_KEPT`.

    Each is held by its own columns, some megabytes in all, and Python looks for such circles seldom: those of
    the reading before go now.
    """
    gc.collect()
    metadata = MetaData()
    metadata.reflect(connection)
    yield metadata
