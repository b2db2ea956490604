"""One item as a patient sees it, drawn once and cached, and an answer in words. Staff preview the same."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup

from surveys.instruments.answers import LONGEST_TEXT
from surveys.instruments.definition import Answer, Instrument, Item
from surveys.views.form.number_scale import number_scale
from surveys.views.web import language

LONGEST_TYPED = 20

ShownAnswer = int | float | str | tuple[int, ...] | None


def drawn(
    instrument: Instrument,
    key: str,
    locale: str,
    given: ShownAnswer = None,
    error: str | None = None,
    name: str = "answer",
    *,
    again: bool = False,
    level: int = 1,
) -> Markup:
    """The item `key` in `locale`, with the earlier answer and an error in the interface's language.

    `again`: the section's instruction was shown in full with an item before. `level`: of its heading, which
    is the page's own where the item stands alone.
    """
    return _drawn(instrument, key, locale, given, error, name, again, level, language.locale())


@lru_cache(maxsize=4096)
def _drawn(
    instrument: Instrument,
    key: str,
    locale: str,
    given: ShownAnswer,
    error: str | None,
    name: str,
    again: bool,
    level: int,
    interface: str,
) -> Markup:
    # Only the arguments decide the result; `interface` is the language of the template's own words.
    item = instrument.item(key)
    text = instrument.wording.texts[locale]
    section = text.sections[item.section]
    instruction = section.instruction_again if again else section.instruction
    labels = {choice.value: section.choices[choice.value] for choice in instrument.choices(key)}
    page = render_template(
        "patient/question.html",
        name=name,
        recall="" if key in instrument.facts.without_period else _period(section.recall, instruction),
        instruction=instruction,
        text=text.items[key],
        kind=item.kind,
        choices=list(labels.items()),
        numbers=number_scale(labels) if item.kind == "choice" else None,
        selected=given,
        hint=_range(instrument, item),
        unit=item.unit,
        error=error,
        locale=locale,
        interface=interface,
        level=level,
    )
    return Markup(page)  # noqa: S704 — drawn by a template that escapes


def _period(recall: str, instruction: str) -> str:
    """The section's period, unless its instruction names it."""
    without_capital = recall.rstrip(" :,")[1:]  # it stands inside a sentence there
    return "" if without_capital and without_capital in instruction else recall


def given(answer: Answer) -> ShownAnswer:
    """An answer as `drawn` takes it."""
    if answer is None or isinstance(answer, int | float | str):
        return answer
    return tuple(answer)


def error_text(instrument: Instrument, item: Item, error: str) -> str:
    """The error for an input that is not an answer to `item`."""
    if error == "no_answer":
        return (
            _("Please choose an answer. If you would rather not answer this one, you may skip it.")
            if (item.chosen)
            else _("Please write an answer. If you would rather not answer this one, you may skip it.")
        )
    if error == "not_sent":
        return _("Your answer was not sent yet. Please press the button once more.")
    if error == "not_a_number":
        low, high = (f"{end:g}" for end in instrument.extent(item.key))
        if item.kind == "whole":
            return _("Please write a whole number from %(low)s to %(high)s.", low=low, high=high)
        return _("Please write a number from %(low)s to %(high)s.", low=low, high=high)
    if error == "too_long":
        return _("Please write less. There is room for %(most)s letters.", most=LONGEST_TEXT)
    if error == "not_a_date":
        return _("That is not a day of the calendar. Please write the day, month and year.")
    return _("That is not one of the answers. Please choose one from the list.")


def answer_words(instrument: Instrument, item: Item, locale: str, answer: Answer) -> str:
    """An answer for the review; the questionnaire's own words are marked with their language."""
    if answer is None:
        return _("Not answered")
    words = instrument.wording.texts[locale].sections[item.section].choices
    if item.kind == "choice" and isinstance(answer, int):
        return language.marked(words[answer], locale)
    if item.kind == "choices" and not isinstance(answer, int | float | str):
        return language.marked(", ".join(words[value] for value in answer), locale)
    if item.kind == "date" and isinstance(answer, str):
        return language.written(date.fromisoformat(answer))
    return f"{answer} {item.unit}" if item.unit else str(answer)


def _range(instrument: Instrument, item: Item) -> str:
    if item.chosen or not item.numeric:
        return ""
    low, high = (f"{end:g}" for end in instrument.extent(item.key))
    return _("A number from %(low)s to %(high)s.", low=low, high=high)
