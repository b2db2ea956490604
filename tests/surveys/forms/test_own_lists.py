"""The form of a list's name."""

from __future__ import annotations

from flask import Flask

from surveys.forms.own_lists import OwnListForm


def test_a_list_needs_a_name(app: Flask) -> None:
    """A second line or blanks alone are none."""
    app.config["WTF_CSRF_ENABLED"] = False
    for name, valid in (("Mine", True), (" ", False), ("", False), ("a\nb", False), ("x" * 101, False)):
        with app.test_request_context(method="POST", data={"name": name}):
            assert OwnListForm().validate() is valid, name
