"""Which texts of a study stand in which of its languages."""

from __future__ import annotations

from sqlalchemy.orm import Session

from surveys.instruments.library import Library
from surveys.models import Study
from surveys.store.study import spoken


def test_every_text_that_a_language_lacks_is_seen(session: Session, study: Study, library: Library) -> None:
    """Also in a study that runs; what nobody reads is not asked for."""
    asked = {key: library.get(key) for key in ("face", "phq9")}
    study.locales = ["en", "de"]
    study.contact, study.contacts = "Call us.", {"de": "Rufen Sie an."}
    study.who_reads = {"en": "Dr Abel.", "de": ""}
    study.feedback, study.news_texts = ["news"], {"de": "Neues."}
    found = {one.name: one.lacks(study.locales) for one in spoken.texts(session, study, asked, library)}
    assert found == {
        "Contact": [],
        "Who reads the answers": ["de"],
        "Crisis text": ["de"],
        "When an eye needs a doctor": ["de"],
        "News": ["en"],
        "FaCE": [],
        "PHQ-9": ["de"],
    }
