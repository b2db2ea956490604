"""What somebody asked for and waits for: whether it is done, and its file."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, render_template
from werkzeug.wrappers import Response

from surveys.jobs import files
from surveys.models.job import LIVE
from surveys.views.web import jobs
from surveys.views.web.access import for_roles, grant

pages = Blueprint("jobs", __name__)

LOOK_AGAIN = 3  # seconds until the page of a job that is not done loads again


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/jobs/<int:number>")
@for_roles("coordinator", "investigator", "analyst")
def show(code: str, number: int) -> tuple[str, int, dict[str, str]]:
    """Say how far it is; the page loads again by itself until it is done."""
    job = jobs.find(grant(), number) or abort(404)
    page = render_template("staff/study/job.html", job=job, has_file=files.is_there(jobs.desk(), job))
    if job.state not in LIVE:
        return page, 200, {}
    jobs.desk().wake()  # the process that worked on it may have been stopped
    return page, 202, {"Refresh": str(LOOK_AGAIN)}


@pages.get("/staff/<code>/jobs/<int:number>/file")
@for_roles("coordinator", "investigator", "analyst")
def file(code: str, number: int) -> Response:
    """Send the file to who asked for it."""
    here = grant()
    return jobs.sent(here, number, code) if jobs.find(here, number) else abort(404)
