"""Words that sentences and figures share: numbers, intervals, patients, directions."""

from collections.abc import Sequence

from analysis.data.frame import ScaleInfo


def number(value: float | None, digits: int = 2) -> str:
    """A number as readers expect it: a real minus sign, a dash for a missing one."""
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")


def interval(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{number(low)}\u00a0to\u00a0{number(high)}"


def people(count: int | str, stratum: str | None = None) -> str:
    """``85 acute patients``, ``1 patient``, ``<5 patients``."""
    noun = "patient" if count in (1, "1") else "patients"
    return " ".join(str(part) for part in (count, stratum, noun) if part is not None)


def signed(value: float | None, digits: int = 1) -> str:
    """A difference with its sign: +5.2, −3.0; a dash for a missing one."""
    if value is None:
        return "–"
    text = number(abs(value), digits)
    return text if not float(text) else f"{'+' if value > 0 else '−'}{text}"


def span(low: float | None, high: float | None) -> str:
    """An interval of a difference, to one decimal."""
    return "–" if low is None or high is None else f"{signed(low)}\u00a0to\u00a0{signed(high)}"


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}".replace("%", "\u00a0%")


def shifted(info: ScaleInfo, *, higher: bool) -> str:
    """``a higher (better) FaCE total``: a direction and its meaning."""
    better = higher == (info.direction == "higher_better")
    return f"a {'higher' if higher else 'lower'} ({'better' if better else 'worse'}) {info.label}"


def said(who: str, core: str, beside: str = "") -> str:
    """``In 12 acute patients it rains (often).``"""
    return f"In {who} {core}{beside}."


def listed(texts: Sequence[str], last: str = " and ") -> str:
    """``a, b and c``."""
    *first, end = texts
    return f"{', '.join(first)}{last}{end}" if first else end
