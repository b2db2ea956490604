"""By whose leave a study asks an instrument, and what keeps a study from asking one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.exchange.wording_file import read
from surveys.instruments.library import Library
from surveys.models import Event, Permission, Study
from surveys.schedule import preset
from surveys.store.errors import Refused
from surveys.store.study import studies
from surveys.store.study.studies import NewStudy
from surveys.store.visit import visits
from surveys.store.words import permissions, wordings
from surveys.store.words.permissions import NewPermission
from surveys.store.words.wordings import Texts
from tests.support.ready import make_ready
from tests.support.wordings import as_toml, made_up
from tests.surveys.store.conftest import AT

FACE = NewPermission("face", "authors", "The authors", "Letter of 1 March 2026", "doi:10.0000/nl")


@pytest.fixture
def real(session: Session, library: Library) -> Study:
    """A real draft study that lacks nothing but words it may use."""
    new = NewStudy(
        "R1",
        contact="call us",
        who_reads={"en": "Dr Abel."},
        crisis_texts={"en": "Call 112. Dr Abel reads this on Mondays, not at once."},
    )
    made = studies.create(session, new, preset("registry"), library, at=AT, actor="test")
    make_ready(session, made, library, at=AT)
    return made


def load(session: Session, library: Library, key: str, name: str = "authors", *locales: str) -> None:
    tables = made_up(library.get(key), name, locales or ("en",))
    instrument = read(f"{key}.toml", as_toml(tables).encode(), library)
    wordings.load(session, instrument, file=f"{key}.toml", at=AT, actor="staff:1")


def permit(
    session: Session, study: Study, library: Library, new: NewPermission = FACE, **change: Any
) -> None:
    permissions.permit(session, study, replace(new, **change), library, at=AT, actor="staff:1")


def test_a_real_study_goes_active_in_words_that_it_may_use(
    session: Session, library: Library, real: Study
) -> None:
    """Not before each has its own text and the leave to use it; verbatim text that ships needs neither."""
    told = studies.obstacles(session, real, library)
    assert len(told) == 2
    assert all("is a working wording, for demonstration only" in one for one in told)
    for key in ("face", "saq"):
        load(session, library, key)
    assert studies.obstacles(session, real, library) == told
    permit(session, real, library)
    assert [one for one in studies.obstacles(session, real, library) if "face" in one] == []
    with pytest.raises(Refused, match="The text of SAQ is a working wording"):
        studies.activate(session, real, library, at=AT, actor="test")
    permit(session, real, library, instrument="saq")
    studies.activate(session, real, library, at=AT, actor="test")
    assert real.status == "active"


def test_the_record_says_who_where_and_what(session: Session, library: Library, real: Study) -> None:
    """And the audit trail says it again."""
    load(session, library, "face")
    permit(session, real, library, holder="  The authors ")
    session.commit()
    [row] = session.scalars(select(Permission))
    assert (row.instrument, row.version, row.wording) == ("face", "1", "authors")
    assert (row.holder, row.reference, row.publication) == (FACE.holder, FACE.reference, FACE.publication)
    assert (row.recorded_by, row.recorded_at) == ("staff:1", AT)
    [said] = session.scalars(select(Event).where(Event.action == "permission.recorded"))
    assert said.facts["study"] == "R1"
    assert said.facts["reference"] == FACE.reference


def test_the_newest_is_in_force(session: Session, library: Library, real: Study, study: Study) -> None:
    """The ones before stay; another study has its own."""
    for name in ("authors", "authors-2"):
        load(session, library, "face", name)
        permit(session, real, library, wording=name)
    assert [one.wording for one in permissions.permissions(session, real.id)] == ["authors", "authors-2"]
    texts = Texts(library)
    asked = permissions.asked(session, real, ("face", "phq9"), texts)
    assert [one.wording.name for one in asked.values()] == ["authors-2", "original"]
    assert permissions.asked(session, study, ["face"], texts)["face"].wording.status == "working"


def test_one_version_is_permitted_even_when_there_is_a_newer(
    session: Session, library: Library, real: Study
) -> None:
    """A new definition file changes nothing that a study may ask."""
    load(session, library, "face")
    permit(session, real, library)
    newer = Library([*library, replace(library.get("face"), version="2", sha256="2" * 64)])
    asked = permissions.asked(session, real, ["face"], Texts(newer))["face"]
    assert (asked.version, asked.wording.name) == ("1", "authors")
    assert list(permissions.faults(session, newer)) == []


@pytest.mark.parametrize(
    ("change", "says", "field"),
    [
        ({"holder": " "}, "Fill in the holder", "holder"),
        ({"reference": ""}, "Fill in the reference", "reference"),
        ({"publication": ""}, "Fill in the publication", "publication"),
        ({"wording": "working-2"}, "is a working wording", "wording"),
        ({"wording": "other"}, "no wording 'other' of face. Loaded are: authors, nl-only.", "wording"),
        ({"wording": "nl-only"}, "lacks en, which study R1 uses", "wording"),
        ({"instrument": "fase"}, "There is no instrument 'fase'", "wording"),
        ({"version": "7"}, "There is no version '7' of face", "wording"),
        ({"instrument": "saq"}, "Load it first: seventh instruments wording FILE", "wording"),
        ({"instrument": "hads"}, "There is no wording", "wording"),
    ],
)
def test_what_cannot_be_permitted_is_refused(
    session: Session, library: Library, real: Study, change: dict[str, str], says: str, field: str
) -> None:
    """At the field it speaks of; nothing is recorded."""
    load(session, library, "face")
    load(session, library, "face", "nl-only", "nl")
    with pytest.raises(Refused) as refused:
        permit(session, real, library, **change)
    assert says in str(refused.value)
    assert refused.value.field == field
    assert session.scalars(select(Permission)).all() == []


def test_a_closed_study_records_nothing_more(session: Session, library: Library, real: Study) -> None:
    load(session, library, "face")
    real.status = "closed"
    with pytest.raises(Refused, match="is closed"):
        permit(session, real, library)


def test_every_language_of_the_study_is_needed(session: Session, library: Library) -> None:
    """PHQ-9 ships in English: a study in Dutch loads it, and says by whose leave."""
    texts = {"en": "Text.", "nl": "Tekst."}
    crisis = {"en": "Call 112. This is not read at once.", "nl": "Bel 112."}
    new = NewStudy("R2", locales=("en", "nl"), contact="us", who_reads=texts, crisis_texts=crisis)
    [planned] = [row for row in preset("registry") if row.key == "baseline"]
    plan = [replace(planned, battery=("phq9",))]
    study = studies.create(session, new, plan, library, at=AT, actor="test")
    study.contacts = {"nl": "ons"}
    make_ready(session, study, library, at=AT)
    assert studies.obstacles(session, study, library) == [
        "The text of PHQ-9 lacks nl: load a text in every language of the study."
    ]
    load(session, library, "phq9", "authors", "en", "nl")
    permit(session, study, library, instrument="phq9")
    assert studies.obstacles(session, study, library) == []


def test_a_simulated_study_needs_one_language_that_all_have(session: Session, library: Library) -> None:
    """It may ask in our own words; but somehow it must ask."""
    new = NewStudy(
        "S2",
        locales=("nl",),
        contact="us",
        who_reads={"nl": "Wij."},
        crisis_texts={"nl": "112"},
        eye_texts={"nl": "Bel een arts."},
        simulated=True,
    )
    study = studies.create(session, new, preset("registry"), library, at=AT, actor="test")
    assert len(studies.obstacles(session, study, library)) == 3


@pytest.mark.parametrize(
    ("key", "why"), [("hads", "There is no text of HADS"), ("house_brackmann", "by staff")]
)
def test_what_patients_cannot_be_asked_is_an_obstacle(
    session: Session, library: Library, study: Study, key: str, why: str
) -> None:
    """Of whatever study; nor is it offered for a visit outside the plan."""
    [said] = permissions.hindrances(study, library.get(key))
    assert why in said
    assert key not in visits.askable(session, study, library)


def test_unscheduled_visits_ask_what_is_permitted(session: Session, library: Library, real: Study) -> None:
    """As a planned one does."""
    assert "face" not in visits.askable(session, real, library)
    load(session, library, "face")
    permit(session, real, library)
    assert "face" in visits.askable(session, real, library)


def test_what_is_permitted_but_gone_is_told(session: Session, library: Library, real: Study) -> None:
    """The program does not start with a study whose words or items are not there."""
    load(session, library, "face")
    permit(session, real, library)
    without = Library(one for one in library if one.key != "face")
    assert "no definition file holds it" in next(permissions.faults(session, without))
    face = library.get("face")
    longer = replace(face, items=(*face.items, replace(face.items[0], key="q16", number=16)))
    [said] = permissions.faults(session, Library([longer]))
    assert "does not fit face version 1 any more (texts.en.items.q16)" in said
    permit(session, real, library, instrument="phq9", wording="original")
    phq9 = library.get("phq9")
    renamed = Library([face, replace(phq9, wording=replace(phq9.wording, name="new"))])
    [said] = permissions.faults(session, renamed)
    assert "in the wording 'original', which is gone" in said


@pytest.mark.parametrize("name", ["phq9.q9", "phq9.q11", "q10", "phq9"])
def test_only_optional_items_can_be_wanted(session: Session, library: Library, name: str) -> None:
    """The message names those there are."""
    with pytest.raises(Refused, match=r"no optional item .* There are: .*phq9\.q10") as refused:
        studies.create(session, NewStudy("S3", optional_items=(name,)), (), library, at=AT, actor="test")
    assert refused.value.field == "optional_items"
