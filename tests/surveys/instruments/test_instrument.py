"""An instrument answers questions about itself."""

import pytest

from surveys.instruments.definition import Citation, Instrument, UnknownPart, parse
from surveys.instruments.instrument import SectionText


def test_optional_items_are_asked_on_request_only(small: Instrument) -> None:
    """The usual questionnaire leaves them out; all of them or some, by key, can be asked for."""
    assert [item.key for item in small.asked()] == ["q1", "q2", "q3"]
    assert [item.key for item in small.asked(optional=True)] == ["q1", "q2", "q3", "q4"]
    assert [item.key for item in small.asked(optional=["q4"])] == ["q1", "q2", "q3", "q4"]
    assert [item.key for item in small.asked(optional=["q9"])] == ["q1", "q2", "q3"]


def test_items_are_asked_in_the_order_of_their_numbers(small: Instrument) -> None:
    """The order of the file does not matter."""
    first = '[[items]]\nkey = "q1"\nnumber = 1\nlabel = "First"\nsection = "main"\n'
    moved = small.source.replace(first, "").replace("[[scales]]", f"{first}\n[[scales]]", 1)
    assert [item.key for item in parse(moved, "moved.toml").asked()] == ["q1", "q2", "q3"]


def test_choices_are_those_of_the_section(small: Instrument) -> None:
    """Each item has the choices of its own section, in the order shown."""
    assert [choice.value for choice in small.choices("q1")] == [0, 1, 2]
    assert small.values("q4") == (0, 4)


def test_unknown_parts_are_named(small: Instrument) -> None:
    """A wrong key is answered with the right ones."""
    with pytest.raises(UnknownPart) as item:
        small.item("q7")
    assert str(item.value) == "small has no item 'q7'; it has q1, q2, q3, q4."
    with pytest.raises(UnknownPart) as scale:
        small.scale("sum")
    assert str(scale.value) == "small has no scale 'sum'; it has total, comfort."


def test_instrument_can_be_a_cache_key(small: Instrument) -> None:
    """The same file loaded twice is the same instrument; other words make another."""
    assert {small: "page"}[parse(small.source, "again.toml")] == "page"
    assert parse(small.source.replace("Much", "Very much"), "other.toml") not in {small: "page"}


def test_citation_reads_as_a_reference() -> None:
    """Parts that are not known leave no trace."""
    full = Citation("A B", "On C", "J D", 2001, "11(3)", "3-8", "10.1/x")
    assert str(full) == "A B. On C. J D 2001;11(3):3-8. doi:10.1/x"
    assert str(Citation("A B", "On C", "J D", 2001)) == "A B. On C. J D 2001."


@pytest.mark.parametrize(
    ("instruction", "recall", "again"),
    [
        ("How often was this so?", "Past week", "How often was this so?"),
        ("Faces move. How often do you notice it?", "These days", "How often do you notice it?"),
        ("Below is a list. Please say how often you felt so.", "Past week", ""),
        ("Below is a list. Please say how often you felt so.", "", None),
        ("I have been bothered by:", "Past week", "I have been bothered by:"),
        ("", "Past week", ""),
    ],
)
def test_after_the_first_item_an_instruction_is_short(
    instruction: str, recall: str, again: str | None
) -> None:
    """What asks or leads to the item stays; what was explained once does not, where the period stands."""
    text = SectionText(recall, instruction, {})
    assert text.instruction_again == (instruction if again is None else again)
