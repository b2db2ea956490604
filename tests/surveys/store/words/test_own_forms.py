"""A study's own forms: definitions that are made in the browser, version by version."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.instruments.origin import Origin, OriginChoice, OriginItem
from surveys.instruments.own import OwnField, OwnForm, form_of
from surveys.models import OwnForm as Kept
from surveys.models import Study
from surveys.store.audit import proof
from surveys.store.errors import Refused
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit import visits
from surveys.store.words import own_forms, permissions, versions
from tests.surveys.store.conftest import AT

MADE: dict[str, Any] = {"at": AT, "actor": "staff:1"}
FIELDS = (
    OwnField(1, "text", {"en": 'A "remark" \\ here'}, {}),
    OwnField(2, "decimal", {"en": "Amplitude"}, {}, 0.0, 20.5, "mV"),
    OwnField(3, "choice", {"en": "Photograph"}, {"en": ("taken", "not taken")}),
    OwnField(4, "choices", {"en": "Where"}, {"en": ("brow", "eye", "mouth")}),
    OwnField(5, "date", {"en": "Day"}, {}),
    OwnField(6, "whole", {"en": "Number"}, {}, 0.0, 9.0),
)
FORM = OwnForm({"en": "Nerve test"}, "patient", False, FIELDS)


@pytest.fixture
def library() -> Library:
    """Instruments to which forms are added."""
    return Library.load()


@pytest.fixture
def simulated(session: Session, library: Library) -> Study:
    new = NewStudy("FPK", contact="x", who_reads={"en": "X."}, crisis_texts={"en": "Y."}, simulated=True)
    return studies.create(session, new, (), library, at=AT, actor="test")


def with_field(number: int, **changed: Any) -> OwnForm:
    """The form with one field changed."""
    fields = [replace(one, **changed) if one.number == number else one for one in FIELDS]
    return replace(FORM, fields=tuple(fields))


def test_a_form_is_a_definition_that_other_processes_learn(
    session: Session, library: Library, simulated: Study
) -> None:
    made = own_forms.keep(session, simulated, FORM, library, **MADE)
    session.commit()
    assert made.key not in library
    own_forms.learn(session, library)

    assert (made.key, made.version, form_of(library.get(made.key))) == ("fpk_nerve_test", "1", FORM)
    assert made.key in visits.askable(session, simulated, library)
    other = studies.create(session, NewStudy("OTHER"), (), library, at=AT, actor="test")
    assert made.key not in visits.askable(session, other, library)
    assert list(permissions.hindrances(other, made)) == ["Nerve test is a form of another study."]
    session.commit()
    assert list(proof.verify(session)) == []


def test_a_form_keeps_where_it_came_from(session: Session, library: Library, simulated: Study) -> None:
    """In each version, also where the browser's page, which does not show it, made the next one."""
    choices = (OriginChoice(1, "a", "Taken"), OriginChoice(2, "b", "Not taken"))
    origin = Origin(
        "redcap",
        "nerve",
        (OriginItem("q2", "ampl", "Amplitude"), OriginItem("q3", "photo", "Photo?", choices)),
    )
    made = own_forms.keep(session, simulated, replace(FORM, origin=origin), library, **MADE)
    library.add_own([(1, made)])
    assert own_forms.keep(session, simulated, FORM, library, key=made.key, **MADE) is made
    changed = replace(with_field(3, choices={"en": ("not taken", "taken")}), titles={"en": "EMG"})
    fewer = replace(changed, fields=tuple(one for one in changed.fields if one.number != 2))
    second = own_forms.keep(session, simulated, fewer, library, key=made.key, **MADE)
    assert second.origin is not None
    assert [one.name for one in second.origin.items] == ["photo"]
    assert [(one.code, one.value) for one in second.origin.items[0].choices] == [("a", 2), ("b", 1)]


def test_what_is_not_committed_is_not_known(session: Session, library: Library, simulated: Study) -> None:
    session.commit()
    made = own_forms.keep(session, simulated, FORM, library, **MADE)
    session.rollback()
    own_forms.learn(session, library)
    assert made.key not in library


def test_a_change_is_a_new_version_and_no_change_is_none(
    session: Session, library: Library, simulated: Study
) -> None:
    made = own_forms.keep(session, simulated, FORM, library, **MADE)
    session.commit()
    again = own_forms.keep(session, simulated, FORM, library, key=made.key, **MADE)
    assert again.version == "1"
    fewer = replace(FORM, fields=FIELDS[:5])
    changed = own_forms.keep(session, simulated, fewer, library, key=made.key, **MADE)
    session.commit()
    assert (changed.version, [row.version for row in session.scalars(select(Kept))]) == ("2", ["1", "2"])
    assert own_forms.next_number(session, made.key) == 7  # the number of a removed field is not used again
    [newest] = own_forms.of_study(session, simulated.id, library)
    assert newest.version == "2"
    assert permissions.in_force(session, simulated.id)[made.key].version == "2"
    versions.freeze(session, newest, at=AT)
    versions.check_frozen(session, Library.load())


@pytest.mark.parametrize(
    ("number", "change", "said"),
    [
        (2, {"kind": "whole", "low": 0.0, "high": 9.0}, "its kind and unit stay"),
        (2, {"unit": "V"}, "its kind and unit stay"),
        (3, {"choices": {"en": ("not taken", "taken")}}, "stay in their places"),
        (4, {"choices": {"en": ("brow", "eye")}}, "stay in their places"),
        (2, {"labels": {"en": "Amplitude of the muscle"}}, None),
        (3, {"choices": {"en": ("taken", "none", "refused")}}, None),
    ],
)
def test_stored_answers_keep_their_meaning(
    session: Session,
    library: Library,
    simulated: Study,
    number: int,
    change: dict[str, Any],
    said: str | None,
) -> None:
    made = own_forms.keep(session, simulated, FORM, library, **MADE)
    session.commit()
    wanted = with_field(number, **change)
    versions.freeze(session, made, at=AT)
    if said is None:
        assert own_forms.keep(session, simulated, wanted, library, key=made.key, **MADE).version == "2"
        return
    with pytest.raises(Refused, match=said):
        own_forms.keep(session, simulated, wanted, library, key=made.key, **MADE)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (replace(FORM, fields=()), "at least one field"),
        (with_field(3, choices={"en": ("one",)}), "at least two choices"),
        (with_field(3, choices={"en": ("one", "one")}), "stands twice"),
        (with_field(2, low=None), "between which numbers"),
        (with_field(2, low=30.0), "below the highest"),
        (with_field(2, low=-98.0), "begin at -96"),
        (with_field(6, high=9.5), "whole numbers"),
        (with_field(1, labels={"en": "<b>bold</b>"}), "markup"),
    ],
)
def test_a_field_that_cannot_be_asked_is_refused_in_words(
    session: Session, library: Library, simulated: Study, form: OwnForm, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        own_forms.keep(session, simulated, form, library, **MADE)


def test_another_studys_form_is_not_changed(session: Session, library: Library, simulated: Study) -> None:
    made = own_forms.keep(session, simulated, FORM, library, **MADE)
    session.commit()
    other = studies.create(session, NewStudy("FPK2"), (), library, at=AT, actor="test")
    with pytest.raises(Refused, match="no form of study"):
        own_forms.keep(session, other, FORM, library, key=made.key, **MADE)
    assert own_forms.keep(session, other, FORM, library, **MADE).key != made.key
