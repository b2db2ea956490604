"""Run the worked examples of a definition: right values and alerts must come out, wrong ones must not."""

import math

from surveys.instruments.faults import Faults
from surveys.instruments.instrument import Example, Instrument
from surveys.instruments.scoring import AnswerError, Score, alerts_raised, band, score

TOLERANCE = 0.00005
"""Expected values are written with four decimals, as in publications."""


def check_examples(instrument: Instrument, faults: Faults) -> None:
    """Adds a fault for each example that is incomplete or does not come out."""
    if instrument.scales and not instrument.examples:
        faults.add(
            "examples", "has no example.", "Add [[examples]] with answers and the scores worked by hand."
        )
    for example in instrument.examples:
        where = f"examples.{example.name}"
        known = len(faults.all())
        _check_complete(instrument, example, where, faults)
        if len(faults.all()) == known:
            _check_results(instrument, example, where, faults)


def _check_complete(instrument: Instrument, example: Example, where: str, faults: Faults) -> None:
    for item in instrument.asked():
        if item.key not in example.answers:
            faults.add(
                f"{where}.answers", f"says nothing of {item.key}.", "Answer it, or name it under missing."
            )
    scales = {scale.key for scale in instrument.scales}
    for key in sorted(scales - set(example.expected)):
        faults.add(
            f"{where}.expected", f"says nothing of {key}.", "Give its value, or name it under unscored."
        )
    for key in sorted(set(example.expected) | set(example.bands) | {w.scale for w in example.wrong.values()}):
        if key not in scales:
            faults.add(
                f"{where}.expected", f"names {key!r}, which is not a scale.", "Name scales of the file."
            )
    for rule in example.alerts:
        if rule not in {alert.rule for alert in instrument.alerts}:
            faults.add(f"{where}.alerts", f"names {rule!r}, which is not there.", "Name alerts of the file.")
    for wrong in example.wrong.values():
        if (wrong.value is None) == (wrong.band is None):
            faults.add(
                f"{where}.wrong.{wrong.name}",
                "needs either a value or a band.",
                "Say what must not come out.",
            )


def _check_results(instrument: Instrument, example: Example, where: str, faults: Faults) -> None:
    try:
        scores = {result.scale: result for result in score(instrument, example.answers)}
        raised = {
            alert.rule
            for item, value in example.answers.items()
            for alert in alerts_raised(instrument, item, value)
        }
    except AnswerError as error:
        faults.add(f"{where}.answers", str(error), "Correct the answer.")
        return
    for key, expected in example.expected.items():
        if not _agrees(expected, scores[key].value):
            faults.add(
                f"{where}.expected.{key}",
                f"is {_shown(expected)}, but the definition gives {_shown(scores[key].value)}.",
                "Work it by hand and correct the example or the scale.",
            )
    for key, expected_band in example.bands.items():
        if (found := _band(instrument, scores[key])) != expected_band:
            faults.add(
                f"{where}.bands.{key}",
                f"is {expected_band!r}, but the definition gives {found!r}.",
                "Correct the example or the bands.",
            )
    if raised != set(example.alerts):
        faults.add(
            f"{where}.alerts",
            f"are {sorted(example.alerts)}, but these answers raise {sorted(raised)}.",
            "Correct the example or the alerts.",
        )
    for wrong in example.wrong.values():
        result = scores[wrong.scale]
        if (wrong.value is not None and _agrees(wrong.value, result.value)) or (
            wrong.band is not None and wrong.band == _band(instrument, result)
        ):
            faults.add(
                f"{where}.wrong.{wrong.name}",
                "comes out, which is the known mistake.",
                "Correct the scale.",
            )


def _agrees(expected: float | None, value: float | None) -> bool:
    if expected is None or value is None:
        return expected is value
    return math.isclose(expected, value, rel_tol=0, abs_tol=TOLERANCE)


def _shown(value: float | None) -> str:
    return "no score" if value is None else f"{value:.6g}"


def _band(instrument: Instrument, result: Score) -> str | None:
    found = band(instrument.scale(result.scale), result.value)
    return found.label if found else None
