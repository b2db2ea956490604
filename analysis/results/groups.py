"""Scores by treatment, cause and sex: described, and compared as groups that were not randomised.

Levels stand in a fixed order, never ranked by result. Small cells are hidden, and cells that would reveal
them by subtraction within the same block (one grouping, scale and stratum).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.frame import ScaleInfo, or_unknown
from analysis.data.kinds import KINDS
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.data.treatments import LEVELS, Received, levels, received
from analysis.numbers.formulas import Kruskal, Numbers, adjusted_p, dunn, kruskal
from analysis.numbers.guards import (
    COEFFICIENT_FROM,
    IMPRECISE_BELOW,
    SO_THAT_ANOTHER,
    SUPPRESS_UNDER,
    TOO_FEW,
    count_text,
    hidden,
    is_small,
)
from analysis.results.describe import summary
from analysis.results.families import adjust
from analysis.words import words as _

GROUPINGS = ("treatment", "cause", "sex")
SEXES = ("female", "male", "other", "unknown")


@dataclass(frozen=True)
class Block:
    """One grouping of one scale in one stratum: a row per patient, levels in fixed order.

    ``rows`` has ``patient, value, level, undated``; ``hide`` says which levels are not to be shown.
    """

    by: str
    scale: str
    stratum: str | None
    rows: pd.DataFrame
    levels: tuple[str, ...]
    hide: tuple[bool, ...]

    @property
    def place(self) -> NDArray[np.int64]:
        """Which of the levels each row has."""
        return pd.Index(self.levels).get_indexer(pd.Index(self.rows["level"])).astype(np.int64)

    def of(self, level: str) -> pd.DataFrame:
        return self.rows[self.rows["level"] == level]


def groups(
    table: pd.DataFrame,
    treatments: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    suppress_under: int = SUPPRESS_UNDER,
) -> list[Record]:
    """Scores at the patient's first visit with that score, by treatment, kind of treatment, cause and sex.

    By ``treatment`` the levels are the families begun by that day, combined; ``undated`` says for how many
    of the level a family rests on unknown starts. By ``treatment_kind`` there is one record per kind that
    anybody received: those who had it by that day (and, as ``without_…``, those who had not); kinds are
    not exclusive and are not compared. Hidden cells have ``suppressed`` and no numbers.

    Args:
        table: the result of ``analysis.data.frame.scored``.
        treatments: the table ``treatments`` of the frames.

    Returns:
        Records on all patients, then by the stratum of that visit.
    """
    first = first_scores(table, scale_info)
    leveled = by_level(first, treatments)
    had = received(treatments, first)
    given = set(treatments.loc[treatments["state"] == "given", "kind"].unique())
    records: list[Record] = []
    for stratum in (None, *STRATA):
        for block in blocks(leveled, scale_info, stratum, suppress_under):
            records += [_group(block, at, suppress_under) for at in range(len(block.levels))]
        records += _kinds(first, had, given, scale_info, stratum, suppress_under)
    return records


def group_tests(
    table: pd.DataFrame,
    treatments: pd.DataFrame,
    scale_info: Mapping[str, ScaleInfo],
    *,
    suppress_under: int = SUPPRESS_UNDER,
) -> list[Record]:
    """Kruskal–Wallis over all levels with a patient, and Dunn's test of each pair of levels.

    Under 10 patients there is no test. A pair with a hidden level has no numbers; Holm's adjustment
    (``p_holm``) is over the ``pairs`` that have. The sign of z is that of level b less level a.
    ``p_adjusted`` is as in `families`: the Kruskal–Wallis tests of the headline scales are one.
    """
    leveled = by_level(first_scores(table, scale_info), treatments)
    found = [
        record
        for stratum in (None, *STRATA)
        for block in blocks(leveled, scale_info, stratum, suppress_under)
        for record in (_kruskal_record(block, suppress_under), *_dunn_records(block))
    ]
    adjust(
        found,
        scale_info,
        scales=("scale",),
        shown=lambda one: one["test"] == "kruskal",
        method=lambda one: one["test"],
    )
    return found


def first_scores(table: pd.DataFrame, scale_info: Mapping[str, ScaleInfo]) -> pd.DataFrame:
    """Each patient's first score on each scale (``scored`` sorts by patient and day)."""
    known = table[table["value"].notna() & table["scale"].isin(list(scale_info))]
    return known.drop_duplicates(["scale", "patient"])


def by_level(
    first: pd.DataFrame, treatments: pd.DataFrame, groupings: Sequence[str] = GROUPINGS
) -> dict[str, pd.DataFrame]:
    """The first scores with the level of each patient, by grouping: what ``blocks`` are cut from."""
    return {by: _leveled(first, treatments, by) for by in groupings}


def blocks(
    leveled: Mapping[str, pd.DataFrame],
    scale_info: Mapping[str, ScaleInfo],
    stratum: str | None,
    suppress_under: int,
) -> Iterator[Block]:
    """The blocks of one stratum (None: all patients) that have a patient, by grouping and scale."""
    for by, everybody in leveled.items():
        rows = everybody if stratum is None else everybody[everybody["stratum"] == stratum]
        places = rows.groupby("scale").indices
        for scale in (scale for scale in scale_info if scale in places):
            of_scale = rows.iloc[places[scale]]
            counts = of_scale["level"].value_counts()
            counts = counts[counts > 0]
            present = tuple(level for level in _order(by, counts.index) if level in counts.index)
            hide = hidden([int(counts[level]) for level in present], suppress_under)
            yield Block(by, scale, stratum, of_scale, present, tuple(hide))


def compared(block: Block) -> Kruskal:
    """Kruskal–Wallis over all levels of the block; refused under 10 patients."""
    if len(block.rows) < COEFFICIENT_FROM:
        return Kruskal(None, len(block.levels) - 1, None, None, reason=TOO_FEW)
    return kruskal(block.rows["value"].to_numpy(np.float64), block.place)


def _leveled(rows: pd.DataFrame, treatments: pd.DataFrame, by: str) -> pd.DataFrame:
    columns = rows[["patient", "scale", "value", "stratum"]]
    if by == "treatment":
        return columns.join(levels(treatments, rows))
    return columns.assign(level=or_unknown(rows[by]), undated=False)


def _order(by: str, found: pd.Index) -> Sequence[str]:
    if by == "treatment":
        return LEVELS
    if by == "sex":
        return SEXES
    return sorted(found, key=lambda cause: (cause == "unknown", cause == "other", cause))


def _stratum(stratum: str | None) -> Record:
    return {} if stratum is None else {"stratum": stratum}


def _group(block: Block, at: int, suppress_under: int) -> Record:
    inside, hide = (block.rows["level"] == block.levels[at]).to_numpy(bool), block.hide[at]
    n = int(inside.sum())
    return {
        **_stratum(block.stratum),
        "by": block.by,
        "scale": block.scale,
        "level": block.levels[at],
        **_cell(block.rows["value"].to_numpy(np.float64)[inside], hide, suppress_under),
        "patients": None if hide else n,
        "responses": None if hide else n,
        "undated": None if hide else int(block.rows["undated"].to_numpy(bool)[inside].sum()),
    }


def _cell(values: Numbers, hide: bool, suppress_under: int) -> Record:
    n = len(values)
    shown = values[:0] if hide else values
    small = is_small(n, suppress_under)
    reason = (
        _("fewer than %(suppress_under)s patients", suppress_under=suppress_under)
        if small
        else SO_THAT_ANOTHER
    )
    return {
        "n": None if hide else n,
        "n_text": count_text(n, suppress_under) if small or not hide else "hidden",
        **summary(shown),
        "suppressed": hide,
        "reason": reason if hide else None if n else _("nobody"),
    }


def _kinds(
    first: pd.DataFrame,
    found: Received,
    given: Collection[str],
    scale_info: Mapping[str, ScaleInfo],
    stratum: str | None,
    suppress_under: int,
) -> list[Record]:
    inside = True if stratum is None else (first["stratum"] == stratum).to_numpy(bool)
    values, scales = first["value"].to_numpy(np.float64), first["scale"]
    records = []
    for scale in scale_info:
        rows = np.flatnonzero((scales == scale).to_numpy(bool) & inside)
        of_scale, line = values[rows], found.line[rows]
        for at, kind in enumerate(KINDS):
            if kind not in given or not len(rows):
                continue
            has = found.had[line, at]
            hide_had, hide_not = hidden([int(has.sum()), int((~has).sum())], suppress_under)
            cell = _cell(of_scale[has], hide_had, suppress_under)
            without = _cell(of_scale[~has], hide_not, suppress_under)
            undated = int((has & ~found.dated[line, at]).sum())
            record = {
                **_stratum(stratum),
                "by": "treatment_kind",
                "scale": scale,
                "level": kind,
                **cell,
                "patients": cell["n"],
                "responses": cell["n"],
                "undated": None if hide_had else undated,
            }
            names = ("n", "n_text", "mean", "sd", "median", "q1", "q3", "suppressed")
            records.append({**record, **{f"without_{name}": without[name] for name in names}})
    return records


def _kruskal_record(block: Block, suppress_under: int) -> Record:
    found, patients = compared(block), len(block.rows)
    n = None if is_small(patients, suppress_under) else patients
    return {
        **_stratum(block.stratum),
        "by": block.by,
        "scale": block.scale,
        "test": "kruskal",
        "levels": len(block.levels),
        "n": n,
        "patients": n,
        "responses": n,
        "statistic": found.statistic,
        "df": found.df,
        "p": found.p,
        "epsilon_squared": found.epsilon_squared,
        "imprecise": COEFFICIENT_FROM <= patients < IMPRECISE_BELOW,
        "reason": found.reason,
    }


def _dunn_records(block: Block) -> list[Record]:
    refused = compared(block).reason
    pairs = list(combinations(range(len(block.levels)), 2))
    open_pairs = [pair for pair in pairs if not (refused or block.hide[pair[0]] or block.hide[pair[1]])]
    group = block.place
    tests = dunn(block.rows["value"].to_numpy(np.float64), group, open_pairs) if open_pairs else []
    holm = adjusted_p([p for __, p in tests], "holm")
    found = {pair: (z, p, q) for pair, (z, p), q in zip(open_pairs, tests, holm, strict=True)}
    sizes = np.bincount(group, minlength=len(block.levels))
    records = []
    for a, b in pairs:
        z, p, p_holm = found.get((a, b), (None, None, None))
        n = int(sizes[a] + sizes[b]) if (a, b) in found else None
        records.append(
            {
                **_stratum(block.stratum),
                "by": block.by,
                "scale": block.scale,
                "test": "dunn",
                "a": block.levels[a],
                "b": block.levels[b],
                "n": n,
                "patients": n,
                "responses": n,
                "z": z,
                "p": p,
                "p_holm": p_holm,
                "pairs": len(open_pairs),
                "reason": None if (a, b) in found else refused or _("a level is hidden"),
            }
        )
    return records
