"""A study's set-up as a file: what goes out comes in, and what is wrong in it is said in words."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.data.analysis_plan import PlannedQuestion
from surveys.daytime import Hours
from surveys.db import writing
from surveys.exchange import study_setup
from surveys.instruments.library import Library
from surveys.instruments.own import OwnField, OwnForm
from surveys.models import Patient, Study
from surveys.schedule import preset
from surveys.store.errors import Refused
from surveys.store.patient import consents
from surveys.store.patient.consents import NewText
from surveys.store.post import messaging
from surveys.store.post.facts import MessageSettings
from surveys.store.study import analysis_plans, studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit import alert_rules, setup
from surveys.store.words import own_forms
from tests.support.engines import engine_of
from tests.surveys.store.conftest import AT

MADE: dict[str, Any] = {"at": AT, "actor": "test"}
DIARY = OwnForm(
    {"en": "Diary", "de": "Tagebuch"}, "patient", False, (OwnField(1, "text", {"en": "A", "de": "B"}, {}),)
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a file says is worked out in Python."""
    return sqlite_url


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session that writes."""
    with writing(), engine_of(database_url) as engine, Session(engine) as open_session:
        yield open_session


@pytest.fixture
def library() -> Library:
    """Instruments to which forms are added."""
    return Library.load()


@pytest.fixture
def full(session: Session, library: Library) -> Study:
    """A study with every part of a set-up, and an ethics opinion of its own."""
    new = NewStudy(
        "OLD", title="Old", timezone="Europe/Berlin", locales=("en", "de"), optional_items=("phq9.q10",)
    )
    study = studies.create(session, new, preset("registry"), library, **MADE)
    session.refresh(study, ["timepoints"])
    facts = {
        "who_reads": {"en": "Dr Abel."},
        "privacy_notices": {"en": "Kept."},
        "alert_days": ["monday"],
        "alert_from": "09:00",
        "retention_years": 10,
        "ethics_number": "EK 7",
        "heads_address": "notary@example.org",
    }
    setup.change(session, study, facts, library, **MADE)
    diary = own_forms.keep(session, study, DIARY, library, **MADE)
    session.commit()
    own_forms.learn(session, library)
    session.refresh(study, ["timepoints"])
    rows = [*studies.plan_now(study.timepoints)]
    rows[0] = replace(rows[0], battery=(*rows[0].battery, diary.key))
    setup.set_plan(session, study, rows, library, **MADE)
    texts = {locale: NewText("May we?", {"research": "Yes."}) for locale in study.locales}
    consents.load(session, study, "3", texts, **MADE)
    rule = {"instrument": "face", "scale": "total", "kind": "this_bad", "threshold": 40.0}
    alert_rules.add(session, study, library, **rule, **MADE)
    messaging.choose(session, study, MessageSettings("The clinic", (3, 9), Hours(10, 9, 18), True), **MADE)
    messaging.write(session, study, "invitation", "en", "Hello", "Dear {greeting}", **MADE)
    asked = PlannedQuestion("face.total", "every_visit", "phq9.total", "chronic", True)
    analysis_plans.fix(session, study, [asked], library, **MADE)
    session.commit()
    return study


def test_what_goes_out_comes_in(session: Session, library: Library, full: Study) -> None:
    session.refresh(full, ["timepoints"])
    file = study_setup.as_text(study_setup.told(session, full, library))
    assert not [word for word in ("EK 7", "notary@example.org", '"P1"') if word in file]

    made = study_setup.make(session, "NEW", study_setup.read(file.encode()), library, **MADE)
    session.commit()
    own_forms.learn(session, library)

    session.refresh(made, ["timepoints"])
    again = study_setup.told(session, made, library)
    assert [one["key"] for one in again["own_forms"]] == ["new_diary"]
    for old, new in (("old_diary", "new_diary"), ('= \\"OLD', '= \\"NEW'), ("study OLD", "study NEW")):
        file = file.replace(old, new)
    assert json.loads(file) == json.loads(json.dumps(again))
    assert (made.status, made.ethics_number) == ("draft", "")
    assert session.scalar(select(func.count(Patient.id))) == 0


def changed(content: Any) -> Iterator[tuple[str, Any]]:
    """The content with each of its values, one at a time, taken away or of another kind."""

    def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        if path:
            yield path
        items = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for name, one in items:
            yield from places(one, (*path, name))

    kinds: tuple[Any, ...] = (None, 7, "x", ["x", 7], {"x": 7}, True, -1.5)
    for number, path in enumerate(places(content)):
        for wrong in (kinds[number % 7], kinds[(number + 3) % 7]):
            whole = copy.deepcopy(content)
            at = whole
            for name in path[:-1]:
                at = at[name]
            at[path[-1]] = wrong
            yield f"{'.'.join(map(str, path))} = {wrong!r}", whole


def test_a_file_that_is_wrong_anywhere_is_refused_in_words(
    session: Session,
    library: Library,
    full: Study,
) -> None:
    """Whatever stands there: a study is made, or a sentence says what is wrong; nothing else happens."""
    session.refresh(full, ["timepoints"])
    content = json.loads(study_setup.as_text(study_setup.told(session, full, library)))
    content["plan"] = content["plan"][:1]
    session.commit()
    refused = 0
    for what, wrong in changed(content):
        try:
            study_setup.make(session, "NEW", wrong, library, **MADE)
        except Refused:
            refused += 1
        except Exception as fault:
            pytest.fail(f"{what}: {fault!r}")
        session.rollback()
    assert refused > 100


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[1]", b'{"a": 1}', b'{"seventh_setup": 99}'])
def test_what_is_no_set_up_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        study_setup.read(data)
