"""Seals on answers that are not sent yet: a keyed digest of a draft, made with the server's secret.

No event binds a draft, because each answer would cost one. The seal shows instead that a draft is as our
pages left it: whoever has the database but not the secret can change it, and cannot seal it. It does not show
that a draft is the latest that our pages left: an earlier one may be put back with its seal.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Draft
from surveys.models.response import CHANGED, NO_SEAL
from surveys.store.audit import Break

AT_ONCE = 500


class Sealed(Protocol):
    """The columns of a draft, as `Draft` explains them."""

    @property
    def visit_id(self) -> int: ...
    @property
    def instrument(self) -> str: ...
    @property
    def instrument_version_id(self) -> int: ...
    @property
    def locale(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def saved_at(self) -> datetime: ...
    @property
    def answers(self) -> Mapping[str, Any]: ...
    @property
    def seal(self) -> str | None: ...


@dataclass(frozen=True)
class Seals:
    """Makes seals with `secret_key`, and reads also those that were made with the secret `before`."""

    secret_key: str
    before: str = ""

    def seal(self, draft: Sealed) -> str:
        """The seal of `draft` as it is: 64 hexadecimal digits."""
        return _seal(self.secret_key, draft)

    def fault(self, draft: Sealed) -> str | None:
        """None for a draft that is as our pages left it, otherwise `CHANGED` or `NO_SEAL`."""
        if draft.seal is None:
            return NO_SEAL
        secrets = (self.secret_key, *([self.before] if self.before else []))
        holds = any(hmac.compare_digest(_seal(one, draft), draft.seal) for one in secrets)
        return None if holds else CHANGED

    def sealed_anew(self, draft: Sealed, now: Sealed) -> str | None:
        """The seal of `now`, which `draft` became; where that was not proved, its own, which fits neither."""
        return self.seal(now) if self.fault(draft) is None else draft.seal


@dataclass
class Unsealed:
    """How many drafts without a seal a proof has seen."""

    number: int = 0

    def __str__(self) -> str:
        return (
            f"Questionnaires that are not sent yet and have no seal: {self.number}. Nothing shows who wrote "
            "their answers; those begun before schema 0061 have none."
        )


def changed(session: Session, seals: Seals, unsealed: Unsealed) -> list[Break]:
    """The drafts that something but our pages changed; those without a seal are counted only."""
    found: list[Break] = []
    last = 0
    query = select(*Draft.__table__.columns).order_by(Draft.id).limit(AT_ONCE)
    while page := session.execute(query.where(Draft.id > last)).all():
        last = page[-1].id
        for draft in page:
            fault = seals.fault(draft)
            unsealed.number += fault == NO_SEAL
            if fault == CHANGED:
                found.append(
                    Break(
                        f"Questionnaire {draft.instrument} of visit {draft.visit_id}, not sent yet",
                        "it was changed by something other than our pages, or sealed with another secret",
                    )
                )
    return found


def _seal(secret_key: str, draft: Sealed) -> str:
    said = [
        draft.visit_id,
        draft.instrument,
        draft.instrument_version_id,
        draft.locale,
        draft.source,
        draft.started_at.astimezone(UTC).isoformat(),
        draft.saved_at.astimezone(UTC).isoformat(),
        draft.answers,
    ]
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hmac.digest(_key(secret_key), canonical.encode(), "sha256").hex()


@lru_cache(maxsize=2)
def _key(secret_key: str) -> bytes:
    return hmac.digest(secret_key.encode(), b"seventh draft", "sha256")
