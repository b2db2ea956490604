"""Where rows of a file contradict each other, what the study holds, or the calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from analysis.data.gradings import HOUSE_BRACKMANN
from analysis.words import words as _
from surveys.exchange import stored
from surveys.exchange.faults import Fault
from surveys.exchange.import_file import FACTS, ImportRow
from surveys.exchange.import_plan import MatchedRow
from surveys.exchange.stored import DETAILS, StoredPatient, StoredResponse, TreatmentKey
from surveys.models.patient import begins_too_late
from surveys.store.patient import patients
from surveys.store.patient.patients import NewTreatment

NOON = time(12)
NAMES = dict(zip(DETAILS, (_("product"), _("dose"), _("unit"), _("side")), strict=True))


@dataclass(frozen=True)
class Calendar:
    """The study's time zone, its day of today, and the instant of now."""

    zone: ZoneInfo
    today: date
    now: datetime

    def day(self, completed: date | datetime) -> tuple[date, datetime]:
        """The calendar day in the study, and the instant; of a day alone it is noon."""
        if isinstance(completed, datetime):
            return completed.astimezone(self.zone).date(), completed.astimezone(UTC)
        return completed, datetime.combine(completed, NOON, self.zone).astimezone(UTC)

    def is_to_come(self, completed: date | datetime) -> bool:
        """Whether the day, or the instant, is still to come."""
        on, at = self.day(completed)
        return on > self.today or (isinstance(completed, datetime) and at > self.now)


def in_facts(rows: Sequence[ImportRow], known: StoredPatient | None) -> tuple[dict[str, Any], list[Fault]]:
    """A patient's facts from all rows and from what is stored, and where these differ."""
    facts: dict[str, Any] = dict(known.facts) if known else {}
    faults: list[Fault] = []
    said_in: dict[str, int] = {}
    for row in rows:
        for name in FACTS.keys() & row.facts.keys():
            said = row.facts[name]
            if name in said_in and said != facts[name]:
                problem = _(
                    "This row says %(said)s, but row %(row)s of the same patient says %(other)s. Make them "
                    "agree.",
                    said=_text(said),
                    row=said_in[name],
                    other=_text(facts[name]),
                )
                faults.append(Fault(problem, row.number, name))
            elif known and said != known.facts[name]:
                problem = _(
                    "This row says %(said)s, but %(other)s is stored. Correct the file, or the patient's "
                    "page.",
                    said=_text(said),
                    other=_text(known.facts[name]),
                )
                faults.append(Fault(problem, row.number, name))
            else:
                facts[name] = said
                said_in.setdefault(name, row.number)
    return facts, faults


def in_visits(entries: Iterable[MatchedRow]) -> Iterator[Fault]:
    """Rows of one visit, where there may be but one."""
    seen: dict[stored.VisitKey, int] = {}
    for entry in entries:
        row = entry.row
        key = stored.visit_key(entry.timepoint.id if entry.timepoint else None, row.visit, row.occurrence)
        if key in seen:
            problem = _(
                "Patient %(patient)s has the visit %(visit)s in row %(row)s already. Visits of one name are "
                "told apart by a column occurrence (1, 2, …).",
                patient=row.patient,
                visit=row.visit,
                row=seen[key],
            )
            yield Fault(problem, row.number, "visit")
        seen.setdefault(key, row.number)


def in_days(entries: Iterable[MatchedRow], facts: Mapping[str, Any], calendar: Calendar) -> Iterator[Fault]:
    """Days that are still to come, and answers from before the onset."""
    onset = facts.get("onset_on")
    for entry in entries:
        row = entry.row
        said = [row.completed, *(row.circumstances(key).completed for key in row.answers)]
        for completed in dict.fromkeys(one for one in said if one is not None):
            if calendar.is_to_come(completed):
                yield Fault(_("%(day)s lies in the future.", day=completed), row.number, "completed_on")
        if onset and begins_too_late(onset.on, facts.get("cause", "unknown"), entry.on):
            problem = _(
                "The onset (%(onset)s) lies after these answers (%(day)s). Correct one of them; only with a "
                "tumour or an operation as the cause may the onset come later.",
                onset=_text(onset),
                day=entry.on,
            )
            yield Fault(problem, row.number, "onset_on")
        for treatment in row.treatments:
            if treatment.started and treatment.started.on > calendar.today:
                problem = _(
                    "%(kind)s starts in the future (%(day)s). A planned treatment is entered on the "
                    "patient's page.",
                    kind=treatment.kind,
                    day=_text(treatment.started),
                )
                yield Fault(problem, row.number, "treatments")


def in_treatments(rows: Iterable[ImportRow]) -> tuple[dict[NewTreatment, ImportRow], list[Fault]]:
    """Each kind and start once, with the details of all rows and the first row that says it; and faults."""
    united: dict[TreatmentKey, tuple[NewTreatment, ImportRow]] = {}
    faults = []
    for row in rows:
        for treatment in row.treatments:
            key = (treatment.kind, start(treatment))
            before, first = united.setdefault(key, (treatment, row))
            said, other = _details(treatment), _details(before)
            for name in sorted(name for name in said if said[name] != other.get(name, said[name])):
                problem = _(
                    "Row %(row)s says %(before)s as the %(name)s of the %(kind)s of %(day)s, and this row "
                    "%(said)s. A day has one treatment of a kind: make one of both.",
                    row=first.number,
                    before=other[name],
                    name=NAMES[name],
                    kind=treatment.kind,
                    day=_text(treatment.started),
                    said=said[name],
                )
                faults.append(Fault(problem, row.number, "treatments"))
            united[key] = replace(before, **{**said, **other}), first
    return dict(united.values()), faults


def in_treatment(row: ImportRow, treatment: NewTreatment, before: Mapping[str, Any]) -> Iterator[Fault]:
    """Details other than those that are stored for the treatment."""
    for name, said in _details(treatment).items():
        if before[name] != said:
            problem = _(
                "The file says %(said)s as the %(name)s of the %(kind)s of %(day)s, but %(before)s is "
                "stored. Correct it on the patient's page, or take it out of the file.",
                said=said,
                name=NAMES[name],
                kind=treatment.kind,
                day=_text(treatment.started),
                before=_text(before[name]),
            )
            yield Fault(problem, row.number, "treatments")


def in_gradings(entries: Iterable[MatchedRow]) -> tuple[dict[date, tuple[int, ImportRow]], list[Fault]]:
    """The grade of each day with the first row that says it, and where rows of one day differ."""
    gradings: dict[date, tuple[int, ImportRow]] = {}
    faults = []
    for entry in entries:
        row = entry.row
        if row.house_brackmann is None:
            continue
        before, first = gradings.setdefault(entry.on, (row.house_brackmann, row))
        if before != row.house_brackmann:
            problem = _(
                "Row %(row)s grades the same day %(grade)s. Make them agree.", row=first.number, grade=before
            )
            faults.append(Fault(problem, row.number, HOUSE_BRACKMANN))
    return gradings, faults


def in_grade(row: ImportRow, grade: int, before: int, on: date) -> Fault:
    """A grade other than the one that is stored for its day."""
    problem = _(
        "This row says %(grade)s, but %(before)s is stored for %(day)s.", grade=grade, before=before, day=on
    )
    return Fault(problem, row.number, HOUSE_BRACKMANN)


def differing(said: Mapping[str, Any], before: StoredResponse) -> list[str]:
    """The items that a row answers otherwise than it is stored."""
    return [item for item in said.keys() | before.answers if said.get(item) != before.answers.get(item)]


def in_answers(row: ImportRow, instrument: str, before: StoredResponse) -> Fault | None:
    """Answers other than those that are stored."""
    said = row.answers[instrument]
    items = differing(said, before)
    if not items:
        return None
    item = min(items, key=lambda name: (len(name), name))
    problem = _(
        "This row says %(said)s, but %(before)s is stored for this visit. Stored answers are not "
        "overwritten: take the row out, or correct it.",
        said=_text(said.get(item)),
        before=_text(before.answers.get(item)),
    )
    return Fault(problem, row.number, f"{instrument}_{item}")


def in_circumstances(
    row: ImportRow, instrument: str, on: date, wording: str | None, before: StoredResponse
) -> Fault | None:
    """The same answers of another day, or asked in another `wording`; None is unknown, and not compared."""
    if on != before.completed_on:
        problem = _(
            "These answers are stored as of %(before)s, not %(day)s. Make them agree.",
            before=before.completed_on,
            day=on,
        )
        return Fault(problem, row.number, "completed_on")
    if wording is not None and wording != before.wording:
        problem = _(
            "%(instrument)s is stored with the wording %(before)s, not %(wording)s.",
            instrument=instrument,
            before=before.wording,
            wording=wording,
        )
        return Fault(problem, row.number, "visit")
    return None


def start(treatment: NewTreatment) -> date | None:
    """The day of its start, by which it is told apart from another of its kind."""
    return treatment.started.on if treatment.started else None


def _details(treatment: NewTreatment) -> dict[str, Any]:
    """What is said of it beside its kind and start."""
    return {name: said for name in DETAILS if (said := getattr(treatment, name)) is not None}


def _text(value: Any) -> str:
    """A fact as a file would spell it."""
    if value is None:
        return _("nothing")
    if isinstance(value, patients.PartialDate):
        return value.on.isoformat()[: {"year": 4, "month": 7, "day": 10}[value.precision]]
    return str(value)
