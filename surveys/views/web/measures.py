"""What the processes of a server count about requests, in files that they share: no name, address or link.

A route is its rule, such as `/visit/<int:visit_id>/begin`, never the address that was asked for.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, g, request

if TYPE_CHECKING:
    from prometheus_client import Metric

METHODS = frozenset({"GET", "HEAD", "POST"})
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
Facts = Callable[[], Iterable["Metric"]]


class Measures:
    """The counts of this process, and the sums of all processes of the server."""

    def __init__(self, folder: Path) -> None:
        # The library looks for the folder as it is imported.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        from prometheus_client import CollectorRegistry, Counter, Histogram
        from prometheus_client.values import close_all_multiprocess_files

        atexit.register(close_all_multiprocess_files)
        here = CollectorRegistry()
        self._requests = Counter(
            "seventh_requests", "Requests answered.", ["method", "route", "status"], registry=here
        )
        self._seconds = Histogram(
            "seventh_request_seconds", "Seconds to an answer.", ["page"], registry=here, buckets=BUCKETS
        )

    def note(self, response: Response, seconds: float) -> None:
        """Count a request that is answered."""
        route = request.url_rule.rule if request.url_rule else "none"
        method = request.method if request.method in METHODS else "other"
        self._requests.labels(method, route, str(response.status_code)).inc()
        self._seconds.labels("staff" if route.startswith("/staff/") else "open").observe(seconds)

    def text(self, facts: Facts) -> tuple[bytes, str]:
        """All counts and these facts as Prometheus reads them, and the content type."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector
        from prometheus_client.registry import Collector

        class Facts(Collector):
            def collect(self) -> Iterable[Metric]:
                return facts()

        all_of_them = CollectorRegistry()
        MultiProcessCollector(all_of_them)  # type: ignore[no-untyped-call]
        all_of_them.register(Facts())
        return generate_latest(all_of_them), CONTENT_TYPE_LATEST


_making = Lock()


def measures() -> Measures:
    """The counts of this server; made with its first request, for commands count nothing."""
    kept = current_app.extensions
    with _making:
        if "measures" not in kept:
            kept["measures"] = Measures(_folder())
    found: Measures = kept["measures"]
    return found


def init_app(app: Flask) -> None:
    """Count every request of `app`; call it before any other guard."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        measures().note(response, time.perf_counter() - g.get("began", time.perf_counter()))
        return response


def _folder() -> Path:
    """A folder of the processes with the same parent: the server's. What servers left that died goes."""
    place, ours = Path(tempfile.gettempdir()), f"seventh-counts-{os.getuid()}-"
    for left in place.glob(f"{ours}*"):
        if not _lives(left.name.removeprefix(ours)):
            shutil.rmtree(left, ignore_errors=True)
    folder = place / f"{ours}{os.getppid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} is somebody else's: remove it.")
    return folder


def _lives(number: str) -> bool:
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
