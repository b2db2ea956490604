"""The works that take a study's data as they are: exports and freezes."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import IO, Any, cast

from surveys.exchange import formats, freezing
from surveys.exchange.places import zipped
from surveys.jobs import files, queue
from surveys.jobs.queue import Task
from surveys.jobs.running import Workshop
from surveys.models import Study
from surveys.store.study import results
from surveys.store.study.exports import Order


def export(workshop: Workshop, task: Task) -> Mapping[str, Any]:
    """A zip file of the study or a site; the arguments are those of an `Order`."""
    order = Order.of(task.arguments)
    with cast(IO[bytes], tempfile.TemporaryFile()) as file:
        with workshop.snapshot() as session, zipped(file) as place:
            study, known = session.get_one(Study, task.study_id), results.erasures(session, task.study_id)
            name = formats.file_name(study, order)
            formats.write(place, session, study, workshop.library, order, at=task.asked_at)
        return files.keep(workshop, task, file, name=name, erasures=known)


def freeze(workshop: Workshop, task: Task) -> Mapping[str, Any]:
    """A freeze under the argument `name`; the data are read before the short transaction that keeps them."""
    with workshop.snapshot() as session:
        at, known = workshop.now(), results.erasures(session, task.study_id)
        study = session.get_one(Study, task.study_id)
        what = freezing.held(session, study, workshop.library)
    with workshop.change() as session:
        files.must_still_hold(session, task, known)
        study = session.get_one(Study, task.study_id)
        kept = freezing.keep(session, study, what, task.arguments["name"], at=at, actor=task.asked_by)
        result = {"freeze": kept.name}
        queue.finish(session, task, result, at=workshop.now())
    return result
