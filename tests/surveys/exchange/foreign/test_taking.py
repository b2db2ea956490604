"""Forms of a file become the study's own, and its answers come in to them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from surveys.exchange.faults import FileRefused
from surveys.exchange.foreign import taking
from surveys.exchange.tables import (
    known,
    mapped,
    mapping_file,
    redcap_dictionary,
    redcap_proposing,
    redcap_records,
)
from surveys.exchange.tables.redcap_records import Asked
from surveys.instruments.library import Library
from surveys.instruments.own import form_of
from surveys.models import Study
from surveys.store.errors import Refused
from surveys.store.words import own_forms
from tests.support import fhir, moved, redcap, tables
from tests.support.desk import LIBRARY, Desk
from tests.support.tables import KNOWN


def test_the_forms_of_a_file_are_found() -> None:
    """Of a dictionary, a zip file, a project and FHIR; treatments only where somebody names them."""
    [background], told = taking.read(redcap.dictionary(), KNOWN)
    assert (background.name, background.answered_by) == ("background", "staff")
    assert "Form injection seems to hold treatments" in told[-1]
    assert "Left out of Background: dob (tells who somebody is)." in told
    [injection], _ = taking.read(redcap.dictionary(), KNOWN, ("injection",))
    assert injection.name == "injection"
    zipped = moved.packed({"d.csv": redcap.dictionary(), "x.csv": redcap.data()})
    assert taking.read(zipped, KNOWN)[0] == [background]
    with pytest.raises(FileRefused, match=r"It has no form other\. It has: background, injection\."):
        taking.read(redcap.dictionary(), KNOWN, ("other",))
    with pytest.raises(FileRefused, match="There is no form in this file"):
        taking.read(redcap.xml().replace(b'Type="date_ymd"', b'Type="zipcode"'), KNOWN)
    options = [{"valueString": "one"}, {"valueString": "two"}]
    items = [{"linkId": "a", "type": "choice", "text": "A?", "answerOption": options}]
    [made], _ = taking.read(fhir.packed(fhir.questionnaire(title="Eye", item=items)), KNOWN)
    assert made.title == "Eye"


def test_answers_come_in_to_the_forms_that_were_made(desk: Desk) -> None:
    """With a day for each, ticks as several choices; the same file makes no second form."""
    library = Library(LIBRARY)
    study = desk.session.get_one(Study, desk.study_id)
    more = ["weight", "background", "", "text", "Weight", "", "", "number", ""]
    book = redcap.dictionary(more)
    forms, _ = taking.read(book, KNOWN)
    how = {"at": desk.at, "actor": "test"}
    with desk.transaction() as session:
        made = taking.keep(session, session.merge(study), forms, library, **how)
    assert made == ["Background: 2 questions, as s1_background."]
    own_forms.learn(desk.session, library)
    with desk.transaction() as session:
        again = taking.keep(session, session.merge(study), forms, library, **how)
        more_now = replace(forms[0].fields[0], name="nose", label="Nose")
        other = replace(forms[0], fields=(*forms[0].fields, more_now))
        with pytest.raises(Refused, match="Background was made of this form, which asks more by now: nose"):
            taking.keep(session, session.merge(study), [other], library, **how)
        other = replace(other, address="another")
        with pytest.raises(Refused, match="The study has a form Background already, with other questions"):
            taking.keep(session, session.merge(study), [other], library, **how)
    assert again == ["Background is there already."]
    header = [*redcap.DATA_HEADER, "weight"]
    weights = iter(("60.5", "", "71"))
    rows = [[*row, next(weights) if row[4] else ""] for row in redcap.rows()]
    rows[1][redcap.DATA_HEADER.index("eye___a")] = 1
    dictionary = redcap_dictionary.read(book)
    table = redcap_records.read("data.csv", tables.lines([header, *rows]), dictionary, Asked())
    site = known.of_site(desk.session, library, "S1")
    found = redcap_proposing.proposed(table, dictionary, site, Asked())
    assert "Background: 2 of 2 questions are in the study's own form." in found.lines
    assert "neither a timestamp nor a date" in str(found.doubts["instruments.s1_background"])
    mapping = tables.confirmed(found, ("[columns]\n", '[columns]\ncompleted_on = "mood_timestamp"\n'))
    file = mapped.mapped(table, mapping_file.read(mapping, library), library)
    given = [row.answers.get("s1_background") for row in file.rows]
    assert given == [{"q1": [1], "q2": 60.5}, {"q1": [1, 2]}, {"q1": [1], "q2": 71.0}, None]


def test_a_form_of_that_name_in_another_project_is_another_form(desk: Desk) -> None:
    """Once the first one here has another title; both then find their data."""
    library = Library(LIBRARY)
    study = desk.session.get_one(Study, desk.study_id)
    more = ["weight", "background", "", "text", "Weight", "", "", "number", ""]
    first, _ = taking.read(redcap.dictionary(more), KNOWN)
    second, _ = taking.read(redcap.dictionary(), KNOWN)
    how = {"at": desk.at, "actor": "test"}
    with desk.transaction() as session:
        taking.keep(session, session.merge(study), first, library, **how)
    with desk.transaction() as session:
        own_forms.learn(session, library)
        form = form_of(library.get("s1_background"))
        renamed = replace(form, titles={"en": "Before"}, origin=None)
        own_forms.keep(session, session.merge(study), renamed, library, key="s1_background", **how)
    other = replace(
        second[0], fields=(second[0].fields[0], replace(second[0].fields[0], name="nose", label="Nose"))
    )
    with desk.transaction() as session:
        own_forms.learn(session, library)
        made = taking.keep(session, session.merge(study), [other], library, **how)
    assert made == ["Background: 2 questions, as s1_background_2."]
    with desk.transaction() as session:
        own_forms.learn(session, library)
        again = [
            taking.keep(session, session.merge(study), [one], library, **how) for one in (first[0], other)
        ]
    assert again == [["Before is there already."], ["Background is there already."]]


def test_a_renamed_form_is_found_by_what_it_was_made_of(desk: Desk) -> None:
    """Its title and words may be the study's own; other words in the file are asked about."""
    library = Library(LIBRARY)
    study = desk.session.get_one(Study, desk.study_id)
    book = redcap.dictionary(["weight", "background", "", "text", "Weight", "", "", "number", ""])
    forms, _ = taking.read(book, KNOWN)
    how = {"at": desk.at, "actor": "test"}
    with desk.transaction() as session:
        taking.keep(session, session.merge(study), forms, library, **how)
    with desk.transaction() as session:
        own_forms.learn(session, library)
    form = form_of(library.get("s1_background"))
    fields = tuple(replace(one, labels={"en": f"Our {one.number}"}) for one in form.fields)
    changed = replace(form, titles={"en": "Before"}, fields=fields, origin=None)
    with desk.transaction() as session:
        own_forms.keep(session, session.merge(study), changed, library, key="s1_background", **how)
    with desk.transaction() as session:
        own_forms.learn(session, library)
        assert library.get("s1_background").origin == form.origin
        assert taking.keep(session, session.merge(study), forms, library, **how) == [
            "Before is there already."
        ]
    site = known.of_site(desk.session, library, "S1")
    told = list(redcap_proposing.forms(redcap_dictionary.read(book), site))
    assert "Form background: 2 of 2 questions are in the study's own form Before." in told
    dictionary = redcap_dictionary.read(book.replace(b"Weight", b"Weight in kg"))
    assert "Before: weight are asked, or offer choices, in other words" in str(
        list(redcap_proposing.forms(dictionary, site))
    )
    header = [*redcap.DATA_HEADER, "weight"]
    rows = [[*row, "60"] for row in redcap.rows()]
    table = redcap_records.read("data.csv", tables.lines([header, *rows]), dictionary, Asked())
    found = redcap_proposing.proposed(table, dictionary, site, Asked())
    assert found.mapping.instruments["s1_background"].items == {"q1": "eye", "q2": "weight"}
    assert not found.mapping.instruments["s1_background"].confirmed
    assert "other words than when the form was made" in str(found.doubts["instruments.s1_background"])
