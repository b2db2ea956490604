"""Questionnaires in two languages, and an interface in a language written from right to left."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from sqlalchemy import update

from surveys import catalogues
from surveys.exchange.wording_file import read
from surveys.models import Study, Visit
from surveys.store.words import permissions, wordings
from surveys.store.words.permissions import NewPermission
from surveys.views.web import language
from tests.support.study import Invited, changing, library
from tests.support.wordings import as_toml, made_up

GERMAN = catalogues.FOLDER / "de" / "LC_MESSAGES" / "messages.po"
MIRROR = "fa"
"""The pseudo-language, none that ships: a process keeps questions as it drew them in a language."""
MIRRORED = "قلب "
"""What the pseudo-language puts before each text."""


def ask_in(app: Flask, invited: Invited, *locales: str) -> None:
    """Let the visit ask FaCE alone, in made-up words, in a study with `locales`."""
    with changing(app) as session:
        study = session.get_one(Study, invited.study_id)
        study.locales = list(locales)
        tables = made_up(library(app).get("face"), locales=locales)
        instrument = read("face.toml", as_toml(tables).encode(), library(app))
        at = study.created_at
        wordings.load(session, instrument, file="face.toml", at=at, actor="test")
        leave = NewPermission("face", "authors", "The authors", "A letter", "A paper")
        permissions.permit(session, study, leave, library(app), at=at, actor="test")
        session.execute(update(Visit).where(Visit.id == invited.visit_id).values(battery=["face"]))


def mirror(app: Flask, folder: Path) -> None:
    """Give `app` an interface in Arabic letters, made of the English texts."""
    catalogue = Catalog(locale=MIRROR)
    with GERMAN.open("rb") as file:
        for message in read_po(file, locale="de"):
            if isinstance(message.id, str):
                catalogue.add(message.id, MIRRORED + message.id if message.id else "")
            else:
                catalogue.add(message.id, (MIRRORED + message.id[1],) * catalogue.num_plurals)
    target = folder / MIRROR / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as out:
        write_mo(out, catalogue)
    language.use(app, folder)
