"""The wheel holds all that Seventh needs, and works where it is installed alone."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest
from uv import find_uv_bin

from tests.support.patient import Patient, over_http
from tests.support.server import free_listener, url_of
from tests.support.study import FACE, PHQ9, SAQ

ROOT = Path(__file__).parent.parent
CODE = ("app.py", "surveys", "analysis")
BESIDE = ("templates", "static", "migrations", "docs")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as for a release, with what the lock has installed."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [find_uv_bin(), "build", "--quiet", "--wheel", "--offline", "--no-build-isolation"]
    subprocess.run([*command, "--python", sys.executable, "--out-dir", folder, ROOT], check=True)
    [built] = folder.glob("*.whl")
    return built


def sources(*folders: str) -> set[str]:
    """The files of a checkout, those not yet committed with them."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return {name for name in listed if name and (ROOT / name).is_file()}


def test_the_wheel_holds_every_file_that_runs(wheel: Path) -> None:
    """Code under its own names; templates, static files, migrations and documentation inside `surveys`."""
    beside = {name for name in sources(*BESIDE) if not name.startswith("static/src/")}
    with ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert found == sources(*CODE) | {f"surveys/_files/{name}" for name in beside}


@pytest.mark.long
def test_an_installed_wheel_is_all_it_takes(wheel: Path, tmp_path: Path) -> None:
    """Without the checkout, in an empty folder: the demonstration, and a visit to its end."""
    python = installed(wheel, tmp_path / "environment")
    folder = tmp_path / "folder"
    folder.mkdir()
    assert ran(python, folder, "--version") == "seventh 0.1.0\n"
    with serving(python, folder) as (url, token):
        patient = Patient(over_http(url))
        patient.open(token)
        patient.finish(FACE, PHQ9, SAQ)
        assert "Thank you" in patient.replies[-1].html
        addresses = {
            address for reply in patient.replies for address in re.findall(r'"(/static/[^"]+)"', reply.html)
        }
        assert addresses
        assert {over_http(url)("HEAD", address, []).status for address in addresses} == {200}
    assert sorted(path.name for path in folder.iterdir()) == [".env", "instance"]
    assert ran(python, folder, "scores", "check") == "Every stored score is what its answers give.\n"


def installed(wheel: Path, environment: Path) -> Path:
    """The Python of a new environment with the wheel, and the libraries of the one that runs the tests."""
    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    install = [find_uv_bin(), "pip", "install", "--quiet", "--offline", "--no-deps"]
    subprocess.run([*install, "--python", python, wheel], check=True)
    [packages] = environment.glob("lib/python3*/site-packages")
    # A path given so is searched after the environment's own, and the editable install in it is not followed.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    return python


def surroundings(**more: str) -> dict[str, str]:
    """What a stranger's shell holds: nothing of ours."""
    ours = ("SEVENTH_", "PYTHON", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | more


def ran(python: Path, folder: Path, *words: str) -> str:
    """What the `seventh` command of that environment says."""
    command = [python.parent / "seventh", *words]
    return subprocess.run(
        command, cwd=folder, env=surroundings(), capture_output=True, text=True, check=True
    ).stdout


def listens(port: int) -> bool:
    """Whether a server is up there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def serving(python: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """`seventh run` of that environment: its address, and the secret part of the link that it tells."""
    with free_listener() as listener:
        port = url_of(listener).rpartition(":")[2]
    process = subprocess.Popen(
        [python.parent / "seventh", "run"],
        cwd=folder,
        env=surroundings(PORT=port),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process, process.stdout as output:
        try:
            link = next(line.split()[-1] for line in output if "Personal link" in line)
            until = time.monotonic() + 120
            while not listens(int(port)) and time.monotonic() < until:
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}", link.rpartition("/")[2]
        finally:
            process.terminate()
