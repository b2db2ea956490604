"""The scales of a study that a page shows, by their facts. No scale is named here."""

from collections.abc import Iterable, Mapping, Sequence

from analysis.data.frame import ScaleInfo, StudyFrames
from analysis.data.subjects import MOOD, QUALITY_OF_LIFE


def scales_with_scores(frames: StudyFrames) -> tuple[str, ...]:
    """Every scale with a score for analyses, in the order of display."""
    present = set(frames.scored.loc[frames.scored["value"].notna(), "scale"].unique())
    return tuple(scale for scale in frames.scale_info if scale in present)


def main_scales(frames: StudyFrames) -> tuple[str, ...]:
    """The scales to draw: the headlines with a score, otherwise every scale with one.

    If no headline is on mood, the first scale on mood stands second. What the analysis plan asks about comes
    last if it is no headline.
    """
    info, present = frames.scale_info, scales_with_scores(frames)
    first = [scale for scale in _headlines_first(info, present) if info[scale].headline is not None]
    if not first:
        return present
    of_mood = [] if any(_is_on(MOOD, info[scale]) for scale in first) else mood_scales(frames)[:1]
    drawn = (*first[:1], *of_mood, *first[1:])
    return (*drawn, *(one for one in frames.analysis_plan.outcomes if one in present and one not in drawn))


def mood_scales(frames: StudyFrames) -> tuple[str, ...]:
    """The scales on mood with a score, headlines first."""
    info = frames.scale_info
    return tuple(
        scale for scale in _headlines_first(info, scales_with_scores(frames)) if _is_on(MOOD, info[scale])
    )


def screening_scales(frames: StudyFrames) -> tuple[str, ...]:
    """The scales on mood that have a cut-off or bands."""
    info = frames.scale_info
    return tuple(scale for scale in mood_scales(frames) if info[scale].cutoffs or info[scale].bands)


def life_and_mood(info: Mapping[str, ScaleInfo], scales: Sequence[str]) -> tuple[str, str] | None:
    """The first scale on quality of life and the first on mood; None if one is missing."""
    life = [scale for scale in scales if _is_on(QUALITY_OF_LIFE, info[scale])]
    mood = [scale for scale in scales if _is_on(MOOD, info[scale])]
    return (life[0], mood[0]) if life and mood else None


def links_life_and_mood(info: Mapping[str, ScaleInfo], pair: Iterable[str]) -> bool:
    """Whether one of two variables is on quality of life and the other on mood."""
    subjects = {info[scale].asks_of for scale in pair if scale in info}
    return subjects == {QUALITY_OF_LIFE, MOOD}


def _is_on(subject: str, info: ScaleInfo) -> bool:
    return info.asks_of == subject


def _headlines_first(info: Mapping[str, ScaleInfo], scales: Iterable[str]) -> list[str]:
    """Headlines by place, then the others in their order."""

    def place(scale: str) -> tuple[bool, int]:
        found = info[scale].headline
        return found is None, found or 0

    return sorted(scales, key=place)
