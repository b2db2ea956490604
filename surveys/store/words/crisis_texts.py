"""The text that a patient reads at once after an answer about self-harm: our template and its checks.

Pure: it knows texts only. The pages turn the telephone numbers in a text into links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analysis.words import words as _
from surveys.language_names import in_english

# A site completes the parts in braces. English and German are here; a site translates other languages.
TEMPLATES = {
    "en": (
        "Thank you for telling us. If you might act on such thoughts or do not feel safe, call "
        "{emergency number} now.\n"
        "To talk to someone: {line, hours}.\n"
        "{Clinic} reads this on {days}, not at once.\n"
        "You may go on or stop here; your answers are kept."
    ),
    "de": (
        "Danke, dass Sie uns das sagen. Wenn Sie solchen Gedanken folgen könnten oder sich nicht sicher "
        "fühlen, rufen Sie jetzt {Notrufnummer} an.\n"
        "Um mit jemandem zu sprechen: {Telefon, Zeiten}.\n"
        "{Klinik} liest das am {Tage}, nicht sofort.\n"
        "Sie können weitermachen oder hier aufhören; Ihre Antworten bleiben erhalten."
    ),
}
NOT_AT_ONCE = {
    "en": re.compile(r"not\s+(read\s+)?(at once|immediately|straight away|right away)", re.IGNORECASE),
    "de": re.compile(r"nicht\s+(sofort|gleich|sogleich|unmittelbar)", re.IGNORECASE),
}

# Three digits alone (112, 999), or at least five with signs between them; not hours, days or years.
_NUMBER = re.compile(r"(?<![\w:.,/-])(?:\+?\d(?: ?[ /-]? ?\d| ?\(0\) ?\d){4,}|\d{3})(?![\w:/-]|[.,]\d)")
_HOURS = re.compile(r"\d{1,2}\s?-\s?\d{1,2}\b(?!-)")


def numbers(text: str) -> Iterator[tuple[int, int]]:
    """Where the telephone numbers of `text` begin and end."""
    for found in _NUMBER.finditer(text):
        if not _HOURS.match(found[0]):
            yield found.span()


def called(text: str) -> list[str]:
    """The telephone numbers of `text`, each once, for pages where its words would tell too much."""
    return list(dict.fromkeys(text[start:end] for start, end in numbers(text)))


def faults(text: str, locale: str) -> list[str]:
    """What the study's existing crisis text in `locale` lacks, a sentence each."""
    found: list[str] = []
    if "{" in text or "}" in text:
        found.append(
            _(
                "Complete what stands in braces in the crisis text in %(in_english)s.",
                in_english=in_english(locale),
            )
        )
    if not any(text[start:end].isdigit() and end - start == 3 for start, end in numbers(text)):
        found.append(
            _(
                "Name an emergency number, such as 112, in the crisis text in %(in_english)s.",
                in_english=in_english(locale),
            )
        )
    said = NOT_AT_ONCE.get(locale.partition("-")[0])
    if said is not None and not said.search(text):
        found.append(
            _(
                "Say in the crisis text in %(in_english)s when answers are read, and that it is not at once.",
                in_english=in_english(locale),
            )
        )
    return found
