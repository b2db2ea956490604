"""The walk-through in docs/ is true: its blocks together are a definition that loads."""

import re
from pathlib import Path

from surveys.instruments.definition import parse
from surveys.instruments.scoring import score

WALK_THROUGH = Path(__file__).parents[3] / "docs/add-an-instrument.md"


def test_blocks_of_the_walk_through_are_a_whole_definition() -> None:
    """Whoever copies them has an instrument that scores."""
    blocks = re.findall(r"```toml\n(.*?)```", WALK_THROUGH.read_text(encoding="utf-8"), flags=re.DOTALL)
    sleep = parse("\n".join(blocks), "sleep.toml")
    (total,) = score(sleep, {"q1": 2, "q2": 0, "q3": 2})
    assert total.value == 100
    assert sleep.locales == ("en",)
