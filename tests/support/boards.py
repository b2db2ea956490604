"""Orders of boards."""

from __future__ import annotations

from typing import Any

from surveys.jobs.boards.copies import Order


def order_of(page: str, **more: Any) -> Order:
    """A page of the first study, as its coordinator asks for it."""
    whole: dict[str, Any] = {
        "study_id": 1,
        "site": None,
        "may_open_patients": True,
        "smallest_group": 5,
        "page": page,
        "filters": (),
        "pair": "",
        "together": False,
        "visits": (("baseline", "First visit"),),
    }
    return Order(**{**whole, **more})
