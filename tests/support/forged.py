"""Backups that somebody damaged or forged, and what a restore says of them."""

from __future__ import annotations

import hashlib
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from surveys.exchange.backup import MANIFEST
from surveys.exchange.backup.restoring import opened, put
from surveys.store.errors import Refused
from tests.support.rows import connected

HOSTILE: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**70,
    1e400,
    "",
    "x" * 300,
    "2026-13-45",
    "0000-00-00T99:99",
    [],
    {},
    [[[]]],
    "\x00",
    "\ud800",
)


def changed(path: Path, name: str, content: bytes | None) -> Path:
    """The same zip with one member replaced, or without it."""
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for member in old.namelist():
            kept = old.read(member) if member != name else content
            if kept is not None:
                new.writestr(member, kept)
    return other


def forged(path: Path, name: str, change: Callable[[list[Any]], Any]) -> Path:
    """The same backup with the first row of a table changed, and a manifest that fits."""
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read(MANIFEST))
        first, *rest = archive.read(f"{name}.jsonl").splitlines(keepends=True)
    lines = b"".join([f"{json.dumps(change(json.loads(first)))}\n".encode(), *rest])
    manifest["tables"][name]["sha256"] = hashlib.sha256(lines).hexdigest()
    other = changed(path, f"{name}.jsonl", lines)
    return changed(other.rename(path.with_name("other.zip")), MANIFEST, json.dumps(manifest).encode())


def tried(connection: Connection, path: Path) -> str:
    """What a restore of `path` says; empty where all was put in. Nothing of it stays."""
    try:
        with opened(path) as one:
            put(connection, one)
    except Refused as refusal:
        return str(refusal)
    finally:
        connection.rollback()  # a savepoint would stay open, and hold what it undid
    return ""


def hostile(backup: Path, url: str, seed: int, times: int) -> int:
    """Damage bytes and forge rows so many times; returns how many were refused."""
    chance, refused, whole = random.Random(seed), 0, backup.read_bytes()
    with zipfile.ZipFile(backup) as archive:
        tables = json.loads(archive.read(MANIFEST))["tables"]
    filled = [name for name, kept in tables.items() if kept["rows"]]
    damaged = backup.with_name("damaged.zip")
    with connected(url) as connection:
        for turn in range(times):
            if turn % 2:
                content = bytearray(whole)
                for _ in range(chance.choice((1, 1, 4))):
                    content[chance.randrange(len(content))] = chance.randrange(256)
                damaged.write_bytes(content)
                path = damaged
            else:
                name = chance.choice(filled)
                place, value = chance.randrange(len(tables[name]["columns"])), chance.choice(HOSTILE)

                def change(row: list[Any], place: int = place, value: object = value) -> Any:
                    row[place] = value
                    return row if chance.random() < 0.9 else value

                path = forged(backup, name, change)
            refused += bool(tried(connection, path))
    return refused
