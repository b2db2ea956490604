"""Counts of requests within one process: a table in memory, without a thread.

`limits` finds it by its scheme, as it finds Redis. The library's own storage in memory starts a thread for
nearly every request to drop expired counts; here the requests drop them, each time the table has doubled.
"""

from __future__ import annotations

import time
from threading import Lock

from limits.storage import Storage

SCHEME = "process"
KEPT_AT_LEAST = 1024


class RequestCounts(Storage):
    """Counts by key, each until its window ends; then the count is 0."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 — `limits` declares it so

    def __init__(
        self, uri: str | None = None, wrap_exceptions: bool = False, **options: float | str | bool
    ) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self._lock = Lock()
        self._counts: dict[str, tuple[int, float]] = {}
        self._prune_at = KEPT_AT_LEAST

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """The errors of the storage: there are none."""
        return ()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count `amount` more; a window ends `expiry` seconds after its first count."""
        now = time.time()
        with self._lock:
            count, ends = self._counts.get(key, (0, 0.0))
            if ends <= now:
                count, ends = 0, now + expiry
            self._counts[key] = (count + amount, ends)
            if len(self._counts) >= self._prune_at:
                self._prune(now)
            return count + amount

    def get(self, key: str) -> int:
        """The count in the open window."""
        count, ends = self._counts.get(key, (0, 0.0))
        return count if ends > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds of the epoch; now if no window is open."""
        now = time.time()
        return max(self._counts.get(key, (0, now))[1], now)

    def check(self) -> bool:
        """Whether it can count: always."""
        return True

    def reset(self) -> int:
        """Forget all keys; returns how many there were."""
        with self._lock:
            forgotten = len(self._counts)
            self._counts = {}
            return forgotten

    def clear(self, key: str) -> None:
        """Forget one key."""
        with self._lock:
            self._counts.pop(key, None)

    def _prune(self, now: float) -> None:
        self._counts = {key: kept for key, kept in self._counts.items() if kept[1] > now}
        self._prune_at = max(KEPT_AT_LEAST, 2 * len(self._counts))
