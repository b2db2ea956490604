"""The words beside a score: its formula, its missing rule, and notes on one value.

Plain English for staff, exports and the handbook.
"""

from collections.abc import Mapping

from analysis.words import counted
from analysis.words import words as _
from surveys.instruments.instrument import Answer, Instrument
from surveys.instruments.scale import Scale
from surveys.instruments.scoring import Score


def missing_sentence(scale: Scale) -> str:
    """The scale's missing rule, its source, and the part that the project decided."""
    rule = scale.missing
    sentences = [rule.statement, f"Source: {rule.source}"]
    if rule.project_decision:
        sentences.append(f"Project decision: {rule.project_decision}")
    return " ".join(sentences)


def score_notes(instrument: Instrument, answers: Mapping[str, Answer], score: Score) -> tuple[str, ...]:
    """The notes that a reader of this score needs; empty for an ordinary one.

    They say why it has no value, or how many answers a prorated value has; which of its alert items were not
    answered; and that a kept value lies outside the published range.
    """
    scale = instrument.scale(score.scale)
    items = score.items_used + score.items_missing
    notes = []
    if score.value is None:
        notes.append(
            counted(
                "No score: %(num)d of %(items)s items was not answered.",
                "No score: %(num)d of %(items)s items were not answered.",
                score.items_missing,
                items=items,
            )
        )
    elif score.prorated:
        notes.append(
            _("Prorated from %(items_used)s of %(items)s items.", items_used=score.items_used, items=items)
        )
    for alert in instrument.alerts:
        if alert.item in scale.items and answers.get(alert.item) is None:
            notes.append(_("Item %(number)s was not answered.", number=instrument.item(alert.item).number))
    if scale.conventional and outside_conventional(scale, score.value):
        low, high = scale.conventional
        notes.append(
            _(
                "Outside the conventional range of %(low)s to %(high)s, and kept as it is.",
                low=f"{low:g}",
                high=f"{high:g}",
            )
        )
    return tuple(notes)


def outside_conventional(scale: Scale, value: float | None) -> bool:
    """Whether a value is attainable but outside the published range."""
    if value is None or scale.conventional is None:
        return False
    low, high = scale.conventional
    return not low <= value <= high


_METHODS = {"sum": _("sum"), "mean": _("mean")}


def formula(instrument: Instrument, scale: Scale) -> str:
    """The arithmetic of complete answers on one line, such as `(sum of 15 items − 15) × 100 / 60`."""
    s = _weighted_sum(instrument, scale) if scale.parts else _sum_of_items(instrument, scale)
    if scale.table:
        return _("the table's value for %(s)s", s=s)
    if scale.subtract:
        s = f"{s} − {scale.subtract:g}"
    if (scale.multiply != 1 or scale.divide != 1) and " " in s:
        s = f"({s})"
    if scale.multiply != 1:
        s = f"{s} × {scale.multiply:g}"
    if scale.divide != 1:
        s = f"{s} / {scale.divide:g}"
    return s


def _sum_of_items(instrument: Instrument, scale: Scale) -> str:
    if len(scale.items) == 1:
        return _("item %(number)s", number=instrument.item(scale.items[0]).number)
    return _("%(method)s of %(number)s items", method=_METHODS[scale.method], number=len(scale.items))


def _weighted_sum(instrument: Instrument, scale: Scale) -> str:
    terms = []
    for part in scale.parts:
        title = instrument.scale(part.scale).title
        times = "" if abs(part.weight) == 1 else f"{abs(part.weight):g} × "
        terms.append(f"{'−' if part.weight < 0 else '+'} {times}{title}")
    return " ".join(terms).removeprefix("+ ")
