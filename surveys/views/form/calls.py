"""Telephone numbers in a study's texts, as links: a patient who needs help presses once."""

from __future__ import annotations

import re

from markupsafe import Markup

from surveys.store.words.crisis_texts import numbers


def with_calls(text: str) -> Markup:
    """`text`, escaped, with a link to call each telephone number."""
    drawn, done = Markup(""), 0
    for start, end in numbers(text):
        number = text[start:end]
        dialled = re.sub(r"\(0\)|[^\d+]", "", number)
        drawn += Markup('{}<a class="app-call" href="tel:{}">{}</a>').format(
            text[done:start], dialled, number
        )
        done = end
    return drawn + text[done:]
