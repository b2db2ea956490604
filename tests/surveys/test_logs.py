"""What is logged holds no link, and is JSON where that is asked for."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest

from surveys import logs

TOKEN = "Zq8" * 11


@pytest.fixture
def server(capsys: pytest.CaptureFixture[str]) -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """The log of the server's own process, as gunicorn sets it up."""
    logger, written = logging.getLogger("gunicorn.error"), io.StringIO()
    handler = logging.StreamHandler(written)
    logger.addHandler(handler)
    yield logger, written
    logger.removeHandler(handler)
    logs.set_up("text")


def test_a_request_that_cannot_be_read_is_not_repeated(server: tuple[logging.Logger, io.StringIO]) -> None:
    """The server would log its first line, and with it the link."""
    logger, written = server
    logs.set_up("text")
    logger.warning(f"Invalid request from ip=192.0.2.1: Invalid HTTP request line: 'GET  {TOKEN} HTTP/1.1'")
    logger.error("Error handling request %s", f"/x/{TOKEN}")
    logger.error("GET %s HTTP/1.1", f"/s/{TOKEN}?a=1")
    logger.error("next=%s", f"%2Finvitation%2F{TOKEN}")
    try:
        raise ValueError(f"http://localhost/s/{TOKEN}")
    except ValueError:
        logger.exception("A fault")
    assert TOKEN[:12] not in written.getvalue()
    assert "A request could not be read." in written.getvalue()
    assert "GET /s/… HTTP/1.1" in written.getvalue()


def test_a_line_is_a_json_object(
    server: tuple[logging.Logger, io.StringIO], capsys: pytest.CaptureFixture[str]
) -> None:
    """With a time, also where it has a traceback, from the server's logger and from ours."""
    logger, written = server
    logs.set_up("json")
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logger.exception("A fault")
    told = json.loads(written.getvalue())
    assert (told["level"], told["logger"], told["message"]) == ("ERROR", "gunicorn.error", "A fault")
    assert told["at"].endswith("+00:00")
    assert "two\nlines" in told["exception"]
    logging.getLogger("surveys.test").warning("opened /s/%s", TOKEN)
    sys.stderr.flush()
    assert json.loads(capsys.readouterr().err.splitlines()[-1])["message"] == "opened /s/…"
