"""What scales ask of, and which of them belong together in a study's main question."""

from collections.abc import Mapping

from analysis.data.frame import ScaleInfo

MOOD = "mood"
QUALITY_OF_LIFE = "quality_of_life"


def life_with_mood(scale_info: Mapping[str, ScaleInfo]) -> list[tuple[str, str]]:
    """Each headline scale on quality of life with each scale on mood: the pairs that a study is asked about.

    All other pairs would be looked at only because they are there.
    """
    mood = [scale for scale, info in scale_info.items() if info.asks_of == MOOD]
    life = [
        scale
        for scale, info in scale_info.items()
        if info.asks_of == QUALITY_OF_LIFE and info.headline is not None
    ]
    return [(outcome, predictor) for outcome in life for predictor in mood]
