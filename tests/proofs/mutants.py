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
# What a mutant writes that no test can tell from the code, wherever it stands.
KINDS = (
    (re.compile(r"\.(outer)?join\(\w+, (None)?\)"), "equivalent: the foreign key says the same"),
    (re.compile(r"\.(subquery|cte)\((\"\w+\"|None)\)"), "equivalent: the name of a subquery"),
)
# Survivors that were looked at, and why no test is owed. They count as survivors all the same.
REASONS = {
    "surveys.same.x_telephone__mutmut_15": "equivalent: what is no digit is taken out in the next step",
    "surveys.same.x_telephone__mutmut_17": "equivalent: only digits are left to strip",
    "surveys.store.patient.erasing.x_remove__mutmut_23": "the first letter of a sentence for staff",
    "surveys.store.patient.erasing.x_removed_at__mutmut_2": "equivalent: the first of the rows is taken",
    "surveys.store.visit.corrections.x_enter__mutmut_9": "the first letter of a sentence for staff",
    "surveys.store.visit.planning.x_replan__mutmut_4": "a lock: SQLite, on which mutants are tried, has none",
    "surveys.store.visit.planning.xǁ_Visitsǁadd__mutmut_27": "equivalent: new visits differ in their numbers",
    "surveys.lists.completeness.x__placed__mutmut_4": "equivalent: the join says the same",
    "surveys.lists.alert_report.x__following__mutmut_4": "equivalent: any day of the month after does",
    "surveys.lists.alert_report.x_months__mutmut_37": "equivalent: any day of the month before does",
    "surveys.lists.at_once.x__places__mutmut_6": "equivalent: a number of its own is all that a place needs",
    "surveys.lists.at_once.x_read__mutmut_13": "equivalent: None is NULL",
    "surveys.lists.at_once.x_read__mutmut_28": "equivalent on SQLite: PostgreSQL reads bare NULLs sooner",
    "surveys.lists.at_once.x_read__mutmut_42": "equivalent: no two rows of a list have one number",
    "surveys.lists.at_once.x_read__mutmut_6": "equivalent: both have as many columns",
    "surveys.lists.due.x_due__mutmut_21": "equivalent: a count of no column counts the rows",
    "surveys.lists.figures.x__newest__mutmut_16": "equivalent: the first of the rows is taken",
    "surveys.lists.figures.x__newest__mutmut_17": "equivalent: the first of the rows is taken",
    "surveys.lists.messages.x_page__mutmut_11": "ties: SQLite keeps this order by itself",
    "surveys.exchange.tidy.answers.x_long_table__mutmut_130": "words of the codebook",
    "surveys.exchange.tidy.crowd.x__cell__mutmut_59": "equivalent: what is not there is empty either way",
    "surveys.exchange.tidy.people.x__palsy_rows__mutmut_3": "SQLite keeps this order by itself",
    "surveys.exchange.tidy.people.x__treatment_rows__mutmut_11": "ties: SQLite keeps this order by itself",
    "surveys.exchange.tidy.signed.x__rows__mutmut_24": "equivalent: who signed a freeze names it",
    "surveys.exchange.tidy.signed.x__of__mutmut_1": "called as the module is loaded: never chosen",
    "surveys.exchange.tidy.signed.x__of__mutmut_2": "called as the module is loaded: never chosen",
    "surveys.exchange.tidy.reported.x__rows__mutmut_15": "ties: SQLite keeps this order by itself",
    "surveys.instruments.scoring.xǁScoreColumnsǁof__mutmut_12": "equivalent: the same numbers in more memory",
    "surveys.same.x_email_address__mutmut_5": "equivalent: two @ are refused either way",
    "surveys.views.web.access.x__guard__mutmut_7": "never reached: such a view stops the start",
    "surveys.views.web.access.x__guard__mutmut_22": "the look of a notice",
    "surveys.views.web.access.x__say_limited__mutmut_3": "equivalent: the page has words of its own",
    "analysis.data.change.x_judge__mutmut_36": "equivalent: no change at all was judged before",
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
    left = sorted(name for name in wanted if found[name] != "killed")
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
