"""Take an import back: unseen in one moment, then removed in short transactions; unless somebody built on it.

Its patients' events refer to them, so their rows stay, without anything in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from analysis.words import words as _
from surveys.models import (
    Alert,
    AlertMail,
    Assistance,
    Background,
    BackgroundCheck,
    Base,
    Draft,
    Event,
    FeedbackShown,
    Freeze,
    Grading,
    Import,
    InjectionSite,
    Link,
    Message,
    Palsy,
    Patient,
    Priority,
    Response,
    Score,
    Serving,
    Signature,
    Study,
    Treatment,
    Visit,
)
from surveys.models.imports import seeing_all
from surveys.store import audit
from surveys.store.errors import Refused
from surveys.store.patient import importing
from surveys.store.patient.imports import EXTENDED
from surveys.store.transactions import ERASES, Transaction
from surveys.store.visit.basis import touched

AT_ONCE = 200
UNTOUCHED = ("new", "historical")
_LATER = aliased(Response)


def undo(transaction: Transaction, study_id: int, number: int | None, *, at: datetime, actor: str) -> Import:
    """Take import `number` of the study back, by default the last one; what broke off goes on.

    Raises:
        Refused: there is none, it was taken back before, or somebody built on it.
    """
    with transaction() as session, seeing_all(session):
        found = _found(session, study_id, number)
        if found.undone_at is None:
            study = session.get_one(Study, study_id)
            if found.finished_at is not None and (
                reasons := list(_built_on(session, found, found.finished_at))
            ):
                raise Refused(
                    _(
                        "Import %(id)s of %(file)s cannot be taken back, because somebody built on it: "
                        "%(reasons)s. Correct what is wrong on the patients' pages.",
                        id=found.id,
                        file=found.file,
                        reasons="; ".join(reasons),
                    )
                )
            _shorten_batteries(session, found)
            found.undone_at, found.undone_by = at, actor
            facts = {"study": study.code, "import": found.id, "file": found.file, "sha256": found.sha256}
            entry = audit.Entry(at, actor, "import.undone", facts=facts, study_id=study_id)
            audit.record(session, entry)
        session.flush()
        session.expunge(found)
    for remove in (_remove_responses, _remove_visits, _remove_facts, _remove_patients):
        more = True
        while more:
            with transaction() as session, seeing_all(session):
                more = remove(session, found.id, at, actor)
    with transaction() as session:
        session.execute(update(Import).where(Import.id == found.id).values(emptied_at=at))
        session.info[ERASES] = True
    return found


def _found(session: Session, study_id: int, number: int | None) -> Import:
    of_study = select(Import).where(Import.study_id == study_id).order_by(Import.id.desc()).with_for_update()
    left = of_study.where(Import.emptied_at.is_(None))
    found = session.scalars(left.limit(1) if number is None else of_study.where(Import.id == number)).first()
    if found is None:
        raise Refused(_("There is no such import of this study, or it was taken back already."))
    if found.emptied_at is not None:
        raise Refused(_("Import %(id)s was taken back already.", id=found.id))
    return found


def _shorten_batteries(session: Session, found: Import) -> None:
    """Visits that were there before ask again what they had asked."""
    added = {int(visit_id): keys for visit_id, keys in found.counts.get(EXTENDED, {}).items()}
    asked: dict[int, list[str]] = {}
    ids = list(added)
    for some in (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)):
        for visit_id, battery in session.execute(select(Visit.id, Visit.battery).where(Visit.id.in_(some))):
            asked[visit_id] = [key for key in battery if key not in added[visit_id]]
    importing.set_batteries(session, asked)


def _built_on(session: Session, found: Import, since: datetime) -> Iterator[str]:
    """What was made of the import's rows, in words."""
    own_visit = Visit.import_id == found.id
    answers = (Alert.visit_id == Response.visit_id, Alert.instrument == Response.instrument)
    of_import = exists().where(*answers, Response.import_id == found.id)
    told = exists().where(AlertMail.alert_id == Alert.id)
    if _count(session, Alert, of_import, or_(Alert.state.not_in(UNTOUCHED), told)):
        yield _("staff were told of one of its alerts, or took it on")
    corrected = exists().where(_LATER.supersedes_id == Response.id)
    ended = or_(~Response.stands, corrected)
    if _count(session, Response, Response.import_id == found.id, ended):
        yield _("one of its answers was corrected or annulled")
    others = Response.import_id.is_distinct_from(found.id)
    if _count(session, Response, others, exists().where(Visit.id == Response.visit_id, own_visit)):
        yield _("patients have answered at its visits")
    for table, words in _AT_VISITS:
        if _count(session, table, exists().where(Visit.id == table.visit_id, own_visit)):
            yield words
    # A package brings such answers itself, before anybody sees its visits.
    if _count(
        session, Background, Background.at > since, exists().where(Visit.id == Background.visit_id, own_visit)
    ):
        yield _("patients have told of themselves at its visits")
    patients = select(Patient.id).where(Patient.import_id == found.id)
    # Those that a package brought itself are counted.
    own = exists().where(Treatment.id == InjectionSite.treatment_id, Treatment.import_id == found.id)
    if _count(session, InjectionSite, own) != found.counts.get("sites", 0):
        yield _("units by muscle of one of its injections were recorded")
    changed = exists().where(
        Treatment.id == Event.facts["treatment"].as_integer(),
        Treatment.patient_id == Event.patient_id,
        Treatment.patient_id.not_in(patients),
        Treatment.import_id == found.id,
    )
    if _count(session, Event, Event.action == "treatment.changed", Event.at > since, changed):
        yield _("one of its treatments was changed")
    if _count(session, Serving, _laid_by(found.id), exists().where(Visit.id == Serving.visit_id, _counts())):
        yield _("visits were laid by the day of one of its treatments")
    later = session.scalars(
        select(Event.action).where(Event.patient_id.in_(patients), Event.at > since).distinct().limit(3)
    ).all()
    if later:
        yield _("its patients were changed since (%(later)s)", later=", ".join(sorted(later)))
    more = Visit.import_id.is_distinct_from(found.id)
    if not later and _count(session, Visit, more, Visit.patient_id.in_(patients)):
        yield _("its patients have further visits")
    if _count(session, Freeze, Freeze.study_id == found.study_id, Freeze.made_at > since):
        yield _("a freeze holds it")


_AT_VISITS: tuple[tuple[Any, str], ...] = (
    (Draft, _("patients have begun to answer at its visits")),
    (Link, _("its visits have links")),
    (Message, _("messages of its visits were planned or sent")),
    (Signature, _("one of its visits was signed")),
)


def _laid_by(import_id: int) -> ColumnElement[bool]:
    """That an occasion belongs to a treatment of the import."""
    return exists().where(Treatment.id == Serving.treatment_id, Treatment.import_id == import_id)


def _counts() -> ColumnElement[bool]:
    """That a visit was not withdrawn, or was begun before it was."""
    return Visit.withdrawn_at.is_(None) | touched()


def _count(session: Session, table: type[Base], *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def _remove_responses(session: Session, import_id: int, at: datetime, actor: str) -> bool:
    rows = session.execute(
        select(Response.id, Response.visit_id, Response.instrument)
        .where(Response.import_id == import_id)
        .order_by(Response.id)
        .limit(AT_ONCE)
    ).all()
    ids = [row.id for row in rows]
    answers = (Alert.visit_id == Response.visit_id, Alert.instrument == Response.instrument)
    _delete(session, Alert, exists().where(*answers, Response.id.in_(ids)))
    _delete(session, Score, Score.response_id.in_(ids))
    _delete(session, Response, Response.id.in_(ids))
    return bool(rows)


def _remove_visits(session: Session, import_id: int, at: datetime, actor: str) -> bool:
    ids = _some(session, Visit, Visit.import_id == import_id)
    _delete(session, BackgroundCheck, BackgroundCheck.background_id.in_(_of_visits(ids)))
    for table in (Background, Assistance, Priority, FeedbackShown, Serving):
        _delete(session, table, table.visit_id.in_(ids))
    _delete(session, Visit, Visit.id.in_(ids))
    return bool(ids)


def _of_visits(ids: Sequence[int]) -> Select[int]:
    return select(Background.id).where(Background.visit_id.in_(ids))


def _remove_facts(session: Session, import_id: int, at: datetime, actor: str) -> bool:
    gradings = _some(session, Grading, Grading.import_id == import_id)
    treatments = _some(session, Treatment, Treatment.import_id == import_id)
    _delete(session, Grading, Grading.id.in_(gradings))
    _delete(session, InjectionSite, InjectionSite.treatment_id.in_(treatments))
    _delete(session, Serving, Serving.treatment_id.in_(treatments))  # of visits that were withdrawn
    _delete(session, Treatment, Treatment.id.in_(treatments))
    return bool(gradings or treatments)


def _remove_patients(session: Session, import_id: int, at: datetime, actor: str) -> bool:
    ids = _some(
        session,
        Patient,
        (Patient.import_id == import_id) & ~Patient.code.startswith(_left(import_id), autoescape=True),
    )
    _delete(session, Palsy, Palsy.patient_id.in_(ids))
    for row in session.scalars(select(Patient).where(Patient.id.in_(ids))):
        row.code = f"{_left(import_id)}{row.id}"
        row.birth_year, row.sex, row.site = None, "unknown", None
        audit.record(session, audit.Entry(at, actor, "patient.removed", row.id, {"import": import_id}))
    return bool(ids)


def _left(import_id: int) -> str:
    """How the codes of what is left begin: no code that a person gives has an underscore first."""
    return f"_import/{import_id}/"


def _some(session: Session, table: Any, condition: ColumnElement[bool]) -> list[int]:
    return list(session.scalars(select(table.id).where(condition).order_by(table.id).limit(AT_ONCE)))


def _delete(session: Session, table: type[Base], condition: ColumnElement[bool]) -> None:
    session.execute(delete(table).where(condition), execution_options={"synchronize_session": False})
