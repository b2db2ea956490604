"""The server's role on a PostgreSQL of the tests: it owns nothing of the database."""

from __future__ import annotations

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from surveys.store.audit import roles

SERVER = "seventh_server"


def as_server(owner_url: str) -> str:
    """The same database as the server's role, which gets its rights first."""
    engine = create_engine(owner_url)
    with Session(engine) as session:
        if session.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": SERVER}) is None:
            session.execute(text(f"CREATE ROLE {SERVER} LOGIN"))
        roles.give(session, SERVER)
        session.commit()
    engine.dispose()
    return served(owner_url)


def served(owner_url: str) -> str:
    """The same database's address as the server's role, which has its rights."""
    return owner_url.replace("//postgres@", f"//{SERVER}@")
