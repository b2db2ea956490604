"""What went wrong, for programs: a problem as RFC 9457 tells it, where a person would read an error page."""

from __future__ import annotations

import json

from flask import request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response

from surveys.exchange.api import PROBLEM

FOR_PROGRAMS = "/api/v1/"


def asked_by_program() -> bool:
    """Whether the address of this request is one that programs read."""
    return request.path.startswith(FOR_PROGRAMS)


def problem(status: int, title: str, detail: str = "") -> Response:
    """The answer of that status; a program without a live key is told how to send one."""
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    answer = Response(json.dumps(told), status=status, content_type=PROBLEM)
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def problem_of(error: HTTPException) -> Response:
    """The answer to a request that reached no view of ours, or whose view failed."""
    answer = problem(error.code or 500, error.name, error.description or "")
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(error.valid_methods)
    return answer
