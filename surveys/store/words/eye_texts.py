"""The text on when an eye needs a doctor: our words to begin with, which a study may change.

Pure: it knows texts only.
"""

from __future__ import annotations

# Complete as they are, unlike the crisis text, which needs a site's numbers. A study writes other languages.
DEFAULTS = {
    "en": (
        "A red or painful eye, or seeing worse, needs a doctor today. A numb eye can be damaged without pain."
    ),
    "de": (
        "Ein rotes oder schmerzendes Auge, oder wenn Sie schlechter sehen: Das muss noch heute ein Arzt oder "
        "eine Ärztin ansehen. Ein taubes Auge kann Schaden nehmen, ohne dass es weh tut."
    ),
}


def begun(locales: list[str] | tuple[str, ...]) -> dict[str, str]:
    """Our words in those of the languages that have them."""
    return {code: DEFAULTS[code] for code in locales if code in DEFAULTS}
