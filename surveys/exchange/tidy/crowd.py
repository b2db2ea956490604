"""How alone patients stand by what is coded of them, and a version in which nobody stands alone. Pure.

Whoever knows a person's clinic, sex, age, cause, side and onset finds the row of a patient who is the only
one with these. Days since onset and since enrolment tell the onset too: the coarser version tells them alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

CODED = ("site", "sex", "age_band", "cause", "side", "onset_to_enrolment_days")
WIDE_BAND = 20  # years
OLDEST = 60
WITHHELD_AT_MOST = 0.05  # the share of patients whose columns may be left empty
SINCE = (0, 90, 365, 1826)  # days from which on an onset counts as so long ago

Coded = tuple[str, ...]
"""The cells of `CODED`."""
NOTHING: Coded = ("",) * len(CODED)


@dataclass(frozen=True)
class Crowd:
    """How many patients are `alone` in all coded columns, and how many in groups `under` the `least` size."""

    patients: int
    least: int
    smallest: int
    alone: int
    under: int


def crowd(coded: Iterable[Coded], least: int) -> Crowd:
    """How alone they stand."""
    groups = Counter(coded).values()
    return Crowd(
        patients=sum(groups),
        least=least,
        smallest=min(groups, default=0),
        alone=sum(size for size in groups if size == 1),
        under=sum(size for size in groups if size < least),
    )


def _weeks(days: str) -> str:
    return str(int(days) // 7 * 7) if days else ""


def _wide(band: str) -> str:
    low = int(band.rstrip("+").partition("-")[0]) if band else 0
    if not band or low >= OLDEST:
        return band and f"{OLDEST}+"
    return f"{low // WIDE_BAND * WIDE_BAND}-{low // WIDE_BAND * WIDE_BAND + WIDE_BAND - 1}"


def _merged(cause: str) -> str:
    return cause if cause in {"", "unknown", "bells_palsy"} else "other"


def _so_long_ago(days: str) -> str:
    return str(max((since for since in SINCE if since <= int(days)), default=SINCE[0])) if days else ""


def _withheld(_: str) -> str:
    return ""


STEPS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("onset in whole weeks", "onset_to_enrolment_days", _weeks),
    (f"ages in bands of {WIDE_BAND} years", "age_band", _wide),
    ("causes as Bell's palsy or another", "cause", _merged),
    ("onset as under 90 days, a year or 5 years ago, or longer", "onset_to_enrolment_days", _so_long_ago),
    ("no side", "side", _withheld),
    ("no site", "site", _withheld),
)
"""What is coarser, in words, in which column, and how; each besides those before."""


@dataclass(frozen=True)
class Coarser:
    """A version in which nobody is in a group under the smallest: what was done, and each patient's columns.

    `of` has them by study code; of `withheld` patients they are empty.
    """

    after: Crowd
    steps: tuple[str, ...]
    withheld: int
    of: Mapping[str, Coded]

    def line(self, names: Sequence[str], cells: Sequence[str]) -> list[str]:
        """A row of any table of the package, coarser; `patient` is empty where it is about none."""
        row = dict(zip(names, cells, strict=True))
        told = dict(zip(CODED, self.of[row["patient"]] if row.get("patient") else NOTHING, strict=True))
        return [_cell(name, row, told) for name in names]


def _cell(name: str, row: Mapping[str, str], told: Mapping[str, str]) -> str:
    value, onset = row[name], told["onset_to_enrolment_days"]
    if name in _UNSAID or (name.startswith("value") and "question" in row):
        return ""
    if name in CODED or name == "onset_days":
        if row.get("index", "true") != "true" or (name == "side" and "cause" not in row):
            return ""  # another palsy's, or the side that was treated
        return (onset and str(-int(onset))) if name == "onset_days" else told[name]
    if name.endswith("days_since_onset"):
        enrolled = row.get("days_since_enrolment", row.get("due_days", ""))
        return str(max(int(_weeks(enrolled)) + int(onset), 1)) if value and enrolled and onset else ""
    if name.endswith("_days") or name == "days_since_enrolment":
        return _weeks(value)
    return value


_UNSAID = frozenset({"begin", "onset_precision", "onset_to_recovery_days", "started_precision", "product"})


def coarser(of: Mapping[str, Coded], least: int) -> Coarser:
    """The first version that is coarse enough; `of` has each patient's coded columns by study code."""
    now, done = dict(of), 0
    hidden = _hidden(Counter(now.values()), least)
    while done < len(STEPS) and _share(now, hidden) > WITHHELD_AT_MOST:
        _, column, change = STEPS[done]
        place = CODED.index(column)
        now = {
            code: (*coded[:place], change(coded[place]), *coded[place + 1 :]) for code, coded in now.items()
        }
        hidden, done = _hidden(Counter(now.values()), least), done + 1
    withheld = sum(coded in hidden for coded in now.values())
    now = {code: NOTHING if coded in hidden else coded for code, coded in now.items()}
    words = tuple(step[0] for step in STEPS[:done])
    return Coarser(crowd(now.values(), least), words, withheld, now)


def _hidden(sizes: Counter[Coded], least: int) -> frozenset[Coded]:
    """Whose columns are left empty: small groups, and others until those are a group that is large enough."""
    hidden = {coded for coded, size in sizes.items() if size < least}
    for coded, _ in sorted(sizes.items(), key=lambda group: (group[1], group[0])):
        if not hidden or sum(sizes[one] for one in hidden) >= least:
            break
        hidden.add(coded)
    return frozenset(hidden)


def _share(now: Mapping[str, Coded], hidden: frozenset[Coded]) -> float:
    return sum(coded in hidden for coded in now.values()) / len(now) if now else 0.0
