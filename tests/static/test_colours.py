"""Texts and marks of figures stand out from what lies under them, light and dark (WCAG 1.4.3, 1.4.11)."""

from __future__ import annotations

import re

import pytest

from tests.support.built import built

CSS = built("staff.css").read_text()
THEMES = {
    "light": r":root\{(color-scheme:light[^}]*)\}",
    "dark": r":root\[data-theme=dark\]\{(color-scheme:dark[^}]*)\}",
}
BACKGROUNDS = (
    "govuk-body-background-colour",
    "govuk-template-background-colour",
    "govuk-surface-background-colour",
)
TEXTS = ("text", "secondary-text", "error", "link", "link-visited", "link-hover", "link-active")
PAIRS = (
    ("app-button-text", "app-button"),
    ("app-button-text", "app-button-hover"),
    ("app-button-quiet-text", "app-button-quiet"),
    ("app-button-quiet-text", "app-button-quiet-hover"),
    ("app-button-warning-text", "app-button-warning"),
    ("app-button-warning-text", "app-button-warning-hover"),
    ("app-simulated-text", "app-simulated"),
    ("govuk-text-colour", "app-input-background"),
    ("govuk-inverse-text-colour", "govuk-brand-colour"),
    ("govuk-inverse-text-colour", "govuk-success-colour"),
    ("govuk-focus-text-colour", "govuk-focus-colour"),
    ("chart-text", "chart-paper"),
    ("chart-quiet", "chart-paper"),
    *((f"app-tag-{name}-text", f"app-tag-{name}") for name in ("blue", "green", "yellow", "red", "grey")),
)


def colours(theme: str) -> dict[str, str]:
    """The custom properties of a theme, by name."""
    (block,) = re.findall(THEMES[theme], CSS)
    return dict(re.findall(r"--([\w-]+): ?(#[0-9a-f]{3,6})(?=[;}]|$)", block))


def luminance(colour: str) -> float:
    """Relative luminance of #rgb or #rrggbb, 0 to 1, as WCAG 2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read_on_every_background(theme: str) -> None:
    """Body text, links and errors reach 4.5:1 on the page, its margins and its panels."""
    have = colours(theme)
    weak = [
        (text, under)
        for text in TEXTS
        for under in BACKGROUNDS
        if contrast(have[f"govuk-{text}-colour"], have[under]) < 4.5
    ]
    assert weak == []


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read_on_its_own_colour(theme: str) -> None:
    """Buttons, tags, banners and inputs reach 4.5:1."""
    have = colours(theme)
    assert [(over, under) for over, under in PAIRS if contrast(have[over], have[under]) < 4.5] == []


@pytest.mark.parametrize("theme", THEMES)
def test_marks_and_edges_can_be_seen(theme: str) -> None:
    """The six colours of figures, the edge of an input and the brand colour reach 3:1 on the page."""
    have = colours(theme)
    marks = [
        *(f"chart-{number}" for number in range(1, 7)),
        "govuk-input-border-colour",
        "govuk-brand-colour",
    ]
    page = have["govuk-body-background-colour"]
    assert have["chart-paper"] == page
    assert [mark for mark in marks if contrast(have[mark], page) < 3] == []


def test_dark_is_one_thing_however_it_was_chosen() -> None:
    """Dark by the system's preference has the values of dark by the switch."""
    blocks = re.findall(r"\{(color-scheme:dark[^}]*)\}", CSS)
    assert len(blocks) == 2
    assert blocks[0] == blocks[1]
