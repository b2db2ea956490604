"""A site's own questionnaire of numbers, in three languages, with long instructions. For tests."""

from __future__ import annotations

import json

from surveys.instruments.definition import parse
from surveys.instruments.instrument import Instrument

HEAD = """
key = "numbers"
version = "1"
title = "Numbers"
short_title = "Numbers"
purpose = "Asks for numbers."
recall = "Past week."
minutes = 1
[citation]
authors = "Nobody N"
title = "Numbers"
journal = "J Numbers"
year = 2020
[licence]
status = "free"
shippable = "yes"
holder = "Nobody"
statement = "May be used by anybody."
source = "Written for the tests."
[wording]
name = "own"
status = "verbatim"
"""

INSTRUCTION = {
    "en": "Please think of the whole of the past week, of good days and of bad ones, at home and among other "
    "people, and choose the one number that says best how it was for you on most of these days. There is no "
    "right and no wrong number.",
    "de": "Bitte denken Sie an die ganze letzte Woche, an gute und an schlechte Tage, zu Hause und unter "
    "anderen Menschen, und wählen Sie die eine Zahl, die am besten sagt, wie es an den meisten dieser Tage "
    "für Sie war. Es gibt keine richtige und keine falsche Zahl.",
    "ar": "يرجى التفكير في الأسبوع الماضي كله، في الأيام الجيدة والسيئة، في المنزل وبين الناس، ثم اختيار "
    "الرقم الذي يصف حالتك في معظم هذه الأيام. لا يوجد رقم صحيح ولا رقم خاطئ.",
}
RECALL = {"en": "In the past week", "de": "In der letzten Woche", "ar": "خلال الأسبوع الماضي"}
QUESTION = {
    "en": "How strong was the pain around your ear and in your face at its worst?",
    "de": "Wie stark waren die Schmerzen um Ihr Ohr und in Ihrem Gesicht im schlimmsten Augenblick?",
    "ar": "ما شدة الألم حول الأذن وفي الوجه في أسوأ حالاته؟",
}
ENDS = {
    "en": ("no pain at all", "the worst pain that I can think of"),
    "de": ("überhaupt keine Schmerzen", "die stärksten Schmerzen, die ich mir vorstellen kann"),
    "ar": ("لا ألم على الإطلاق", "أسوأ ألم يمكن تخيله"),
}
SCALES = {
    "bare": list(range(11)),
    "ends": list(range(11)),
    "both_signs": list(range(-5, 6)),
    "tens": list(range(0, 101, 10)),
    "eight": list(range(8)),
    "many": list(range(21)),
}


def _label(kind: str, value: int, locale: str) -> str:
    low, high = ENDS[locale]
    if kind in ("ends", "both_signs") and value == SCALES[kind][0]:
        return f"{value} – {low}"
    if kind in ("ends", "both_signs") and value == SCALES[kind][-1]:
        return f"{value} – {high}"
    return f"{value} or more" if (kind, value, locale) == ("eight", 7, "en") else str(value)


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def numbers() -> Instrument:
    """A section and an item for each scale."""
    lines = [HEAD]
    for number, (kind, values) in enumerate(SCALES.items(), start=1):
        choices = ", ".join(f"{{ value = {value} }}" for value in values)
        lines += ["[[sections]]", f'key = "{kind}"', f"choices = [{choices}]"]
        lines += [
            "[[items]]",
            f'key = "q{number}"',
            f"number = {number}",
            'label = "Number"',
            f'section = "{kind}"',
        ]
    for locale in QUESTION:
        lines += [f"[wording.texts.{locale}]", 'title = "Numbers"', f"[wording.texts.{locale}.items]"]
        lines += [f"q{number} = {_toml(QUESTION[locale])}" for number in range(1, len(SCALES) + 1)]
        for kind, values in SCALES.items():
            lines += [
                f"[wording.texts.{locale}.sections.{kind}]",
                f"recall = {_toml(RECALL[locale])}",
                f"instruction = {_toml(INSTRUCTION[locale])}",
            ]
            lines += [f"[wording.texts.{locale}.sections.{kind}.choices]"]
            lines += [f'"{value}" = {_toml(_label(kind, value, locale))}' for value in values]
    return parse("\n".join(lines), "numbers.toml")
