"""Whether people may join the study by themselves: the switch, the words of the page, and a poster."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from surveys.db import db
from surveys.forms.joining import joining_form
from surveys.language_names import in_english
from surveys.models import JoiningPage
from surveys.store.patient import joining
from surveys.store.study import readiness
from surveys.views.web import server
from surveys.views.web.access import for_roles, grant
from surveys.views.web.page import Page
from surveys.views.web.pictures import qr
from surveys.views.web.saving import committed

pages = Blueprint("joining_settings", __name__)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(pages)


@pages.route("/staff/<code>/joining", methods=["GET", "POST"])
@for_roles("coordinator", whole_study=True)
def settings(code: str) -> Page:
    """Open or close the public page, and write what it says."""
    here = grant()
    now = db.session.get(JoiningPage, here.study.id)
    known = now.information if now else {}
    form = joining_form(tuple((locale, in_english(locale)) for locale in here.study.locales))(
        data={
            "is_open": now.is_open if now else False,
            "countries": ", ".join(now.countries) if now else "",
            **{f"information__{locale}": text for locale, text in known.items()},
        }
    )
    if request.method == "POST" and form.validate():
        with committed(form) as kept:
            joining.choose(
                db.session,
                here.study,
                form.is_open.data,
                form.information(here.study.locales),
                form.codes,
                at=here.at,
                actor=here.actor,
            )
        if kept:
            flash(_("The page is open.") if form.is_open.data else _("The page is closed."), "success")
            return redirect(url_for("joining_settings.settings", code=code))
    page = render_template(
        "staff/study/joining.html",
        form=form,
        address=_address(code),
        is_open=bool(now and now.is_open and here.study.status == "active"),
        no_mail=readiness.no_mail(here.study, server.settings()),
    )
    return (page, 422) if form.errors else page


@pages.get("/staff/<code>/joining/poster/<locale>")
@for_roles("coordinator", "investigator")
def poster(code: str, locale: str) -> Page:
    """A sheet to print and hang up, with the page's address as a QR code."""
    here = grant()
    now = db.session.get(JoiningPage, here.study.id)
    if locale not in here.study.locales:
        abort(404)
    address = _address(code)
    return render_template(
        "staff/study/poster.html",
        text=now.information.get(locale, "") if now else "",
        locale=locale,
        address=address.partition("://")[2],
        picture=qr(address),
    )


def _address(code: str) -> str:
    return f"{server.settings().public_url}/join/{code}"
