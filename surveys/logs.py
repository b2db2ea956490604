"""What is logged, and how: a line each, as text or as JSON, without links.

A path may be a personal link, and a request that cannot be read may hold one anywhere.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from datetime import UTC, datetime

JSON = "json"
FORMATS = ("text", JSON)
SERVER = ("gunicorn.error", "gunicorn.access")

_LINK = re.compile(r"((?:/|%2F)(?:s|invitation)(?:/|%2F))[^\s\"'<>]+", re.IGNORECASE)
# The server's own lines that repeat what a browser sent, whatever it was.
_REPEATS = (
    ("Invalid request from ip=", "A request could not be read."),
    ("Error handling request", "A request could not be answered."),
    ("Ignored premature client disconnection", "A browser hung up."),
    ("Closing connection", "A connection was closed."),
)


class Links(logging.Filter):
    """Takes links out of each record that it sees."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, changed."""
        said = record.getMessage()
        if record.name in SERVER:
            said = next((instead for begins, instead in _REPEATS if said.startswith(begins)), said)
        record.msg, record.args = without_links(said), None
        if record.exc_info:
            told = record.exc_text or logging.Formatter().formatException(record.exc_info)
            record.exc_text = without_links(told)
        return True


class Lines(logging.Formatter):
    """A line of text with its time in UTC; a traceback follows it."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)sZ [%(process)d] [%(levelname)s] %(message)s", "%Y-%m-%dT%H:%M:%S")


class JsonLines(logging.Formatter):
    """A JSON object on one line: `at`, `level`, `logger`, `process`, `message`, and `exception` if any."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["exception"] = record.exc_text or self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


class _StandardError(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to what standard error is at that moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self):  # type: ignore[no-untyped-def]
        return sys.stderr


_ours = _StandardError()
_ours.addFilter(Links())


def without_links(text: str) -> str:
    """`text` with the secret part of each link left out."""
    return _LINK.sub(r"\1…", text)


def set_up(form: str) -> None:
    """Log in this form from now on: this process, and what the server around it logs."""
    formatter = JsonLines() if form == JSON else Lines()
    _ours.setFormatter(formatter)
    root = logging.getLogger()
    if _ours not in root.handlers:
        root.addHandler(_ours)
    for handler in (one for name in SERVER for one in logging.getLogger(name).handlers):
        handler.setFormatter(formatter)
        if not any(isinstance(known, Links) for known in handler.filters):
            handler.addFilter(Links())
