# The site as a fixed term in the course and in within-between: lme4, lmerTest, clubSandwich. Run here: Rscript make.R
# R 4.2.2 with lme4 1.1-31, lmerTest 3.1-3, clubSandwich 0.5.8, jsonlite (Debian 12): writes the CSV files and expected.json.
# `apart`: sites differ in score and in time since onset, two of them small; `alike`: two sites that differ by chance.
suppressPackageStartupMessages({library(lme4); library(lmerTest); library(clubSandwich); library(jsonlite); library(splines)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
make <- function(seed, sites, apart) {
  set.seed(seed)
  site <- rep(names(sites), sites); G <- length(site); at <- (match(site, names(sites)) - 1) * apart
  sizes <- sample(1:5, G, TRUE, c(.1, .2, .25, .25, .2)); id <- rep(seq_len(G), sizes)
  first <- as.Date("2022-01-03") + sample(0:600, G, TRUE); onset <- first - round(10^(runif(G, 1.2, 3) + .3 * at))
  day <- do.call(c, lapply(seq_len(G), function(i) first[i] + cumsum(c(0, sample(25:200, 4, TRUE)))[seq_len(sizes[i])]))
  years <- as.numeric(day - first[id]) / 365.25; u <- rnorm(G, 0, 9); slope <- rnorm(G, 0, 6)
  face <- round(60 - 6 * at[id] + u[id] + (3 + slope[id]) * log2(1 + years) + rnorm(length(id), 0, 5), 3)
  phq <- round(9 + 2 * at[id] - .1 * (face - 60) - .2 * u[id] + rnorm(length(id), 0, 2), 3)
  data.frame(patient = id, site = site[id], completed_on = day, onset_on = onset[id], birth_year = sample(1938:2002, G, TRUE)[id], female = rbinom(G, 1, .6)[id], face, phq9 = phq) }
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(maxfun = 2e5, rhoend = 1e-9), calc.derivs = FALSE)
of <- function(d) {
  n <- table(d$site[!duplicated(d$patient)]); d$where <- factor(ifelse(n[d$site] >= 10, d$site, "rest"))
  d$first_on <- as.Date(ave(as.numeric(d$completed_on), d$patient, FUN = min), origin = "1970-01-01")
  d$onset_years <- log10(pmax(1, as.numeric(d$first_on - d$onset_on)) / 365.25); d$followup <- log2(1 + as.numeric(d$completed_on - d$first_on) / 365.25)
  d$onset_now <- log10(pmax(1, as.numeric(d$completed_on - d$onset_on)) / 365.25); d$age <- as.integer(format(d$first_on, "%Y")) - d$birth_year
  m <- lmerTest::lmer(face ~ onset_years + followup + age + female + where + (1 + followup | patient), d, control = control)
  stopifnot(!isSingular(m)); s <- summary(m)$coefficients[2:5, ]
  d$between <- ave(d$phq9, d$patient); d$within <- d$phq9 - d$between
  w <- lme4::lmer(face ~ between + within + ns(followup, 3) + ns(onset_now, 3) + where + (1 | patient), d, control = control)
  ct <- coef_test(w, vcov = "CR2", cluster = w@frame$patient, test = "Satterthwaite"); df <- if (is.null(ct$df_Satt)) ct$df else ct$df_Satt
  list(course = list(estimate = unname(s[, 1]), se = unname(s[, 2]), df = unname(s[, 3])), within = list(estimate = ct$beta[2:3], se = ct$SE[2:3], df = df[2:3])) }
cases <- list(apart = make(5, c(A = 60, B = 45, C = 30, D = 7, E = 4), 1.5), alike = make(6, c(A = 50, B = 55), 0))
for (name in names(cases)) write.csv(cases[[name]], paste0(name, ".csv"), row.names = FALSE)
write_json(lapply(cases, of), "expected.json", digits = 15, auto_unbox = TRUE, pretty = TRUE)
