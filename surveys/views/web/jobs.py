"""The desk of this server, where pages ask for work that takes long, and the files that come of it."""

from __future__ import annotations

import mimetypes
import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from typing import IO, Any, cast

from flask import Flask, after_this_request, current_app, redirect, render_template, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from surveys.db import db, look, short_transaction
from surveys.jobs import files, queue
from surveys.jobs.desk import Desk
from surveys.jobs.keeping import Keeper, machine
from surveys.models import Job
from surveys.settings import Settings
from surveys.store.errors import Refused
from surveys.store.study import exports
from surveys.views.web import afterwards
from surveys.views.web.access import Grant
from surveys.views.web.afterwards import Change

PATIENCE = 20.0  # seconds that a request waits for a file: that of a small study comes at once
RETRY_AFTER = 30  # seconds


def init_app(app: Flask) -> None:
    """Set up the desk; the process that works on jobs starts with the first of them."""
    open_desk(app)

    @app.errorhandler(queue.FullError)
    def full(error: queue.FullError) -> tuple[str, int, dict[str, str]]:
        db.session.rollback()
        page = render_template(
            "staff/error.html",
            code=503,
            title=_("Busy: please try again in a few minutes"),
            happened=_(
                "As many exports, freezes and reports as may wait are waiting to be made. "
                "Nothing was made or changed."
            ),
            mend=_("Please go back and try again in a few minutes."),
        )
        return page, 503, {"Retry-After": str(RETRY_AFTER)}


def open_desk(app: Flask) -> None:
    """Give the application its desk."""
    settings: Settings = app.config["SETTINGS"]
    keeper = Keeper(settings, partial(_nobody_elsewhere, settings))
    app.extensions["desk"] = Desk(_look, _change, keeper.wake, _now)


def desk() -> Desk:
    """The desk of this server."""
    found: Desk = current_app.extensions["desk"]
    return found


def note(here: Grant, kind: str, arguments: Mapping[str, Any]) -> int:
    """The id of a job that is asked for with this request, once that is committed.

    Nobody but who asked gets what it makes.

    Raises:
        FullError: too much is waiting.
    """
    return queue.ask(
        db.session, kind, _of(here, arguments), study_id=here.study.id, at=here.at, by=here.actor
    )


def note_at_once(here: Grant, kind: str, arguments: Mapping[str, Any]) -> int:
    """The same in a request that only reads, whose transaction cannot become a writer's."""
    return desk().ask(kind, _of(here, arguments), study_id=here.study.id, by=here.actor)


def behind(ask: Change) -> None:
    """Ask for a job once the page is drawn, which nobody waits for.

    The page's own transaction may be SQLite's one writer, and another would wait for it in vain.
    """
    wake = desk().wake

    def wake_at_last(response: Response) -> Response:
        response.call_on_close(wake)
        return response

    afterwards.change(ask)
    after_this_request(wake_at_last)


def wait(number: int) -> None:
    """Wait a little for a job that is committed.

    Nothing may be read between commit and wait: on SQLite that would hold up every patient.
    """
    desk().wake()
    desk().wait(number, PATIENCE)


def _of(here: Grant, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {**arguments, "by": here.actor}


def find(here: Grant, number: int) -> Job | None:
    """The job, if this person asked for it and may have what it makes."""
    with _look() as session:
        job = session.get(Job, number)
    if job is None or (job.study_id, job.asked_by) != (here.study.id, here.actor):
        return None
    told = job.arguments
    may_have = told.get("site") == here.site and (here.may_change or told.get("reason") is None)
    return job if may_have else None


def sent(here: Grant, number: int, code: str) -> Response:
    """The file of a job that is done, or the way to the page that tells of it.

    Raises:
        Refused: it could not be made.
    """
    job = find(here, number)
    if job is not None and job.error is not None:
        raise Refused(job.error)
    if job is None or not files.is_there(desk(), job):
        return redirect(url_for("jobs.show", code=code, number=number))
    db.session.rollback()  # a slow reader must not keep a transaction open
    file = cast(IO[bytes], tempfile.TemporaryFile())  # noqa: SIM115 — closed once it is sent
    if not files.copy(desk(), job, file):
        file.close()
        return redirect(url_for("jobs.show", code=code, number=number))
    name = job.result["name"]
    note_download(here, name)
    return send_file(file, mimetypes.guess_type(name)[0], as_attachment=True, download_name=name)


def note_download(here: Grant, file: str) -> None:
    """Note, behind the answer, that this person got `file`."""
    noted = partial(exports.note_download, study_id=here.study.id, file=file, at=here.at, actor=here.actor)
    afterwards.change(noted)


def _look() -> AbstractContextManager[Session]:
    return look(db.engine)


def _change() -> AbstractContextManager[Session]:
    return short_transaction(db.engine)


def _nobody_elsewhere(settings: Settings) -> bool:
    here = machine(settings.database_url)
    with _look() as session:
        return not queue.has_worker_elsewhere(session, here, at=_now())


def _now() -> datetime:
    return datetime.now(UTC)
