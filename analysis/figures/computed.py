"""How each number is computed, in sentences for readers: formula, reference, and patients left out."""

from analysis.words import words as _

SPEARMAN = _(
    "Spearman's rho is Pearson's correlation of the ranks; ties share their mean rank. Its 95 % interval "
    "is tanh(atanh rho ± 1.96 × √((1 + rho²/2) / (n − 3))): Bonett and Wright, Psychometrika 2000;65:23. "
    "One visit per patient counts: the first at which both scores are present."
)
REPEATED = _(
    "The repeated-measures correlation is an analysis of covariance with a level for each patient and one "
    "common slope: sign(slope) × √(SS slope / (SS slope + SS error)), on visits − patients − 1 degrees "
    "of freedom. Bakdash and Marusich, Front Psychol 2017;8:456. Visits of patients with two or more "
    "count. The 95 % interval leaves out each patient in turn (jackknife of Fisher's z): unlike the usual "
    "one it holds where patients differ in their slopes, and so may differ from other software."
)
LESS_TIME = _(
    "Less time: the same correlation of what natural splines (3 degrees of freedom each, as R's "
    "splines::ns) of log2(1 + years since the first visit) and of log10 years since onset leave of both "
    "scores' distances from the patient's means; the splines take their degrees of freedom. Curran and "
    "Bauer, Annu Rev Psychol 2011;62:583. Visits without a usable time since onset do not count."
)
SPLINE = _(
    "The line is a natural cubic spline with 3 degrees of freedom over log time, as R's lm(y ~ "
    "splines::ns(x, df = 3)); the dotted one is Cleveland's LOWESS (two thirds of the patients around "
    "each point, three robust steps): JASA 1979;74:829. The band holds the middle 95 % of the splines of "
    "200 samples of patients, drawn with replacement from a fixed seed. One score per patient counts: the "
    "first with a usable time since onset."
)
COURSE = _(
    "Linear mixed model by REML: score ~ log10(years since onset at the first visit) + log2(1 + years "
    "since that visit) + age + female + (1 | patient), then with a random slope of the time since the "
    "first visit. Satterthwaite's degrees of freedom as in lmerTest: Kuznetsova and others, J Stat Softw "
    "2017;82(13). Where the slope's variance cannot be estimated, the random intercept with standard "
    "errors robust to clustering by patient (CR2: Pustejovsky and Tipton, J Bus Econ Stat 2018;36:672). No "
    "model under 15 patients per coefficient. The drawn mean lets the time since the first visit bend: a "
    "natural spline of log2(1 + years) with up to 3 degrees of freedom, as far as that rule allows."
)
INJECTIONS = _(
    "Linear mixed model by REML over the visits after an injection: score ~ 0–13, 14–56, 57–112 or more "
    "days since the last one + log2(1 + years since the first one) + (1 | patient). Intervals by patient "
    "(CR2 with Satterthwaite's degrees of freedom: Pustejovsky and Tipton, J Bus Econ Stat 2018;36:672) "
    "hold where patients differ in their changes. No model under 15 patients per coefficient. A visit is "
    "not placed where an injection of unknown day may be the last one before it."
)
KRUSKAL = _(
    "Kruskal and Wallis' H over the ranks of all levels, corrected for ties; epsilon² = H / (n − 1) is "
    "the share of the ranks' variation that lies between levels: Tomczak and Tomczak, Trends Sport Sci "
    "2014;21:19. Each patient's first visit with the score counts; treatments begun later do not."
)
PROFILE = _(
    "Standardised difference: (mean of those who began it − mean of the others) / √((variance + "
    "variance) / 2), for shares with p (1 − p): Austin, Stat Med 2009;28:3083. At the first visit with "
    "a score, of patients without the family of treatments by then; time since onset as log10 years."
)
TABLE_ONE = _(
    "Quartiles as R's type 7. Standardised difference of numbers: (mean − mean) / √((variance + variance) "
    "/ 2), without its sign: Austin, Stat Med 2009;28:3083; time since onset as log10 years. Of levels: "
    "√((p − q)′ S⁻¹ (p − q)), where p and q are the shares of all levels but one and S is the mean of "
    "their two covariances: Yang and Dalton, SAS Global Forum 2012, paper 335. Only known values count."
)
BEFORE_AFTER = _(
    "Mean of each patient's difference, with Student's t interval on n − 1 degrees of freedom. Better, "
    "stable and worse by the published change of one patient. Only treatments whose day is known; "
    "nothing is imputed."
)
COMPARISON = _(
    "A sequence of target trials: each scored visit of a patient who has not begun the family is one. Who "
    "began within 90 days of it is compared with who did not, by the first score in the family's window. "
    "Overlap weights (Li and others, J Am Stat Assoc 2018;113:390) make both arms alike in the score at that "
    "visit, its number, log10 years since onset, age, sex and other families begun before; least squares on "
    "the same set, errors by patient (CR2). Age, sex and onset that at most 20 % lack are imputed 20 times, "
    "and the results pooled by Rubin's rules. Arms that differ by more than 0.4 standard deviations in "
    "earlier scores or in the last change are not compared: a passing low gets better by itself. E-value: "
    "how strongly, as a risk ratio, something unknown had to go with both treatment and score to explain the "
    "difference (VanderWeele and Ding, Ann Intern Med 2017;167:268)."
)
RESPONDERS = _(
    "Of the comparisons with and without a treatment, with their overlap weights: the weighted share of "
    "each arm whose score gained at least so many points from the index visit to the first score in the "
    "window. At the published change of one person the difference of the shares, by weighted least squares "
    "on the same set of covariates, errors by patient (CR2), with its 95 % interval; no test."
)
CHANGE = _(
    "Shares with Wilson's 95 % interval, without continuity correction: J Am Stat Assoc 1927;22:209. "
    "First and last score of each patient; missing scores are passed over, nothing is carried forward."
)
SCREENING = _(
    "The published cut-off is applied to the unrounded score; share with Wilson's 95 % interval: J Am "
    "Stat Assoc 1927;22:209. Scores follow the questionnaire's own rule for missing items."
)
ALPHA = _(
    "Cronbach's alpha: k / (k − 1) × (1 − sum of the items' variances / variance of the sum), on complete "
    "items. Omega, of the raw sum as alpha: (sum of loadings)² / ((sum of loadings)² + sum of "
    "uniquenesses) of one factor by maximum likelihood, in the items' units: McDonald, Test Theory, 1999. "
    "Intervals: studentised bootstrap of the jackknife's pseudo-values on log(1 − coefficient), 400 draws "
    "of patients from a fixed seed, wider where few patients decide its error (Satterthwaite's degrees of "
    "freedom); unlike Feldt's they need no normal items. From 50 patients on."
)
ATTENDANCE = _(
    "Completion: visits that could be scored / visits expected; available data: the same / all "
    "enrolled, which stands alone where visits came with an import. After SISAQOL: Coens and others, Lancet "
    "Oncol 2020;21:e83."
)
FLOW = _(
    "Counts of patients; due as in attendance. A visit counts once for each patient, as soon as one of its "
    "questionnaires was sent."
)
RECOVERY = _(
    "House–Brackmann I / graded, with Wilson's 95 % interval; the grading nearest to 3, 6 or 12 months "
    "after onset, within 30 days. Bounds: recovered / enrolled, and (recovered + not graded) / "
    "enrolled."
)
