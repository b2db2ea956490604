"""`seventh run`: what a stranger sees first."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from surveys.cli.run import SECRET, ensure_secret, server_command
from surveys.settings import THREADS, SettingsError
from tests.support.server import free_listener, url_of

ROOT = Path(__file__).parents[3]


@contextmanager
def started(database_url: str, port: int, **more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`seventh run` in a process of its own, and what it printed up to the personal link."""
    environment = {
        **os.environ,
        "SEVENTH_DATABASE_URL": database_url,
        "SEVENTH_SECRET_KEY": "test " * 10,
        "PORT": str(port),
        **more,
    }
    process = subprocess.Popen(
        [sys.executable, "-c", "from app import main; main()", "run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process, process.stdout as output:
        printed = ""
        for line in output:
            printed += line
            if "Personal link" in line:
                break
        try:
            yield process, printed
        finally:
            process.terminate()


def free_port() -> int:
    """A port that nothing uses now."""
    with free_listener() as listener:
        return int(url_of(listener).rpartition(":")[2])


def opened(address: str) -> str:
    """The page that the address leads to, once the server is up."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    until = time.monotonic() + 120
    while True:
        try:
            with browser.open(address) as answer:
                return str(answer.read().decode())
        except (ConnectionError, urllib.error.URLError):
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def told(printed: str) -> tuple[str, str, str]:
    """Staff page, password and personal link."""
    found = [re.search(rf"{label}: +(\S+)", printed) for label in ("Staff page", "Password", "Personal link")]
    staff, password, link = (match[1] if match else "" for match in found)
    return staff, password, link


def test_the_addresses_printed_work(sqlite_url: str) -> None:
    """A staff page, a password, and a personal link to a visit that nobody has begun."""
    port = free_port()
    with started(sqlite_url, port) as (_, printed):
        first = told(printed)
        assert first[0] == f"http://127.0.0.1:{port}/staff/"
        assert first[2].startswith(f"http://127.0.0.1:{port}/s/")
        page = opened(first[2])
        assert "simulated" in page.lower()
        assert "<form" in page
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database:
            assert database.execute("SELECT admin FROM staff").fetchall() == [(1,)], "it can make a study"


@pytest.mark.long
def test_the_addresses_printed_are_new_each_time(sqlite_url: str) -> None:
    """They are those of the world, where the settings name one."""
    port = free_port()
    with started(sqlite_url, port) as (_, printed):
        first = told(printed)
    with started(sqlite_url, port, SEVENTH_PUBLIC_URL="https://seventh.example/") as (_, printed):
        second = told(printed)
        assert second[0] == "https://seventh.example/staff/"
        assert second[2].startswith("https://seventh.example/s/")
        assert second[1] != first[1]
        assert second[2].rpartition("/")[2] != first[2].rpartition("/")[2]


def test_a_port_in_use_is_told_at_once(sqlite_url: str) -> None:
    """Nothing is prepared; the sentence names another port."""
    with free_listener() as listener:
        port = url_of(listener).rpartition(":")[2]
        ran = subprocess.run(
            [sys.executable, "-c", "from app import main; main()", "run"],
            cwd=ROOT,
            env={**os.environ, "SEVENTH_DATABASE_URL": sqlite_url, SECRET: "test " * 10, "PORT": port},
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 1
    assert f"Port {port} cannot be used" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_secret_is_made_once_and_kept_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes behind what the file holds already, readable by its owner only."""
    file = tmp_path / ".env"
    file.write_text("PORT=9000")
    monkeypatch.setenv(SECRET, "")
    assert ensure_secret(file)
    first, second = file.read_text().splitlines()
    assert first == "PORT=9000"
    assert second == f"{SECRET}={os.environ[SECRET]}"
    assert len(os.environ[SECRET]) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not ensure_secret(file)
    assert len(file.read_text().splitlines()) == 2


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says to set the secret in the environment."""
    monkeypatch.setenv(SECRET, "")
    with pytest.raises(SettingsError, match="Set it in the environment"):
        ensure_secret(tmp_path / "not there" / ".env")


def test_the_documented_server_has_as_many_threads() -> None:
    """The pool of connections is made for that number."""
    assert f"--threads {THREADS}" in " ".join(server_command(8000))
    assert f"--threads {THREADS} 'app:create_app()'" in (ROOT / "docs" / "deploy.md").read_text("utf-8")
