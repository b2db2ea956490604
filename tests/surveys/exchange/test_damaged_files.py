"""Files of other programs with damage by chance: read, or refused in words; never a traceback."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

from surveys.exchange.fhir import answers_in
from surveys.exchange.foreign import taking
from surveys.exchange.tables import incoming, mapping_file, mapping_text
from tests.support import fhir, moved, redcap, tables
from tests.support.damage import LONG, SEED, SHORT, spoilt, tried
from tests.support.desk import LIBRARY
from tests.support.tables import KNOWN, confirmed


def twisted(value: object, chance: random.Random) -> object:
    """JSON with a value of another kind somewhere."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(list(value))
        if chance.random() < 0.1:
            return {name: one for name, one in value.items() if name != key}
        return {**value, key: twisted(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.9:
        at = chance.randrange(len(value))
        return [*value[:at], twisted(value[at], chance), *value[at + 1 :]]
    return chance.choice([None, True, 0, -1, 2.5, "", "x", [], {}, [[]], [None], {"a": 1}, 10**30])


def of_fhir(chance: random.Random) -> None:
    """Answers and Questionnaires."""
    resources = fhir.of_clinic(), fhir.questionnaire()
    content = fhir.packed(*resources)
    made = json.loads(content)
    for _ in range(chance.randint(1, 3)):
        made = twisted(made, chance)
    damaged = json.dumps(made).encode() if chance.random() < 0.7 else spoilt(content, chance)
    tried(lambda: answers_in.read("file.json", damaged, LIBRARY))
    tried(lambda: taking.read(damaged, KNOWN))


def of_redcap(chance: random.Random) -> None:
    """A project as XML, or its dictionary with its data; also its forms."""
    if chance.random() < 0.3:
        content = spoilt(redcap.xml(), chance)
    else:
        pair = [redcap.dictionary(), redcap.data()]
        which = chance.randrange(2)
        pair[which] = spoilt(pair[which], chance)
        content = moved.packed({"dictionary.csv": pair[0], "data.csv": pair[1]})
    tried(lambda: _come_in("project", content))
    tried(lambda: taking.read(content, KNOWN))


def of_table(chance: random.Random) -> None:
    """A table of any program."""
    made = chance.choice(
        [tables.qualtrics, tables.limesurvey_texts, tables.google_forms, tables.odk, tables.plain]
    )
    tried(lambda: _come_in("file.csv", spoilt(made(), chance)))


def _come_in(name: str, content: bytes) -> None:
    looked = incoming.look(name, content, KNOWN, "UTC")
    mapping = mapping_file.read(confirmed(looked.proposal), LIBRARY)
    incoming.rows(name, content, mapping_text.write(mapping, {}), LIBRARY)


@pytest.mark.parametrize("how", [of_fhir, of_redcap, of_table])
def test_a_damaged_file_is_read_or_refused_in_words(how: Callable[[random.Random], None]) -> None:
    """The same damages each time."""
    chance = random.Random(SEED)
    for _ in range(SHORT):
        how(chance)


@pytest.mark.long
@pytest.mark.parametrize("how", [of_fhir, of_redcap, of_table])
def test_many_damaged_files(how: Callable[[random.Random], None]) -> None:
    """Other damages."""
    chance = random.Random(SEED + 1)
    for _ in range(LONG // 3):
        how(chance)
