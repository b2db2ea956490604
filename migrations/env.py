"""How Alembic runs our revisions: all in one transaction that nobody else can enter."""

from alembic import context
from sqlalchemy import text

from surveys.models import Base

LOCK = 7_000_002  # any number that nothing else on the server uses

engine = context.config.attributes["engine"]
sqlite = engine.dialect.name == "sqlite"

with engine.connect() as connection:
    if sqlite:
        # Batch changes copy tables; a copy must not trip over its own foreign keys half-way.
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys = OFF")
    with connection.begin():
        if not sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=sqlite)
        with context.begin_transaction():
            context.run_migrations()
        if sqlite and connection.execute(text("PRAGMA foreign_key_check")).first():
            raise RuntimeError("The migration would break a foreign key; nothing was changed.")
    if sqlite:
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys = ON")
