"""A gallery: every layout and macro on pages of its own, without database, study or sign-in.

It sets the context that the real application gives, so that these tests stand or fail with templates/ and
static/ alone. The address takes `theme`, `rtl`, `wrong` (forms with faults) and `chosen` (a given answer).
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template, request
from flask_babel import Babel
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from wtforms import (
    BooleanField,
    DateField,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    validators,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from surveys.views.web import language, static
from surveys.views.web.navigation import ROOMS

ROOT = Path(__file__).parents[2]
GALLERY = Path(__file__).parent / "gallery"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
CAUSES = [
    SelectChoice("bell", "Bell's palsy"),
    SelectChoice("operation", "After an operation"),
    SelectChoice("tumour", "A tumour"),
]
ANY = SelectChoice("", "Any")


class PatientForm(Form):
    """One field of each kind that our macros draw."""

    code = StringField("Study code", [validators.InputRequired("Enter the study code.")])
    enrolled_on = DateField("Enrolled on", [validators.Optional()])
    sex = RadioField(
        "Sex",
        choices=[SelectChoice("female", "Female"), SelectChoice("male", "Male")],
        validators=[validators.InputRequired("Choose the sex.")],
    )
    cause = SelectField("Cause", choices=CAUSES, default="operation")
    day = StringField("Day")
    month = StringField("Month")
    year = StringField("Year", [validators.InputRequired("Enter at least the year of onset.")])
    treatments = SelectMultipleField(
        "Treatments", choices=[SelectChoice("steroid", "Steroid"), SelectChoice("toxin", "Toxin")]
    )
    agreed = BooleanField("The patient agreed")
    note = TextAreaField("Note")


class FilterForm(Form):
    cause = SelectField("Cause", choices=[ANY, *CAUSES])
    treatment = SelectField("Treatment", choices=[ANY, SelectChoice("toxin", "Toxin")])


def figures() -> dict[str, Any]:
    """The three kinds of figure of the dashboard: points with a band, boxes with points, intervals."""
    years = [0.1, 0.3, 1, 3, 10, 30]
    edge = {"type": "scatter", "mode": "lines", "x": years, "line": {"width": 0}, "showlegend": False}
    course = {
        "data": [
            {**edge, "y": [40, 43, 47, 53, 56, 58]},
            {**edge, "y": [48, 50, 54, 60, 64, 68], "fill": "tonexty", "fillcolor": "var(--chart-band)"},
            {
                "type": "scatter",
                "mode": "markers",
                "x": years,
                "y": [41, 52, 47, 61, 55, 66],
                "name": "one patient",
                "marker": {"color": "var(--chart-1)"},
            },
        ],
        "layout": {"xaxis": {"type": "log", "title": {"text": "Years since onset"}}},
    }
    groups = {
        "data": [
            {"type": "box", "y": [3, 5, 8, 9, 14], "name": "none yet", "boxpoints": "all", "pointpos": 0},
            {"type": "box", "y": [2, 4, 4, 7, 11], "name": "toxin", "boxpoints": "all", "pointpos": 0},
        ],
        "layout": {"showlegend": False},
    }
    intervals = {
        "data": [
            {
                "type": "scatter",
                "mode": "markers",
                "x": [0.3, -0.2],
                "y": ["FaCE total", "SAQ total"],
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [0.1, 0.1],
                    "arrayminus": [0.2, 0.1],
                },
            }
        ],
        "layout": {"height": 220, "xaxis": {"range": [-1, 1]}},
    }
    return {"course": course, "groups": groups, "intervals": intervals}


@pytest.fixture(scope="session")
def app() -> Flask:
    """The gallery in place of the application; it keeps nothing, so that one does for all tests."""
    gallery = Flask("gallery", template_folder=str(GALLERY), static_folder=str(ROOT / "static"))
    gallery.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader([str(GALLERY), str(ROOT / "templates")]),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    gallery.testing = True
    gallery.jinja_env.globals["csrf_token"] = lambda: "token"
    gallery.add_template_filter(language.name, "language_name")
    Babel(gallery)
    static.init_app(gallery)

    @gallery.context_processor
    def page() -> dict[str, Any]:
        rtl = "rtl" in request.args
        return {
            "lang": "ar" if rtl else "en",
            "dir": "rtl" if rtl else "ltr",
            "theme": request.args.get("theme", "system"),
            "study": SimpleNamespace(code="demo", title="Facial nerve clinic", simulated=True),
            "navigation": ROOMS,
            "current_user": SimpleNamespace(is_authenticated=True, email="coordinator@example.org"),
        }

    @gallery.after_request
    def policy(response: Any) -> Any:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    # Where the layout leads is not shown here.
    gallery.url_build_error_handlers.append(lambda _error, endpoint, _values: f"/staff/{endpoint}")

    @gallery.get("/error/<int:code>")
    def error(code: int) -> tuple[str, int]:
        return render_template("errors/error.html", code=code, study=None), code

    @gallery.get("/<page>")
    def show(page: str) -> str:
        form = PatientForm()
        wrong = "wrong" in request.args
        if wrong:
            form.validate()
        return render_template(
            f"{page}.html",
            form=form,
            filters=FilterForm(),
            wrong=wrong,
            chosen=request.args.get("chosen", type=int),
            figures=figures(),
            alerts_waiting=2,
        )

    return gallery
