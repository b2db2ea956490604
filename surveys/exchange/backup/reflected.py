"""The tables of a database as it has them itself, which may be an earlier schema than ours."""

from __future__ import annotations

from sqlalchemy import Connection, MetaData

# A statement that the engine keeps compiled keeps its tables too, and these are read anew each time.
NOT_KEPT = {"compiled_cache": None}


def reflected(connection: Connection) -> MetaData:
    """The tables that `connection` sees; give their statements `NOT_KEPT`."""
    metadata = MetaData()
    metadata.reflect(connection)
    return metadata
