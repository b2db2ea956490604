"""Fields of own forms: columns and conditions on the latest answers, in SQL of both databases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from surveys.catalogues import read_in
from surveys.instruments.library import Library
from surveys.instruments.own import OwnField, OwnForm
from surveys.lists.own import choice as choices
from surveys.lists.own import fields as described
from surveys.lists.own import page as lists
from surveys.lists.own.choice import Askable, ListChoice
from surveys.lists.own.fields import Condition, Field
from surveys.lists.scope import Scope
from surveys.models import Patient, Response, Study, Visit
from surveys.store.words import own_forms, versions
from surveys.views.clinic import display
from tests.surveys.lists.own.conftest import AT, TODAY, codes, patient

pytestmark = pytest.mark.database

FORM = OwnForm(
    {"en": "Nerve test", "de": "Nervenmessung"},
    "staff",
    False,
    (
        OwnField(1, "text", {"en": "Remark", "de": "Bemerkung"}, {}),
        OwnField(2, "decimal", {"en": "Amplitude", "de": "Amplitude"}, {}, 0.0, 20.0, "mV"),
        OwnField(
            3, "choice", {"en": "Side", "de": "Seite"}, {"en": ("left", "right"), "de": ("links", "rechts")}
        ),
        OwnField(
            4,
            "choices",
            {"en": "Where", "de": "Wo"},
            {"en": ("brow", "eye", "mouth"), "de": ("Braue", "Auge", "Mund")},
        ),
        OwnField(5, "date", {"en": "Day", "de": "Tag"}, {}),
        OwnField(6, "whole", {"en": "Number", "de": "Zahl"}, {}, 0.0, 99.0),
    ),
)
FIRST = {"q1": "ÄRZTIN rief an", "q2": 2.25, "q3": 1, "q4": [1, 3], "q5": "2026-05-01", "q6": 12}
SECOND = {"q1": "nothing", "q2": 10.0, "q3": 2, "q4": [2], "q5": "2026-06-01", "q6": 3}


CONDITIONS = (
    ("A", "q1", "contains", "ärztin"),
    ("", "q1", "contains", "%"),
    ("AB", "q1", "known"),
    ("A", "q2", "below", "2,5"),
    ("B", "q2", "at_least", "10"),
    ("CD", "q2", "unknown"),
    ("B", "q3", "is", "2"),
    ("ACD", "q3", "is_not", "2"),
    ("CD", "q3", "is", "none"),
    ("A", "q4", "is", "3"),
    ("AB", "q4", "is", "2", "3"),
    ("BCD", "q4", "is_not", "1"),
    ("CD", "q4", "unknown"),
    ("B", "q5", "since", "2026-05-02"),
    ("A", "q5", "before", "2026-05-02"),
    ("B", "q5", "last_days", "30"),
    ("A", "q6", "above", "3"),
)


class Lists:
    """The study's own form, the answers to it, and lists of them."""

    def __init__(self, session: Session) -> None:
        self.session, self.library = session, Library.load()
        self.study = session.query(Study).one()
        self.study.locales = ["en", "de"]
        self.form = own_forms.keep(session, self.study, FORM, self.library, at=AT, actor="test")
        self.version = versions.freeze(session, self.form, at=AT)
        self.key = f"own.{self.form.key}."

    def answer(self, code: str, answers: Mapping[str, Any], days_ago: int = 1) -> Response:
        """A visit at which the patient's form was answered."""
        found: Patient = patient(self.session, code)
        on = TODAY - timedelta(days=days_ago)
        visit = Visit(
            patient_id=found.id, study_id=found.study_id, name=f"v {days_ago}", battery=[self.form.key]
        )
        visit.opens_on = visit.due_on = visit.closes_on = on
        self.session.add(visit)
        self.session.flush()
        made = Response(visit_id=visit.id, instrument=self.form.key, instrument_version_id=self.version)
        made.source, made.answers, made.not_given, made.answered_at = "paper", dict(answers), {}, {}
        made.submitted_at, made.completed_on = AT, on
        self.session.add(made)
        self.session.flush()
        return made

    def known(self, language: str = "en") -> Mapping[str, Field]:
        """Every field, of the newest version of the form."""
        own = own_forms.of_study(self.session, self.study.id, self.library)
        scope = Scope(self.study.id, None, TODAY)
        return lists.known(self.session, scope, (), display.LISTS, display.scale_name, own, language)

    def asked(self, chosen: ListChoice) -> Askable:
        """What of the choice can be asked."""
        return choices.askable(chosen, self.known())

    def those(self, field: str, how: str, *values: str) -> str:
        """The codes of the patients who meet a condition."""
        asked = self.asked(ListChoice(conditions=(Condition(f"{self.key}{field}", how, values),)))
        assert not asked.lost
        return codes(lists.page(self.session, Scope(self.study.id, None, TODAY), asked))

    def row(self, code: str) -> list[Any]:
        """The values of a patient in all columns of the form."""
        asked = self.asked(ListChoice(tuple(f"{self.key}q{number}" for number in range(1, 7))))
        page = lists.page(self.session, Scope(self.study.id, None, TODAY), asked)
        [found] = (one for one in page.rows if one.code == code)
        return [cell.value for cell in found.cells[1:]]


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def database_url(request: pytest.FixtureRequest) -> str:
    """SQL that must say what Python says."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def made(session: Session) -> Lists:
    """A, B and C answered: A twice, C with nothing; of B one answer was entered in error."""
    made = Lists(session)
    made.answer("A", SECOND, 30)
    made.answer("A", FIRST)
    made.answer("B", SECOND, 3)
    made.answer("B", FIRST).annulled_at = AT
    made.answer("C", {})
    return made


def test_the_latest_answers_that_stand_are_shown_and_asked(made: Lists) -> None:
    """Each kind of question has its conditions; who answered nothing has an empty cell."""
    assert made.row("A") == ["ÄRZTIN rief an", 2.25, "1", ",1,3,", date(2026, 5, 1), 12]
    assert made.row("B") == ["nothing", 10.0, "2", ",2,", date(2026, 6, 1), 3]
    assert made.row("C") == made.row("D") == [None, None, "none", None, None, None]
    for expected, *condition in CONDITIONS[::2]:
        assert made.those(*condition) == expected, condition


@pytest.mark.long
def test_every_condition_holds_for_whom_it_says(made: Lists) -> None:
    for expected, *condition in CONDITIONS[1::2]:
        assert made.those(*condition) == expected, condition


def test_the_order_may_be_by_an_own_field(made: Lists) -> None:
    for field, expected in (("q5", "AB"), ("q6", "BA")):
        asked = made.asked(ListChoice(sort=f"{made.key}{field}"))
        page = lists.page(made.session, Scope(made.study.id, None, TODAY), asked)
        assert codes(page) == f"{expected}CD"


def test_a_field_has_the_readers_words(made: Lists) -> None:
    with read_in("de"):
        known = made.known("de")
        where, side = known[f"{made.key}q4"], known[f"{made.key}q3"]
        assert (where.group, where.label) == ("Nervenmessung", "Nervenmessung: Wo")
        assert described.said(where, ",1,3,") == "Braue, Mund"
        assert described.words(side, Condition(side.key, "is", ("1", "none"))) == (
            "Nervenmessung: Seite: ist eines von links, Keine Antwort"
        )
    assert made.known("fr")[f"{made.key}q2"].label == "Nerve test: Amplitude (mV)"


def test_a_field_that_left_the_form_is_said_in_words(made: Lists) -> None:
    """In a list that was kept, by the words that it had."""
    condition = Condition(f"{made.key}q4", "is", ("1",))
    kept = ListChoice((f"{made.key}q2", f"{made.key}q4"), (condition,)).kept(made.known())
    fewer = replace(FORM, fields=tuple(one for one in FORM.fields if one.number != 4))
    own_forms.keep(made.session, made.study, fewer, made.library, key=made.form.key, at=AT, actor="test")
    made.session.flush()
    own_forms.learn(made.session, made.library)
    asked = made.asked(choices.of_kept(kept))
    assert [one.key for one in asked.columns] == ["code", f"{made.key}q2"]
    assert [str(one) for one in asked.lost] == [
        "The column “Nerve test: Where” is left out: this field is not there any more.",
        "The condition on “Nerve test: Where” does not count: this field is not there any more.",
    ]
