"""The files of a tidy package, in a folder or a zip file: opened only if they are as they were exported."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from analysis.words import counted, joined
from analysis.words import words as _
from surveys.exchange.zips import DAMAGED
from surveys.store.errors import Refused

DESCRIPTOR, PATIENTS, SUMS = "datapackage.json", "patients.csv", "SHA256SUMS"
TIDY = (DESCRIPTOR, PATIENTS)
WHOLE_STUDY = ("study/settings.json", "study/plan.json")
LARGEST_BYTES = 4 * 1024**3  # of a zip file, unpacked: what a file says of itself may be a trap
LARGEST_JSON = 64 * 1024**2
AT_ONCE = 1024 * 1024
OR = _(" or ")
# A ValueError may be of the file's content.
_WHILE_READ = tuple(one for one in DAMAGED if one is not ValueError)

Line = tuple[int, Mapping[str, str]]
"""A row's number, as a spreadsheet counts, and its cells by column."""


@dataclass(frozen=True)
class Package:
    """The files of a package, all of which are as `SHA256SUMS` says.

    `sha256` is the digest of that list, so that it tells one package from another, packed or not.
    """

    _files: _Folder | _Zip
    name: str
    sha256: str

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """One of the files. Raises Refused."""
        with self._files.open(name) as file:
            yield file

    def json(self, name: str) -> Any:
        """The content of a JSON file. Raises Refused."""
        with self.open(name) as file:
            content = file.read(LARGEST_JSON + 1)
        if len(content) > LARGEST_JSON:
            raise Refused(_("%(name)s is too large.", name=name))
        try:
            return json.loads(content)
        except ValueError:
            raise Refused(_("%(name)s is not JSON.", name=name)) from None

    @property
    def names(self) -> list[str]:
        """The names of its files, sorted."""
        return sorted(self._files.names)

    def lines(self, name: str, columns: Sequence[str]) -> Iterator[Line]:
        """The rows of a table, cells letter for letter; it must have these columns and no others.

        Raises:
            Refused: it has not, or a row is cut short.
        """
        with self.open(name) as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
            rows = csv.reader(text, strict=True)
            number = 1
            try:
                header = next(rows, [])
                _check_header(name, header, columns)
                for number, cells in enumerate(rows, start=2):
                    if len(cells) != len(header):
                        raise Refused(
                            counted(
                                "%(name)s, row %(row)s: it has %(num)d cell, but the header has %(header)s.",
                                "%(name)s, row %(row)s: it has %(num)d cells, but the header has %(header)s.",
                                len(cells),
                                name=name,
                                row=number,
                                header=len(header),
                            )
                        )
                    yield number, dict(zip(header, cells, strict=True))
            except (csv.Error, UnicodeDecodeError):
                raise Refused(
                    _("%(name)s, row %(row)s: this is no CSV in UTF-8.", name=name, row=number + 1)
                ) from None


def is_package(source: Path | bytes) -> bool:
    """Whether a file is a packed package: a workbook is a zip file too."""
    file = source if isinstance(source, Path) else io.BytesIO(source)
    if not zipfile.is_zipfile(file):
        return False
    try:
        with zipfile.ZipFile(file) as archive:
            return _place(archive.namelist()) is not None
    except DAMAGED:
        return False


@contextmanager
def opened(source: Path | bytes, name: str, marks: tuple[str, str] = TIDY) -> Iterator[Package]:
    """The package in a folder, a zip file or its bytes; also the one within the folder of everything.

    Files of the names `marks` tell what it is: a tidy package, or the folder of everything.

    Raises:
        Refused: it is none, or a file differs from what was exported.
    """
    if isinstance(source, Path) and source.is_dir():
        yield _package(_Folder(source), name, marks)
        return
    try:
        archive = zipfile.ZipFile(source if isinstance(source, Path) else io.BytesIO(source))
    except DAMAGED:
        raise Refused(_("%(name)s is neither a folder nor a zip file.", name=name)) from None
    with archive:
        if sum(one.file_size for one in archive.infolist()) > LARGEST_BYTES:
            raise Refused(_("Unpacked, this file has more than 4 GB. Unpack it, and give the folder."))
        yield _package(_Zip(archive), name, marks)


def _package(files: _Folder | _Zip, name: str, marks: tuple[str, str]) -> Package:
    place = _place(files.names, marks)
    if place is None:
        raise Refused(
            _(
                "%(name)s is not what seventh export writes: it lacks %(files)s.",
                name=name,
                files=joined(OR, marks),
            )
        )
    within = files.within(place)
    if SUMS not in within.names:
        raise Refused(
            _(
                "The package lacks %(sums)s: nobody can tell whether it is whole. Export it again.",
                sums=SUMS,
            )
        )
    with within.open(SUMS) as file:
        sums = file.read(AT_ONCE)
    for line in sums.decode("utf-8", "replace").splitlines():
        expected, __, one = line.partition("  ")
        if one not in within.names:
            raise Refused(
                _("The package lacks %(file)s, which %(sums)s names. Export it again.", file=one, sums=SUMS)
            )
        if _sha256(within, one) != expected:
            raise Refused(
                _(
                    "%(file)s is not as it was exported: %(sums)s has another digest. Export again. A table "
                    "that was worked on comes in as a file of its own.",
                    file=one,
                    sums=SUMS,
                )
            )
    return Package(within, name, hashlib.sha256(sums).hexdigest())


def _place(names: Sequence[str], marks: tuple[str, str] = TIDY) -> str | None:
    """Where the package lies: at the top, or within one folder; of several the one nearest to the top."""
    known = set(names)
    first, second = marks
    places = [one.removesuffix(first) for one in names if f"/{one}".endswith(f"/{first}")]
    whole = [place for place in places if f"{place}{second}" in known]
    return min(whole, key=lambda place: (place.count("/"), place), default=None)


def _sha256(files: _Folder | _Zip, name: str) -> str:
    digest = hashlib.sha256()
    with files.open(name) as file:
        while part := file.read(AT_ONCE):
            digest.update(part)
    return digest.hexdigest()


def _check_header(name: str, header: Sequence[str], columns: Sequence[str]) -> None:
    if len(set(header)) != len(header):
        raise Refused(_("%(name)s: a column stands twice.", name=name))
    if missing := [one for one in columns if one not in header]:
        raise Refused(
            _(
                "%(name)s lacks the column %(column)s: an earlier version of Seventh wrote it. Export it "
                "again with the present one.",
                name=name,
                column=missing[0],
            )
        )
    if unknown := [one for one in header if one not in columns]:
        raise Refused(
            _(
                "%(name)s has the column %(column)s, which this version of Seventh does not know. Update it "
                "first.",
                name=name,
                column=unknown[0],
            )
        )


@dataclass(frozen=True)
class _Folder:
    path: Path

    @property
    def names(self) -> list[str]:
        deep = [one for one in self.path.glob("*") if one.is_file()]
        deep += [one for one in self.path.glob("*/*") if one.is_file()]
        return [one.relative_to(self.path).as_posix() for one in deep]

    def within(self, place: str) -> _Folder:
        return _Folder(self.path / place) if place else self

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        with (self.path / name).open("rb") as file:
            yield file


@dataclass(frozen=True)
class _Zip:
    archive: zipfile.ZipFile
    place: str = ""

    @property
    def names(self) -> list[str]:
        found = (one for one in self.archive.namelist() if one.startswith(self.place))
        return [one.removeprefix(self.place) for one in found]

    def within(self, place: str) -> _Zip:
        return _Zip(self.archive, place)

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        damaged = Refused(_("%(name)s cannot be unpacked: the zip file is damaged or encrypted.", name=name))
        try:
            file = self.archive.open(self.place + name)
        except DAMAGED:
            raise damaged from None
        with file:
            try:
                yield file
            except _WHILE_READ:
                raise damaged from None
