"""Firefox and WebKit, each driven in the protocol that it speaks itself: WebDriver, and Firefox's Marionette.

They come from the system's packages. Tests ask for little: go to an address, press, look at the page, and ask
what a screen reader is told of an element.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # how WebDriver names an element
PATIENCE = 60  # seconds, for a browser that starts on a busy machine


class Driven(ABC):
    """A browser with one page."""

    @abstractmethod
    def tell(self, command: str, told: Mapping[str, Any], *, element: str = "") -> Any:
        """What the browser answers to a command of WebDriver."""

    @abstractmethod
    def size(self, width: int, height: int) -> None:
        """Make the window that large."""

    def go(self, url: str) -> None:
        """Open an address, and wait until it is loaded."""
        self.tell("Navigate", {"url": url})

    def run(self, script: str) -> Any:
        """What a script on the page returns."""
        return self.tell("ExecuteScript", {"script": script, "args": []})

    def press(self, css: str) -> None:
        """Press the first such element; a page that it leads to is loaded after."""
        self.tell("ElementClick", {}, element=self._found(css))

    def spoken(self, css: str) -> tuple[str, str]:
        """Role and name of the first such element, as assistive technology is told."""
        element = self._found(css)
        role = self.tell("GetComputedRole", {}, element=element)
        return str(role), str(self.tell("GetComputedLabel", {}, element=element))

    def _found(self, css: str) -> str:
        return str(self.tell("FindElement", {"using": "css selector", "value": css})[ELEMENT])


class Firefox(Driven):
    """Firefox, by Marionette: messages of JSON, each after its length."""

    def __init__(self, connection: socket.socket) -> None:
        self._stream = connection.makefile("rwb")
        self._number = 0
        self._read()
        self.tell("NewSession", {"strictFileInteractability": True})

    def tell(self, command: str, told: Mapping[str, Any], *, element: str = "") -> Any:
        self._number += 1
        full = {**told, "id": element} if element else told
        message = json.dumps([0, self._number, f"WebDriver:{command}", full]).encode()
        self._stream.write(b"%d:%s" % (len(message), message))
        self._stream.flush()
        _, _, fault, result = self._read()
        if fault:
            raise RuntimeError(f"{command}: {fault['message']}")
        return result.get("value", result) if isinstance(result, dict) else result

    def size(self, width: int, height: int) -> None:
        self.tell("SetWindowRect", {"width": width, "height": height})

    def _read(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._stream.read(1)
        return json.loads(self._stream.read(int(length[:-1])))


class WebKit(Driven):
    """WebKitGTK's MiniBrowser, by its own WebDriver over HTTP."""

    PATHS: Mapping[str, tuple[str, str]] = {
        "Navigate": ("POST", "url"),
        "ExecuteScript": ("POST", "execute/sync"),
        "FindElement": ("POST", "element"),
        "ElementClick": ("POST", "element/{element}/click"),
        "GetComputedRole": ("GET", "element/{element}/computedrole"),
        "GetComputedLabel": ("GET", "element/{element}/computedlabel"),
        "SetWindowRect": ("POST", "window/rect"),
    }

    def __init__(self, port: int, browser: str) -> None:
        self._port = port
        options = {"binary": browser, "args": ["--automation"]}
        wanted = {"browserName": "MiniBrowser", "webkitgtk:browserOptions": options}
        made = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._session = made["sessionId"]

    def tell(self, command: str, told: Mapping[str, Any], *, element: str = "") -> Any:
        method, path = self.PATHS[command]
        return self._ask(method, f"/session/{self._session}/{path.format(element=element)}", told)

    def size(self, width: int, height: int) -> None:
        self.tell("SetWindowRect", {"x": 0, "y": 0, "width": width, "height": height})

    def end(self) -> None:
        """Close the browser."""
        self._ask("DELETE", f"/session/{self._session}", {})

    def _ask(self, method: str, path: str, told: Mapping[str, Any]) -> Any:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        connection.request(method, path, json.dumps(told) if method == "POST" else None)
        answer = connection.getresponse()
        value = json.loads(answer.read())["value"]
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {value['message'] or value['error']}")
        return value


def found(name: str) -> tuple[str, ...] | None:
    """What runs that browser here; None where its package is missing."""
    if name == "firefox":
        programs = [shutil.which("firefox-esr") or shutil.which("firefox")]
    else:
        browsers = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
        programs = [shutil.which("WebKitWebDriver"), shutil.which("Xvfb"), *map(str, browsers[-1:])]
        programs += [None] * (3 - len(programs))
    return tuple(one for one in programs if one) if all(programs) else None


@contextmanager
def driven(name: str, folder: Path) -> Iterator[Driven]:
    """A browser that has just begun, with a profile of its own in `folder`."""
    programs = found(name)
    assert programs is not None
    begin = _firefox if name == "firefox" else _webkit
    with begin(programs, folder) as browser:
        yield browser


@contextmanager
def _firefox(programs: Sequence[str], folder: Path) -> Iterator[Driven]:
    [program] = programs
    port = _free_port()
    (folder / "user.js").write_text(f'user_pref("marionette.port", {port});\n', encoding="utf-8")
    command = [program, "--headless", "--marionette", "--profile", str(folder)]
    with _running(command, environment={"HOME": str(folder)}), _reached(port) as connection:
        yield Firefox(connection)


@contextmanager
def _webkit(programs: Sequence[str], folder: Path) -> Iterator[Driven]:
    driver, screen, browser = programs
    reading, writing = os.pipe()
    with _running([screen, "-displayfd", str(writing), "-screen", "0", "1400x1200x24"], inherits=writing):
        os.close(writing)
        with os.fdopen(reading) as told:
            display = f":{told.readline().strip()}"
        port = _free_port()
        own = {"DISPLAY": display, "HOME": str(folder), "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
        with _running([driver, f"--port={port}"], environment=own):
            _reached(port).close()
            made = WebKit(port, browser)
            yield made
            made.end()


@contextmanager
def _running(
    command: list[str], *, inherits: int | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        pass_fds=() if inherits is None else (inherits,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _reached(port: int) -> socket.socket:
    """A connection to what is just starting at that port."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), PATIENCE)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
