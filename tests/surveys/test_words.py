"""Words that neither hurt nor confuse: what patients read names no illness where a word for it will do."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask

from surveys.instruments.library import Library
from tests.support.patient import Patient, in_process
from tests.support.study import FACE, invite

CATALOGUE = Path(__file__).parents[2] / "surveys" / "translations" / "de" / "LC_MESSAGES" / "messages.po"

HURTFUL = re.compile(
    r"droop|drool|synkine|depress|suicid|victim|suffer|abnormal|deform|disfigur|sabber|hängend|entstell|leiden",
    re.IGNORECASE,
)
CLINICAL = re.compile(r"iatrogen|neoplas|malignan|resection|schwannom|post-?op|\bonset\b", re.IGNORECASE)
TELLING = re.compile(
    r"PHQ|GAD|CES-?D|HADS|BDI|FaCE Scale|SAQ|FDI|pals[yi]|paralys|mood|depress|anxi|lähmung|stimmung",
    re.IGNORECASE,
)
# The first says of nobody that they have one; the second is what patients were told, one choice among many.
NAMED = {"Questionnaires about facial palsy", "Bell's palsy: no cause was found"}

WORD = re.compile("[A-Za-z]+")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough here."""
    return sqlite_url


def test_our_own_texts_hurt_nobody() -> None:
    """In English and in German."""
    for message in read_po(io.BytesIO(CATALOGUE.read_bytes()), locale="de"):
        for text in (message.id, message.string):
            for one in [text] if isinstance(text, str) else text:
                assert not HURTFUL.search(one), one
                assert not CLINICAL.search(one), one
                assert message.id in NAMED or not TELLING.search(one), one


def grade(texts: Iterable[str]) -> float:
    """The school year in which English `texts` are read with ease (Flesch–Kincaid); the sixth is 11."""
    sentences = [one for text in texts for one in re.split(r"(?<=[.!?:;])\s", text) if WORD.search(one)]
    words = [word for one in sentences for word in WORD.findall(one)]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    """Groups of vowels, an `e` at the end being silent: good enough for a mean."""
    return max(len(re.findall("[aeiouy]+", re.sub("(?<!l)e$", "", word.lower()))), 1)


def test_a_child_of_eleven_could_read_them() -> None:
    """All of ours together by a wide margin, and none of the longer ones a hard read."""
    texts = [
        message.id if isinstance(message.id, str) else message.id[-1]
        for message in read_po(io.BytesIO(CATALOGUE.read_bytes()), locale="de")
        if message.id
    ]
    spoken = [re.sub(r"%\(\w+\)s", "three", text) for text in texts]
    assert grade(spoken) < 4
    assert [text for text in spoken if len(WORD.findall(text)) >= 12 and grade([text]) > 9] == []


def test_titles_for_patients_do_not_tell() -> None:
    """A questionnaire is called after what it asks, not after what it measures."""
    for instrument in Library.load(()):
        for text in instrument.wording.texts.values():
            assert not TELLING.search(text.title), (instrument.key, text.title)
            if instrument.wording.status == "working":
                for said in (*text.items.values(), *(one.instruction for one in text.sections.values())):
                    assert not HURTFUL.search(said), (instrument.key, said)


def test_the_title_of_a_page_says_nothing_to_others(app: Flask) -> None:
    """Nor does it name the study, which may be named after an illness."""
    patient = Patient(in_process(app))
    patient.open(invite(app, title="Depression after Bell's palsy").token)
    patient.finish(FACE)
    patient.next()
    titles = {re.findall(r"<title>(.*?)</title>", reply.html)[0] for reply in patient.replies if reply.html}
    assert len([title for title in titles if "–" in title]) > 15
    assert [title for title in titles if TELLING.search(title) or "Bell" in title] == []
