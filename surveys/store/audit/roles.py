"""Two roles on PostgreSQL: the migrator's owns the tables, the server's works on them.

Who breaks into the server then cannot drop a trigger, change a function, or rewrite what was answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from surveys.models.dialects import on_postgresql
from surveys.models.rights import grants, rights
from surveys.store.audit.proof import Break
from surveys.store.errors import Refused

_OWNED = """SELECT count(*) > 0 FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
    AND pg_has_role(current_user, relowner, 'USAGE')"""
_KNOWN = """SELECT DISTINCT rolname FROM pg_class, aclexplode(relacl) AS given
    JOIN pg_roles ON pg_roles.oid = given.grantee
    WHERE relname = 'event' AND relnamespace = current_schema()::regnamespace
    AND given.privilege_type = 'INSERT' AND given.grantee <> relowner ORDER BY rolname"""
_ROLE = "SELECT rolsuper OR pg_has_role(rolname, current_user, 'USAGE') FROM pg_roles WHERE rolname = :role"
_MAY = """SELECT relname AS table, attname AS column,
        has_column_privilege(:role, pg_class.oid, attname, 'UPDATE') AS changes,
        has_table_privilege(:role, pg_class.oid, 'DELETE') AS deletes,
        has_table_privilege(:role, pg_class.oid, 'TRUNCATE, TRIGGER') AS more
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
    ORDER BY relname, attnum"""
# To PUBLIC, which is no role, or to a role that is no server's. Who may only read is none of the proof's.
_OTHERS = """SELECT coalesce(rolname, 'PUBLIC') AS role, relname AS table
    FROM pg_class CROSS JOIN LATERAL (
        SELECT grantee, privilege_type FROM aclexplode(relacl)
        UNION SELECT column_may.grantee, column_may.privilege_type
            FROM pg_attribute, aclexplode(attacl) AS column_may WHERE attrelid = pg_class.oid
    ) AS given LEFT JOIN pg_roles ON pg_roles.oid = given.grantee
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
    AND given.grantee <> relowner AND given.privilege_type <> 'SELECT'
    GROUP BY 1, 2 ORDER BY 1, 2"""


def owns(session: Session) -> bool:
    """Whether the role of this session owns tables, and so does both: it migrates and serves.

    False on SQLite, which has no roles.
    """
    return on_postgresql(session) and bool(session.scalar(text(_OWNED)))


def known(session: Session) -> Sequence[str]:
    """The roles that were given the server's rights."""
    return session.scalars(text(_KNOWN)).all()


def give(session: Session, role: str) -> None:
    """Give `role` the server's rights on all tables, and no others.

    Raises:
        Refused: there is no such role, it owns what this one owns, or the database has no roles.
    """
    if not on_postgresql(session):
        raise Refused("SQLite has no roles: keep its file where only the server's account may read it.")
    if not owns(session):
        raise Refused("This role owns no table. Run it with the address of the role that migrates.")
    does_both = session.scalar(text(_ROLE), {"role": role})
    if does_both is None:
        raise Refused(f"There is no role {role}. Make it with: CREATE ROLE {role} LOGIN PASSWORD '…'")
    if does_both:
        raise Refused(f"The role {role} may do all that the owner may. Take another for the server.")
    quoted = session.connection().dialect.identifier_preparer.quote_identifier
    schema = session.scalar(text("SELECT current_schema()"))
    for statement in grants(quoted(role), quoted(schema)):
        session.execute(text(statement))


def excess(session: Session) -> Iterator[Break]:
    """Rights of the server's roles beyond those stated, and of others to change anything at all."""
    if not on_postgresql(session):
        return
    stated, servers = {one.table: one for one in rights()}, known(session)
    for row in session.execute(text(_OTHERS)):
        if row.role not in servers:
            yield Break(f"Role {row.role}", f"it may change {row.table}, and is no server's")
    for role in servers:
        found: dict[str, None] = {}
        for row in session.execute(text(_MAY), {"role": role}):
            own = stated.get(row.table)
            if row.changes and (own is None or row.column not in own.changes):
                found[f"it may change {row.table}.{row.column}"] = None
            if row.deletes and (own is None or not own.deletes):
                found[f"it may delete rows of {row.table}"] = None
            if row.more:
                found[f"it may empty {row.table} or give it triggers"] = None
        yield from (Break(f"Role {role}", problem) for problem in found)
