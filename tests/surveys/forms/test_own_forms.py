"""A study's own form as boxes."""

from __future__ import annotations

from flask import Flask

from surveys.forms.own_forms import as_data, own_form
from surveys.instruments.own import OwnField, OwnForm

LANGUAGES = (("en", "English"), ("de", "German"))
FORM = OwnForm(
    {"en": "Nerve test", "de": "Nerventest"},
    "staff",
    True,
    (
        OwnField(2, "decimal", {"en": "Amplitude", "de": "Amplitude"}, {}, 0.5, 20.0, "mV"),
        OwnField(3, "choice", {"en": "Side", "de": "Seite"}, {"en": ("a", "b"), "de": ("c", "d")}),
    ),
)


def test_a_form_comes_back_as_it_was_shown(app: Flask) -> None:
    with app.test_request_context():
        form = own_form(3, LANGUAGES)(data=as_data(FORM))
        assert form.made(4) == FORM


def test_a_new_field_gets_the_next_number_and_needs_every_language(app: Flask) -> None:
    sent = {"title__en": "T", "title__de": "T", "answered_by": "patient", "often": "patient"}
    sent |= {"row_1-kind": "text", "row_1-label__en": "Remark", "row_2-kind": "date", "row_2-number": "2"}
    with app.test_request_context(method="POST", data=sent):
        form = own_form(2, LANGUAGES)()
        assert not form.validate()
        assert form.rows[0].form["label__de"].errors == ["Write the question in every language."]
        made = form.made(7)
        assert [(field.number, field.kind) for field in made.fields] == [(7, "text")]
        assert not made.once  # what patients fill in is asked where the plan asks it
