"""An import in numbers, the same before and after it is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analysis.words import counted, joined
from analysis.words import words as _
from surveys.exchange.import_file import ImportRow
from surveys.exchange.sheets import days
from surveys.instruments.library import Library
from surveys.instruments.many import score_many
from surveys.instruments.scoring import alerts_raised
from surveys.store.visit.alerts import HISTORICAL_AFTER

TOLD = 20

Planned = tuple[ImportRow, bool, Mapping[str, datetime], Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class ScaleCount:
    """The new responses of one scale by the outcome of scoring."""

    complete: int = 0
    prorated: int = 0
    unscored: int = 0

    @property
    def scored(self) -> int:
        """How many have a value."""
        return self.complete + self.prorated


@dataclass(frozen=True)
class Summary:
    """Counts of one import; `scales` by full key (`phq9.total`), visits outside the plan by name.

    `spellings` are codes of the file beside the same patients' stored codes. `shortened` has the first row of
    each code that looks like a number which a spreadsheet changed.
    """

    rows: int
    without_response: int
    new_patients: int
    stored_patients: int
    new_visits: int
    stored_visits: int
    new_responses: int
    stored_responses: int
    treatments: int
    gradings: int
    scales: Mapping[str, ScaleCount]
    new_alerts: int
    historical_alerts: int
    spellings: Mapping[str, str]
    shortened: Mapping[str, int]
    outside: Mapping[str, int]

    @classmethod
    def of(
        cls,
        planned: Iterable[Planned],
        library: Library,
        *,
        spellings: Mapping[str, str],
        outside: Iterable[str],
        new_patients: int,
        stored_patients: int,
        treatments: int,
        gradings: int,
        at: datetime,
    ) -> Summary:
        """Counts of `planned`: a row, whether its visit is new, when it was answered, and its new answers."""
        found: Counter[str] = Counter()
        given_to: dict[str, list[Mapping[str, Any]]] = {}
        shortened: dict[str, int] = {}
        for row, new_visit, answered_at, answers in planned:
            found["rows"] += 1
            found["without"] += not row.answers
            if days.is_shortened(row.patient):
                shortened.setdefault(row.patient, row.number)
            found["new_visits"] += new_visit
            found["responses"] += len(answers)
            found["stored_responses"] += len(row.answers) - len(answers)
            for key, given in answers.items():
                age = "historical" if at - answered_at[key] > HISTORICAL_AFTER else "new"
                instrument = library.get(key)
                given_to.setdefault(key, []).append(given)
                found[age] += sum(
                    len(alerts_raised(instrument, rule.item, given.get(rule.item)))
                    for rule in instrument.alerts
                )
        return cls(
            rows=found["rows"],
            without_response=found["without"],
            new_patients=new_patients,
            stored_patients=stored_patients,
            new_visits=found["new_visits"],
            stored_visits=found["rows"] - found["new_visits"],
            new_responses=found["responses"],
            stored_responses=found["stored_responses"],
            treatments=treatments,
            gradings=gradings,
            scales=_scales(given_to, library),
            new_alerts=found["new"],
            historical_alerts=found["historical"],
            spellings=dict(spellings),
            shortened=shortened,
            outside=Counter(outside),
        )

    def lines(self) -> list[str]:
        """The counts, for the person who imports."""
        told: list[str] = [
            _(
                "Rows: %(rows)s; without a response: %(without_response)s.",
                rows=self.rows,
                without_response=self.without_response,
            ),
            _(
                "Patients: %(new_patients)s new, %(stored_patients)s already stored.",
                new_patients=self.new_patients,
                stored_patients=self.stored_patients,
            ),
            _(
                "Visits: %(new_visits)s new, %(stored_visits)s already stored.",
                new_visits=self.new_visits,
                stored_visits=self.stored_visits,
            ),
            _(
                "Responses: %(new_responses)s new, %(stored_responses)s already stored.",
                new_responses=self.new_responses,
                stored_responses=self.stored_responses,
            ),
        ]
        if self.treatments or self.gradings:
            told.append(
                _(
                    "For patients already stored: %(treatments)s, %(gradings)s.",
                    treatments=counted(
                        "%(num)d further treatment", "%(num)d further treatments", self.treatments
                    ),
                    gradings=counted("%(num)d further grading", "%(num)d further gradings", self.gradings),
                )
            )
        told += [
            _(
                "%(name)s: %(scored)s scored (%(complete)s complete, %(prorated)s prorated), "
                "%(unscored)s without a score.",
                name=name,
                scored=count.scored,
                complete=count.complete,
                prorated=count.prorated,
                unscored=count.unscored,
            )
            for name, count in self.scales.items()
        ]
        alerts = self.new_alerts + self.historical_alerts
        told.append(
            counted(
                "Raises %(num)d alert: %(new_alerts)s new, %(historical_alerts)s historical.",
                "Raises %(num)d alerts: %(new_alerts)s new, %(historical_alerts)s historical.",
                alerts,
                new_alerts=self.new_alerts,
                historical_alerts=self.historical_alerts,
            )
        )
        return told

    def remarks(self) -> list[str]:
        """What the person who imports may not have meant."""
        told: list[str] = []
        if self.spellings:
            pairs = _first(
                _("%(text)s is %(code)s", text=text, code=code) for text, code in self.spellings.items()
            )
            told.append(_("Codes that read the same are one patient: %(pairs)s.", pairs=pairs))
        if self.shortened:
            changed = _first(
                _("%(code)s in row %(row)s", code=code, row=row) for code, row in self.shortened.items()
            )
            said = _(
                "Patient codes that look like numbers which a spreadsheet has changed: %(codes)s.",
                codes=changed,
            )
            told.append(said)
        if self.outside:
            names = _first(f"{name} ({count})" for name, count in self.outside.items())
            told.append(_("Visits that the plan does not have: %(names)s.", names=names))
        return told

    def facts(self) -> dict[str, Any]:
        """The counts for the audit trail."""
        return {
            "rows": self.rows,
            "patients": self.new_patients,
            "visits": self.new_visits,
            "responses": self.new_responses,
            "alerts": self.new_alerts + self.historical_alerts,
        }


def _scales(given_to: Mapping[str, list[Mapping[str, Any]]], library: Library) -> dict[str, ScaleCount]:
    """The outcomes of scoring these answers to each instrument."""
    found: dict[str, Counter[str]] = {}
    for key, responses in given_to.items():
        for results in score_many(library.get(key), responses):
            for one in results:
                outcome = "unscored" if one.value is None else "prorated" if one.prorated else "complete"
                found.setdefault(f"{key}.{one.scale}", Counter())[outcome] += 1
    return {name: ScaleCount(**outcomes) for name, outcomes in found.items()}


def _first(texts: Iterable[str]) -> str:
    """The first `TOLD` of the texts, and how many more there are."""
    whole = list(texts)
    more = [_("and %(value)s more", value=len(whole) - TOLD)] if len(whole) > TOLD else []
    return joined(", ", [*whole[:TOLD], *more])
