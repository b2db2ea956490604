"""Places for files: a folder or a zip file, which appears whole at the end or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from analysis.words import words as _
from surveys.store.errors import Refused

# The first day that a zip file knows, for every file in it: the same data give the same bytes on any day.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Written:
    """A file of the package; `rows` is None where it is not a table."""

    name: str
    size: int
    sha256: str
    rows: int | None = None


class Place(Protocol):
    """Takes one file after another."""

    def open(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """The file `name`, to be written and closed before the next."""


@dataclass
class DigestWriter:
    """Counts and digests the bytes on their way to `below`."""

    below: IO[bytes]
    size: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> int:
        """Pass `data` on."""
        self.digest.update(data)
        self.size += len(data)
        return self.below.write(data)

    def flush(self) -> None:
        """Flush the file below."""
        self.below.flush()


@dataclass(frozen=True)
class Folder:
    """A folder that exists already."""

    path: Path

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A file in the folder."""
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        with (self.path / name).open("wb") as file:
            yield file


@dataclass(frozen=True)
class Zip:
    """A zip file being written."""

    archive: zipfile.ZipFile

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A compressed member of the file."""
        member = zipfile.ZipInfo(name, _NO_TIME)
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = 0o644 << 16
        member.create_system = 3  # the same on every system
        with self.archive.open(member, "w", force_zip64=True) as file:
            yield file


@contextmanager
def zipped(file: IO[bytes]) -> Iterator[Place]:
    """A zip file written into the open `file`; its table of contents is in the order of names."""
    with zipfile.ZipFile(file, "w") as archive:
        yield Zip(archive)
        archive.filelist.sort(key=lambda member: member.filename)


@contextmanager
def whole_file(path: Path, *, private: bool = True) -> Iterator[IO[bytes]]:
    """A file to write that takes the place of `path` once the block ends well.

    Only its owner may read it.

    Raises:
        Refused: its parent folder does not exist.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        with path.open("wb") as direct:
            yield direct
        return
    target = path.resolve()
    unfinished = _unfinished(target)
    unfinished.unlink(missing_ok=True)
    mode = 0o600 if private else 0o666
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def place(path: Path) -> Iterator[Place]:
    """A zip file or, without that ending, a folder at `path`, which appears once the block ends well.

    Raises:
        Refused: its parent folder does not exist, or `path` exists already.
    """
    if path.suffix.lower() == ".zip":
        with whole_file(path) as file, zipped(file) as archive:
            yield archive
        return
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise Refused(_("%(path)s is not an empty folder. Name a new one, or a .zip file.", path=path))
    unfinished = _unfinished(path)
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        unfinished.mkdir()
        yield Folder(unfinished)
        os.replace(unfinished, path)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _unfinished(path: Path) -> Path:
    if not path.parent.is_dir():
        raise Refused(_("There is no folder %(parent)s. Make it first.", parent=path.parent))
    return path.with_name(f".{path.name}.unfinished")
