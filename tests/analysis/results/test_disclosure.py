"""Filters that would single out a few patients."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis.results.disclosure import taken_out, too_narrow, without
from analysis.results.filters import Filters, apply
from tests.analysis.studies import Patient, registry, study
from tests.support.examples import examples


def people(number, **facts):
    return [Patient(f"{facts} {n}", [("2025-02-01", {"face.total": 50.0})], **facts) for n in range(number)]


@pytest.mark.parametrize(
    ("sexes", "chosen", "narrow"),
    [
        ({"female": 20, "male": 15}, "female", False),
        ({"female": 20, "male": 3}, "male", True),
        ({"female": 20, "male": 3}, "female", True),
        ({"female": 20, "male": 15, "unknown": 3}, "female", False),
        ({"female": 20, "male": 15, "unknown": 3}, "male", True),
        ({"female": 20, "male": 15, "unknown": 3}, "unknown", True),
        ({"female": 20, "male": 15}, "other", False),
    ],
)
def test_sex(sexes, chosen, narrow):
    """A small group, and one that with the others would leave it; nobody is not few."""
    frames = study([patient for sex, number in sexes.items() for patient in people(number, sex=sex)])
    assert too_narrow(frames, Filters(sex=chosen), 5) is narrow


@pytest.mark.parametrize(("treated", "narrow"), [(0, False), (3, True), (10, False), (18, True)])
def test_treatment(treated, narrow):
    """Those with it and those without are both at least five, or none."""
    toxin = (("botulinum_toxin", "2024-03-01"),)
    frames = study([*people(treated, treatments=toxin), *people(20 - treated)])
    assert too_narrow(frames, Filters(treatment="toxin"), 5) is narrow


@pytest.mark.parametrize(
    ("women", "men", "narrow"), [(8, 2, True), (8, 6, False), (8, 0, False), (3, 2, False)]
)
def test_families_are_judged_where_patients_are_told_apart_by_them(women, men, narrow):
    """Ten treated patients less eight treated women are two men; a family that is hidden tells nothing."""
    toxin = {"treatments": (("botulinum_toxin", "2024-03-01"),)}
    sexes = {"female": women, "male": men}
    frames = study(
        [
            patient
            for sex, number in sexes.items()
            for patient in (*people(number, sex=sex, **toxin), *people(20, sex=sex))
        ]
    )
    filters = Filters(sex="female")
    assert not too_narrow(frames, filters, 5)
    assert too_narrow(frames, filters, 5, parted_by=["toxin"]) is narrow


def test_a_further_family_is_judged_beside_that_of_the_filter():
    """Of the injected, two had no operation where all others had."""
    toxin, surgery = ((kind, "2024-03-01") for kind in ("botulinum_toxin", "myectomy"))
    both = people(10, treatments=(toxin, surgery))
    frames = study([*people(20), *both, *people(2, treatments=(surgery,)), *people(9, treatments=(toxin,))])
    assert too_narrow(frames, Filters(treatment="toxin"), 5, parted_by=["toxin", "surgery"])


def test_those_of_whom_a_fact_is_not_known_are_a_group_too():
    """Three without a recorded cause would be all answers less those of the others."""
    frames = study([*people(20), *people(3, cause=None)])
    assert too_narrow(frames, Filters(cause="bells_palsy"), 5)


@pytest.mark.parametrize(
    ("chosen", "facts"),
    [
        ({"time": "acute"}, {"onset": "2025-01-01"}),
        ({"time": "unknown"}, {"onset": None}),
        ({"since": "2025-02-02"}, {"day": "2025-02-03"}),
        ({"until": "2025-01-31"}, {"day": "2025-01-30"}),
        ({"age": "60 and over"}, {"birth_year": 1950}),
        ({"side": "right"}, {"side": "right"}),
        ({"cause": "trauma"}, {"cause": "trauma"}),
        ({"treatment": "toxin"}, {"treatments": (("botulinum_toxin", "2024-03-01"),)}),
    ],
)
@pytest.mark.parametrize(("other", "narrow"), [(3, True), (12, False)])
def test_whatever_tells_three_patients_apart_is_too_narrow(chosen, facts, other, narrow):
    """Of patients or of responses, alone or beside another filter."""
    told = dict(facts)
    day = told.pop("day", "2025-02-01")
    apart = [Patient(f"apart {n}", [(day, {"face.total": 50.0})], **told) for n in range(other)]
    frames = study([*people(20), *apart])
    assert too_narrow(frames, Filters(**chosen), 5) is narrow
    assert too_narrow(frames, Filters(sex="female", **chosen), 5) is narrow


def test_patients_without_an_answer_do_not_widen_a_filter():
    """What is shown rests on those who answered."""
    silent = [Patient(f"silent {n}", sex="male") for n in range(10)]
    assert too_narrow(study([*people(20), *people(2, sex="male"), *silent]), Filters(sex="male"), 5)


def test_no_filter_is_never_too_narrow():
    assert not too_narrow(study(people(2)), Filters(), 5)


@examples(6)
@example(seed=14, sex=None, cause="bells_palsy", time="acute")
@given(
    seed=st.integers(0, 500),
    sex=st.sampled_from([None, "female", "male", "other", "unknown"]),
    cause=st.sampled_from([None, "bells_palsy", "trauma"]),
    time=st.sampled_from([None, "acute", "chronic"]),
)
def test_what_passes_leaves_no_few_patients(seed, sex, cause, time):
    """A filter that is let through shows nobody, or five or more."""
    frames, filters = registry(seed, 60), Filters(sex=sex, cause=cause, time=time)
    if filters.chosen and not too_narrow(frames, filters, 5):
        assert apply(frames, filters).scores["patient"].nunique() not in range(1, 5)


def test_the_first_score_with_a_usable_time_is_looked_at_too():
    """Of three patients it is that of the second visit: with the first visit alone, time has three fewer."""
    days = [("2020-06-01", {"face.total": 50.0}), ("2022-06-01", {"face.total": 60.0})]
    certain = [Patient(f"certain {n}", days, onset="2018-01-01") for n in range(20)]
    late = [Patient(f"late {n}", days, onset="2019-07-01", precision="year") for n in range(3)]
    frames = study([*certain, *late])
    rows = frames.scored
    assert rows.groupby(["visit", "time_usable"], observed=True).size()["visit 1", False] == 3
    assert not taken_out(study(certain), Filters(visit="visit 1"), 5).cells
    assert taken_out(frames, Filters(visit="visit 1"), 5).cells == {("face.total", "chronic")}


@pytest.mark.parametrize(
    ("sources", "chosen"), [(("staff_read", "web"), "web"), (("web", "staff_read"), "web")]
)
@pytest.mark.parametrize(("other", "narrow"), [(3, True), (12, False)])
def test_another_score_of_a_few_is_a_difference_too(sources, chosen, other, narrow):
    """All have a first and a last score by the web; of three these are others than without the filter."""
    days = [("2025-02-01", {"face.total": 50.0}), ("2025-06-01", {"face.total": 60.0})]
    frames = study([Patient(f"p{n:02d}", days) for n in range(20 + other)])
    few = (frames.scores["patient"].astype(str) >= "p20").to_numpy()
    said = np.where(few & (frames.scores["visit"] == "visit 1"), sources[0], "web")
    said = np.where(few & (frames.scores["visit"] == "visit 2"), sources[1], said)
    source = pd.Series(said, index=frames.scores.index).astype("category")
    frames = dataclasses.replace(frames, scores=frames.scores.assign(source=source))
    assert too_narrow(frames, Filters(source="web"), 5) is narrow
    assert bool(taken_out(frames, Filters(source="web"), 5).cells) is narrow


@pytest.mark.parametrize("chosen", ["own", "other"])
@pytest.mark.parametrize(("own", "narrow"), [(3, True), (12, False)])
def test_few_who_answered_to_working_wording(chosen, own, narrow):
    frames = study(people(20 + own))
    status = np.where(np.arange(20 + own) < own, "working", "verbatim")
    status = pd.Series(status, index=frames.scores.index).astype("category")
    frames = dataclasses.replace(frames, scores=frames.scores.assign(wording_status=status))
    assert too_narrow(frames, Filters(wording=chosen), 5) is narrow


def with_mood(number, **facts):
    """Patients who answered about their mood too."""
    told = {"face.total": 50.0, "phq9.total": 3.0}
    return [Patient(f"mood {facts} {n}", [("2025-02-01", told)], **facts) for n in range(number)]


def test_a_scale_that_few_have_is_taken_out_alone():
    """Fifteen men are many, but only two of them have a score of mood: all less the women would be theirs."""
    frames = study([*with_mood(20), *people(13, sex="male"), *with_mood(2, sex="male")])
    for sex in ("female", "male"):
        filters = Filters(sex=sex)
        assert not too_narrow(frames, filters, 5)
        out = taken_out(frames, filters, 5)
        assert {scale for scale, _ in out.cells} == {"phq9.total"}
        left = without(apply(frames, filters), out)
        assert set(left.scores["scale"]) == {"face.total"}
        assert set(left.responses["instrument"]) == {"face"}
    assert taken_out(frames, Filters(), 5).cells == frozenset()


def test_what_no_treatment_and_one_family_leave_is_a_group():
    """All less none and less toxin would be the two with an operation, so one of the filters goes."""
    toxin, surgery = ((kind, "2024-03-01") for kind in ("botulinum_toxin", "myectomy"))
    frames = study([*people(20), *people(18, treatments=(toxin,)), *people(2, treatments=(surgery,))])
    assert not too_narrow(frames, Filters(treatment="none yet"), 5)
    assert too_narrow(frames, Filters(treatment="toxin"), 5)


def test_more_than_four_filters_are_too_many():
    """Each doubles the tables that can be subtracted."""
    frames = study(people(40))
    chosen = {"sex": "female", "age": "under 40", "cause": "bells_palsy", "side": "left", "locale": "en"}
    assert too_narrow(frames, Filters(**chosen), 5)
