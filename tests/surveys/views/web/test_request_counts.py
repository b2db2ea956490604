"""Requests are counted without a thread, and counts end."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from surveys.views.web.protection import IN_MEMORY
from surveys.views.web.request_counts import KEPT_AT_LEAST, RequestCounts
from tests.support.study import invite

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def counts() -> RequestCounts:
    """As the limiter gets it: by its address."""
    found = storage_from_string(IN_MEMORY)
    assert isinstance(found, RequestCounts)
    return found


def test_many_requests_start_no_thread(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request of a patient is counted in the thread that answers it."""
    client, invited = app.test_client(), invite(app)
    assert isinstance(app.extensions["request_limits"].storage, RequestCounts)
    started: list[threading.Thread] = []
    monkeypatch.setattr(threading.Thread, "start", lambda thread: started.append(thread))
    for _ in range(20):
        assert client.get(invited.path).status_code == 302
    assert started == []


def test_a_count_ends_with_its_window(counts: RequestCounts) -> None:
    """What was refused is allowed again a minute after the first, however often it was tried meanwhile."""
    limit, strategy = parse("2 per minute"), FixedWindowRateLimiter(counts)
    with time_machine.travel(NOW, tick=False) as clock:
        assert [strategy.hit(limit, "link") for _ in range(3)] == [True, True, False]
        assert strategy.get_window_stats(limit, "link") == (NOW.timestamp() + 60, 0)
        assert strategy.hit(limit, "other")
        clock.shift(59)
        assert not strategy.test(limit, "link")
        assert not strategy.hit(limit, "link")
        clock.shift(1)
        assert strategy.test(limit, "link")
        assert strategy.get_window_stats(limit, "link") == (NOW.timestamp() + 60, 2)
        assert [strategy.hit(limit, "link") for _ in range(3)] == [True, True, False]


def test_what_has_ended_is_dropped(counts: RequestCounts) -> None:
    """The table holds what is open now, not everyone who ever came; what is open is never dropped."""
    with time_machine.travel(NOW, tick=False) as clock:
        for number in range(10 * KEPT_AT_LEAST):
            counts.incr(f"link:{number}", 60)
            clock.shift(1)
        assert counts.reset() <= KEPT_AT_LEAST
        for number in range(2 * KEPT_AT_LEAST):
            counts.incr(f"link:{number}", 60)
        assert [counts.get(f"link:{number}") for number in range(2 * KEPT_AT_LEAST)] == [
            1
        ] * 2 * KEPT_AT_LEAST


def test_forgetting(counts: RequestCounts) -> None:
    """One key or all, as the limiter asks."""
    counts.incr("a", 60, 3)
    counts.incr("b", 60)
    counts.clear("a")
    assert (counts.get("a"), counts.get("b"), counts.check()) == (0, 1, True)
    assert (counts.reset(), counts.get("b"), counts.reset()) == (1, 0, 0)


def test_threads_lose_no_count(counts: RequestCounts) -> None:
    """Many threads at once count as often as they were asked to."""
    threads = [
        threading.Thread(target=lambda: [counts.incr("link", 60) for _ in range(500)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts.get("link") == 4000
