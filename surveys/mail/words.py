"""The words of messages: plain text with fields in braces, defaults by language, and what is refused.

A subject must not tell a stranger who sees the screen the illness, the mood or the study.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from analysis.words import words as _

DEFAULTS = Path(__file__).parent / "defaults"
FALLBACK = "en"

# The meaning of each field, shown beside the form.
FIELDS: Mapping[str, str] = {
    "greeting": _("“Hello” or “Dear” and the name, without a comma"),
    "name": _("the patient's name"),
    "clinic": _("who writes, as the settings say"),
    "contact": _("the study's contact"),
    "link": _("the personal link, new in each message"),
    "last_day": _("the last day to answer"),
}
IN_SUBJECT = ("clinic",)
# A telephone number may belong to a stranger by now, who is told no name.
IN_TEXT = ("clinic", "link", "last_day")
TEXTS = ("text", "text_reminder")
NEEDED: Mapping[str, tuple[str, ...]] = {
    "invitation": ("link",),
    "reminder": ("link",),
    "last_reminder": ("link",),
    "thanks": (),
    "letter": (),
    "text": ("link",),
    "text_reminder": ("link",),
}
LONGEST_SUBJECT = 120
TELLING = re.compile(
    r"palsy|paralys|paraly[sz]ed|facial|\bface\b|\bnerve|synkines|botulin|botox|depress|mood|anxi|suicid|phq"
    r"|\bsaq\b|\bfdi\b|lähmung|gesicht|fazial|\bnerv|stimmung|schwermut|angst|parésie|paralysie|visage|humeur",
    re.IGNORECASE,
)
_FIELD = re.compile(r"\{([^{}]*)\}")
LINK = "{link}"
_OPENING = " \t([{<\"'«‹„“‚‘"
_CLOSING = " \t.,;:!?…)]}>\"'»›“”‘’"


@dataclass(frozen=True)
class Words:
    """Subject and body with their fields still open."""

    subject: str
    body: str


@dataclass(frozen=True)
class Filling:
    """The values for the fields of one message; `link` may be empty if the words have none."""

    name: str
    clinic: str
    contact: str
    link: str
    last_day: date


def default(kind: str, locale: str) -> Words:
    """The default words in `locale` or its language, otherwise in English."""
    told = _defaults(_nearest(locale))[kind]
    return Words(told["subject"], told["body"].strip())


def faults(words: Words, kind: str, *, forbidden: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """The faults of `words`: the field of the form (`subject` or `body`) and a sentence each.

    `forbidden` are further words that no subject may hold, such as the study's code and title.
    """
    seen, known = (words.body, IN_TEXT) if kind in TEXTS else (words.subject, tuple(FIELDS))
    if kind not in TEXTS:
        yield from _faults_of_subject(words.subject)
    telling = TELLING.search(seen)
    told = telling[0] if telling else next((one for one in forbidden if _holds(seen, one)), None)
    if told:
        yield (
            "body" if kind in TEXTS else "subject",
            _(
                "“%(told)s” would tell others what the message is about. Name neither illness, mood "
                "nor study.",
                told=told,
            ),
        )
    if not words.body.strip():
        yield "body", _("Write the text.")
    for name in _unknown(words.body, known):
        yield (
            "body",
            _("There is no field {%(name)s}. There are: %(listed)s.", name=name, listed=_listed(known)),
        )
    if words.body.count("{") != words.body.count("}") or "{" in _FIELD.sub("", words.body):
        yield "body", _("A brace is left open: write a field as {link}.")
    for name in NEEDED[kind]:
        if f"{{{name}}}" not in words.body:
            yield "body", _("Without {%(name)s} nobody can answer. Put it on a line of its own.", name=name)
    if any(_beside_link(line) for line in words.body.split("\n")):
        yield (
            "body",
            _(
                "Put %(link)s on a line of its own: mail programs take a full stop behind it for a "
                "part of it.",
                link=LINK,
            ),
        )


def _faults_of_subject(subject: str) -> Iterator[tuple[str, str]]:
    if not subject.strip():
        yield "subject", _("Write a subject.")
    if "\n" in subject or len(subject) > LONGEST_SUBJECT:
        yield (
            "subject",
            _(
                "The subject must be one line of at most %(longest_subject)s characters.",
                longest_subject=LONGEST_SUBJECT,
            ),
        )
    for name in _unknown(subject, IN_SUBJECT):
        yield (
            "subject",
            _(
                "{%(name)s} cannot stand in a subject. It may hold: %(listed)s.",
                name=name,
                listed=_listed(IN_SUBJECT),
            ),
        )


def fill(words: Words, filling: Filling, locale: str) -> Words:
    """`words` with their fields filled in."""
    spoken = _defaults(_nearest(locale))
    values = {
        "greeting": spoken["dear"].replace("{name}", filling.name) if filling.name else spoken["hello"],
        "name": filling.name or spoken["hello"],
        "clinic": filling.clinic or spoken["clinic"],
        "contact": filling.contact,
        "link": filling.link,
        "last_day": format_date(filling.last_day, "long", locale=_babel(locale)),
    }

    def value(found: re.Match[str]) -> str:
        return str(values.get(found[1], found[0]))

    # A name with a line break would break the header; a name with braces is not a field.
    subject = " ".join(_FIELD.sub(value, words.subject).split())
    return Words(subject, _FIELD.sub(value, _link_alone(words.body)).strip() + "\n")


def _link_alone(body: str) -> str:
    """`body` with each link on a line of its own, also in words from before that rule."""
    lines: list[str] = []
    for line in body.split("\n"):
        if not _beside_link(line):
            lines.append(line)
            continue
        before, *behind = line.split(LINK)
        parts = [before.rstrip(_OPENING)]
        for text in behind:
            parts += [LINK, text.lstrip(_CLOSING).rstrip(_OPENING)]
        lines += filter(None, parts)
    return "\n".join(lines)


def _beside_link(line: str) -> bool:
    """Whether `line` has a sign beside a link; mail programs take that sign for a part of the link."""
    return LINK in line and line.strip() != LINK


def _unknown(text: str, known: Mapping[str, str] | tuple[str, ...]) -> list[str]:
    return [name for name in dict.fromkeys(_FIELD.findall(text)) if name not in known]


def _listed(names: Mapping[str, str] | tuple[str, ...]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def _holds(text: str, word: str) -> bool:
    return (
        bool(word.strip()) and re.search(rf"\b{re.escape(word.strip())}\b", text, re.IGNORECASE) is not None
    )


def _nearest(locale: str) -> str:
    for name in (locale, re.split("[-_]", locale)[0]):
        if (DEFAULTS / f"{name}.toml").is_file():
            return name
    return FALLBACK


def _babel(locale: str) -> str:
    if locale == "en":
        return "en_GB"  # day before month, as on the patients' pages
    try:
        return str(Locale.parse(locale, sep="-" if "-" in locale else "_"))
    except (UnknownLocaleError, ValueError):
        return FALLBACK


@cache
def _defaults(name: str) -> dict[str, Any]:
    return tomllib.loads((DEFAULTS / f"{name}.toml").read_text(encoding="utf-8"))
