"""Families of tests: which p-values are adjusted together, and for how many.

The questions that a study's analysis plan names are adjusted by Holm over all arrays together, primary and
secondary ones apart. All other tests are exploratory. Of a record array and a stratum, the tests of the
headline scales by the method that pages show are one family, so that what a study is asked about does not pay
for what is computed beside it. Every other test is adjusted over all tests of its method: it carries an
adjusted p-value and makes no sentence.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence

from analysis.data.analysis_plan import EXPLORATORY, PlannedQuestion
from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.numbers.formulas import adjusted_p

HEADLINE, EVERY = "headline", "every"
_QUESTION = ("stratum", "scale", "family", "x", "y", "outcome", "predictor")
Found = Mapping[Hashable, tuple[float, int]]


def not_planned(_: Record) -> None:
    """The question of a record where no plan is known."""


def headline_scales(scale_info: Mapping[str, ScaleInfo]) -> frozenset[str]:
    """The scales whose tests are a family of their own."""
    return frozenset(scale for scale, info in scale_info.items() if info.headline is not None)


def adjust(
    records: Sequence[Record],
    scale_info: Mapping[str, ScaleInfo],
    *,
    scales: Collection[str],
    shown: Callable[[Record], Hashable],
    method: Callable[[Record], Hashable],
    planned: Callable[[Record], PlannedQuestion | None] = not_planned,
) -> None:
    """Write the adjusted p-values into the records of one array, by Benjamini and Hochberg (1995).

    Those of planned questions wait for `settle`, since their family spans arrays. The p-value is
    ``p_robust`` where the record has one, otherwise ``p``. Without a p-value there is no adjusted one.

    Args:
        scales: the fields that name the scales of a record; a variable that is no scale is a headline.
        shown: False unless a record is of a method that pages show, and not of a term that only adjusts;
            records of another value are another family.
        method: records of one value and stratum are tests of the same method.
        planned: the question of the analysis plan that a record answers.

    Returns:
        Nothing; each record gets ``p_adjusted``, ``adjusted_with`` (``headline``, ``every``, ``primary`` or
        ``secondary``), ``family_size``, ``adjustment`` (``bh`` or ``holm``), ``planned`` and ``question``
        (``primary``, ``secondary`` or ``exploratory``).
    """
    first = headline_scales(scale_info)
    asked: dict[Hashable, list[Record]] = {}
    every: dict[Hashable, list[Record]] = {}
    for record in records:
        question = planned(record)
        record.update(planned=question is not None, question=question.rank if question else EXPLORATORY)
        if question is not None:
            rank = question.rank
            record.update(p_adjusted=None, adjusted_with=rank, family_size=0, adjustment="holm")
            continue
        named = [record[field] for field in scales]
        of_pages = shown(record)
        if of_pages and all(name in first or name not in scale_info for name in named):
            asked.setdefault((record.get("stratum"), of_pages), []).append(record)
        every.setdefault((record.get("stratum"), method(record)), []).append(record)
    for name, families in ((EVERY, every), (HEADLINE, asked)):
        for family in families.values():
            p = [tested(record) for record in family]
            size = sum(value is not None for value in p)
            for record, value in zip(family, adjusted_p(p, "bh"), strict=True):
                record.update(p_adjusted=value, adjusted_with=name, family_size=size, adjustment="bh")


def tested(record: Record) -> float | None:
    """The p-value that is adjusted: the one that also holds where patients differ, if there is one."""
    robust: float | None = record.get("p_robust")
    return record["p"] if robust is None else robust


def holm(records: Iterable[Record]) -> Found:
    """The adjusted p and the family's size of each planned question among the records, by `about`."""
    families: dict[str, dict[Hashable, float]] = {}
    for record in records:
        p = tested(record)
        if record["planned"] and p is not None:
            families.setdefault(record["question"], {})[about(record)] = p
    return {
        key: (adjusted, len(family))
        for family in families.values()
        for key, adjusted in zip(family, adjusted_p(list(family.values()), "holm"), strict=True)
        if adjusted is not None
    }


def settle(records: Sequence[Record], found: Found) -> None:
    """Write what `holm` found into the planned ones of the records."""
    sizes = {key[0]: size for key, (_, size) in found.items() if isinstance(key, tuple)}
    for record in records:
        if record["planned"]:
            adjusted = found.get(about(record)) if tested(record) is not None else None
            record["p_adjusted"] = adjusted[0] if adjusted else None
            record["family_size"] = sizes.get(record["question"], 0)


def about(record: Record) -> Hashable:
    """What a planned record is about, with the rank of its question; two models of one question are one."""
    return (record["question"], *(record.get(name) for name in _QUESTION))
