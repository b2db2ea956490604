"""Instruments of a study: their words, permissions and scoring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select

from surveys.db import db
from surveys.exchange.wording_file import read
from surveys.forms.wording import PermissionForm, WordingForm
from surveys.instruments.definition import Instrument, Item, Outline, Scale
from surveys.instruments.library import UnknownInstrument
from surveys.instruments.notes import formula, missing_sentence
from surveys.lists import history
from surveys.models import Permission, Study, Timepoint
from surveys.store.words import permissions, wordings
from surveys.store.words.permissions import NewPermission
from surveys.store.words.wordings import UnknownWording
from surveys.typed import without_hidden_signs
from surveys.views.form import question
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.received import takes_lists
from surveys.views.web.saving import committed

pages = Blueprint("instruments", __name__)


@dataclass(frozen=True)
class Card:
    """An instrument as a study sees it, in the words that the study uses.

    `rules` maps each missing rule in words to the titles of its scales.
    """

    instrument: Instrument
    asked: bool
    permission: Permission | None
    hindrances: tuple[str, ...]
    scales: tuple[Scale | Outline, ...]
    rules: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class WordingRow:
    """A known wording: the definition's own (without `file`), or a loaded one."""

    version: str
    name: str
    status: str
    locales: tuple[str, ...]
    sha256: str
    file: str = ""
    loaded_at: datetime | None = None


@dataclass(frozen=True)
class PreviewItem:
    """An item as the patient's pages draw it; `left_out` if the study does not ask it."""

    item: Item
    drawn: Markup
    left_out: bool


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.get("/staff/<code>/instruments")
@for_roles("coordinator", "investigator", "analyst")
def index(code: str) -> Page:
    """List every instrument; those that the study asks come first."""
    study, texts = grant().study, server.texts()
    permitted = permissions.in_force(db.session, study.id)
    keys = _asked_keys(study)
    cards = [
        _card(study, one, key in keys, permitted.get(key))
        for key, one in permissions.asked(
            db.session, study, [one.key for one in texts.library.of_study(study.code)], texts
        ).items()
    ]
    return render_template(
        "staff/study/instruments.html",
        asked=[card for card in cards if card.asked],
        others=[card for card in cards if not card.asked],
    )


@pages.get("/staff/<code>/instruments/<key>")
@for_roles("coordinator", "investigator", "analyst")
def show(code: str, key: str) -> Page:
    """Show everything about one instrument."""
    return _draw(key, None)


@pages.post("/staff/<code>/instruments/<key>/permission")
@for_roles("coordinator", whole_study=True)
def permit(code: str, key: str) -> Page:
    """Record by whose permission the study uses a wording."""
    here = grant()
    form = _permission_form(_wordings(key))
    if form.validate():
        version, name = form.chosen
        new = NewPermission(
            key,
            name,
            form.holder.data or "",
            form.reference.data or "",
            form.publication.data or "",
            version,
        )
        with committed(form) as kept:
            permissions.permit(
                db.session, here.study, new, server.texts().library, at=here.at, actor=here.actor
            )
        if kept:
            flash(_("The permission was recorded. The study asks in these words from now on."), "success")
            return redirect(url_for("instruments.show", code=code, key=key))
    return _draw(key, form), 422


@pages.get("/staff/<code>/instruments/<key>/preview")
@for_roles("coordinator", "investigator", "analyst")
def preview(code: str, key: str) -> Page:
    """Show every item as the patient sees it, in one wording and language. The page sends no answers."""
    try:
        instrument = server.texts().get(
            db.session, key, request.args.get("version"), request.args.get("wording")
        )
    except (UnknownInstrument, UnknownWording):
        abort(404)
    locale = request.args.get("locale") or next(iter(instrument.locales), "")
    if locale not in instrument.locales:
        abort(404)
    wanted = grant().study.optional_items
    items = [
        PreviewItem(
            item,
            question.drawn(instrument, item.key, locale, name=f"preview-{item.key}", level=2),
            left_out=item.optional and f"{key}.{item.key}" not in wanted,
        )
        for item in instrument.asked(optional=True)
    ]
    return render_template(
        "staff/study/preview.html",
        instrument=instrument,
        items=items,
        locale=locale,
        text=instrument.wording.texts[locale],
    )


@pages.route("/staff/<code>/wordings/new", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
@takes_lists
def load(code: str) -> Page:
    """Load a site's own text from a file; it is stored only if all of it is in order."""
    here = grant()
    form = WordingForm()
    if request.method == "POST" and form.validate():
        name = without_hidden_signs(form.file.data.filename)
        with committed(form) as kept:
            found = read(name, form.file.data.read(), server.texts().library)
            new = wordings.load(db.session, found, file=name, at=here.at, actor=here.actor)
        if kept:
            said = _("The text was loaded.") if new else _("This text is here already, word for word.")
            flash(said, "success")
            return redirect(url_for("instruments.show", code=code, key=found.key))
    return render_template("staff/study/wording.html", form=form), 422 if form.errors else 200


def _asked_keys(study: Study) -> set[str]:
    batteries = db.session.scalars(select(Timepoint.battery).where(Timepoint.study_id == study.id))
    return {key for battery in batteries for key in battery}


def _card(study: Study, instrument: Instrument, asked: bool, permission: Permission | None) -> Card:
    rules: dict[str, list[str]] = {}
    for scale in instrument.scales:
        rules.setdefault(missing_sentence(scale), []).append(scale.title)
    return Card(
        instrument=instrument,
        asked=asked,
        permission=permission,
        hindrances=tuple(permissions.hindrances(study, instrument)) if asked else (),
        scales=instrument.supply.scales if instrument.supply else instrument.scales,
        rules={rule: tuple(titles) for rule, titles in rules.items()},
    )


def _wordings(key: str) -> list[WordingRow]:
    """Every known text of the instrument, the newest version's first."""
    try:
        versions = server.texts().library.versions(key)
    except UnknownInstrument:
        abort(404)
    rows = []
    for instrument in reversed(versions):
        own = instrument.wording
        if own.texts:
            rows.append(WordingRow(instrument.version, own.name, own.status, tuple(own.texts), own.sha256))
        rows += [
            WordingRow(
                row.version,
                row.name,
                row.status,
                tuple(sorted(row.texts)),
                row.sha256,
                row.file,
                row.loaded_at,
            )
            for row in wordings.loaded(db.session, key, instrument.version)
        ]
    return rows


def _permission_form(rows: list[WordingRow], **kwargs: Any) -> PermissionForm:
    """The form for those texts that a study with real patients may use."""
    usable = [row for row in rows if row.status in ("verbatim", "loaded")]
    return PermissionForm(
        [
            (
                row.version,
                row.name,
                _(
                    "%(name)s (version %(version)s, %(languages)s)",
                    name=row.name,
                    version=row.version,
                    languages=", ".join(row.locales),
                ),
            )
            for row in usable
        ],
        **kwargs,
    )


def _draw(key: str, form: PermissionForm | None) -> str:
    here = grant()
    rows = _wordings(key)
    recorded = [one for one in permissions.permissions(db.session, here.study.id) if one.instrument == key]
    in_study = permissions.asked(db.session, here.study, [key], server.texts())[key]
    card = _card(here.study, in_study, key in _asked_keys(here.study), recorded[-1] if recorded else None)
    return render_template(
        "staff/study/instrument.html",
        card=card,
        instrument=in_study,
        wordings=rows,
        formulas={scale.key: formula(in_study, scale) for scale in in_study.scales},
        recorded=recorded,
        names=history.names(db.session, [one.recorded_by for one in recorded]),
        form=form or _permission_form(rows, formdata=None),
    )
