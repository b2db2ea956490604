"""The methods paragraph, made from the state of the view: what was asked, how it was analysed, of whom."""

from analysis.association import HOLM_UP_TO
from analysis.filters import Filters
from analysis.frame import ACUTE_BELOW_DAYS, StudyFrames
from analysis.guards import COEFFICIENT_FROM, IMPRECISE_BELOW, PATIENTS_PER_COEFFICIENT, PILED_UP_FROM

_PARAGRAPH = """
Questionnaires: {instruments}; each scored by its own rule for missing items, nothing imputed beyond it.
Between-patient associations used one visit per patient, the first at which both variables were present.
Time since onset was log10-transformed; an onset known by month counted as its 15th, by year as 1 July,
never later than halfway to the visit, and was left out where its possible durations differ more than
twofold. We report Spearman's rho with Bonett–Wright 95 % intervals, Pearson's r with Fisher intervals, and
partial rho adjusted for age at the first visit and sex. Within-patient associations are repeated-measures
correlations (Bakdash and Marusich) over all visits of patients with two or more. Change over visits used
linear mixed models (REML, Satterthwaite's degrees of freedom) with log10 years since onset at the first visit
and log2 of 1 + years since that visit as separate terms, adjusted for age and sex: with a random intercept by
patient, then with a random slope, or, where that was not estimable, with cluster-robust errors (CR2). No
linear model was fitted with fewer than {each} patients per coefficient, or where {piled:.0%} or more of SAQ
scores were the lowest. Scores at the same visits were related by mixed models with the patient's mean of
the one and the deviation from it as separate terms. Visits after toxin injections were compared by phase
(0–13, 14–56, 57–112 and more days since the last). Groups by treatment, cause
and sex were compared at the first visit with the score by Kruskal–Wallis tests with epsilon squared and
Dunn tests with Holm's adjustment; treatments begun later did not count, and treatment was not assigned at
random. P-values were adjusted within families of one level, method and stratum, by Holm up to {holm} tests
and by Benjamini–Hochberg beyond. Acute is under {acute} days since onset at that visit, chronic from then
on. Coefficients and tests need {least} patients and are marked imprecise under {imprecise}; cells below
{suppress} patients were suppressed. All available data were used. Filters: {filters}. Software: {software}.
Data SHA-256: {digest}.
"""


def methods(frames: StudyFrames, filters: Filters, *, software: str, digest: str, suppress_under: int) -> str:
    """One paragraph on the report of these frames (already filtered)."""
    asked = frames.scores[["instrument", "version", "wording"]].drop_duplicates()
    instruments = "; ".join(
        f"{instrument} version {version} ({wording} wording)"
        for instrument, version, wording in sorted(asked.itertuples(index=False, name=None))
    )
    paragraph = _PARAGRAPH.format(
        instruments=instruments or "none answered yet",
        holm=HOLM_UP_TO,
        acute=ACUTE_BELOW_DAYS,
        each=PATIENTS_PER_COEFFICIENT,
        piled=PILED_UP_FROM,
        least=COEFFICIENT_FROM,
        imprecise=IMPRECISE_BELOW,
        suppress=suppress_under,
        filters=", ".join(f"{name} = {value}" for name, value in filters.chosen.items()) or "none",
        software=software,
        digest=digest,
    )
    return " ".join(paragraph.split())
