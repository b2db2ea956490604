"""Which texts of a study stand in which of its languages: a table in which every gap is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.words import words as _
from surveys.instruments.facts import asks_of_the_eye
from surveys.instruments.instrument import Instrument
from surveys.instruments.library import Library
from surveys.models import ConsentText, Study
from surveys.store.study.readiness import crisis_instruments


@dataclass(frozen=True)
class SpokenText:
    """One text: what staff call it, the section of the study's page where it is written, its languages."""

    name: str
    section: str
    languages: tuple[str, ...]

    def lacks(self, locales: Sequence[str]) -> list[str]:
        """Those of `locales` in which it is missing."""
        return [code for code in locales if code not in self.languages]


def texts(
    session: Session, study: Study, asked: Mapping[str, Instrument], library: Library
) -> list[SpokenText]:
    """Every text that patients of `study` read and its own words say, with the questionnaires `asked`."""
    found = [
        SpokenText(_("Contact"), "contact", tuple(study.contact_texts)),
        SpokenText(_("Who reads the answers"), "contact", _filled(study.who_reads)),
    ]
    if not study.simulated or study.privacy_notices:
        found.append(SpokenText(_("Privacy notice"), "notices", _filled(study.privacy_notices)))
    if consent := _consent(session, study):
        found.append(SpokenText(_("Consent text"), "consent", consent))
    if crisis_instruments(dict(asked)):
        found.append(SpokenText(_("Crisis text"), "crisis", _filled(study.crisis_texts)))
    if any(asks_of_the_eye(one, library) for one in asked.values()):
        found.append(SpokenText(_("When an eye needs a doctor"), "eye", _filled(study.eye_texts)))
    for switch, name, own in (
        ("use", _("Who uses the answers"), study.use_texts),
        ("news", _("News"), study.news_texts),
    ):
        if switch in study.feedback:
            found.append(SpokenText(name, "feedback", _filled(own)))
    found += (SpokenText(one.short_title, "instruments", one.locales) for one in asked.values())
    return found


def _filled(own: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(code for code, text in own.items() if text)


def _consent(session: Session, study: Study) -> tuple[str, ...]:
    """The languages of the newest consent text; none where the study has no text."""
    query = select(ConsentText).where(ConsentText.study_id == study.id).order_by(ConsentText.id)
    every = session.scalars(query).all()
    return tuple(text.locale for text in every if text.version == every[-1].version)
