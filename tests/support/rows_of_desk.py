"""A row of each table of the coordinator's desk: lists of her own, what may stand, questions."""

from __future__ import annotations

from datetime import UTC, datetime

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
ROWS_OF_DESK = {
    "own_list": {
        "id": 1,
        "study_id": 1,
        "staff_id": 1,
        "name": "Mine",
        "name_folded": "mine",
        "shared": False,
        "chosen": {},
        "made_at": AT,
        "changed_at": AT,
    },
    "dismissal": {
        "id": 1,
        "patient_id": 1,
        "check_key": "age",
        "subject": "",
        "seen": "",
        "reason": "She is 17",
        "dismissed_by": "test",
        "dismissed_at": AT,
    },
    "data_question": {
        "id": 1,
        "study_id": 1,
        "patient_id": 1,
        "about": "sex",
        "label": "Sex",
        "value": "Female",
        "state": "open",
        "asked_by": "test",
        "asked_at": AT,
    },
    "question_step": {"id": 1, "question_id": 1, "step": "asked", "text": "Is it?", "by": "test", "at": AT},
}
