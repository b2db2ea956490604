"""Computes report.json anew from data/ and says whether every number is the same.

Needs what requirements.txt names; run it where it lies: `python reproduce.py`. Exit 1 where anything differs.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.data.snapshot import read
from analysis.report import report
from analysis.results.filters import Filters

HERE = Path(__file__).parent
TOLERANCE = 1e-10


def main() -> int:
    """Compare, tell, and give the exit code."""
    told = json.loads((HERE / "report.json").read_text(encoding="utf-8"))
    frames = read({file.name: file.read_bytes() for file in (HERE / "data").iterdir()})
    found = report(
        frames,
        generated_at=told["generated_at"],
        software=told["software"],
        filters=Filters(**told["filters"]),
        suppress_under=told["suppress_under"],
        chain_heads=told["chain_heads"],
        signatures=told["signatures"],
        amendments=told["amendments"],
    )
    faults = list(differences(told, json.loads(json.dumps(found)), "report"))
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    numbers = sum(1 for _ in leaves(told))
    print(f"{numbers} values compared, {len(faults)} differ.")
    return 1 if faults else 0


def leaves(value: Any) -> Iterator[Any]:
    """Every value that holds no others."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from leaves(one)
    else:
        yield value


def differences(told: Any, found: Any, place: str) -> Iterator[str]:
    """Where the two are not the same; numbers to 1e-10, relative to their size."""
    if isinstance(told, dict) and isinstance(found, dict) and told.keys() == found.keys():
        for key, value in told.items():
            yield from differences(value, found[key], f"{place}.{key}")
    elif isinstance(told, list) and isinstance(found, list) and len(told) == len(found):
        for at, value in enumerate(told):
            yield from differences(value, found[at], f"{place}[{at}]")
    elif isinstance(told, float) and isinstance(found, int | float):
        if not math.isclose(told, found, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            yield f"{place}: {told!r} in the report, {found!r} now"
    elif told != found:
        yield f"{place}: {told!r} in the report, {found!r} now"


if __name__ == "__main__":
    sys.exit(main())
