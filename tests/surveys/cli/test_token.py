"""`seventh token`: keys for programs."""

from __future__ import annotations

import re

from tests.support.commands import Query, Seventh


def test_a_key_is_made_listed_and_ended(seventh: Seventh, rows: Query) -> None:
    """It is printed once, and stored as a digest."""
    seventh("study", "create", "clinic")
    seventh("staff", "add", "ana@example.org", "--role", "analyst", "--study", "clinic")
    ran = seventh("token", "create", "ana@example.org", "clinic", "--name", "our R script")
    [secret] = re.findall(r"Key 1: ([0-9A-F]{32})\n", ran.out)
    assert secret not in str(rows("SELECT digest FROM api_key"))
    assert "ana@example.org\tour R script\tdates none\tmade " in seventh("token", "list", "clinic").out
    refused = seventh("token", "create", "ana@example.org", "clinic", "--shift-dates")
    assert (refused.code, refused.err) == (1, "Only a coordinator's key gives calendar dates.\n")
    assert seventh("token", "create", "bea@example.org", "clinic").code == 1
    assert seventh("token", "revoke", 1).code == 0
    assert "\tended " in seventh("token", "list", "clinic").out
    assert seventh("token", "revoke", 1).code == 1
    assert seventh("token", "revoke", 2).code == 1
