"""The form with a box for each doubt."""

from __future__ import annotations

from flask import Flask

from surveys.forms.imports import answers_form


def test_a_box_for_each_instrument_and_fact(app: Flask) -> None:
    """By their keys."""
    with app.test_request_context():
        given = (["a", "b"], {"phq9": "PHQ-9"}, {"sex": "Take sex"}, {"told": True, "bare": False})
        form = answers_form(*given, data={"confirm_phq9": True})
        assert list(form.of("values_")) == list(form.of("confirm_")) == ["phq9"]
        assert list(form.of("take_")) == ["sex"]
        assert form["confirm_phq9"].data is True
        assert answers_form([], {"phq9": "PHQ-9"}, {}, {}, ["phq9"]).of("values_") == {}
        told, bare = ([choice.value for choice in form[f"kind_{name}"].choices] for name in ("told", "bare"))
        assert (told[:2], bare[0], "told" in bare) == (["", "told"], "", False)
        assert [choice.value for choice in form.patient.choices] == ["", "a", "b"]
