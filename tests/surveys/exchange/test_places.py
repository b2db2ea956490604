"""Files that are there only once they are whole."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from surveys.exchange.places import whole_file, zipped


def test_a_file_takes_its_place_once_it_is_whole(tmp_path: Path) -> None:
    """Also where a link points to it; what was there stays until then, and where the writing fails."""
    target, link = tmp_path / "kept.txt", tmp_path / "link.txt"
    target.write_bytes(b"before")
    link.symlink_to(target)
    with pytest.raises(ZeroDivisionError):
        _write_half(link)
    assert target.read_bytes() == b"before"
    with whole_file(link) as file:
        file.write(b"whole")
        assert target.read_bytes() == b"before"
    assert (link.is_symlink(), target.read_bytes()) == (True, b"whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.txt", "link.txt"]


def _write_half(path: Path) -> None:
    with whole_file(path) as file:
        file.write(b"half")
        raise ZeroDivisionError


@pytest.mark.parametrize(("private", "others"), [(True, 0), (False, stat.S_IRGRP)])
def test_only_the_owner_reads_a_private_file(tmp_path: Path, private: bool, others: int) -> None:
    before = os.umask(0o022)
    try:
        with whole_file(tmp_path / "file", private=private):
            pass
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & stat.S_IRGRP == others


def test_a_device_is_written_to_and_not_replaced() -> None:
    """A command told to write to `/dev/null` left a file there, which every program then wrote into."""
    leader, follower = os.openpty()
    device = Path(os.ttyname(follower))
    try:
        with whole_file(device) as file:
            file.write(b"hello\n")
        assert device.is_char_device()
        assert os.read(leader, 100).startswith(b"hello")
    finally:
        os.close(leader)
        os.close(follower)


def test_a_zip_file_lists_its_members_by_name() -> None:
    """Whatever the order in which they were made; and without the time of day."""
    whole = io.BytesIO()
    with zipped(whole) as place:
        for name in ("b.csv", "README.md", "a.csv"):
            with place.open(name) as file:
                file.write(name.encode())
    with zipfile.ZipFile(whole) as archive:
        assert archive.namelist() == ["README.md", "a.csv", "b.csv"]
        assert [archive.read(name).decode() for name in archive.namelist()] == archive.namelist()
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
