"""Responses in one table or in sixty-four: what a patient's page and a study's frame cost at a given size.

    .venv/bin/python benchmarks/partitions.py [--responses 1000000]

A trial of the schema that docs/scale.md describes, on a PostgreSQL of its own: responses with the study in
the key, parted by a hash of the study. It prints sizes, buffers read and milliseconds, the median of
some tries; nothing of it is in the application.
"""

from __future__ import annotations

import argparse
import time
from statistics import median

import psycopg

from tests.support.postgres import running_postgres

TRIES, STUDIES, PARTS = 15, 200, 64
COLUMNS = "study_id int, id bigint, visit_id bigint, instrument text, answers jsonb, submitted_at timestamptz"
ROWS = """
SELECT n % {studies}, n, n / 3, (ARRAY['face', 'phq9', 'saq'])[n % 3 + 1],
    '{{"q1": 1, "q2": 2, "q3": 3, "q4": 4, "q5": 1, "q6": 2, "q7": 3, "q8": 4, "q9": 0}}'::jsonb,
    timestamptz '2020-01-01' + n * interval '1 second'
FROM generate_series(0, {last}) AS n
"""
ASKED = {
    "one visit": "SELECT * FROM {table} WHERE study_id = 7 AND visit_id = 70002",
    "one study": "SELECT count(answers) FROM {table} WHERE study_id = 7",
}


def main() -> None:
    """Fill both, ask both in turn, print."""
    asking = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asking.add_argument("--responses", type=int, default=1_000_000)
    wanted = asking.parse_args()
    with running_postgres() as server, psycopg.connect(server.create(), autocommit=True) as connection:
        connection.execute(f"CREATE TABLE whole ({COLUMNS}, PRIMARY KEY (study_id, id))")
        connection.execute(
            f"CREATE TABLE parted ({COLUMNS}, PRIMARY KEY (study_id, id)) PARTITION BY HASH (study_id)"
        )
        for part in range(PARTS):
            connection.execute(
                f"CREATE TABLE parted_{part} PARTITION OF parted "
                f"FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part})"
            )
        for table in ("whole", "parted"):
            connection.execute(f"CREATE UNIQUE INDEX ON {table} (study_id, visit_id, instrument)")
            began = time.monotonic()
            rows = ROWS.format(studies=STUDIES, last=wanted.responses - 1)
            connection.execute(f"INSERT INTO {table} {rows}")
            connection.execute(f"VACUUM (ANALYZE) {table}")
            print(f"{table}: {wanted.responses} responses in {time.monotonic() - began:.0f} s")
        for name, statement in ASKED.items():
            for table in ("whole", "parted"):
                print(f"{name}, {table}: {_measured(connection, statement.format(table=table))}")


def _measured(connection: psycopg.Connection, statement: str) -> str:
    spent, blocks = [], 0
    for _ in range(TRIES):
        ((plans,),) = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}").fetchall()
        plan = plans[0]
        spent.append(plan["Execution Time"] + plan["Planning Time"])
        blocks = plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
    return f"{median(spent):.2f} ms, {blocks} blocks"


if __name__ == "__main__":
    main()
