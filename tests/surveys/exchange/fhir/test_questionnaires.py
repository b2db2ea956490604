"""Questionnaires: each linkId once, codes that exist, words only where they may leave."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from surveys.exchange.fhir.questionnaires import LOINC, Names, code_systems, questionnaire, version_of
from surveys.exchange.tidy.codebook import AnsweredInstrument
from surveys.instruments.definition import load
from surveys.instruments.instrument import Instrument
from surveys.instruments.library import Library

NAMES = Names("https://seventh.example/fhir")
ASKABLE = [*(one for one in Library.load() if one.items), load(Path("tests/surveys/instruments/wide.toml"))]


def asked(instrument: Instrument, status: str | None = None) -> AnsweredInstrument:
    wording = instrument.wording
    return AnsweredInstrument(instrument, wording.name, status or wording.status, None)


@pytest.mark.parametrize("instrument", ASKABLE, ids=lambda one: one.key)
def test_a_questionnaire_is_sound(instrument: Instrument) -> None:
    """Ids and names as R4 wants them; every own code is in its code system."""
    one = asked(instrument)
    made = questionnaire(one, NAMES, version=version_of(one, several=False))
    links = [item["linkId"] for item in made["item"]]
    assert len(set(links)) == len(links)
    assert re.fullmatch(r"[A-Z][A-Za-z0-9_]{1,254}", made["name"])
    assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", made["id"])
    assert made["status"] == "active"
    assert [link for link in links if link.startswith("q")] == [item.key for item in instrument.asked(True)]
    systems = {
        system["url"]: {concept["code"] for concept in system["concept"]}
        for system in code_systems([one], NAMES)
    }
    for item in made["item"]:
        codings = [option["valueCoding"] for option in item.get("answerOption", [])]
        assert len({coding["code"] for coding in codings}) == len(codings)
        for coding in (*codings, *item.get("code", [])):
            assert coding["system"] == LOINC or coding["code"] in systems[coding["system"]]


def test_the_score_has_its_own_code() -> None:
    """Never the panel's: a common error of published examples."""
    phq9 = Library.load().get("phq9")
    made = questionnaire(asked(phq9), NAMES, version="1")
    [total] = [item for item in made["item"] if item["linkId"] == "score-total"]
    assert total["code"][0]["code"] == "44261-6"
    assert made["code"][0]["code"] == "44249-1"
    assert total["readOnly"]


def test_a_sites_words_stay() -> None:
    phq9 = Library.load().get("phq9")
    made = questionnaire(asked(phq9, "loaded"), NAMES, version="1")
    [item] = [item for item in made["item"] if item["linkId"] == "q1"]
    assert item["text"] == phq9.items[0].label
    assert [option["valueCoding"]["display"] for option in item["answerOption"]] == ["0", "1", "2", "3"]
    assert not [item for item in made["item"] if item["type"] == "display"]
