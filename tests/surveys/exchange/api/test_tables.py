"""Cursors: what was no page's is refused."""

from __future__ import annotations

import pytest

from surveys.exchange.api.tables import BadCursor, _read, _written


@pytest.mark.parametrize("code", ["0012", "a:b", "é🙂", "x"])
def test_a_cursor_comes_back(code: str) -> None:
    assert _read(_written(code, 3)) == (code, 3)


@pytest.mark.parametrize("cursor", ["nonsense", "w6k=", "é", "OjA"])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        _read(cursor)
