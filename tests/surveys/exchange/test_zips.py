"""Zip files that are damaged."""

from __future__ import annotations

import io
import zipfile

import pytest

from surveys.exchange.zips import DAMAGED
from tests.support import moved


@pytest.mark.parametrize("at", [0.02, 0.5, 0.9, 0.97])
def test_damage_raises_one_of_them(at: float) -> None:
    """Wherever a byte is lost."""
    content = moved.packed({"a.csv": b"a,b\n" * 50, "b.csv": b"c\n"})
    place = int(len(content) * at)
    damaged = content[:place] + content[place + 1 :]
    with pytest.raises(DAMAGED):
        read(damaged)


def read(content: bytes) -> list[bytes]:
    """All that is in it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [archive.read(name) for name in archive.namelist()]
