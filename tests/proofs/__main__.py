"""The parts of `make prove`, one after the other: each runs whatever became of those before it.

In the end each part is told with its time: together they are to stay within an hour on two cores.
`python -m tests.proofs mutants` runs but that part.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

PARTS: Mapping[str, Sequence[str]] = {
    "tests": ("pytest", "-n", "auto", "--dist", "worksteal", "--prove"),
    "intervals": ("tests.proofs.intervals",),
    "mutants": ("tests.proofs.mutants",),
}


def main(arguments: Sequence[str] | None = None, parts: Mapping[str, Sequence[str]] = PARTS) -> int:
    """Run the parts that are named, or all; 1 if one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="*", help=f"{', '.join(parts)}; by default all")
    wanted = parser.parse_args(arguments).part or list(parts)
    if unknown := set(wanted) - parts.keys():
        parser.error(f"There is no part {', '.join(sorted(unknown))}. The parts: {', '.join(parts)}.")
    told: list[tuple[str, float, bool]] = []
    for part in wanted:
        began = time.monotonic()
        passed = subprocess.run([sys.executable, "-m", *parts[part]], check=False).returncode == 0
        told.append((part, time.monotonic() - began, passed))
    for part, seconds, passed in told:
        print(f"{part:12}{seconds / 60:6.1f} minutes  {'passed' if passed else 'FAILED'}")
    print(f"{'all':12}{sum(seconds for _, seconds, _ in told) / 60:6.1f} minutes")
    return int(not all(passed for *_, passed in told))


if __name__ == "__main__":
    sys.exit(main())
