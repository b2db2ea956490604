"""The works that take a study's data as they are: exports and freezes."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import IO, Any, cast

from surveys.exchange import freezing
from surveys.exchange.bundle.package import write_study
from surveys.exchange.places import zipped
from surveys.exchange.tidy import package
from surveys.exchange.tidy.queries import Selection
from surveys.jobs import files
from surveys.jobs.queue import Task
from surveys.jobs.running import Workshop
from surveys.models import Study
from surveys.store.errors import Refused
from surveys.store.study import freezes, results


def export(workshop: Workshop, task: Task) -> Mapping[str, Any]:
    """A zip file of the study or a site; arguments: `form`, `site`, `reason` for calendar dates, `coarse`."""
    form, site, reason = (task.arguments[name] for name in ("form", "site", "reason"))
    coarse = bool(task.arguments.get("coarse"))
    with cast(IO[bytes], tempfile.TemporaryFile()) as file:
        with workshop.snapshot() as session, zipped(file) as place:
            study, known = session.get_one(Study, task.study_id), results.erasures(session, task.study_id)
            name = (
                f"{study.code}-bundle.zip"
                if form == "bundle"
                else f"{study.code}{'-coarser' if coarse else ''}.zip"
            )
            if form == "bundle":
                library, at = workshop.library, task.asked_at
                write_study(place, session, study, library, site=site, at=at, reason=reason or "")
            else:
                chosen = Selection(session, study.id, site)
                package.write(place, chosen, study, workshop.library, exact_dates=reason, coarse=coarse)
        return files.keep(workshop, task, file, name=name, erasures=known)


def freeze(workshop: Workshop, task: Task) -> Mapping[str, Any]:
    """A freeze under the argument `name`; the data are read before the short transaction that keeps them."""
    with workshop.snapshot() as session:
        at, known = workshop.now(), results.erasures(session, task.study_id)
        study = session.get_one(Study, task.study_id)
        what = freezing.held(session, study, workshop.library)
    with workshop.change() as session:
        study = session.get_one(Study, task.study_id)
        kept = freezing.keep(session, study, what, task.arguments["name"], at=at, actor=task.asked_by)
        name = kept.name
    with workshop.change() as session:
        is_overtaken = results.erasures(session, task.study_id) != known
        if is_overtaken:
            freezes.empty(session, task.study_id, at=workshop.now())
    if is_overtaken:
        raise Refused(files.ERASED)
    return {"freeze": name}
