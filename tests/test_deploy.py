"""The files of deploy/ are tried as they are, with other addresses: nginx, systemd, backup and restore drill.

Containers cannot be started in the tests: compose.yaml is read, not run.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path

import pytest
import yaml
from click import Context

from surveys.cli import seventh
from surveys.cli.run import server_command
from surveys.settings import ROOT
from tests.support.built import NAMES
from tests.support.missing import missing
from tests.support.mortal import MortalServer
from tests.support.server import free_listener

DEPLOY = ROOT / "deploy"
UNITS = ("seventh.service", "seventh-worker.service", "seventh-backup.service", "seventh-backup.timer")
TOKEN = "Zq8" * 11


def program(name: str) -> str:
    """A program of the system, which Debian has in a package of that name or is told."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    return found or missing(f"{name} is not installed (Debian: apt-get install nginx age systemd openssl)")


def test_containers_wait_for_each_other() -> None:
    """The database first, then its schema, then server and worker, of one image."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    after = {name: one.get("depends_on", {}) for name, one in services.items()}
    assert after["migrate"] == {"database": {"condition": "service_healthy"}}
    for name in ("server", "worker"):
        assert after[name] == {"migrate": {"condition": "service_completed_successfully"}}
        assert services[name]["read_only"]
        assert services[name]["cap_drop"] == ["ALL"]


def test_containers_name_what_is_there() -> None:
    """Declared volumes, the folder in which the image keeps data, settings that exist, our commands."""
    described = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    settings = set(re.findall(r"`(SEVENTH_\w+)`", (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")))
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for name, one in described["services"].items():
        mounted = dict(volume.split(":") for volume in one["volumes"])
        assert mounted.keys() <= described["volumes"].keys()
        assert {key for key in one["environment"] if key.startswith("SEVENTH_")} <= settings
        if name == "database":
            continue
        assert (DEPLOY / one["build"]).resolve() == ROOT
        assert f"VOLUME {mounted['data']}\n" in image
        if "command" in one:
            program, *words = one["command"]
            assert program == "seventh"
            assert seventh.get_command(Context(seventh), " ".join(words)) is not None


def test_the_server_is_started_alike_everywhere() -> None:
    """By the unit, the image, the page and `seventh run`: the same kind of worker, the same log."""
    here = set(server_command(8000)[3:])
    for name in ("deploy/seventh.service", "Dockerfile", "docs/deploy.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for word in (
            "--no-control-socket",
            "surveys.cli.server_log.ServerLog",
            "gthread",
            "app:create_app()",
        ):
            assert any(word in one for one in here)
            assert word in text, (name, word)


@contextmanager
def nginx(folder: Path, server: MortalServer) -> Iterator[int]:
    """deploy/nginx.conf before `server`, on a free port, with a certificate of its own."""
    with free_listener() as one, free_listener() as other:
        plain, port = (listener.getsockname()[1] for listener in (one, other))
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=localhost",
    ]
    where = ["-keyout", key, "-out", certificate]
    subprocess.run([program("openssl"), *made, *where], check=True, capture_output=True)
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for ours, theirs in (
        ("/etc/letsencrypt/live/palsy.example.org/fullchain.pem", str(certificate)),
        ("/etc/letsencrypt/live/palsy.example.org/privkey.pem", str(key)),
        ("/var/log/nginx", str(folder)),
        ("127.0.0.1:8000", server.url.removeprefix("http://")),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;"),
    ):
        assert ours in site
        site = site.replace(ours, theirs)
    site = re.sub(r" *listen \[::\].*\n", "", site)
    whole = folder / "nginx.conf"
    temporary = "".join(
        f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole.write_text(
        f"pid {folder}/pid; error_log {folder}/start.log; daemon off;\n"
        f"events {{}}\nhttp {{ {temporary}\n{site} }}\n",
        encoding="utf-8",
    )
    subprocess.run([program("nginx"), "-t", "-c", whole], check=True, capture_output=True)
    with subprocess.Popen([program("nginx"), "-c", whole]) as process:
        try:
            for _ in range(200):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield port
        finally:
            process.terminate()


@pytest.mark.long
def test_nginx_stands_before_the_server(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS; no link in a log; nothing secret packed; sizes; slow senders wait in nginx."""
    monkeypatch.setenv("SEVENTH_PROXIES", "1")
    folder = tmp_path / "nginx"
    folder.mkdir()
    folder.chmod(0o755)
    for above in (tmp_path, *tmp_path.parents):
        if above.stat().st_uid == os.getuid() and above != Path("/"):
            above.chmod(above.stat().st_mode | 0o711)  # nginx's processes are another user's
    with MortalServer(sqlite_url, tmp_path / "log") as server, nginx(folder, server) as port:
        trust = ssl.create_default_context(cafile=str(folder / "certificate.pem"))
        trust.check_hostname = False

        def ask(method: str, path: str, body: bytes | None = None, **headers: str) -> HTTPResponse:
            asking = HTTPSConnection("127.0.0.1", port, context=trust, timeout=15)
            told = {"Host": "localhost", "Accept-Encoding": "gzip", **headers}
            asking.request(method, path, body, told)
            answer = asking.getresponse()
            answer.content = answer.read()  # type: ignore[attr-defined]
            asking.close()
            return answer

        page = ask("GET", "/")
        assert page.status == 200
        assert page.getheader("Content-Encoding") is None
        style = ask("GET", f"/static/built/{NAMES['patient.css']}")
        assert gzip.decompress(style.content)  # type: ignore[attr-defined]
        assert ask("GET", f"/s/{TOKEN}?from={TOKEN}", Referer=f"https://localhost/s/{TOKEN}").status == 404
        assert ask("GET", "/metrics").status == 404
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert ask("POST", "/c", b"x" * 100_000, **form).status == 413
        assert ask("POST", "/staff/S1/enrol/many", b"x" * 100_000, **form).status == 413  # nobody signed in
        # From the address that asked, whatever it says of itself.
        tries = []
        for number in range(3):
            told = {**form, "X-Forwarded-For": f"192.0.2.{number}"}
            tries.append(ask("POST", "/c", b"code=x", **told).status)
        assert tries == [403] * 3, "without a cookie, as from a browser that keeps none"
        slow = []
        for _ in range(60):
            one = trust.wrap_socket(socket.create_connection(("127.0.0.1", port)))
            one.sendall(b"POST /c HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nx")
            slow.append(one)
        begun = time.monotonic()
        assert ask("GET", "/c").status == 200
        assert time.monotonic() - begun < 10
        for one in slow:
            one.close()
    logged = "".join(file.read_text(errors="replace") for file in folder.glob("*.log"))
    assert "GET /s/- 404" in logged
    for text in (logged, (tmp_path / "log").read_text()):
        assert TOKEN not in text


@pytest.mark.long
def test_units_are_sound_and_hardened(tmp_path: Path) -> None:
    """As systemd reads them, with programs that are there; their exposure is small."""
    analyze = program("systemd-analyze")
    for name in UNITS:
        text = (DEPLOY / name).read_text(encoding="utf-8")
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE)
        (tmp_path / name).write_text(text.replace("file:///srv/seventh/docs", f"file://{ROOT}/docs"))
    units = [tmp_path / name for name in UNITS]
    verified = subprocess.run(
        [analyze, "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    ours = [line for line in verified.stderr.splitlines() if str(tmp_path) in line]
    assert (verified.returncode, ours) == (0, [])
    for unit in units[:3]:
        told = subprocess.run(
            [analyze, "security", "--offline=yes", "--threshold=30", "--no-pager", unit],
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stdout[-1500:] + told.stderr


@pytest.mark.long
def test_a_backup_is_encrypted_and_its_drill_passes(sqlite_url: str, tmp_path: Path) -> None:
    """Nothing stays in clear; an old one goes; the drill needs the key and proves the whole."""
    program("age")
    backups, clear = tmp_path / "backups", tmp_path / "clear"
    backups.mkdir()
    clear.mkdir()
    key = tmp_path / "key"
    subprocess.run([program("age-keygen"), "-o", key], check=True, capture_output=True)
    told = subprocess.run([program("age-keygen"), "-y", key], check=True, capture_output=True, text=True)
    (tmp_path / "recipients").write_text(told.stdout)
    old = backups / "seventh-2020-01-01T000000Z.zip.age"
    old.touch()
    os.utime(old, (0, 0))
    environment = {
        **os.environ,
        "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}",
        "TMPDIR": str(clear),
        "SEVENTH_DATABASE_URL": sqlite_url,
        "SEVENTH_SECRET_KEY": "deploy " * 8,
        "SEVENTH_BACKUPS": str(backups),
        "SEVENTH_RECIPIENTS": str(tmp_path / "recipients"),
    }
    subprocess.run([".venv/bin/seventh", "study", "create", "S1"], cwd=ROOT, env=environment, check=True)
    subprocess.run([DEPLOY / "backup.sh"], cwd=tmp_path, env=environment, check=True)
    [made] = backups.iterdir()
    assert made.read_bytes().startswith(b"age-encryption.org/v1")
    drill = subprocess.run(
        [DEPLOY / "restore-drill.sh", made, key],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert "The backup is whole." in drill.stdout
    assert "S1" in drill.stdout
    assert list(clear.iterdir()) == []
    made.write_bytes(made.read_bytes()[:-1])
    cut = subprocess.run(
        [DEPLOY / "restore-drill.sh", made, key], env=environment, capture_output=True, check=False
    )
    assert cut.returncode != 0
    assert list(clear.iterdir()) == []
