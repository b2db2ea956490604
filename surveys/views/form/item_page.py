"""The page of one question, rendered once for equal `ItemPage`s and then cached.

Only the visit's number and the form's token differ among patients; they fill two holes in the cached text.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import lru_cache

from flask import current_app, request, url_for

from surveys.instruments.definition import Instrument
from surveys.views.form import question
from surveys.views.form.question import ShownAnswer
from surveys.views.web import front, language
from surveys.views.web.protection import form_token

KEPT = 1024  # pages of about 5 kB

# The marks of the holes are random, so that no text contains them.
_VISIT_HOLE = 2**62 + secrets.randbits(61)
_TOKEN_HOLE = secrets.token_urlsafe()


@dataclass(frozen=True)
class Around:
    """What every page of a visit shows around its content."""

    study_title: str
    simulated: bool
    on_tablet: bool
    interface: str
    theme: str
    script_root: str

    @classmethod
    def here(cls, study_title: str, simulated: bool, on_tablet: bool) -> Around:
        """For the browser of this request."""
        return cls(
            study_title,
            simulated,
            on_tablet,
            language.locale(),
            front.current_theme(),
            request.script_root,
        )


@dataclass(frozen=True)
class ItemPage:
    """What the page of the item `key` shows.

    It is question `number` of `total`, in questionnaire `part` of `parts`. `given` is the chosen answer,
    `error` a sentence about what was sent. `first`: nothing is answered yet. `again`: an item
    before has the same instruction. `kept`: an answer from another
    device is hidden, and `may_show` offers to show it. `changed` are the numbers of questions that another
    device changed.
    """

    around: Around
    instrument: Instrument
    key: str
    locale: str
    number: int
    total: int
    part: int
    parts: int
    given: ShownAnswer = None
    error: str | None = None
    first: bool = False
    again: bool = False
    change: bool = False
    may_skip: bool = False
    kept: bool = False
    may_show: bool = False
    changed: tuple[int, ...] = ()


def draw(page: ItemPage, visit_id: int) -> str:
    """The page for the visit, with the token of this session."""
    return _with_holes(page) % {"visit": visit_id, "token": form_token()}


@lru_cache(maxsize=KEPT)
def _with_holes(page: ItemPage) -> str:
    """The page as a format string for `visit` and `token`."""
    drawn = render(page, _VISIT_HOLE, _TOKEN_HOLE).replace("%", "%%")
    return drawn.replace(str(_VISIT_HOLE), "%(visit)d").replace(_TOKEN_HOLE, "%(token)s")


def render(page: ItemPage, visit_id: int, token: str) -> str:
    """The page from its template alone, without Flask's context of the request."""
    around, instrument = page.around, page.instrument
    return current_app.jinja_env.get_template("patient/item.html").render(
        visit={"id": visit_id},
        csrf_token=lambda: token,
        study={"title": around.study_title, "simulated": around.simulated},
        on_tablet=around.on_tablet,
        lang=around.interface,
        dir=language.direction(around.interface),
        theme=around.theme,
        questions_in=page.locale,
        text=instrument.wording.texts[page.locale],
        address=url_for(
            "patient.answer", visit_id=visit_id, key=instrument.key, number=instrument.item(page.key).number
        ),
        question=question.drawn(instrument, page.key, page.locale, page.given, page.error, again=page.again),
        number=page.number,
        total=page.total,
        part=page.part,
        parts=page.parts,
        error=page.error,
        read=instrument.wording.sha256 if page.first else None,
        change=page.change,
        may_skip=page.may_skip,
        kept=page.kept,
        may_show=page.may_show,
        changed=page.changed,
    )
