"""Error pages: the problem and what to do, in plain words, never a trace. Programs get JSON instead."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from sqlalchemy.exc import DatabaseError
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError, ServiceUnavailable
from werkzeug.wrappers import Response

from surveys.db import db, is_out
from surveys.store.errors import Refused
from surveys.views.web import language
from surveys.views.web.problems import asked_by_program, problem_of

Page = tuple[str, int] | Response


def drawn(code: int, **told: str) -> str:
    """The page of that error for its reader, staff or patient; `told` is title, happened and mend."""
    if not language.is_for_staff():
        return render_template("errors/error.html", code=code, **told)
    if code != ServiceUnavailable.code:
        return render_template("staff/error.html", code=code, **told)
    # The frame asks the database, which does not answer.
    g.pop("grant", None)
    return render_template("staff/error.html", code=code, current_user=None, **told)


def _no_cookies() -> str:
    return drawn(
        400,
        title=_("Your browser keeps no cookies"),
        happened=_("Without them this page cannot tell who sends the form."),
        mend=_("Please allow cookies for this page, or open it in another browser."),
    )


def init_app(app: Flask) -> None:
    """Draw every error of `app`: for staff `staff/error.html`, for patients `errors/error.html`."""

    def log_exception(exc_info: Any) -> None:
        # Flask would log the path, and a path may be a personal link.
        app.logger.error("Exception in %s [%s]", request.endpoint, request.method, exc_info=exc_info)

    app.log_exception = log_exception  # type: ignore[method-assign]

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Page:
        if asked_by_program():
            return problem_of(error)
        code = error.code or 500
        return drawn(code), code

    @app.errorhandler(CSRFError)
    def form_too_old(error: CSRFError) -> Page:
        if not request.cookies:
            return _no_cookies(), 400
        if language.is_for_staff():
            return render_template("staff/error.html", code=400, too_old=True), 400
        page = drawn(
            400,
            title=_("This page is no longer current"),
            happened=_("Your browser has forgotten who you are; that happens when it was closed."),
            mend=_(
                "Please open your personal link again, or sign in again. Everything saved so far is kept."
            ),
        )
        return page, 400

    @app.errorhandler(ParseException)
    def broken_body(error: ParseException) -> Page:
        # The server reads a chunked body when a page asks for it, and only then finds the fault.
        return http_error(BadRequest())

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Page:
        db.session.rollback()
        page = drawn(
            422,
            title=_("This was not done"),
            happened=str(error),
            mend=_("Nothing was changed. Please go back and look at it again."),
        )
        return page, 422

    @app.errorhandler(DatabaseError)
    def database_down(error: DatabaseError) -> Page:
        if not is_out(error):
            raise error
        app.logger.error("The database did not answer: %s", type(error.orig).__name__)
        db.session.rollback()
        return http_error(ServiceUnavailable())

    @app.errorhandler(InternalServerError)
    def our_fault(error: InternalServerError) -> Page:
        # The page asks who is signed in, and a failed transaction cannot answer.
        db.session.rollback()
        return http_error(error)
