"""A site's own texts: loaded once and never replaced, found again in any wording."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from surveys.exchange.wording_file import read
from surveys.instruments.instrument import Instrument
from surveys.instruments.library import Library
from surveys.models import Event, InstrumentVersion, LoadedWording
from surveys.store.errors import Refused
from surveys.store.words import versions, wordings
from surveys.store.words.wordings import Texts, UnknownWording
from tests.support.wordings import as_toml, made_up
from tests.surveys.store.conftest import AT


def from_file(library: Library, key: str = "face", name: str = "authors", mark: str = "") -> Instrument:
    """The instrument in made-up texts."""
    tables = made_up(library.get(key), name, ("en", "nl"), mark)
    return read(f"{key}.toml", as_toml(tables).encode(), library)


def load(session: Session, instrument: Instrument) -> bool:
    return wordings.load(session, instrument, file="face.toml", at=AT, actor="staff:1")


def test_a_text_is_kept_with_its_digest(session: Session, library: Library) -> None:
    """Who loaded it, when, from which file; an event says so."""
    face = from_file(library)
    assert load(session, face)
    session.commit()
    session.expire_all()
    [row] = session.scalars(select(LoadedWording))
    assert (row.instrument, row.version, row.name, row.status) == ("face", "1", "authors", "loaded")
    assert (row.sha256, row.file, row.loaded_by, row.loaded_at) == (
        face.wording.sha256,
        "face.toml",
        "staff:1",
        AT,
    )
    [said] = session.scalars(select(Event).where(Event.action == "wording.loaded"))
    assert said.facts["languages"] == ["en", "nl"]
    assert list(wordings.faults(session, library)) == []


def test_the_same_text_again_changes_nothing(session: Session, library: Library) -> None:
    """And is no fault."""
    load(session, from_file(library))
    assert not load(session, from_file(library))
    assert len(session.scalars(select(LoadedWording)).all()) == 1


def test_a_text_is_never_replaced(session: Session, library: Library) -> None:
    """Another one of that name is refused; under a name of its own it stands beside it."""
    load(session, from_file(library))
    with pytest.raises(Refused, match=r"'authors' of face version 1 is there already, .* new name"):
        load(session, from_file(library, mark="*"))
    assert load(session, from_file(library, name="authors-2", mark="*"))
    texts = Texts(library)
    first, second = (texts.get(session, "face", "1", name) for name in ("authors", "authors-2"))
    assert first.wording.texts["nl"].items["q1"] == "face-nl item q1"
    assert second.wording.texts["nl"].items["q1"] == "face*-nl item q1"


def test_answers_of_before_do_not_get_a_text_afterwards(session: Session, library: Library) -> None:
    """A name under which answers were imported stays what it was: a name."""
    versions.freeze(session, library.get("face"), at=AT, wording="authors")
    with pytest.raises(Refused, match="nobody recorded these texts"):
        load(session, from_file(library))


def test_imported_answers_may_name_a_loaded_text(session: Session, library: Library) -> None:
    """They are then known to have been asked in it."""
    load(session, from_file(library))
    frozen = session.get_one(
        InstrumentVersion, versions.freeze(session, library.get("face"), at=AT, wording="authors")
    )
    assert (frozen.wording_status, frozen.texts["nl"]["title"]) == ("loaded", "face-nl title")


def test_texts_are_read_once(session: Session, library: Library) -> None:
    """Whatever was read is kept, as one object: pages drawn for it can be kept by it."""
    load(session, from_file(library))
    session.flush()
    texts = Texts(library)
    first = texts.get(session, "face", "1", "authors")
    seen: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    assert texts.get(session, "face", None, "authors") is first
    assert texts.get(session, "face") is library.get("face")
    assert texts.get(session, "face", "1", library.get("face").wording.name) is library.get("face")
    assert seen == []
    assert (first.sha256, first.wording.status) == (library.get("face").sha256, "loaded")
    assert hash(first) != hash(library.get("face"))


def test_a_wording_that_was_frozen_is_found_when_its_file_has_another(
    session: Session, library: Library
) -> None:
    """Whoever began in the old words goes on in them."""
    face = library.get("face")
    versions.freeze(session, face, at=AT)
    renamed = replace(face, wording=replace(face.wording, name="working-2"))
    later = Texts(Library([renamed]))
    old = later.get(session, "face", "1", face.wording.name)
    assert (old.wording.name, old.wording.status) == (face.wording.name, "working")
    assert old.wording.sha256 == face.wording.sha256
    with pytest.raises(UnknownWording, match="no wording 'gone' of face version 1"):
        later.get(session, "face", "1", "gone")


def test_a_text_changed_past_the_program_is_told(session: Session, library: Library) -> None:
    """As is a definition file that takes a loaded text's name."""
    face = from_file(library)
    load(session, face)
    taken = Library([replace(face, wording=replace(library.get("face").wording, name="authors"))])
    assert "gives its own text that name" in next(wordings.faults(session, taken))
    wrong = LoadedWording(
        instrument="saq",
        version="1",
        name="x",
        texts={},
        sha256="0" * 64,
        file="",
        loaded_by="test",
        loaded_at=AT,
    )
    session.add(wrong)
    session.flush()
    [said] = wordings.faults(session, library)
    assert "'x' of saq version 1 was changed in the database" in said
