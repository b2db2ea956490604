"""The works that make reports: kept with the study, as the JSON of a freeze, as PDF."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import IO, Any, cast

from surveys import SOFTWARE
from surveys.exchange import pdf, reporting
from surveys.jobs import files, queue
from surveys.jobs.queue import Task
from surveys.jobs.running import Workshop
from surveys.models import Study
from surveys.models.report import NUMBERS, PAGE
from surveys.store.errors import Refused
from surveys.store.study import reports, results


def report(workshop: Workshop, task: Task) -> Mapping[str, Any]:
    """A report that is kept, on the freeze named `freeze` or, where that is None, on the data as they are.

    The data are read and drawn before the short transaction that keeps it.
    """
    freeze = task.arguments["freeze"]
    with workshop.snapshot() as session:
        study, known = session.get_one(Study, task.study_id), results.erasures(session, task.study_id)
        if freeze is None:
            basis = reporting.as_now(session, study, workshop.library, at=workshop.now())
        else:
            basis = reporting.as_frozen(session, study, workshop.library, freeze)
    content = reporting.computed(basis)
    made = {PAGE: reporting.as_page(basis, content), NUMBERS: reporting.as_json(content)}
    with workshop.change() as session:
        files.must_still_hold(session, task, known)
        kept = reports.keep(
            session,
            task.study_id,
            {form: text.encode() for form, text in made.items()},
            freeze=basis.freeze,
            data_sha256=content["data_sha256"],
            software=SOFTWARE,
            at=workshop.now(),
            actor=task.asked_by,
        )
        result = {"report": kept.id}
        queue.finish(session, task, result, at=workshop.now())
    return result


def freeze_report(workshop: Workshop, task: Task) -> Mapping[str, Any]:
    """The report on the freeze named `freeze`, as JSON."""
    with workshop.snapshot() as session:
        study = session.get_one(Study, task.study_id)
        basis = reporting.as_frozen(session, study, workshop.library, task.arguments["freeze"])
        name = f"{study.code}-freeze-{basis.freeze.id if basis.freeze else 0}.json"
        known = results.erasures(session, task.study_id)
    return _kept(workshop, task, reporting.as_json(reporting.computed(basis)).encode(), name, known)


def report_pdf(workshop: Workshop, task: Task) -> Mapping[str, Any]:
    """The page of the kept report whose id is `report`, as PDF."""
    number = task.arguments["report"]
    with workshop.look() as session:
        name = f"{session.get_one(Study, task.study_id).code}-report-{number}.pdf"
        page = reports.file(session, task.study_id, number, PAGE)
        known = results.erasures(session, task.study_id)
    if page is None:
        raise Refused(reports.GONE)
    return _kept(workshop, task, pdf.pdf(page.decode()), name, known)


def _kept(workshop: Workshop, task: Task, content: bytes, name: str, known: int) -> Mapping[str, Any]:
    with cast(IO[bytes], tempfile.TemporaryFile()) as file:
        file.write(content)
        return files.keep(workshop, task, file, name=name, erasures=known)
