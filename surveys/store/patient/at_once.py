"""Many changes in one transaction: what the store would refuse is known before any is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from surveys.store.errors import Refused

MOST = 200
"""How many are changed at once: each costs some statements, and others wait meanwhile."""


def hindrances(session: Session, acts: Iterable[Callable[[], object]]) -> list[str | None]:
    """Why the store would refuse each act, or None: each is tried by itself and taken back.

    The caller rolls the transaction back afterwards.
    """
    found: list[str | None] = []
    for act in acts:
        attempt = session.begin_nested()
        try:
            act()
        except Refused as refusal:
            found.append(str(refusal))
        else:
            found.append(None)
        finally:
            attempt.rollback()
    return found
