"""Whose words were answered, and what that lets an analysis do."""

import dataclasses

import pytest

from analysis.data.columns import FrameError
from analysis.data.frame import Threshold, check
from analysis.data.wordings import called, holds_both, of_wording, set_aside, warnings
from analysis.results.filters import Filters, apply
from tests.analysis.studies import SCALES, Patient, study

SAME = {"face.total": 50.0}


def frames(*statuses, simulated=False):
    """A visit of one patient per status, with a band, a cut-off and a threshold of FaCE."""
    made = study(
        [Patient(f"p{n}", [("2024-06-01", SAME)]) for n in range(len(statuses))], simulated=simulated
    )
    face = made.scale_info["face.total"]
    face = dataclasses.replace(
        face,
        bands=(("low", 0.0),),
        cutoffs=(("cut", 30.0, "Example"),),
        thresholds=(Threshold("sdc_individual", 17.6, "Example", "", ""),),
    )
    return dataclasses.replace(
        made,
        scores=made.scores.assign(wording_status=list(statuses)),
        scale_info={**made.scale_info, "face.total": face},
    )


@pytest.mark.parametrize(
    ("statuses", "simulated", "kept"),
    [
        (("working", "loaded", "unknown"), False, ["loaded", "unknown"]),
        (("working", "loaded"), True, ["working", "loaded"]),
        (("working", "working"), False, ["working", "working"]),
        (("verbatim", "loaded"), False, ["verbatim", "loaded"]),
        ((), False, []),
    ],
)
def test_by_default_others_stand_before_our_own(statuses, simulated, kept):
    """Only where both are, and not where nothing is real."""
    both = frames(*statuses, simulated=simulated)
    assert list(of_wording(both, None).scores["wording_status"]) == kept
    assert int(set_aside(both).sum()) == len(statuses) - len(kept)
    assert holds_both(both) == (len(set(statuses)) > 1 and "working" in statuses)


@pytest.mark.parametrize(("chosen", "kept"), [("own", ["working"]), ("other", ["loaded", "absent"])])
@pytest.mark.parametrize("simulated", [True, False])
def test_either_can_be_asked_for(chosen, kept, simulated):
    """In a simulated study too; the age stays that at the first visit, whatever its words."""
    part = apply(frames("working", "loaded", "absent", simulated=simulated), Filters(wording=chosen))
    check(part)
    assert list(part.scores["wording_status"]) == kept
    assert len(part.patients) == 3
    assert part.patients["first_visit_on"].notna().all()


@pytest.mark.parametrize(
    ("statuses", "chosen", "simulated", "published"),
    [
        (("working",), None, False, False),
        (("working",), None, True, True),
        (("loaded",), None, False, True),
        (("working", "loaded"), None, False, True),
        (("working", "loaded"), "own", False, False),
        (("working", "loaded"), "other", False, True),
    ],
)
def test_published_thresholds_are_not_applied_to_our_own_words(statuses, chosen, simulated, published):
    """Outside simulated studies bands, cut-offs and thresholds go; of other instruments they stay."""
    part = apply(frames(*statuses, simulated=simulated), Filters(wording=chosen))
    face = part.scale_info["face.total"]
    assert (bool(face.bands), bool(face.cutoffs), bool(face.thresholds)) == (published,) * 3


def test_what_a_reader_must_know():
    """What is left out, what is only our own words, what nobody knows."""
    both = frames("working", "loaded", "unknown")
    [aside, unknown] = warnings(both, apply(both, Filters()), None)
    assert aside.startswith("Answers to working wording (FaCE) are left out")
    assert unknown == "FaCE: the wording that was asked is not known; compare with care."
    [own] = warnings(both, apply(both, Filters(wording="own")), "own")
    assert own.startswith("FaCE: asked in working wording")


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ({"own.total": "Own scale total", "own.part": "Own scale part"}, "Own scale"),
        ({"own.total": "Own scale total"}, "Own scale"),
        ({"own.grade": "Own scale"}, "Own scale"),
        ({"own.total": "Total", "own.part": "Part"}, "own"),
        ({"own.total": "total"}, "total"),
        ({}, "own"),
    ],
)
def test_an_instrument_is_called_what_its_scales_begin_with(labels, name):
    face = SCALES["face.total"]
    made = {key: dataclasses.replace(face, label=label, instrument="own") for key, label in labels.items()}
    assert called("own", {"face.total": face, **made}) == name


def test_another_status_is_no_status():
    with pytest.raises(FrameError, match="wording_status 'ours' is not one of"):
        check(frames("ours"))
