"""The page of one item for one visit: its answer, and changes from another device."""

from __future__ import annotations

from flask import abort, session
from flask_babel import gettext as _
from markupsafe import Markup

from surveys.instruments.definition import Instrument, Item
from surveys.store.visit.opening import OpenVisit
from surveys.views.form import item_page, question, tablet
from surveys.views.form.item_page import Around, ItemPage
from surveys.views.form.question import ShownAnswer
from surveys.views.form.visit import language_of, may_show


def item_asked(visit: OpenVisit, key: str, number: int) -> tuple[Instrument, Item]:
    """The instrument and item in an address; 404 if the visit does not ask them."""
    instrument = instrument_asked(visit, key)
    asked = next((one for one in visit.items(instrument.key) if one.number == number), None)
    return (instrument, asked) if asked else abort(404)


def instrument_asked(visit: OpenVisit, key: str) -> Instrument:
    """The instrument in an address; 404 if the visit does not ask it."""
    if key not in visit.battery:
        abort(404)
    return visit.instruments[key]


def hidden_here(visit: OpenVisit, key: str, asked: Item) -> bool:
    """Whether another device answered `asked` and this device may not show the answer."""
    return key in visit.drafts and asked.key in visit.drafts[key].hidden


def tell_changes(visit: OpenVisit, instrument: Instrument) -> list[int]:
    """The page numbers of questions that another device changed; each is returned once."""
    untold = changes_untold(visit, instrument)
    draft = visit.drafts.get(instrument.key)
    changed = dict(draft.changed) if draft else {}
    if changed != session.get("changes_told", {}):
        session["changes_told"] = changed
    return untold


def changes_untold(visit: OpenVisit, instrument: Instrument) -> list[int]:
    """The page numbers of changed questions that this device has not shown yet."""
    draft = visit.drafts.get(instrument.key)
    changed = draft.changed if draft else {}
    told = session.get("changes_told", {})
    return [
        number
        for number, asked in enumerate(visit.items(instrument.key), start=1)
        if asked.key in changed and changed[asked.key] != told.get(asked.key)
    ]


def answer_shown(visit: OpenVisit, instrument: Instrument, asked: Item) -> str | Markup:
    """An answer as the review shows it on this device."""
    draft = visit.drafts[instrument.key]
    changed = asked.key in draft.changed
    if asked.key in draft.hidden:
        return _("Changed in the meantime") if changed else _("Answered earlier")
    locale = language_of(visit)
    words = question.answer_words(instrument, asked, locale, draft.given[asked.key])
    return Markup("{} ({})").format(words, _("changed in the meantime")) if changed else words


def draw_item(
    visit: OpenVisit,
    instrument: Instrument,
    asked: Item,
    *,
    change: bool,
    error: str | None = None,
    typed: ShownAnswer = None,
) -> str:
    """The page of one item; `error` is a fault in what was sent, `typed` the value that was sent."""
    draft = visit.drafts.get(instrument.key)
    given = draft.shown if draft else {}
    items = visit.items(instrument.key)
    place = items.index(asked)
    shown = question.given(given.get(asked.key)) if typed is None else typed
    if isinstance(shown, str):
        shown = shown[: question.LONGEST_TYPED]
    page = ItemPage(
        around=Around.here(visit.study_title, visit.simulated, tablet.in_use()),
        instrument=instrument,
        key=asked.key,
        locale=language_of(visit),
        number=place + 1,
        total=len(items),
        part=visit.battery.index(instrument.key) + 1,
        parts=len(visit.battery),
        given=shown,
        error=question.error_text(instrument, asked, error) if error else None,
        first=draft is None,
        again=any(one.section == asked.section for one in items[:place]),
        change=change,
        may_skip=error == "no_answer" or (asked.key in given and given[asked.key] is None),
        kept=hidden_here(visit, instrument.key, asked),
        may_show=may_show(visit),
        changed=tuple(tell_changes(visit, instrument)),
    )
    return item_page.draw(page, visit.id)
