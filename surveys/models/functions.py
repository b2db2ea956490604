"""Functions of ours in the database.

Migrations make those of PostgreSQL, and a test compares the two. SQLite gets its own with each connection.
"""

from __future__ import annotations

import hashlib
import sqlite3
from typing import Any

from sqlalchemy import Engine, event


def link_hash(study_id: int | None, number: int, previous_hash: str, content: str) -> str:
    """The hash of event `number` of a chain, whose content has the digest `content`."""
    return hashlib.sha256(f"{study_id or 0}:{number}:{previous_hash}:{content}".encode()).hexdigest()


@event.listens_for(Engine, "connect")
def _give_sqlite_its_own(connection: Any, _: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("seventh_link_hash", 4, link_hash, deterministic=True)


# It locks a chain, reads its end and appends: a statement that waited for a lock would read the chain as it
# was before. The lock's number is of the chains; its second half is the chain's study, or 0.
LINK = """CREATE FUNCTION seventh_link(of_study integer, of_patient integer, links jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    chain integer := coalesce(of_study, (SELECT patient.study_id FROM patient WHERE patient.id = of_patient));
    end_number integer;
    end_hash varchar;
    link jsonb;
    new_hash varchar;
    new_id integer;
BEGIN
    PERFORM pg_advisory_xact_lock(7000001, coalesce(chain, 0));
    IF chain IS NULL THEN
        SELECT number, hash INTO end_number, end_hash FROM event
        WHERE study_id IS NULL ORDER BY number DESC LIMIT 1;
    ELSE
        SELECT number, hash INTO end_number, end_hash FROM event
        WHERE study_id = chain ORDER BY number DESC LIMIT 1;
    END IF;
    end_number := coalesce(end_number, 0);
    end_hash := coalesce(end_hash, repeat('0', 64));
    FOR link IN SELECT value FROM jsonb_array_elements(links) LOOP
        end_number := end_number + 1;
        new_hash := encode(sha256(convert_to(
            concat_ws(':', coalesce(chain, 0), end_number, end_hash, link->>'content'), 'UTF8')), 'hex');
        INSERT INTO event (study_id, number, at, actor, action, patient_id,
            facts, digests, reason, software, previous_hash, hash)
        VALUES (chain, end_number, (link->>'at')::timestamptz, link->>'actor', link->>'action',
            (link->>'patient_id')::integer, link->'facts', link->'digests', link->>'reason',
            link->>'software', end_hash, new_hash)
        RETURNING id INTO new_id;
        INSERT INTO event_value (event_id, field, before, after, key)
        SELECT new_id, one->>'field', one->>'before', one->>'after', one->>'key'
        FROM jsonb_array_elements(link->'values') AS one;
        INSERT INTO binding (event_id, subject, row_id, digest, key)
        SELECT new_id, one->>'subject', (one->>'row_id')::integer, one->>'digest', one->>'key'
        FROM jsonb_array_elements(link->'bindings') AS one;
        end_hash := new_hash;
    END LOOP;
END $$"""

FUNCTIONS = (LINK,)
