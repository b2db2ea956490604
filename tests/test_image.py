"""The image is built from files that are there, and runs the server that the documentation tells."""

from __future__ import annotations

import json
import re
from pathlib import Path

from surveys.settings import THREADS

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COPIES = re.findall(r"^COPY (.+) \S+$", DOCKERFILE, flags=re.MULTILINE)
COPIED = [source for line in COPIES for source in line.split()]


def test_what_is_copied_is_there_and_let_through() -> None:
    """The folder is let through name by name, so that no database and no secret gets into an image."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in ignored if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {line[1:] for line in rules if line.startswith("!")} == {name.partition("/")[0] for name in COPIED}
    assert [name for name in COPIED if not (ROOT / name).exists()] == []


def test_it_runs_the_documented_server_as_nobody_special() -> None:
    """On every address inside the image, with the threads that connections are counted for."""
    [command] = re.findall(r"^CMD (.+)$", DOCKERFILE, flags=re.MULTILINE)
    words = json.loads(command)
    assert words[0] == "gunicorn"
    assert words[-1] == "app:create_app()"
    assert words[words.index("--bind") + 1] == "0.0.0.0:8000"
    assert words[words.index("--threads") + 1] == str(THREADS)
    assert re.search(r"^USER seventh$", DOCKERFILE, flags=re.MULTILINE)
    assert "ENTRYPOINT" not in DOCKERFILE  # `docker run … seventh migrate` runs a command
