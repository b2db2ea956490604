"""The forms of a question about data."""

from __future__ import annotations

from flask import Flask

from surveys.forms.questions import AskForm, SayForm

VALUES = [("Patient", "sex", "Sex – Female"), ("Visits", "visit:1", "First visit")]


def test_a_question_is_about_a_known_value(app: Flask) -> None:
    """Nothing chosen, another name, or blanks are refused; the values stand in their groups."""
    app.config["WTF_CSRF_ENABLED"] = False
    for about, text, valid in (
        ("sex", "Is it?", True),
        ("", "x", False),
        ("age", "x", False),
        ("sex", " ", False),
    ):
        with app.test_request_context(method="POST", data={"about": about, "text": text}):
            assert AskForm(VALUES).validate() is valid, about
            assert SayForm().validate() is bool(text.strip())
    with app.test_request_context():
        groups = {group for group, _ in AskForm(VALUES).about.iter_groups() if group}
    assert groups == {"Patient", "Visits"}
