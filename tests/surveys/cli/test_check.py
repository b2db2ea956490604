"""`seventh check` as an operator runs it."""

from __future__ import annotations

from tests.support.commands import Seventh


def test_a_new_installation_is_told_what_it_lacks(seventh: Seventh) -> None:
    """A line each on standard error, and exit 1."""
    ran = seventh("check")
    assert ran.code == 1
    assert [line.split(":")[0] for line in ran.err.splitlines()] == ["Address", "Mail", "Worker", "Backup"]
