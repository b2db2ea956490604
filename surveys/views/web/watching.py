"""What watches a server asks: /health, /ready and /metrics. They tell nothing of a person or a study."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, abort, current_app, request
from sqlalchemy.exc import DBAPIError

from surveys import standing
from surveys.db import db
from surveys.store.study.readiness import backup_proved_at
from surveys.views.web import server
from surveys.views.web.measures import measures
from surveys.views.web.opening import Opening

if TYPE_CHECKING:
    from prometheus_client import Metric

pages = Blueprint("watching", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/health")
def health() -> Response:
    """The process answers."""
    return _word("ok", 200)


@pages.get("/ready")
def ready() -> Response:
    """Whether pages can be answered: 503 with a word (database, schema, disk) if not."""
    found = _hindrance()
    return _word(found or "ready", 503 if found else 200)


@pages.get("/metrics")
def metrics() -> Response:
    """Counts of requests and of what waits, as Prometheus reads them, for the addresses of the settings."""
    if not _may_measure():
        abort(404)
    text, kind = measures().text(_facts)
    return Response(text, content_type=kind)


def _word(word: str, status: int) -> Response:
    return Response(f"{word}\n", status, mimetype="text/plain")


def _hindrance() -> str | None:
    opening: Opening = current_app.extensions["opening"]
    return standing.hindrance(db.session, server.settings()) if opening.has_opened() else "database"


def _may_measure() -> bool:
    settings = server.settings()
    if "X-Forwarded-For" in request.headers and not settings.proxies:
        return False  # through a web server that nobody told us of: the address is not the asker's
    try:
        asker = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return any(asker in network for network in settings.metrics_from)


def _facts() -> Iterable[Metric]:
    from prometheus_client.core import GaugeMetricFamily

    found, at = _hindrance(), datetime.now(UTC)
    yield GaugeMetricFamily("seventh_ready", "Whether pages can be answered.", value=found is None)
    free = standing.free_bytes(server.settings())
    yield GaugeMetricFamily("seventh_disk_free_bytes", "Free where this machine writes.", value=free)
    try:
        if found not in {"database", "schema"}:
            for name, count in standing.counts(db.session, at=at).items():
                told = f"{name.replace('_', ' ').capitalize()}."
                yield GaugeMetricFamily(f"seventh_{name}", told, value=count)
            for name, since in (
                ("worker_seen", standing.worker_seen_at(db.session)),
                ("backup_proved", backup_proved_at(db.session)),
            ):
                if since is not None:
                    age = (at - since).total_seconds()
                    told = f"Seconds since {name.replace('_', ' ')}."
                    yield GaugeMetricFamily(f"seventh_{name}_age_seconds", told, value=age)
    except DBAPIError:
        db.session.rollback()
