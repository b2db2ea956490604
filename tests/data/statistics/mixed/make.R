# Expected numbers for analysis.numbers.mixed and analysis.numbers.clustered. Run here: Rscript make.R
# R 4.2.2 with lme4 1.1-31, lmerTest 3.1-3, clubSandwich 0.5.8, jsonlite (Debian 12). All data are synthetic.
suppressPackageStartupMessages({library(lme4); library(lmerTest); library(clubSandwich); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

patients <- function(sizes, sd0, sd1, rho, sd, b, seed) {
  set.seed(seed)
  G <- length(sizes)
  id <- rep(seq_len(G), times = sizes)
  u0 <- rnorm(G); u1 <- rho * u0 + sqrt(1 - rho^2) * rnorm(G)
  log10_onset <- round(runif(G, -2.5, 1.6), 4)[id]
  years <- unlist(lapply(sizes, function(k) round(cumsum(c(0, runif(k - 1, .1, .8))), 4)[seq_len(k)]))
  time <- log2(1 + years)
  age <- round(rnorm(G, 48, 15))[id]; female <- rbinom(G, 1, .6)[id]
  y <- b[1] + b[2] * log10_onset + b[3] * time + b[4] * age + b[5] * female + sd0 * u0[id] + sd1 * u1[id] * time + rnorm(length(id), 0, sd)
  data.frame(id = id, log10_onset = log10_onset, years = years, age = age, female = female, y = round(y, 6))
}
B <- c(60, -4, 3, -.1, -2)
set.seed(1); uneven <- sample(1:7, 120, TRUE)
saq <- patients(sample(2:5, 90, TRUE), 12, 4, -.3, 6, c(38, 6, -3, .05, 2), 5)
saq$y <- pmin(100, pmax(20, round(saq$y / (20 / 9)) * (20 / 9)))
sets <- list(
  balanced = patients(rep(4, 60), 10, 5, .3, 6, B, 2),
  unbalanced = patients(uneven, 12, 6, -.4, 5, B, 3),
  singular = patients(rep(3, 40), 0, 0, 0, 8, B, 14),
  tiny = patients(c(2, 3, 2, 1, 3, 2, 4, 2, 1, 3), 9, 0, 0, 4, B, 6),
  saq_like = saq,
  steep = patients(rep(5, 80), 3, 25, .8, 1, B, 7),
  weak = patients(rep(2, 150), 3, 0, 0, 12, B, 8))

control <- lmerControl(optimizer = "bobyqa", optCtrl = list(maxfun = 2e5, rhoend = 1e-9), calc.derivs = FALSE)
reference <- function(formula, d, robust) {
  m <- suppressMessages(suppressWarnings(lmerTest::lmer(formula, d, REML = TRUE, control = control)))
  s <- summary(m)$coefficients
  out <- list(formula = deparse1(formula), n = nobs(m), patients = unname(ngrps(m)), theta = unname(getME(m, "theta")),
    sigma = sigma(m), criterion = as.numeric(REMLcrit(m)), singular = isSingular(m),
    estimate = unname(s[, "Estimate"]), se = unname(s[, "Std. Error"]), df = unname(s[, "df"]), p = unname(s[, "Pr(>|t|)"]))
  if (robust) {
    # Debian's pair of lme4 and clubSandwich needs the plain class
    plain <- lme4::lmer(formula, d, REML = TRUE, control = control)
    ct <- coef_test(plain, vcov = "CR2", cluster = d$id, test = "Satterthwaite")
    out$robust <- list(estimate = ct$beta, se = ct$SE, df = if (is.null(ct$df_Satt)) ct$df else ct$df_Satt, p = if (is.null(ct$p_Satt)) ct$p else ct$p_Satt)
  }
  out
}
expected <- list()
for (name in names(sets)) {
  d <- sets[[name]]; d$time <- log2(1 + d$years)
  write.csv(sets[[name]], paste0(name, ".csv"), row.names = FALSE)
  r <- list(random_intercept = reference(y ~ log10_onset + time + age + female + (1 | id), d, TRUE))
  if (nrow(d) > 2 * length(unique(d$id))) r$random_slope <- reference(y ~ log10_onset + time + age + female + (1 + time | id), d, FALSE)
  expected[[name]] <- r
}
# rmcorr's slope with errors by patient: fixed intercepts, CR2
d <- sets$unbalanced; d <- d[d$id %in% names(which(table(d$id) > 1)), ]; d$time <- log2(1 + d$years)
m <- lm(y ~ 0 + factor(id) + time, d)
ct <- coef_test(m, vcov = "CR2", cluster = d$id, test = "Satterthwaite"); k <- nrow(ct)
expected$within <- list(slope = ct$beta[k], se = ct$SE[k], df = if (is.null(ct$df_Satt)) ct$df[k] else ct$df_Satt[k], p = if (is.null(ct$p_Satt)) ct$p[k] else ct$p_Satt[k])
write_json(expected, "expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
