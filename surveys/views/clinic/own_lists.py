"""Lists of patients that staff make themselves: columns and conditions of their choice, kept under a name.

What is chosen stands in the address until it is kept: it names facts and codes, and no person.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from surveys.db import db
from surveys.exchange.list_file import Cell as FileCell
from surveys.exchange.list_file import ListFile
from surveys.forms.own_lists import OwnListForm
from surveys.lists import history
from surveys.lists.own import choice as choices
from surveys.lists.own import fields as described
from surveys.lists.own import page as lists
from surveys.lists.own.choice import Askable, ListChoice
from surveys.lists.own.fields import Condition, ConditionError, Field
from surveys.lists.own.page import Cell
from surveys.models import OwnList
from surveys.store.errors import Refused
from surveys.store.study import own_lists as store
from surveys.store.words import own_forms
from surveys.views.clinic import display
from surveys.views.web import language, server
from surveys.views.web.access import Grant, for_roles, grant, member
from surveys.views.web.list_files import SIZE, Ending, every, sent
from surveys.views.web.numbers import page_number, stored
from surveys.views.web.page import Page
from surveys.views.web.saving import committed

pages = Blueprint("own_lists", __name__)

Known = dict[str, Field]


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/own-lists")
@for_roles("coordinator", "investigator")
def index(code: str) -> Page:
    """List the lists that the reader may open: own ones, and those that colleagues share."""
    found = store.of_reader(db.session, grant().study.id, member().id)
    return render_template(
        "staff/clinic/own_lists.html",
        found=found,
        mine=member().id,
        names=history.names(db.session, [f"staff:{one.staff_id}" for one in found]),
    )


@pages.get("/staff/<code>/own-lists/look")
@for_roles("coordinator", "investigator")
def look(code: str) -> Page:
    """Show what the address chooses; a condition that is being made is added, or asked for once more."""
    known, chosen = _known(), choices.of_address(request.args.to_dict(flat=False))
    saved = _saved(request.args.get("list", type=stored))
    about, fault = known.get(request.args.get("about", "")), ""
    if about is not None and "op" in request.args:
        made = Condition(about.key, request.args["op"], tuple(request.args.getlist("value")))
        try:
            more = (*chosen.conditions, described.checked(about, made))
        except ConditionError as wrong:
            fault = str(wrong)
        else:
            return redirect(_address(ListChoice(chosen.columns, more, chosen.sort, chosen.down), saved))
    elif "about" in request.args and about is None:
        fault = _("Choose what the condition is about.")
    if request.args.get("columns"):
        chosen = ListChoice(
            choices.in_order(chosen.columns, known), chosen.conditions, chosen.sort, chosen.down
        )
    return _draw(chosen, known, saved, about=about, fault=fault)


@pages.get("/staff/<code>/own-lists/<int:list_id>")
@for_roles("coordinator", "investigator")
def show(code: str, list_id: int) -> Page:
    """Show a list that was kept, for the reader's site alone."""
    saved = _saved(list_id)
    return _draw(choices.of_kept(saved.chosen), _known(), saved) if saved else abort(404)


@pages.get("/staff/<code>/own-lists/file.<any(xlsx, csv):ending>")
@for_roles("coordinator", "investigator")
def file(code: str, ending: Ending) -> Response:
    """Send the list of the address, all its pages, by study code and without names."""
    here, known = grant(), _known()
    asked = choices.askable(choices.of_address(request.args.to_dict(flat=False)), known)
    rows = every(lambda number: lists.page(db.session, here.scope, asked, number, SIZE).rows)
    # A file that is wider than its list was made to be must say so wherever it goes.
    head = [*(one.label for one in asked.columns), *asked.dropped]
    listed = ListFile(
        "List",
        head,
        [
            [*(_in_file(one, cell) for one, cell in zip(asked.columns, row.cells, strict=True))]
            + [None] * len(asked.dropped)
            for row in rows
        ],
    )
    return sent(here, listed, "list", ending)


@pages.post("/staff/<code>/own-lists")
@for_roles("coordinator", "investigator", whole_study=False)
def keep(code: str) -> Page:
    """Keep what is shown as a new list."""
    here, form, known = grant(), OwnListForm(), _known()
    chosen = _sent()
    if form.validate():
        overtaken = Refused(_("You have a list of that name already. Take another name."), "name")
        with committed(form, overtaken=overtaken) as kept:
            made = store.keep(
                db.session,
                here.study.id,
                member().id,
                form.name.data or "",
                chosen.kept(known),
                shared=form.shared.data,
                at=here.at,
                actor=here.actor,
            )
            list_id = made.id
        if kept:
            flash(_("The list was kept."), "success")
            return redirect(url_for("own_lists.show", code=code, list_id=list_id))
    return _draw(chosen, known, None, form=form), 422


@pages.post("/staff/<code>/own-lists/<int:list_id>")
@for_roles("coordinator", "investigator", whole_study=False)
def change(code: str, list_id: int) -> Page:
    """Rename a list, share it or not, and let it show what is shown now."""
    here, form, known = grant(), OwnListForm(), _known()
    saved = _saved(list_id)
    if saved is None:
        abort(404)
    if not _may_change(saved, here):
        return _not_yours(saved)
    chosen = _sent()
    if form.validate():
        with committed(form) as kept:
            store.change(
                db.session,
                saved,
                name=form.name.data or "",
                shared=form.shared.data,
                chosen=chosen.kept(known),
                at=here.at,
                actor=here.actor,
            )
        if kept:
            flash(_("The list was changed."), "success")
            return redirect(url_for("own_lists.show", code=code, list_id=list_id))
    return _draw(chosen, known, _saved(list_id), form=form), 422


@pages.route("/staff/<code>/own-lists/<int:list_id>/delete", methods=["GET", "POST"])
@for_roles("coordinator", "investigator", whole_study=False)
def delete(code: str, list_id: int) -> Page:
    """Ask once, then delete a list."""
    here, saved = grant(), _saved(list_id)
    if saved is None:
        abort(404)
    if not _may_change(saved, here):
        return _not_yours(saved)
    if request.form.get("sure") != "yes":
        return render_template("staff/clinic/own_list_delete.html", saved=saved)
    with committed() as kept:
        store.delete(db.session, saved, at=here.at, actor=here.actor)
    if kept:
        flash(_("The list was deleted. No patient was touched."), "success")
    return redirect(url_for("own_lists.index", code=code))


def _may_change(saved: OwnList, here: Grant) -> bool:
    """Whose list it is; a shared one also a coordinator of the whole study, should the owner be gone."""
    return saved.staff_id == member().id or (saved.shared and here.may_change and here.site is None)


def _not_yours(saved: OwnList) -> Response:
    flash(
        _("Only who made this list may change it. You may keep it under another name as your own."), "notice"
    )
    return redirect(url_for("own_lists.show", code=grant().study.code, list_id=saved.id))


def _known() -> Known:
    """Every field of the study by its key."""
    here, library = grant(), server.library()
    forms = own_forms.of_study(db.session, here.study.id, library)
    return dict(
        lists.known(
            db.session,
            here.scope,
            list(library),
            display.LISTS,
            display.scale_name,
            forms,
            language.locale(),
        )
    )


def _saved(list_id: int | None) -> OwnList | None:
    """The list, if the reader may open it; 404 for another number."""
    if list_id is None:
        return None
    return store.find(db.session, grant().study.id, member().id, list_id) or abort(404)


def _sent() -> ListChoice:
    """What the form's page showed."""
    return choices.of_address(request.form.to_dict(flat=False))


def _address(chosen: ListChoice, saved: OwnList | None, endpoint: str = "look", **more: Any) -> str:
    """The address that shows the choice, over the kept list `saved` if there is one."""
    pairs: MultiDict[str, Any] = MultiDict(chosen.address())
    if saved is not None:
        pairs.add("list", saved.id)
    arguments = {**pairs.to_dict(flat=False), **more}
    return url_for(f"own_lists.{endpoint}", code=grant().study.code, **arguments)


def _draw(
    chosen: ListChoice,
    known: Known,
    saved: OwnList | None,
    *,
    form: OwnListForm | None = None,
    about: Field | None = None,
    fault: str = "",
) -> str:
    here, number = grant(), page_number()
    asked = choices.askable(chosen, known)
    found = lists.page(db.session, here.scope, asked, number)
    if number > found.pages:
        abort(404)
    facts = {"name": saved.name, "shared": saved.shared} if saved else {}
    conditions = [
        (described.words(one, condition), _address(_without(chosen, condition.key, place), saved))
        for place, (one, condition) in enumerate(asked.conditions)
    ]
    return render_template(
        "staff/clinic/own_list.html",
        found=found,
        page=number,
        asked=asked,
        lost=asked.lost,
        conditions=conditions,
        columns=[_column(one, asked, chosen, saved) for one in asked.columns],
        cell=_shown,
        groups=_groups(known),
        chosen=chosen,
        carried=chosen.address(),
        saved=saved,
        may_change=saved is not None and _may_change(saved, here),
        changed=saved is not None and chosen != choices.of_kept(saved.chosen),
        about=about,
        fault=fault,
        form=form or OwnListForm(formdata=None, data=facts),
        addresses={
            "page": lambda other: _address(chosen, saved, page=other),
            "file": lambda ending: _address(chosen, None, "file", ending=ending),
        },
        arguments=_arguments(chosen, saved),
    )


def _arguments(chosen: ListChoice, saved: OwnList | None) -> dict[str, Any]:
    """The arguments of the addresses of further pages."""
    pairs: MultiDict[str, Any] = MultiDict(chosen.address())
    if saved is not None:
        pairs.add("list", saved.id)
    return {**pairs.to_dict(flat=False), "code": grant().study.code}


def _without(chosen: ListChoice, key: str, place: int) -> ListChoice:
    rest = tuple(one for at, one in enumerate(chosen.conditions) if at != place)
    return ListChoice(chosen.columns, rest, chosen.sort, chosen.down)


def _column(one: Field, asked: Askable, chosen: ListChoice, saved: OwnList | None) -> dict[str, Any]:
    """The head of a column: its words, and the address that sorts by it, or turns its order round."""
    by_this = asked.sort == one
    turned = ListChoice(chosen.columns, chosen.conditions, one.key, by_this and not asked.down)
    return {
        "label": one.label,
        "href": _address(turned, saved),
        "sorted": by_this,
        "down": by_this and asked.down,
        "numeric": one.kind in ("number", "days_since"),
    }


def _groups(known: Known) -> dict[str, list[Field]]:
    groups: dict[str, list[Field]] = {}
    for one in known.values():
        groups.setdefault(one.group, []).append(one)
    return groups


def _shown(one: Field, cell: Cell) -> Any:
    """A cell as the page shows it; None is an empty one."""
    if cell.value is None:
        return None
    if one.chosen:
        return described.said(one, cell.value)
    if one.kind == "day":
        return display.partial(cell.value, cell.precision)
    if isinstance(cell.value, float):
        return display.plain(cell.value) if one.exact else display.decimal(cell.value)
    return cell.value


def _in_file(one: Field, cell: Cell) -> FileCell:
    """A cell as a file holds it: a day that is known by month or year alone is no day."""
    if one.kind == "day" and cell.precision not in (None, "day"):
        return display.partial(cell.value, cell.precision)
    value: FileCell = described.said(one, cell.value) if one.chosen and cell.value else cell.value
    return value
