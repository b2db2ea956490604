"""What is said of a patient's visits by the plan, in words."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _
from sqlalchemy import select

from surveys.db import db
from surveys.models import Patient, Timepoint
from surveys.schedule import Outlook
from surveys.store.patient import outlooks
from surveys.views.clinic import display
from surveys.views.web import server
from surveys.views.web.access import grant


def timepoints() -> list[Timepoint]:
    """The study's plan, in its order."""
    of_study = select(Timepoint).where(Timepoint.study_id == grant().study.id)
    return list(db.session.scalars(of_study.order_by(Timepoint.position)))


def of_patient(patient: Patient) -> list[str]:
    """The sentences about a patient whose palsies and treatments are loaded."""
    return list(sentences(outlooks.of_patient(db.session, patient, server.library())))


def sentences(told: Outlook) -> Iterator[str]:
    """A sentence for each thing to say."""
    if told.counted_from:
        yield _("The onset is known by month: visits count from %(day)s.", day=display.day(told.counted_from))
    if told.no_onset:
        yield {
            "unknown": _("No visit counts from the onset, because it is not known."),
            "year": _("No visit counts from the onset, because it is known by year only."),
            "over": _("No visit counts from the onset: all of them were over at the enrolment."),
            "none": _(
                "No visit counts from the onset: none was planned, or another study asks the same. A "
                "correction of the onset plans them anew."
            ),
        }[told.no_onset]
    if told.over:
        yield _("Over before the enrolment: %(names)s.", names=", ".join(told.over))
    for further, own in told.together:
        yield _("%(further)s has no visit of its own: %(own)s serves it too.", further=further, own=own)
