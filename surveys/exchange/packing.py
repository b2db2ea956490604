"""Files on their way into a place: each is counted and digested, and the sums of all go in last."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any, cast

from surveys.exchange.csv_writer import CsvRows
from surveys.exchange.places import DigestWriter, Place, Written

AT_ONCE = 1000  # rows


@dataclass(frozen=True)
class Packing:
    """The `files` written so far into `place`."""

    place: Place
    files: list[Written] = field(default_factory=list)

    def file(self, name: str, fill: Callable[[IO[bytes]], object], rows: int | None = None) -> Written:
        """The file that `fill` writes; `rows` where it is a table whose rows are known."""
        with self.place.open(name) as file:
            measured = DigestWriter(file)
            fill(cast(IO[bytes], measured))
        self.files.append(Written(name, measured.size, measured.digest.hexdigest(), rows))
        return self.files[-1]

    def put(self, name: str, content: bytes, rows: int | None = None) -> Written:
        """A file with that content."""
        return self.file(name, lambda file: file.write(content), rows)

    def text(self, name: str, text: str) -> Written:
        """A file of UTF-8 text."""
        return self.put(name, text.encode())

    def json(self, name: str, data: Any) -> Written:
        """A file of JSON, a line for each member."""
        return self.text(name, json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n")

    def table(self, name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Written:
        """A CSV file, with the number of its rows."""
        count = 0

        def fill(file: IO[bytes]) -> None:
            nonlocal count
            count = _csv(file, header, rows)

        self.file(name, fill)
        self.files[-1] = replace(self.files[-1], rows=count)
        return self.files[-1]

    def sums(self) -> None:
        """`SHA256SUMS` over all files so far."""
        self.text("SHA256SUMS", "".join(f"{one.sha256}  {one.name}\n" for one in self.files))


def _csv(file: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write `header` and `rows`; returns the number of rows."""
    buffer = io.StringIO(newline="")
    writer = CsvRows(buffer)
    writer.write(header)
    count = 0
    for count, row in enumerate(rows, start=1):
        writer.write(row)
        if count % AT_ONCE == 0:
            _pour(buffer, file)
    _pour(buffer, file)
    return count


def _pour(buffer: io.StringIO, file: IO[bytes]) -> None:
    file.write(buffer.getvalue().encode())
    buffer.seek(0)
    buffer.truncate()
