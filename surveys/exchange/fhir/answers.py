"""Patients, responses and scores of a study as resources of FHIR, some patients at a time."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any

from surveys.exchange.dates import Dates
from surveys.exchange.fhir.questionnaires import CORE, Names, Resource, identifier, version_of
from surveys.exchange.tidy.codebook import AnsweredInstrument
from surveys.exchange.tidy.contents import Contents
from surveys.exchange.tidy.people import PATIENTS
from surveys.exchange.tidy.queries import Selection, responses
from surveys.instruments.instrument import Item
from surveys.models import Response, Score
from surveys.models.response import ANSWERED_HERE

AT_ONCE = 200  # patients
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
WHY: Mapping[str | None, str] = {"skipped": "asked-declined", "not_reached": "not-asked", None: "unknown"}
GENDERS: Mapping[str, str] = {"female": "female", "male": "male", "other": "other", "unknown": "unknown"}
BY_PATIENT = ("web", "kiosk", "simulated")


@dataclass(frozen=True)
class Answers:
    """The resources of the selected patients; `not_computed` counts scores that have none."""

    selection: Selection
    contents: Contents
    names: Names
    dates: Dates
    study: str
    not_computed: Counter[str] = field(default_factory=Counter)

    def resources(self) -> Iterator[Resource]:
        """Each patient, then the patient's responses, each with its scores behind it."""
        codes = iter([row.code for row in PATIENTS.rows(self.selection)])
        while chunk := tuple(islice(codes, AT_ONCE)):
            yield from self._of(replace(self.selection, patients=chunk))

    @property
    def versions(self) -> Mapping[tuple[str, str, str], tuple[AnsweredInstrument, str]]:
        """Each answered instrument by key, version and wording, with the version of its Questionnaire."""
        asked = self.contents.asked
        times = Counter((one.instrument.key, one.instrument.version) for one in asked)
        return {
            (one.instrument.key, one.instrument.version, one.wording): (
                one,
                version_of(one, times[one.instrument.key, one.instrument.version] > 1),
            )
            for one in asked
        }

    def _of(self, selection: Selection) -> Iterator[Resource]:
        found: dict[str, list[Resource]] = {}
        scores = self._scores(selection)
        versions = self.versions
        for key in dict.fromkeys(key for key, _, _ in versions):
            for row in self.contents.table(f"answers_{key}").rows(selection):
                one, version = versions[key, row.version, row.wording]
                own = found.setdefault(row.code, [])
                own.append(self._response(one, version, row, scores.get(row.id, [])))
                own += self._observations(one, row, scores.get(row.id, []))
        for row in PATIENTS.rows(selection):
            yield self._patient(row)
            yield from found.get(row.code, [])

    def _scores(self, selection: Selection) -> dict[int, list[Any]]:
        query = responses(Response.id, Score.scale, Score.value, Score.items_missing, Score.prorated).join(
            Score, Score.response_id == Response.id
        )
        found: dict[int, list[Any]] = {}
        for row in selection.stream(query.order_by(Response.id, Score.scale)):
            found.setdefault(row.id, []).append(row)
        return found

    def _patient(self, row: Any) -> Resource:
        made: Resource = {
            "resourceType": "Patient",
            "id": _patient_id(row.code),
            "identifier": [{"system": f"{self.names.base}/NamingSystem/{self.study}", "value": row.code}],
            "gender": GENDERS[row.sex],
        }
        if (year := self.dates.year(row.code, row.birth_year)) is not None:
            made["birthDate"] = str(year)
        return made

    def _response(self, one: AnsweredInstrument, version: str, row: Any, scores: list[Any]) -> Resource:
        subject = {"reference": f"Patient/{_patient_id(row.code)}"}
        items = (self._item(one, item, row) for item in one.instrument.asked(optional=True))
        made: Resource = {
            "resourceType": "QuestionnaireResponse",
            "id": f"r{row.id}",
            "extension": [
                {"url": self.names.extension(name), kind: value}
                for name, kind, value in (
                    ("visit", "valueString", row.visit),
                    ("occurrence", "valueInteger", row.occurrence),
                    ("wording", "valueString", row.wording),
                    ("source", "valueCode", row.source.replace("_", "-")),
                    ("answered-by", "valueCode", row.answered_by and row.answered_by.replace("_", "-")),
                )
                if value is not None
            ],
            "questionnaire": f"{self.names.questionnaire(one.instrument.key)}|{version}",
            "status": "in-progress" if row.partial else "amended" if row.corrected else "completed",
            "subject": subject,
            "authored": self._when(row),
            "author" if row.source in BY_PATIENT else "source": subject,
            "item": [
                *(item for item in items if item is not None),
                *(
                    {"linkId": f"score-{score.scale}", "answer": [{"valueDecimal": score.value}]}
                    for score in scores
                    if score.value is not None
                ),
            ],
        }
        if row.locale:
            made["language"] = row.locale
        return made

    def _when(self, row: Any) -> str | None:
        """The instant of sending where it is known, else the day."""
        if row.source in ANSWERED_HERE:
            at = self.dates.instant(row.code, row.submitted_at)
            return None if at is None else at.isoformat()
        on = self.dates.day(row.code, row.completed_on)
        return None if on is None else on.isoformat()

    def _item(self, one: AnsweredInstrument, item: Item, row: Any) -> Resource | None:
        """An item with its answer, or why it has none; None where it was not asked."""
        if item.key in row.answers:
            value = row.answers[item.key]
            if item.kind == "choices" and not value:
                return {"linkId": item.key}
            return {"linkId": item.key, "answer": list(self._answers(one, item, row.code, value))}
        if item.optional and item.key not in row.not_given:
            return None
        why = WHY[row.not_given.get(item.key)]
        return {
            "linkId": item.key,
            "extension": [{"url": f"{CORE}/data-absent-reason", "valueCode": why}],
        }

    def _answers(self, one: AnsweredInstrument, item: Item, code: str, value: Any) -> Iterator[Resource]:
        if item.kind == "date":
            on = self.dates.day(code, date.fromisoformat(value))
            yield {"valueDate": None if on is None else on.isoformat()}
        elif item.chosen:
            words = one.words(item)
            for chosen in value if item.kind == "choices" else [value]:
                display = words.get(chosen, str(chosen))
                yield {"valueCoding": self.names.option(one.instrument, item, chosen, display)}
        elif item.kind == "text":
            yield {"valueString": value}
        else:
            yield {"valueInteger" if item.kind == "whole" else "valueDecimal": value}

    def _observations(self, one: AnsweredInstrument, row: Any, scores: list[Any]) -> Iterator[Resource]:
        subject = {"reference": f"Patient/{_patient_id(row.code)}"}
        for score in scores:
            if score.value is None:
                self.not_computed[f"{one.instrument.key}.{score.scale}"] += 1
                continue
            made: Resource = {
                "resourceType": "Observation",
                "id": identifier(f"o{row.id}-{score.scale}"),
                "status": "final",
                "category": [
                    {
                        "coding": [
                            {
                                "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                                "code": "survey",
                            }
                        ]
                    }
                ],
                "code": {"coding": [self.names.score(one.instrument, one.instrument.scale(score.scale))]},
                "subject": subject,
                "effectiveDateTime": self._when(row),
                "performer": [subject],
                "valueQuantity": {
                    "value": score.value,
                    "unit": "score",
                    "system": "http://unitsofmeasure.org",
                    "code": "{score}",
                },
                "derivedFrom": [{"reference": f"QuestionnaireResponse/r{row.id}"}],
            }
            if score.prorated:
                missing = score.items_missing
                made["note"] = [{"text": f"Items without an answer that were made up for: {missing}."}]
                made["extension"] = [{"url": self.names.extension("items-missing"), "valueInteger": missing}]
            yield made


def _patient_id(code: str) -> str:
    """The study code where it can be an id, else a digest of it; the identifier has the code itself."""
    return code if _ID.fullmatch(code) else f"p{hashlib.sha256(code.encode()).hexdigest()[:20]}"
