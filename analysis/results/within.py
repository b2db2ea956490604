"""Two scores at the same visits: differences between patients and between visits, kept apart.

``between`` compares patients with each other, ``within`` a patient's visits with each other. One slope for
both would measure neither.
"""

from collections.abc import Iterator, Mapping
from itertools import permutations

import numpy as np
import pandas as pd

from analysis.data.frame import ScaleInfo
from analysis.data.record import Record
from analysis.data.since_onset import STRATA
from analysis.numbers.guards import SUPPRESS_UNDER
from analysis.results.association import overlap
from analysis.results.models import Question, random_intercept, records


def within_between(
    table: pd.DataFrame, scale_info: Mapping[str, ScaleInfo], *, suppress_under: int = SUPPRESS_UNDER
) -> list[Record]:
    """Each scale on each other: ``outcome ~ patient's mean + deviation from it + (1 | patient)``.

    Only visits at which both are scored; mean and deviation of the predictor over those. REML as lme4 and
    lmerTest; the numbers that end in ``_robust`` also hold where slopes differ between patients. A total and
    its own parts are not paired.

    Args:
        table: the result of ``analysis.data.frame.scored``.

    Returns:
        Records on all patients, then by the stratum of the patients' first visit: a record per term
        (``intercept``, ``between``, ``within``).
    """
    visits = _visits(table, list(scale_info))
    found: list[Record] = []
    for stratum in (None, *STRATA):
        rows = visits if stratum is None else visits[visits["first_stratum"] == stratum]
        for outcome, predictor in _pairs(visits, scale_info):
            question = _question(rows, outcome, predictor, scale_info[outcome])
            start = {
                **({} if stratum is None else {"stratum": stratum}),
                "outcome": outcome,
                "predictor": predictor,
                "overlap": overlap(outcome, predictor, scale_info),
            }
            found += records(start, question, random_intercept(question), suppress_under=suppress_under)
    return found


def _visits(table: pd.DataFrame, scales: list[str]) -> pd.DataFrame:
    """A row per visit: patient, the stratum of the first visit, and a column per scale that has a score."""
    known = table[table["value"].notna() & table["scale"].isin(scales)]
    of_visit = known.drop_duplicates("visit_id").set_index("visit_id")[["patient", "first_stratum"]]
    return of_visit.join(known.pivot(index="visit_id", columns="scale", values="value"))


def _pairs(visits: pd.DataFrame, scale_info: Mapping[str, ScaleInfo]) -> Iterator[tuple[str, str]]:
    for outcome, predictor in permutations((scale for scale in scale_info if scale in visits), 2):
        same = scale_info[outcome].instrument == scale_info[predictor].instrument
        if not (same and overlap(outcome, predictor, scale_info)):
            yield outcome, predictor


def _question(rows: pd.DataFrame, outcome: str, predictor: str, info: ScaleInfo) -> Question:
    both = rows[rows[outcome].notna() & rows[predictor].notna()]
    patient, _ = pd.factorize(both["patient"])
    value = both[predictor].to_numpy(np.float64)
    mean = (np.bincount(patient, value) / np.maximum(np.bincount(patient), 1))[patient]
    deviation = np.where(np.abs(value - mean) > 1e-12 * np.abs(mean), value - mean, 0.0)
    return Question.of(both[outcome], both["patient"], {"between": mean, "within": deviation}, info)
