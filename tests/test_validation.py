"""docs/validation.md says what is asked and what shows it, and no link of it is dead."""

from __future__ import annotations

from tests.support.validation import PAGE, groups, is_there, page


def test_every_requirement_has_its_tests() -> None:
    """Or says why it has none."""
    known = [one for group in groups() for one in group.requirements]
    assert len(known) == len({one.id for one in known}) > 40
    assert [one.id for one in known if not (one.tests or one.open)] == []
    assert [test for one in known for test in one.tests if not is_there(test)] == []


def test_a_dead_link_is_seen() -> None:
    """A test that was renamed, a file that moved, a file without tests."""
    assert is_there("test_validation.py::test_a_dead_link_is_seen")
    for dead in ("test_validation.py::test_nothing", "nowhere/test_nothing.py", "conftest.py"):
        assert not is_there(dead)


def test_the_page_is_made_from_the_table() -> None:
    """`make validation` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page()
