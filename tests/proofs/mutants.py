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
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

MUTMUT = Path(sys.executable).with_name("mutmut")
SHARE = 8
# Quick, and what a wrong score comes of: every mutant is tried.
WHOLE = ("surveys.instruments.scoring", "surveys.instruments.answers", "surveys.instruments.notes")
MOST_SURVIVING = 0.1
NO_MUTANT = "not.a.module.*"
# Survivors that were looked at, and why no test is owed. They count as survivors all the same.
REASONS = {
    "surveys.same.x_telephone__mutmut_15": "equivalent: what is no digit is taken out in the next step",
    "surveys.same.x_telephone__mutmut_17": "equivalent: only digits are left to strip",
    "surveys.store.patient.erasing.x_remove__mutmut_23": "the first letter of a sentence for staff",
    "surveys.store.patient.erasing.x_removed_at__mutmut_2": "equivalent: the first of the rows is taken",
    "surveys.store.visit.corrections.x_enter__mutmut_9": "the first letter of a sentence for staff",
    "surveys.store.visit.planning.x_replan__mutmut_4": "a lock: SQLite, on which mutants are tried, has none",
    "surveys.store.visit.planning.xǁ_Visitsǁadd__mutmut_27": "equivalent: new visits differ in their numbers",
    "surveys.lists.background.x_of_patient__mutmut_12": "equivalent: the foreign key says the same",
    "surveys.lists.changes.x__scores__mutmut_47": "equivalent: the name of a subquery",
    "surveys.lists.changes.x_page__mutmut_52": "equivalent: the name of a subquery",
    "surveys.lists.clinic.x_expected__mutmut_14": "equivalent: the foreign key says the same",
    "surveys.lists.clinic.x__finished__mutmut_27": "equivalent: the foreign key says the same",
    "surveys.lists.completeness.x__lines__mutmut_26": "equivalent: the name of a subquery",
    "surveys.lists.completeness.x__placed__mutmut_4": "equivalent: the join says the same",
    "surveys.lists.messages.x__of_scope__mutmut_5": "equivalent: the foreign key says the same",
}
_LINE = re.compile(r"^\s+(?P<name>\S+__mutmut_\d+): (?P<status>.+)$")
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
    subprocess.run([MUTMUT, "run", *wanted], check=True)
    found = statuses()
    tried = Counter(module(name) for name in wanted)
    left = sorted(name for name in wanted if found[name] != "killed")
    for one, number in sorted(tried.items()):
        surviving = sum(module(name) == one for name in left)
        print(f"{one}: {number} tried, {surviving} survived")
    for name in left:
        print(
            f"{found[name]}: {name} ({REASONS.get(name, 'not looked at yet: mutmut show says what it is')})"
        )
    print(f"{len(wanted)} mutants, {len(left)} survived; {time.monotonic() - began:.0f} seconds")
    return int(len(left) > MOST_SURVIVING * len(wanted))


def statuses() -> dict[str, str]:
    """What became of each mutant, those not tried too."""
    said = subprocess.run([MUTMUT, "results", "--all", "true"], capture_output=True, text=True, check=True)
    lines = (_LINE.match(line) for line in said.stdout.splitlines())
    return {line["name"]: line["status"] for line in lines if line}


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
