"""Words that sentences and figures share: numbers, intervals, patients, directions."""

from collections.abc import Sequence

from analysis.data.analysis_plan import PRIMARY, SECONDARY
from analysis.data.frame import ScaleInfo
from analysis.words import Numeral, counted, joined, numeral
from analysis.words import words as _

STRATUM_WORDS = {"acute": _("acute"), "chronic": _("chronic"), "all": _("all")}
RANK_WORDS = {PRIMARY: _("primary"), SECONDARY: _("secondary")}
IMPRECISE = _(", imprecise")


def number(value: float | None, digits: int = 2) -> str:
    """A number as readers expect it: a real minus sign, a dash for a missing one."""
    return "–" if value is None else numeral(value, f".{digits}f")


def interval(low: float | None, high: float | None) -> str:
    return (
        "–"
        if low is None or high is None
        else _("%(low)s\u00a0to\u00a0%(high)s", low=number(low), high=number(high))
    )


def people(count: int | str, stratum: str | None = None) -> str:
    """``85 acute patients``, ``1 patient``, ``<5 patients``."""
    one = count in (1, "1")
    if stratum is None:
        return _("%(count)s patient", count=count) if one else _("%(count)s patients", count=count)
    named = STRATUM_WORDS.get(stratum, stratum)
    if one:
        return _("%(count)s %(stratum)s patient", count=count, stratum=named)
    return _("%(count)s %(stratum)s patients", count=count, stratum=named)


def visits_of(count: int) -> str:
    """``85 visits``, ``1 visit``."""
    return counted("%(num)d visit", "%(num)d visits", count)


def signed(value: float | None, digits: int = 1) -> str:
    """A difference with its sign: +5.2, −3.0; a dash for a missing one."""
    if value is None:
        return "–"
    text = f"{abs(value):.{digits}f}"
    return Numeral(text if not float(text) else f"{'+' if value > 0 else '−'}{text}")


def span(low: float | None, high: float | None) -> str:
    """An interval of a difference, to one decimal."""
    return (
        "–"
        if low is None or high is None
        else _("%(low)s\u00a0to\u00a0%(high)s", low=signed(low), high=signed(high))
    )


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}".replace("%", "\u00a0%")


def shifted(info: ScaleInfo, *, higher: bool) -> str:
    """``a higher (better) FaCE total``: a direction and its meaning."""
    better = higher == (info.direction == "higher_better")
    if higher:
        if better:
            return _("a higher (better) %(label)s", label=info.label)
        return _("a higher (worse) %(label)s", label=info.label)
    if better:
        return _("a lower (better) %(label)s", label=info.label)
    return _("a lower (worse) %(label)s", label=info.label)


def said(who: str, core: str, beside: str = "") -> str:
    """``In 12 acute patients it rains (often).``"""
    return _("In %(who)s %(core)s%(beside)s.", who=who, core=core, beside=beside)


def listed(texts: Sequence[str], last: str | None = None) -> str:
    """``a, b and c``."""
    *first, end = texts
    return f"{joined(', ', first)}{last or _(' and ')}{end}" if first else str(end)
