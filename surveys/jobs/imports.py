"""The works that bring a file in, and take it back. Both go on where a process that died left them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surveys.catalogues import read_in
from surveys.exchange import importing
from surveys.exchange.moving import files, storing
from surveys.exchange.tables.incoming import rows
from surveys.jobs import incoming, queue
from surveys.jobs.queue import Task
from surveys.jobs.running import Workshop
from surveys.models import Import, Study
from surveys.store.accounts import staff
from surveys.store.patient import imports, undoing


def bring_in(workshop: Workshop, task: Task) -> Mapping[str, Any]:
    """The file whose number is `incoming`, in short transactions, so that no patient waits."""
    with workshop.look() as session:
        language = staff.language_of(session, task.asked_by)
        sent = incoming.find(session, task.study_id, task.arguments["incoming"])
        study = session.get_one(Study, task.study_id).code
    with read_in(language):
        return _bring_in(workshop, task, sent, study)


def _bring_in(workshop: Workshop, task: Task, sent: incoming.Incoming, study: str) -> Mapping[str, Any]:
    if files.is_package(sent.content):
        return _move_in(workshop, task, sent)
    file = rows(sent.name, sent.content, sent.mapping, workshop.library, study)
    done = 0
    told = 0

    def progress(more: int) -> None:
        nonlocal done, told
        done += more
        hundredths = min(99, 100 * done // len(file.rows))
        if hundredths > told:
            told = hundredths
            with workshop.change() as session:
                queue.tell(session, task, told)

    plan = importing.carry_out(
        workshop.snapshot,
        workshop.change,
        task.study_id,
        file,
        workshop.library,
        wording=task.arguments["wording"],
        at=workshop.now(),
        progress=progress,
        actor=task.asked_by,
    )
    with workshop.look() as session:
        of_file = (
            one for one in imports.of_study(session, task.study_id) if one.sha256 == file.sha256 and one.seen
        )
        made = next(of_file, None)
        number = made.id if made else None
    return {"import": number, "new": plan.changes or plan.begun is not None, "told": plan.told()}


def _move_in(workshop: Workshop, task: Task, sent: incoming.Incoming) -> Mapping[str, Any]:
    """A tidy package, patient by patient."""
    with files.opened(sent.content, sent.name) as package:
        arrived = storing.take(
            workshop.snapshot,
            workshop.change,
            task.study_id,
            package,
            workshop.library,
            at=workshop.now(),
            actor=task.asked_by,
        )
    return {"import": arrived.number, "new": arrived.new, "told": [str(line) for line in arrived.lines]}


def take_back(workshop: Workshop, task: Task) -> Mapping[str, Any]:
    """The import whose number is `import`, unless somebody built on it."""
    number = task.arguments["import"]
    with workshop.look() as session:
        found = session.get(Import, number)
    if found is not None and found.emptied_at is not None and _is_of(task, found):
        return {"import": number}
    undoing.undo(workshop.change, task.study_id, number, at=workshop.now(), actor=task.asked_by)
    return {"import": number}


def _is_of(task: Task, found: Import) -> bool:
    """Whether this very job took the import back, in a try whose process died before it said so."""
    return (
        (found.study_id, found.undone_by) == (task.study_id, task.asked_by)
        and found.undone_at is not None
        and found.undone_at >= task.asked_at
    )
