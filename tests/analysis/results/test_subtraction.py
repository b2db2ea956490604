"""Published tables, subtracted from one another as a reader who sees groups alone may do it.

What is subtracted are the patients behind each panel of a scale, of whom counts, means and quartiles are
computed: whoever subtracts the numbers learns no more.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import pytest

from analysis.data.frame import StudyFrames
from analysis.data.kinds import FAMILIES, NONE_YET
from analysis.figures.view import View
from analysis.numbers.guards import SUPPRESS_UNDER
from analysis.results.disclosure import taken_out, too_narrow, without
from analysis.results.filters import AGES, SIDES, Filters, apply
from analysis.results.groups import SEXES
from analysis.results.table_one import table_one
from tests.analysis.reports import of_registry
from tests.analysis.studies import of_scales, registry

FEW = range(1, SUPPRESS_UNDER)
VIEW = View()
Chosen = tuple[tuple[str, str], ...]
"""Filters and their values."""
Panels = Mapping[tuple[str, str], frozenset[str]]
"""The patients behind each panel, by scale and stratum."""


def choices(frames: StudyFrames) -> Iterator[tuple[str, str]]:
    """Every filter that such a reader may set; days are not among them."""
    scores = frames.scores
    yield from (("sex", one) for one in SEXES)
    yield from (("side", one) for one in SIDES)
    yield from (("age", one) for one in AGES)
    yield from (("cause", one) for one in (*frames.patients["cause"].dropna().unique(), "unknown"))
    yield from (("treatment", one) for one in (*FAMILIES, NONE_YET))
    for name in ("visit", "locale", "source"):
        yield from ((name, one) for one in scores[name].dropna().unique())


def panels(frames: StudyFrames, filters: Filters) -> Panels | None:
    """What is drawn of first scores, or None where nothing is shown."""
    if filters.chosen and too_narrow(frames, filters, SUPPRESS_UNDER):
        return None
    part = apply(frames, filters)
    part = without(part, taken_out(frames, filters, SUPPRESS_UNDER))
    table = part.scored[part.scored["value"].notna()]
    found: dict[tuple[str, str], frozenset[str]] = {}
    for scale, rows in table.groupby("scale", observed=True):
        seen = VIEW.seen(rows.drop_duplicates("patient"))
        for stratum, inside in (("all", seen), *seen.groupby("stratum", observed=True)):
            found[str(scale), str(stratum)] = frozenset(inside["patient"].astype(str))
    return found


def published(frames: StudyFrames, most: int) -> dict[Chosen, Panels]:
    """The tables with no filter and with up to `most`, by what was chosen."""
    each = list(choices(frames))
    chosen = [some for size in range(most + 1) for some in combinations(each, size)]
    named = [some for some in chosen if len({name for name, _ in some}) == len(some)]
    tables = {some: panels(frames, Filters(**dict(some))) for some in named}
    return {some: found for some, found in tables.items() if found is not None}


def told_apart(tables: Mapping[Chosen, Panels]) -> Iterator[str]:
    """Each few patients that a subtraction leaves: of a narrower table, or of several that do not overlap."""
    for wide, around in tables.items():
        narrower = {some: dict(set(some) - set(wide)) for some in tables if set(wide) < set(some)}
        for place, everybody in around.items():
            parts = {some: tables[some].get(place, frozenset()) for some in narrower}
            for some, inside in parts.items():
                if inside and len(everybody - inside) in FEW:
                    yield f"{wide} less {some} {place}"
            for name in {name for more in narrower.values() for name in more}:
                values = [parts[some] for some, more in narrower.items() if list(more) == [name]]
                for shown in (values, *combinations(values, 2)):
                    together = frozenset().union(*shown)
                    adds_up = len(together) == sum(map(len, shown)) > 0
                    if adds_up and len(everybody - together) in FEW:
                        yield f"{wide} less these of {name} {place}"


def few_shown(tables: Mapping[Chosen, Panels]) -> Iterator[str]:
    """Each panel with few patients that is drawn where all are shown, or where the filters are."""
    for some, found in tables.items():
        yield from (f"{some} {place}" for place, inside in found.items() if len(inside) in FEW)


@pytest.mark.long
def test_no_filter_of_two_scales_is_subtracted_from_another() -> None:
    """With and without each filter, and all less the values of a filter that are shown."""
    tables = published(of_scales(registry(3, 70), "face.total", "phq9.total"), 1)
    assert len(tables) > 5
    assert list(few_shown(tables)) == []
    assert list(told_apart(tables)) == []


@pytest.mark.long
@pytest.mark.parametrize(("seed", "patients", "most"), [(3, 70, 1), *((seed, 90, 2) for seed in (4, 5, 6))])
def test_no_filter_is_subtracted_from_another(seed: int, patients: int, most: int) -> None:
    """The same of all scales, and of two filters at once."""
    tables = published(registry(seed, patients), most)
    assert len(tables) > 5
    assert list(few_shown(tables)) == []
    assert list(told_apart(tables)) == []


@pytest.mark.parametrize(
    ("seed", "patients"), [(3, 60), *(pytest.param(seed, 120, marks=pytest.mark.long) for seed in range(8))]
)
def test_no_group_of_the_report_is_what_the_others_leave(seed: int, patients: int) -> None:
    """All with a score, less the groups that are shown; and of each split the whole less the shown parts."""
    told = of_registry(seed, patients)
    everybody = {place(one): one["n"] for one in told["descriptives"] if one["visit"] == "first" and one["n"]}
    shown: dict[tuple[object, ...], list[int]] = {}
    for one in told["groups"]:
        if one["by"] == "treatment_kind":
            parts = {(one["by"], one["level"], *place(one)): [one["n"], one["without_n"]]}
        else:
            parts = {(one["by"], *place(one)): [one["n"]]}
        for key, sizes in parts.items():
            shown.setdefault(key, []).extend(size for size in sizes if size is not None)
    splits = [(everybody[key[-2:]], sizes) for key, sizes in shown.items() if key[-2:] in everybody]
    for name, of in (("change", ("improved", "stable", "worse")), ("screening", ("positive",))):
        splits += [
            (one["n"], [one[part] for part in of if one[part] is not None])
            for one in told[name]
            if one["n"] and any(one[part] is not None for part in of)
        ]
    assert len(splits) > 30
    assert [one for one in splits if one[0] - sum(one[1]) in FEW or set(one[1]) & set(FEW)] == []


@pytest.mark.parametrize(
    ("seed", "patients"), [(3, 150), *(pytest.param(seed, 250, marks=pytest.mark.long) for seed in range(20))]
)
def test_no_cell_of_table_one_is_what_the_others_leave(seed: int, patients: int) -> None:
    """Down each column of a variable, along each row, and of all groups less the shown ones."""
    frames = registry(seed, patients)
    at = frames.patients["patient"].map(lambda code: ("a", "a", "a", "b", "b", "c")[int(str(code)[1:]) % 6])
    frames = dataclasses.replace(frames, patients=frames.patients.assign(site=at.astype("category")))
    told = table_one(frames, frames.scale_info)
    n = {tuple(one[name] for name in ("by", "group", "variable", "level")): one["n"] for one in told}
    assert not [key for key, count in n.items() if count in FEW]
    sums: dict[tuple[object, ...], list[int]] = {}
    for (by, group, variable, level), count in n.items():
        if variable != "treatment":
            down = (n[by, group, "patients", None], "down", by, group, variable)
            sums.setdefault(down, []).append(count or 0)
        if by != "all":
            along = (n["all", "all", variable, level], "along", by, variable, level)
            sums.setdefault(along, []).append(count or 0)
    left = {key: key[0] - sum(counts) for key, counts in sums.items() if key[0] is not None}
    assert len(left) > 100
    assert {key: rest for key, rest in left.items() if rest in FEW} == {}


def place(record: Mapping[str, Any]) -> tuple[object, object]:
    """The scale and the stratum of a record; None for all patients."""
    return record["scale"], record.get("stratum")
