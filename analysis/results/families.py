"""Families of tests: which p-values are adjusted together, and for how many.

Of a record array and a stratum, the tests of the headline scales by the method that pages show are one
family, so that what a study is asked about does not pay for what is computed beside it. Every other test is
adjusted over all tests of its method: it carries an adjusted p-value and makes no sentence.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence

from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.numbers.formulas import adjusted_p

HEADLINE, EVERY = "headline", "every"


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
) -> None:
    """Write the adjusted p-values into the records of one array, by Benjamini and Hochberg (1995).

    The p-value is ``p_robust`` where the record has one, otherwise ``p``. Without a p-value there is no
    adjusted one.

    Args:
        scales: the fields that name the scales of a record; a variable that is no scale is a headline.
        shown: False unless a record is of a method that pages show, and not of a term that only adjusts;
            records of another value are another family.
        method: records of one value and stratum are tests of the same method.

    Returns:
        Nothing; each record gets ``p_adjusted``, ``adjusted_with`` (``headline`` or ``every``),
        ``family_size`` and ``adjustment``.
    """
    first = headline_scales(scale_info)
    asked: dict[Hashable, list[Record]] = {}
    every: dict[Hashable, list[Record]] = {}
    for record in records:
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
