"""What a study lacks before patients may answer, and why it may not close: a sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from analysis.words import counted
from analysis.words import words as _
from surveys.instruments.facts import asks_of_the_eye, without_crisis_item
from surveys.instruments.instrument import Instrument
from surveys.instruments.library import Library
from surveys.language_names import in_english
from surveys.models import (
    Alert,
    AlertMail,
    AlertReader,
    BackupProof,
    ConsentText,
    Membership,
    Patient,
    Staff,
    Study,
    Visit,
)
from surveys.models.readiness import RANKS
from surveys.settings import Settings
from surveys.store.words import crisis_texts, permissions
from surveys.store.words.wordings import Texts

RANK_WORDS = {"first": _("the first person"), "deputy": _("the deputy")}
RANK_SUBJECTS = {"first": _("The first person"), "deputy": _("The deputy")}  # at the beginning of a sentence
READING_ROLES = ("coordinator", "investigator")
UNPROVED = _(
    "No mail of this study is known to have arrived. Send a test alert, and open the link in its mail."
)
UNSETTLED = ("new", "acknowledged", "acted_on")


@dataclass(frozen=True)
class Gap:
    """Why a study may not go on yet; `section` is the page where staff mend it."""

    section: str
    reason: str


def gaps(session: Session, study: Study, library: Library) -> list[Gap]:
    """Why `study` may not go active; needs its timepoints loaded.

    A study of simulated patients needs no committee, no notice and no reader of alerts.
    """
    keys = sorted({key for timepoint in study.timepoints for key in timepoint.battery})
    asked = permissions.asked(session, study, keys, Texts(library))
    found = [*_contact(study), *_crisis_texts(study, asked, library), *_eye_texts(study, asked, library)]
    found += _feedback(study)
    if not keys:
        found.insert(0, Gap("plan", _("The plan asks no questionnaire. Add a timepoint with a battery.")))
    for instrument in asked.values():
        found += (Gap("instruments", reason) for reason in permissions.hindrances(study, instrument))
    if not study.simulated:
        found += [*_ethics(study), *_data_protection(study), *_consent(session, study)]
        if crisis_instruments(asked):
            found += _alerts(session, study)
        found += _mail(session, study)
        if backup_proved_at(session) is None:
            found.append(
                Gap(
                    "backup",
                    _(
                        "No backup of this database has been restored yet. Make one and try it: "
                        "seventh backup FILE --prove"
                    ),
                )
            )
    return found


def warnings(study: Study, settings: Settings) -> list[str]:
    """What this installation lacks for the real patients of `study`, who may answer all the same."""
    found = [no_mail(study, settings)]
    if not study.simulated and not settings.secure:
        found.append(
            _(
                "The address is not https: SEVENTH_PUBLIC_URL is %(public_url)s. What patients "
                "answer can be read on its way.",
                public_url=settings.public_url,
            )
        )
    return [warning for warning in found if warning]


def no_mail(study: Study, settings: Settings) -> str | None:
    """Why messages of `study` and notices of its alerts do not go out; None where they do."""
    if study.simulated or settings.mail_hindrance is None:
        return None
    return _(
        "No e-mail goes to patients, and none about alerts to staff. %(mail_hindrance)s",
        mail_hindrance=settings.mail_hindrance,
    )


def unproved_mail(session: Session, study: Study) -> str | None:
    """That no mail of an active `study` is known to arrive: it went active before this was asked."""
    if study.simulated or study.status != "active" or mail_proved(session, study.id):
        return None
    return _("Invitations and word of alerts may reach nobody. %(unproved)s", unproved=UNPROVED)


def mail_proved(session: Session, study_id: int) -> bool:
    """Whether the mail server took a test alert and its addressee opened the link in it."""
    came = select(AlertMail.id).where(
        AlertMail.study_id == study_id,
        AlertMail.kind == "test",
        AlertMail.outcome == "sent",
        AlertMail.opened_at.is_not(None),
    )
    return session.scalar(came.limit(1)) is not None


def hindrances_to_closing(session: Session, study: Study) -> list[str]:
    """Why an active `study` may not be closed yet."""
    open_alerts = session.scalar(
        select(func.count(Alert.id))
        .join(Visit, Visit.id == Alert.visit_id)
        .join(Patient, Patient.id == Visit.patient_id)
        .where(Patient.study_id == study.id, Alert.state.in_(UNSETTLED))
    )
    if not open_alerts:
        return []
    return [
        counted(
            "%(num)d alert is not closed yet. Close every alert first.",
            "%(num)d alerts are not closed yet. Close every alert first.",
            open_alerts,
        )
    ]


def readers(session: Session, study_id: int) -> dict[str, AlertReader]:
    """Who reads the study's alerts, by rank (`first`, `deputy`)."""
    query = select(AlertReader).where(AlertReader.study_id == study_id)
    return {row.rank: row for row in session.scalars(query)}


def may_read(study_id: int) -> ColumnElement[bool]:
    """The condition that a member of staff may see all alerts of the study and can sign in."""
    membership = exists().where(
        Membership.staff_id == Staff.id,
        Membership.study_id == study_id,
        Membership.role.in_(READING_ROLES),
        Membership.site.is_(None),
    )
    return and_(Staff.active, membership)


def backup_proved_at(session: Session) -> datetime | None:
    """When a backup of this database was last proved by restoring it; None if never."""
    return session.scalar(select(BackupProof.proved_at).order_by(BackupProof.id.desc()).limit(1))


def crisis_instruments(asked: dict[str, Instrument]) -> list[str]:
    """Those of `asked` with a question about self-harm."""
    return [key for key, instrument in asked.items() if any(alert.crisis for alert in instrument.alerts)]


def _contact(study: Study) -> Iterator[Gap]:
    if not study.contact:
        yield Gap("contact", _("Patients would not know whom to ask. Fill in the study's contact."))
    for locale in study.locales[1:] if study.contact else ():
        if locale not in study.contact_texts:
            yield Gap(
                "contact", _("Say in %(in_english)s whom patients can ask.", in_english=in_english(locale))
            )
    for locale in study.locales:
        if not study.who_reads.get(locale):
            yield Gap(
                "contact",
                _("Say in %(in_english)s who reads the answers and when.", in_english=in_english(locale)),
            )


def _crisis_texts(study: Study, asked: dict[str, Instrument], library: Library) -> Iterator[Gap]:
    without = [other.short_title for one in asked.values() if (other := without_crisis_item(one, library))]
    instead = _(", or ask %(others)s instead", others=", ".join(without)) if without else ""
    raising = ", ".join(asked[key].short_title for key in crisis_instruments(asked))
    for locale in study.locales if raising else ():
        text = study.crisis_texts.get(locale)
        if not text:
            yield Gap(
                "crisis",
                _(
                    "%(raising)s asks about self-harm: write the crisis text in %(in_english)s%(instead)s.",
                    raising=raising,
                    in_english=in_english(locale),
                    instead=instead,
                ),
            )
        elif not study.simulated:
            yield from (Gap("crisis", fault) for fault in crisis_texts.faults(text, locale))


def _eye_texts(study: Study, asked: dict[str, Instrument], library: Library) -> Iterator[Gap]:
    asking = ", ".join(one.short_title for one in asked.values() if asks_of_the_eye(one, library))
    for locale in study.locales if asking else ():
        if not study.eye_texts.get(locale):
            yield Gap(
                "eye",
                _(
                    "%(asking)s asks about the eye: write in %(in_english)s when an eye needs a doctor.",
                    asking=asking,
                    in_english=in_english(locale),
                ),
            )


def _feedback(study: Study) -> Iterator[Gap]:
    for switch, texts, words in (
        ("use", study.use_texts, _("who uses the answers, and for what")),
        ("news", study.news_texts, _("what is new")),
    ):
        for locale in study.locales if switch in study.feedback else ():
            if not texts.get(locale):
                yield Gap(
                    "feedback",
                    _("Say in %(in_english)s %(words)s.", in_english=in_english(locale), words=words),
                )


def _ethics(study: Study) -> Iterator[Gap]:
    if study.ethics_not_required:
        return
    if not (study.ethics_committee and study.ethics_number and study.ethics_on):
        yield Gap(
            "ethics",
            _(
                "Fill in the ethics committee, the number and date of its opinion, or say why none "
                "is required."
            ),
        )


def _data_protection(study: Study) -> Iterator[Gap]:
    for name, words in (
        ("controller", _("who is the controller of the data")),
        ("data_protection_contact", _("whom patients can ask about data protection")),
        ("legal_basis", _("on which legal basis answers are kept")),
        ("retention_years", _("for how many years answers are kept")),
    ):
        if not getattr(study, name):
            yield Gap("data", _("Say %(words)s.", words=words))
    for locale in study.locales:
        if not study.privacy_notices.get(locale):
            yield Gap(
                "notices", _("Write the privacy notice in %(in_english)s.", in_english=in_english(locale))
            )


def _consent(session: Session, study: Study) -> Iterator[Gap]:
    """The consent text's gaps: it may be missing, because paper is allowed, but must speak every language."""
    texts = session.scalars(
        select(ConsentText).where(ConsentText.study_id == study.id).order_by(ConsentText.id)
    ).all()
    if texts:
        spoken = {text.locale for text in texts if text.version == texts[-1].version}
        for locale in study.locales:
            if locale not in spoken:
                yield Gap(
                    "consent",
                    _(
                        "The consent text does not speak %(in_english)s. Write a new version.",
                        in_english=in_english(locale),
                    ),
                )


def _mail(session: Session, study: Study) -> Iterator[Gap]:
    if not mail_proved(session, study.id):
        yield Gap("mail", UNPROVED)


def _alerts(session: Session, study: Study) -> Iterator[Gap]:
    instead = _("or ask PHQ-8 instead.")
    if not study.alert_days:
        yield Gap("alerts", _("Say on which days alerts are read, %(instead)s", instead=instead))
    if not (study.alert_from and study.alert_until):
        yield Gap("alerts", _("Say from and until which hour alerts are read, %(instead)s", instead=instead))
    named = readers(session, study.id)
    reading = set(session.scalars(select(Staff.id).where(may_read(study.id))))
    for rank in RANKS:
        if rank not in named:
            yield Gap(
                "alerts",
                _(
                    "Name %(rank_words)s to read alerts, %(instead)s",
                    rank_words=RANK_WORDS[rank],
                    instead=instead,
                ),
            )
        elif named[rank].staff_id not in reading:
            yield Gap(
                "alerts",
                _(
                    "%(who)s may see the alerts no longer: name another, %(instead)s",
                    who=RANK_SUBJECTS[rank],
                    instead=instead,
                ),
            )
        elif named[rank].acknowledged_at is None:
            yield Gap(
                "alerts",
                _(
                    "%(who)s has not acknowledged a test alert yet, %(instead)s",
                    who=RANK_SUBJECTS[rank],
                    instead=instead,
                ),
            )
