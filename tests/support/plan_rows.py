"""Rows of the tables about a study's plan and forms, for `tests.support.rows`."""

from __future__ import annotations

from datetime import UTC, date, datetime

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
PLAN_ROWS = {
    "own_form": {
        "id": 1,
        "study_id": 1,
        "instrument": "s1_emg",
        "version": "1",
        "definition": "",
        "sha256": "0" * 64,
        "made_by": "test",
        "made_at": AT,
    },
    "analysis_plan": {
        "id": 1,
        "study_id": 1,
        "version": 2,
        "questions": [],
        "reason": "A second outcome.",
        "responses": 0,
        "looked_at": AT,
        "sha256": "",
        "fixed_by": "test",
        "fixed_at": AT,
    },
    "amendment": {
        "id": 1,
        "study_id": 1,
        "number": 2,
        "protocol": "2.0",
        "holds_from": date(2026, 4, 1),
        "reason": "A later visit.",
        "ethics_reference": "EK 12/2026",
        "ethics_on": date(2026, 3, 1),
        "consent_text_id": 1,
        "before": [],
        "after": [],
        "recorded_on": date(2026, 3, 10),
        "recorded_by": "test",
        "recorded_at": AT,
    },
}
