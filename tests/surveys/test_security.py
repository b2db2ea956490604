"""What Flask-Security may load: its features that are off stay out of each process."""

from __future__ import annotations

import sys

import pytest

from surveys import security


def test_a_hidden_package_is_found_again() -> None:
    """What is loaded already stays; what is hidden can be imported afterwards."""
    sys.modules.pop("this", None)
    with security.not_found("this", "json"):
        with pytest.raises(ModuleNotFoundError):
            __import__("this")
        assert __import__("json") is sys.modules["json"]
    assert "this" not in sys.modules
    assert sys.modules["json"] is not None
