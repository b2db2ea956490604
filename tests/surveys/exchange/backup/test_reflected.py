"""The tables as the database has them, for as long as somebody reads them."""

from __future__ import annotations

import gc
import weakref

from sqlalchemy import select, text

from surveys.exchange.backup.reflected import NOT_KEPT, reflected
from tests.support.rows import connected


def test_what_was_read_of_the_tables_goes(database_url: str) -> None:
    """Also tables that are not ours; no statement that the engine keeps compiled holds them."""
    with connected(database_url) as connection:
        connection.execute(text("CREATE TABLE shoe (size INTEGER)"))
        metadata = reflected(connection)
        query = select(metadata.tables["shoe"])
        assert connection.execute(query, execution_options=NOT_KEPT).all() == []
        seen = weakref.ref(metadata)
        del metadata, query
        gc.collect()
        assert seen() is None
