"""Files on their way: counted, digested, and the sums of all last."""

from __future__ import annotations

import hashlib
from pathlib import Path

from surveys.exchange.packing import AT_ONCE, Packing
from surveys.exchange.places import place


def test_files_are_counted_and_summed(tmp_path: Path) -> None:
    """A table of more rows than are written at once too."""
    rows = [[str(number), "a,b"] for number in range(AT_ONCE + 1)]
    with place(tmp_path / "out") as folder:
        packing = Packing(folder)
        packing.table("rows.csv", ["n", "t"], rows)
        packing.json("one.json", {"ä": 1})
        packing.sums()
    content = (tmp_path / "out/rows.csv").read_bytes()
    assert (packing.files[0].rows, packing.files[0].size) == (AT_ONCE + 1, len(content))
    assert content.decode().splitlines()[-1] == f'{AT_ONCE},"a,b"'
    assert (tmp_path / "out/one.json").read_text() == '{\n "ä": 1\n}\n'
    sums = (tmp_path / "out/SHA256SUMS").read_text().splitlines()
    assert sums[0] == f"{hashlib.sha256(content).hexdigest()}  rows.csv"
    assert len(sums) == 2
