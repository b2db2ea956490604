"""Mutation testing of a share of the mutants: the same ones until the code changes, so many of each module.

All of them would take hours. `python -m tests.proofs.mutants` tries those of scoring and `SHARE` of each
other module that `[tool.mutmut]` names; `--share 1000` tries all; `lists.clinic` and the like only those
modules. It fails where more than one in ten survive.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

MUTMUT = Path(sys.executable).with_name("mutmut")
SHARE = 4
# Quick, and what a wrong score comes of: every mutant is tried.
WHOLE = ("surveys.instruments.scoring", "surveys.instruments.answers", "surveys.instruments.notes")
MOST_SURVIVING = 0.1
# A mutant that never ends is noticed too: a test of it fails, and Hypothesis looks for the shortest case.
NOTICED = ("killed", "timeout")
NO_MUTANT = "not.a.module.*"
# What a mutant writes that no test can tell from the code, wherever it stands.
KINDS = (
    (re.compile(r"\.(outer)?join\(\w+, (None)?\)"), "equivalent: the foreign key says the same"),
    (re.compile(r"\bzip\(.*, (strict=(None|False))?\)"), "equivalent: both are of one length"),
    (re.compile(r"\.(subquery|cte)\((\"\w+\"|None)\)"), "equivalent: the name of a subquery"),
)
# Survivors that were looked at, by their names, and why no test is owed.
REASONS = {
    name: why
    for why, names in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).items()
    for name in names
}
_LINE = re.compile(r"^\s+(?P<name>\S+__mutmut_\d+): (?P<status>.+)$")
_WRITTEN = re.compile(r"^\+(?!\+)\s*(?P<code>\S.*)$")
_FUNCTION = re.compile(r"\.x(_|ǁ)")


def main() -> int:
    """Try the mutants, and say which survive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="part of a module's name, such as lists.clinic")
    parser.add_argument("--share", type=int, default=SHARE, help="how many mutants of each file")
    asked = parser.parse_args()
    began = time.monotonic()
    # No mutant is called so: this writes them all, finds out which tests reach which function, and stops.
    subprocess.run([MUTMUT, "run", NO_MUTANT], capture_output=True, check=False)
    wanted = [
        name
        for name in chosen(statuses(), asked.share)
        if not asked.modules or any(part in name for part in asked.modules)
    ]
    if not wanted:  # without a name mutmut would try all
        parser.error(f"There is no mutant of {' or '.join(asked.modules)}.")
    subprocess.run([MUTMUT, "run", *wanted], check=True)
    found = statuses()
    tried = Counter(module(name) for name in wanted)
    left = sorted(name for name in wanted if found[name] not in NOTICED)
    for one, number in sorted(tried.items()):
        surviving = sum(module(name) == one for name in left)
        print(f"{one}: {number} tried, {surviving} survived")
    for name in left:
        line = written(name)
        print(f"{found[name]}: {name} ({reason(name, line)})\n    {line}")
    print(f"{len(wanted)} mutants, {len(left)} survived; {time.monotonic() - began:.0f} seconds")
    return int(len(left) > MOST_SURVIVING * len(wanted))


def statuses() -> dict[str, str]:
    """What became of each mutant, those not tried too."""
    said = subprocess.run([MUTMUT, "results", "--all", "true"], capture_output=True, text=True, check=True)
    lines = (_LINE.match(line) for line in said.stdout.splitlines())
    return {line["name"]: line["status"] for line in lines if line}


def written(name: str) -> str:
    """The line that the mutant has instead of the code's."""
    said = subprocess.run([MUTMUT, "show", name], capture_output=True, text=True, check=True)
    lines = (_WRITTEN.match(line) for line in said.stdout.splitlines())
    return next((line["code"] for line in lines if line), "(a line less)")


def reason(name: str, line: str) -> str:
    """Why no test is owed of a mutant that survived with this line."""
    known = [REASONS[name]] if name in REASONS else [why for kind, why in KINDS if kind.search(line)]
    return next(iter(known), "not looked at yet")


def chosen(names: Iterable[str], share: int) -> list[str]:
    """`share` mutants of each module, by a digest of their names: spread over it, and the same each time.

    Of `WHOLE` modules all of them.
    """
    by_module: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        by_module[module(name)].append(name)
    return [
        name
        for one, some in by_module.items()
        for name in sorted(some, key=_place)[: None if one in WHOLE else share]
    ]


def module(mutant: str) -> str:
    """The module of a mutant: what stands before the name of its function."""
    return _FUNCTION.split(mutant)[0]


def _place(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
