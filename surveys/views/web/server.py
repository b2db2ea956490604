"""This server's settings, instruments and wordings."""

from __future__ import annotations

from flask import current_app

from surveys.instruments.library import Library
from surveys.settings import Settings
from surveys.store.visit.seals import Seals
from surveys.store.words.wordings import Texts


def settings() -> Settings:
    """The settings of this server."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def library() -> Library:
    """The instruments that this server knows."""
    found: Library = current_app.extensions["library"]
    return found


def texts() -> Texts:
    """Every instrument in every wording."""
    found: Texts = current_app.extensions["texts"]
    return found


def seals() -> Seals:
    """What seals answers that are not sent yet."""
    found: Seals = current_app.extensions["seals"]
    return found
