"""A scale's last score of a patient beside the one before, and what the difference means in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from analysis.data.change import judge
from analysis.data.cutoffs import reached
from analysis.words import joined
from surveys.instruments.change import threshold_of
from surveys.instruments.definition import Instrument, Scale
from surveys.instruments.facts import headlines, scales_of_mood
from surveys.instruments.labels import scale_title as scale_words
from surveys.instruments.library import Library
from surveys.lists.changes import DatedScore, Person
from surveys.views.clinic import display
from surveys.views.web import server


@dataclass(frozen=True)
class Shift:
    """One scale of one patient: last and previous score, and the meaning of the difference in words.

    `kind` is better, worse, same (less than the detectable change), unknown (no published threshold) or only
    (no earlier score); `concern` is another fact that staff must see.
    """

    last: float
    last_on: date
    before: float | None
    before_on: date | None
    kind: str
    words: str
    concern: str


@dataclass(frozen=True)
class PersonShifts:
    """A patient who answered, with the shift of each scale that has a score, by `instrument.scale`."""

    person: Person
    shifts: Mapping[str, Shift]


def scale_title(instrument: Instrument, scale: str) -> str:
    """A scale with its instrument's name, once."""
    return str(scale_words(instrument, instrument.scale(scale)))


def scales_shown(library: Library) -> list[tuple[str, str]]:
    """The headlines, then every scale on mood, because staff act on these."""
    of_mood = scales_of_mood(library)
    return [*(scale for scale in headlines(library) if scale not in of_mood), *of_mood]


def shifts_of(people: Sequence[Person]) -> list[PersonShifts]:
    """The people with their shifts, in the same order."""
    return [
        PersonShifts(person, {key: _shift(key, given) for key, given in person.scores.items() if given})
        for person in people
    ]


def _shift(key: str, given: Sequence[DatedScore]) -> Shift:
    instrument_key, _dot, name = key.partition(".")
    instrument = server.library().get(instrument_key)
    scale = instrument.scale(name)
    last, before = given[0], given[1] if len(given) > 1 else None
    kind, words = meaning(instrument, scale, last, before)
    return Shift(
        last.value,
        last.on,
        before.value if before else None,
        before.on if before else None,
        kind,
        words,
        _concern(instrument, scale, last),
    )


def meaning(
    instrument: Instrument, scale: Scale, last: DatedScore, before: DatedScore | None
) -> tuple[str, str]:
    """What the difference of two scores means: a kind as `Shift` has it, and its words."""
    if before is None:
        return "only", _("No earlier score")
    amount = display.decimal(abs(last.value - before.value))
    threshold = threshold_of(instrument, scale.key)
    if threshold is None:
        return "unknown", _("Changed by %(amount)s; no published threshold", amount=amount)
    bound = display.plain(threshold.value)
    words = {
        "same": _("Less than the detectable change of %(bound)s", bound=bound),
        "better": _("Better by %(amount)s; %(bound)s or more counts", amount=amount, bound=bound),
        "worse": _("Worse by %(amount)s; %(bound)s or more counts", amount=amount, bound=bound),
    }
    verdict = judge(before.value, last.value, scale.direction, threshold.value)
    return verdict, words[verdict]


def _concern(instrument: Instrument, scale: Scale, last: DatedScore) -> str:
    """A published cut-off that is reached, and answers that always raise an alert."""
    told = [
        _cutoff_words(scale, display.plain(cutoff.value))
        for cutoff in scale.cutoffs
        if reached(last.value, cutoff.value, scale.direction)
    ]
    for alert in instrument.alerts:
        answer = last.answers.get(alert.item)
        if isinstance(answer, int | float) and answer >= alert.at_least:
            number = instrument.item(alert.item).number
            told.append(_("item %(number)s above %(value)s", number=number, value=alert.at_least - 1))
    return joined(", ", told)


def _cutoff_words(scale: Scale, cut: str) -> str:
    better = scale.direction == "higher_better"
    return str(_("%(cut)s or less", cut=cut) if better else _("%(cut)s or more", cut=cut))
