"""How each number is computed, as sentences for readers: formula, reference and what is left out."""

SPEARMAN = (
    "Spearman's rho is Pearson's correlation of the ranks; ties share their mean rank. Its 95 % interval "
    "is tanh(atanh rho ± 1.96 × √((1 + rho²/2) / (n − 3))): Bonett and Wright, Psychometrika 2000;65:23. "
    "One visit per patient counts: the first at which both scores are present."
)
RMCORR = (
    "The repeated-measures correlation is an analysis of covariance with a level for each patient and one "
    "common slope: sign(slope) × √(SS slope / (SS slope + SS error)), on visits − patients − 1 degrees "
    "of freedom. Bakdash and Marusich, Front Psychol 2017;8:456. Visits of patients with two or more "
    "count. The 95 % interval leaves out each patient in turn (jackknife of Fisher's z): unlike the usual "
    "one it holds where patients differ in their slopes, and so may differ from other software."
)
SPLINE = (
    "The line is a natural cubic spline with 3 degrees of freedom over log time, as R's lm(y ~ "
    "splines::ns(x, df = 3)); the dotted one is Cleveland's LOWESS (two thirds of the patients around "
    "each point, three robust steps): JASA 1979;74:829. The band holds the middle 95 % of the splines of "
    "200 samples of patients, drawn with replacement from a fixed seed. One score per patient counts: the "
    "first with a usable time since onset."
)
COURSE = (
    "Linear mixed model by REML: score ~ log10(years since onset at the first visit) + log2(1 + years "
    "since that visit) + age + female + (1 | patient), then with a random slope of the time since the "
    "first visit. Satterthwaite's degrees of freedom as in lmerTest: Kuznetsova and others, J Stat Softw "
    "2017;82(13). Where the slope's variance cannot be estimated, the random intercept with standard "
    "errors robust to clustering by patient (CR2: Pustejovsky and Tipton, J Bus Econ Stat 2018;36:672). No "
    "model under 15 patients per coefficient."
)
INJECTIONS = (
    "Linear mixed model by REML over the visits after an injection: score ~ 0–13, 14–56, 57–112 or more "
    "days since the last one + log2(1 + years since the first one) + (1 | patient). Intervals by patient "
    "(CR2 with Satterthwaite's degrees of freedom: Pustejovsky and Tipton, J Bus Econ Stat 2018;36:672) "
    "hold where patients differ in their changes. No model under 15 patients per coefficient. A visit is "
    "not placed where an injection of unknown day may be the last one before it."
)
KRUSKAL = (
    "Kruskal and Wallis' H over the ranks of all levels, corrected for ties; epsilon² = H / (n − 1) is "
    "the share of the ranks' variation that lies between levels: Tomczak and Tomczak, Trends Sport Sci "
    "2014;21:19. Each patient's first visit with the score counts; treatments begun later do not."
)
