"""How much one person's score must change to count, from the published amounts in a definition."""

from dataclasses import replace

from analysis.data.change import of_one_person
from surveys.instruments.instrument import Instrument
from surveys.instruments.scale import ChangeThreshold


def threshold_of(instrument: Instrument, scale: str) -> ChangeThreshold | None:
    """The published threshold for one person's change of `scale`, without its sign."""
    found = of_one_person(one for one in instrument.change_thresholds if one.scale == scale)
    return replace(found, value=abs(found.value)) if found else None
