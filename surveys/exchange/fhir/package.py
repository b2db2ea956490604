"""The FHIR files of a study: one bundle, and the same resources as NDJSON, a file for each type."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import IO

from surveys.exchange.fhir.answers import Answers
from surveys.exchange.fhir.questionnaires import Resource, code_systems, questionnaire
from surveys.exchange.packing import Packing
from surveys.exchange.places import Place, Written
from surveys.models import Study

TYPES = ("Patient", "QuestionnaireResponse", "Observation")

_README = """\
# {title}

Study `{code}` as FHIR R4, exported by Seventh.{simulated}

`bundle.json` is a collection of all resources; the `.ndjson` files hold the same, a resource in each line.

- `Patient` has the study code, the sex and a year of birth. No name, contact or note is here.
- {dates}
- A Questionnaire computes its scores where the form is filled in (SDC `calculatedExpression`).
- An item without an answer says why (`data-absent-reason`): `asked-declined` passed over, `not-asked` not
  reached, `unknown` nobody recorded why. An item that was not asked is not there.
- An Observation is a score. One that cannot be computed has none: {missing} were left out for that reason.
{notes}
Check the files with `sha256sum -c SHA256SUMS`.
"""


def write(place: Place, answers: Answers, study: Study, *, told: str) -> list[Written]:
    """Write the files into `place`; `told` says in the README how dates leave. Memory holds some patients.

    Raises:
        CutShortError: the database gave fewer rows than it counts.
    """
    packing = Packing(place)
    described = list(_described(answers))
    packing.file("bundle.json", lambda file: _bundle(file, answers, described))
    missing = sum(answers.not_computed.values())
    for kind in ("CodeSystem", "Questionnaire"):
        found = [one for one in described if one["resourceType"] == kind]
        packing.file(f"{kind}.ndjson", lambda file, found=found: _lines(file, found), len(found))  # type: ignore[misc]
    for kind in TYPES:
        packing.file(f"{kind}.ndjson", lambda file, kind=kind: _lines(file, _only(answers, kind)))  # type: ignore[misc]
    notes = "".join(f"- {note}\n" for note in answers.contents.notes)
    text = _README.format(
        title=study.title,
        code=study.code,
        simulated=" **The patients are simulated.**" if study.simulated else "",
        dates=told,
        missing=missing,
        notes=notes,
    )
    packing.text("README.md", text)
    packing.sums()
    return packing.files


def _described(answers: Answers) -> Iterator[Resource]:
    yield from code_systems(answers.contents.asked, answers.names)
    for one, version in answers.versions.values():
        yield questionnaire(one, answers.names, version=version)


def _bundle(file: IO[bytes], answers: Answers, described: Iterable[Resource]) -> None:
    file.write(b'{"resourceType": "Bundle", "type": "collection", "entry": [')
    before = b"\n"
    for one in described:
        file.write(before + _entry(answers, one))
        before = b",\n"
    for one in answers.resources():
        file.write(before + _entry(answers, one))
        before = b",\n"
    file.write(b"\n]}\n")


def _entry(answers: Answers, one: Resource) -> bytes:
    address = f"{answers.names.base}/{one['resourceType']}/{one['id']}"
    return _json({"fullUrl": address, "resource": one})


def _only(answers: Answers, kind: str) -> Iterator[Resource]:
    return (one for one in answers.resources() if one["resourceType"] == kind)


def _lines(file: IO[bytes], resources: Iterable[Resource]) -> None:
    for one in resources:
        file.write(_json(one) + b"\n")


def _json(data: Resource) -> bytes:
    return json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
