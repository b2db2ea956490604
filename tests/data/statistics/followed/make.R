# Expected numbers for the report's records over time. Run here: Rscript make.R
# R 4.2.2 with lme4 1.1-31, lmerTest 3.1-3, clubSandwich 0.5.8, jsonlite (Debian 12). All data are synthetic.
# Everything is computed from dates and years of birth, so that the script also checks how the terms are made.
suppressPackageStartupMessages({library(lme4); library(lmerTest); library(clubSandwich); library(jsonlite); library(splines)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(20261121)

G <- 170
sizes <- sample(1:5, G, TRUE, c(.15, .2, .25, .25, .15))
id <- rep(seq_len(G), times = sizes)
first <- as.Date("2022-01-03") + sample(0:600, G, TRUE)
acute <- runif(G) < .45
onset <- first - ifelse(acute, sample(1:89, G, TRUE), round(10^runif(G, 2, 4)))
birth <- sample(1938:2002, G, TRUE); female <- rbinom(G, 1, .6)
day <- do.call(c, lapply(seq_len(G), function(i) first[i] + cumsum(c(0, sample(25:200, 4, TRUE)))[seq_len(sizes[i])]))
years <- as.numeric(day - first[id]) / 365.25
u0 <- rnorm(G, 0, 12); u1 <- rnorm(G, 0, 6)
face <- round(pmin(100, pmax(0, 55 - 3 * log10(as.numeric(first - onset) / 365.25)[id] + u0[id] + (2 + u1[id]) * log2(1 + years) - 2 * female[id] + rnorm(length(id), 0, 5))), 4)
phq <- round(pmin(27, pmax(0, 12 - .12 * (face - 50) - .25 * u0[id] + rnorm(length(id), 0, 2))))
saq <- pmax(20, round(26 - u0[id] + rnorm(length(id), 0, 6)))
face[runif(length(id)) < .05] <- NA; phq[runif(length(id)) < .05] <- NA
# injections: a third of the patients, the first on or after the first visit, then about every four months
toxin <- which(runif(G) < .5 & sizes > 1)
injected <- do.call(rbind, lapply(toxin, function(i) data.frame(patient = i, day = first[i] + sample(-60:150, 1) + cumsum(c(0, sample(90:150, 3, TRUE))))))

d <- data.frame(patient = id, completed_on = day, onset_on = onset[id], birth_year = birth[id], female = female[id], face = face, phq9 = phq, saq = saq)
last <- sapply(seq_len(nrow(d)), function(k) { x <- injected$day[injected$patient == d$patient[k] & injected$day <= d$completed_on[k]]; if (length(x)) as.numeric(d$completed_on[k] - max(x)) else NA })
begun <- sapply(seq_len(nrow(d)), function(k) { x <- injected$day[injected$patient == d$patient[k] & injected$day <= d$completed_on[k]]; if (length(x)) as.numeric(d$completed_on[k] - min(x)) else NA })
# a peak that wears off, and some noise so that the scores are not tied to it
lift <- ifelse(is.na(last), 0, ifelse(last < 14, 2, ifelse(last <= 56, 9, ifelse(last <= 112, 4, 0))))
d$face <- round(pmin(100, d$face + lift), 4)
write.csv(d, "input.csv", row.names = FALSE, na = "")
write.csv(injected, "injections.csv", row.names = FALSE)

control <- lmerControl(optimizer = "bobyqa", optCtrl = list(maxfun = 2e5, rhoend = 1e-9), calc.derivs = FALSE)
terms_of <- function(estimate, se, df, p) lapply(seq_along(estimate), function(i) list(estimate = estimate[i], se = se[i], df = df[i], low = estimate[i] - qt(.975, df[i]) * se[i], high = estimate[i] + qt(.975, df[i]) * se[i], p = p[i]))
fitted <- function(formula, d, names) {
  m <- suppressMessages(lmerTest::lmer(formula, d, REML = TRUE, control = control)); s <- summary(m)$coefficients
  if (isSingular(m)) return(list(singular = TRUE))
  list(singular = FALSE, n = nobs(m), patients = unname(ngrps(m)), patient_variance = VarCorr(m)[[1]][1, 1], residual_variance = sigma(m)^2,
    terms = setNames(terms_of(s[, 1], s[, 2], s[, 3], s[, 5]), names))
}
robust <- function(formula, d, names) {
  m <- lme4::lmer(formula, d, REML = TRUE, control = control); ct <- coef_test(m, vcov = "CR2", cluster = m@frame$patient, test = "Satterthwaite")
  df <- if (is.null(ct$df_Satt)) ct$df else ct$df_Satt; p <- if (is.null(ct$p_Satt)) ct$p else ct$p_Satt
  list(terms = setNames(terms_of(ct$beta, ct$SE, df, p), names))
}
d$first_on <- as.Date(ave(as.numeric(d$completed_on), d$patient, FUN = min), origin = "1970-01-01")
d$onset_years <- log10(pmax(1, as.numeric(d$first_on - d$onset_on)) / 365.25)
d$followup <- log2(1 + as.numeric(d$completed_on - d$first_on) / 365.25)
d$onset_now <- log10(pmax(1, as.numeric(d$completed_on - d$onset_on)) / 365.25)
d$age <- as.integer(format(d$first_on, "%Y")) - d$birth_year
d$stratum <- ifelse(as.numeric(d$first_on - d$onset_on) < 90, "acute", "chronic")
course_names <- c("intercept", "log10_onset_years", "log2_followup_years", "age", "female")
course <- function(d, scale) {
  d$score <- d[[scale]]
  list(random_intercept = fitted(score ~ onset_years + followup + age + female + (1 | patient), d, course_names),
    random_slope = fitted(score ~ onset_years + followup + age + female + (1 + followup | patient), d, course_names),
    random_intercept_cluster_robust = robust(score ~ onset_years + followup + age + female + (1 | patient), d, course_names))
}
within_between <- function(d, outcome, predictor) {
  d$score <- d[[outcome]]; d$x <- d[[predictor]]; d <- d[!is.na(d$score) & !is.na(d$x), ]
  d$between <- ave(d$x, d$patient); d$within <- d$x - d$between
  # lmer drops the column that ns makes empty where an inner knot falls on an end
  formula <- score ~ between + within + ns(followup, 3) + ns(onset_now, 3) + (1 | patient)
  read <- function(model) { model$terms <- model$terms[c("between", "within")]; model }
  columns <- function(f) suppressMessages(ncol(getME(lme4::lmer(f, d, control = control), "X")))
  names <- c("intercept", "between", "within", paste("time", seq_len(columns(formula) - 3)))
  list(model = read(fitted(formula, d, names)), robust = read(robust(formula, d, names)))
}
own_trend <- function(d, outcome, predictor) {
  d$score <- d[[outcome]]; d$x <- d[[predictor]]; d <- d[!is.na(d$score) & !is.na(d$x), ]
  d <- d[ave(d$x, d$patient, FUN = length) >= 4, ]; d$who <- factor(d$patient)
  if (nlevels(d$who) < 30) return(list(patients = nlevels(d$who)))
  m <- lm(score ~ x + ns(followup, 3) + ns(onset_now, 3) + who * followup, d)
  ct <- coef_test(m, vcov = "CR2", cluster = d$who, test = "Satterthwaite", coefs = "x")
  df <- if (is.null(ct$df_Satt)) ct$df else ct$df_Satt; p <- if (is.null(ct$p_Satt)) ct$p else ct$p_Satt
  c(list(n = nrow(d), patients = nlevels(d$who)), terms_of(ct$beta, ct$SE, df, p)[[1]])
}
strata <- list(all = d, acute = d[d$stratum == "acute", ], chronic = d[d$stratum == "chronic", ])
expected <- list(
  course = lapply(strata, function(s) list(face.total = course(s, "face"), phq9.total = course(s, "phq9"))),
  within_between = lapply(strata, function(s) list(face_on_phq9 = within_between(s, "face", "phq9"), phq9_on_face = within_between(s, "phq9", "face"))),
  own_trend = lapply(strata, function(s) list(face_on_phq9 = own_trend(s, "face", "phq9"), phq9_on_face = own_trend(s, "phq9", "face"))))

d$last <- last; d$begun <- begun
d$phase <- ifelse(is.na(d$last), "never", ifelse(d$last <= 13, "early", ifelse(d$last <= 56, "peak", ifelse(d$last <= 112, "waning", "worn_off"))))
seen <- d[!is.na(d$face), ]
expected$injection_cycle <- list(
  phases = lapply(split(seen$face, seen$phase), function(x) list(n = length(x), mean = mean(x), sd = sd(x))),
  model = local({ d <- seen[seen$phase != "never", ]; d$phase <- relevel(factor(d$phase), ref = "worn_off"); d$t <- log2(1 + d$begun / 365.25)
    names <- c("intercept", "early", "peak", "waning", "log2_injection_years")
    list(model = fitted(face ~ phase + t + (1 | patient), d, names), robust = robust(face ~ phase + t + (1 | patient), d, names)) }))

# one visit per patient, the first with a score: natural spline on log time; partial Spearman by residuals of ranks
one <- seen[!duplicated(seen$patient), ]
x <- log10(pmax(1, as.numeric(one$completed_on - one$onset_on)) / 365.25)
grid <- seq(min(x), max(x), length.out = 9)
spline <- lm(y ~ splines::ns(x, df = 3), data.frame(x = x, y = one$face))
expected$spline <- list(x = grid, y = unname(predict(spline, data.frame(x = grid))))
both <- d[!is.na(d$face) & !is.na(d$phq9), ]; one <- both[!duplicated(both$patient), ]
rest <- function(v) residuals(lm(rank(v) ~ rank(one$age) + rank(one$female)))
rho <- cor(rest(one$face), rest(one$phq9)); n <- nrow(one); t <- rho * sqrt((n - 4) / (1 - rho^2))
expected$partial_spearman <- list(n = n, rho = rho, df = n - 4, p = 2 * pt(-abs(t), n - 4), ci = tanh(atanh(rho) + c(-1, 1) * qnorm(.975) * sqrt((1 + rho^2 / 2) / (n - 5))))
# repeated measures: the common slope of an analysis of covariance by patient, as a correlation
twice <- both[both$patient %in% names(which(table(both$patient) > 1)), ]
m <- lm(phq9 ~ factor(patient) + face, twice); a <- drop1(m, ~ ., test = "F"); df <- m$df.residual
r <- sign(coef(m)[["face"]]) * sqrt(a["face", "Sum of Sq"] / (a["face", "Sum of Sq"] + a["<none>", "RSS"]))
expected$rmcorr <- list(n = nrow(twice), patients = length(unique(twice$patient)), r = r, df = df, p = a["face", "Pr(>F)"], ci = tanh(atanh(r) + c(-1, 1) * qnorm(.975) / sqrt(df - 1)))
ct <- coef_test(lm(phq9 ~ 0 + factor(patient) + face, twice), vcov = "CR2", cluster = twice$patient, test = "Satterthwaite"); k <- nrow(ct)
expected$rmcorr$robust <- list(slope = ct$beta[k], se = ct$SE[k], df = if (is.null(ct$df_Satt)) ct$df[k] else ct$df_Satt[k], p = if (is.null(ct$p_Satt)) ct$p[k] else ct$p_Satt[k])
# the same without what splines of both times explain: partial on patient and splines
m <- lm(phq9 ~ factor(patient) + ns(followup, 3) + ns(onset_now, 3) + face, twice)
a <- drop1(m, ~ ., test = "F"); df <- m$df.residual
r <- sign(coef(m)[["face"]]) * sqrt(a["face", "Sum of Sq"] / (a["face", "Sum of Sq"] + a["<none>", "RSS"]))
expected$rmcorr_detrended <- list(n = nrow(twice), patients = length(unique(twice$patient)), r = r, df = df, p = a["face", "Pr(>F)"], ci = tanh(atanh(r) + c(-1, 1) * qnorm(.975) / sqrt(df - 1)))
write_json(expected, "expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
