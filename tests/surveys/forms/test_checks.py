"""The form by which a finding is let stand."""

from __future__ import annotations

from flask import Flask

from surveys.forms.checks import DismissForm


def test_a_finding_stands_for_a_reason(app: Flask) -> None:
    """Blanks are none."""
    app.config["WTF_CSRF_ENABLED"] = False
    for reason, valid in (
        ("She is 17, with consent of her parents.", True),
        (" \n", False),
        ("x" * 501, False),
    ):
        with app.test_request_context(method="POST", data={"reason": reason}):
            assert DismissForm().validate() is valid, reason
