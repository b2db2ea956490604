"""A draft study to import into."""

from __future__ import annotations

from tests.support.desk import desk, make_desk

__all__ = ["desk", "make_desk"]
