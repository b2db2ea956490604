"""Which published amount is held against one person's change, and that all kinds are known."""

from __future__ import annotations

from typing import get_args

from analysis.data.change import NOT_OF_ONE_PERSON, OF_ONE_PERSON, of_one_person
from surveys.frames import scale_info
from surveys.instruments.change import threshold_of
from surveys.instruments.library import Library
from surveys.instruments.scale import ChangeKind


def test_every_kind_is_used_or_refused() -> None:
    """A kind added to the definitions must be judged by, or say why not."""
    assert {*OF_ONE_PERSON, *NOT_OF_ONE_PERSON} == set(get_args(ChangeKind))
    assert not set(OF_ONE_PERSON) & NOT_OF_ONE_PERSON.keys()


def test_pages_and_report_hold_the_same_amount_against_a_change() -> None:
    """Of every scale there is; some by name."""
    library = Library.load()
    chosen = {}
    for key, info in scale_info(library).items():
        instrument, _dot, scale = key.partition(".")
        here, there = threshold_of(library.get(instrument), scale), of_one_person(info.thresholds)
        assert (here.value if here else None) == (there.value if there else None)
        chosen[key] = here.value if here else None
    expected = {"phq9.total": 5, "gad7.total": 6, "face.total": 17.6, "saq.total": 28.2, "cesd.total": None}
    assert {key: chosen[key] for key in expected} == expected
    assert threshold_of(library.get("phq9"), "nothing") is None
