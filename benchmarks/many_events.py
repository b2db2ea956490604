"""What `audit verify` costs at so many events: processor time and peak memory of the command.

Usage: `.venv/bin/python benchmarks/many_events.py [EVENTS]`, a million if not said. Each event binds a
treatment of one of a thousand patients; both are stored as an import stores them, on SQLite in `TMPDIR`.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import create_engine, select

from benchmarks.chains import seventh
from surveys.db import short_transaction
from surveys.models import Patient, Study, Treatment
from surveys.store import audit
from surveys.store.audit.binding import insert_bound

PATIENTS = 1000
AT, FIRST = datetime.now(UTC), date(1990, 1, 1)


def main() -> None:
    """Make the events, prove them, and print what the proof cost."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/many.db"
        seventh(url, ["study", "create", "S1"])
        fill(url, events)
        size = (Path(folder) / "many.db").stat().st_size / 1e6
        said, seconds, megabytes = seventh(url, ["audit", "verify"])
    print(said.partition("The chains")[0])
    print(f"{size:.0f} MB; audit verify {seconds:.0f} s of processor time, {megabytes:.0f} MB at most")


def fill(url: str, events: int) -> None:
    """Make at least so many events, a transaction for each thousand."""
    engine = create_engine(url)
    with short_transaction(engine) as session:
        study_id = session.scalars(select(Study.id)).one()
        people = [
            {
                "study_id": study_id,
                "code": f"P{number}",
                "code_folded": f"p{number}",
                "sex": "unknown",
                "enrolled_on": AT.date(),
                "status": "active",
                "status_since": AT.date(),
            }
            for number in range(PATIENTS)
        ]
        ids = insert_bound(session, Patient, people)
    for turn in range(-(-events // PATIENTS)):
        on = FIRST + timedelta(days=turn)
        with short_transaction(engine) as session:
            given = [
                {"patient_id": one, "kind": "massage", "started_on": on, "started_precision": "day"}
                for one in ids
            ]
            insert_bound(session, Treatment, given)
            for one in ids:
                audit.record(session, audit.Entry(AT, "test", "treatment.added", one))
    engine.dispose()


if __name__ == "__main__":
    main()
