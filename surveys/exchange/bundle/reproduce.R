# Computes numbers of report.json anew from data/, in R alone, and says how far they are from the report's.
#
# Needs R 4 with jsonlite, for the mixed models lme4 and lmerTest, for ordered logits ordinal, for errors of comparisons of
# treatments clubSandwich: run `Rscript reproduce.R` where it lies.
# Exit 1 where a number is further off than its tolerance. Suppressed numbers have nothing to compare with.

suppressPackageStartupMessages(library(jsonlite))
models <- requireNamespace("lme4", quietly = TRUE) && requireNamespace("lmerTest", quietly = TRUE)

report <- fromJSON("report.json")
take <- function(name) {
  read.csv(file.path("data", name), na.strings = "", encoding = "UTF-8", stringsAsFactors = FALSE,
           colClasses = c(patient = "character"))
}
scored <- take("scored.csv") # by patient, day and visit
scored$day <- as.Date(scored$completed_on)
treatments <- take("treatments.csv")
known <- scored[!is.na(scored$value), ]

compared <- 0
worst <- list()
# Notes how far `mine` is from `told`, relative to its size; nothing where either is missing.
compare <- function(what, mine, told, tolerance) {
  if (length(told) != 1 || is.na(told)) return(invisible())
  off <- if (length(mine) == 1 && !is.na(mine)) abs(mine - told) / max(1, abs(told)) else Inf
  compared <<- compared + 1
  if (off > tolerance) worst[[length(worst) + 1]] <<- sprintf("%s: %.12g here, %.12g in the report", what, mine, told)
}
rows_of <- function(name) {
  rows <- report[[name]]
  if (!is.data.frame(rows)) return(data.frame())
  if (is.null(rows$stratum)) rows$stratum <- NA
  rows
}
within_stratum <- function(rows, stratum, column = "stratum") {
  if (is.na(stratum)) rows else rows[rows[[column]] == stratum, ]
}
first_of <- function(rows) rows[!duplicated(rows$patient), ]
last_of <- function(rows) rows[!duplicated(rows$patient, fromLast = TRUE), ]
label <- function(...) paste(..., collapse = " ")

# Descriptives ---------------------------------------------------------------------------------------------
told <- rows_of("descriptives")
for (i in seq_len(nrow(told))) {
  one <- told[i, ]
  of_scale <- known[known$scale == one$scale, ]
  ends <- if (one$visit == "first") first_of(of_scale) else last_of(of_scale)
  value <- within_stratum(ends, one$stratum)$value
  if (length(value) == 0) next
  name <- label("descriptives", one$scale, one$visit, one$stratum)
  quarters <- quantile(value, c(0.25, 0.5, 0.75), names = FALSE)
  compare(paste(name, "n"), length(value), one$n, 0)
  compare(paste(name, "mean"), mean(value), one$mean, 1e-10)
  compare(paste(name, "sd"), sd(value), one$sd, 1e-10)
  compare(paste(name, "q1"), quarters[1], one$q1, 1e-10)
  compare(paste(name, "median"), quarters[2], one$median, 1e-10)
  compare(paste(name, "q3"), quarters[3], one$q3, 1e-10)
}

# log2 of 1 + years since the patient's first row, scored or not
followed_up <- function(patient, day) {
  log2(1 + as.numeric(day - scored$day[match(patient, scored$patient)]) / 365.25)
}

# Correlations: one visit per patient between, deviations from the own mean within --------------------------
pair <- function(x, y) {
  of <- function(scale) known[known$scale == scale, c("patient", "visit_id", "day", "stratum", "value", "log10_years")]
  if (x == "time_since_onset") {
    rows <- of(y)
    rows <- rows[!is.na(rows$log10_years), ]
    return(data.frame(patient = rows$patient, stratum = rows$stratum, x = rows$log10_years, y = rows$value,
                      onset = NA, followup = NA))
  }
  both <- merge(of(x), of(y), by = c("patient", "visit_id"))
  both$first_day <- pmin(both$day.x, both$day.y)
  both <- both[order(both$patient, both$first_day, both$visit_id, method = "radix"), ]
  second <- both$day.y > both$day.x
  data.frame(patient = both$patient, x = both$value.x, y = both$value.y,
             stratum = ifelse(second, both$stratum.y, both$stratum.x),
             onset = ifelse(second, both$log10_years.y, both$log10_years.x),
             followup = followed_up(both$patient, pmax(both$day.x, both$day.y)))
}
told <- rows_of("correlations")
for (i in seq_len(nrow(told))) {
  one <- told[i, ]
  if (is.na(one$estimate)) next
  name <- label("correlations", one$method, one$x, one$y, one$stratum)
  rows <- pair(one$x, one$y)
  if (one$method %in% c("spearman", "pearson")) {
    rows <- within_stratum(first_of(rows), one$stratum)
    n <- nrow(rows)
    r <- cor(rows$x, rows$y, method = one$method)
    se <- if (one$method == "spearman") sqrt((1 + r^2 / 2) / (n - 3)) else 1 / sqrt(n - 3)
    limits <- tanh(atanh(r) + c(-1, 1) * qnorm(0.975) * se)
    compare(paste(name, "n"), n, one$n, 0)
    compare(paste(name, "estimate"), r, one$estimate, 1e-9)
    compare(paste(name, "low"), limits[1], one$low, 1e-6)
    compare(paste(name, "high"), limits[2], one$high, 1e-6)
  } else if (one$method == "rmcorr_detrended") {
    rows <- within_stratum(rows, one$stratum)
    rows <- rows[!is.na(rows$onset), ]
    rows <- rows[ave(rows$x, rows$patient, FUN = length) >= 2, ]
    less <- function(v) {
      residuals(lm(v ~ factor(rows$patient) + splines::ns(rows$followup, 3) + splines::ns(rows$onset, 3)))
    }
    compare(paste(name, "n"), nrow(rows), one$n, 0)
    compare(paste(name, "estimate"), cor(less(rows$x), less(rows$y)), one$estimate, 1e-7)
  } else if (one$method == "rmcorr") {
    rows <- within_stratum(rows, one$stratum)
    rows <- rows[ave(rows$x, rows$patient, FUN = length) >= 2, ]
    dx <- rows$x - ave(rows$x, rows$patient)
    dy <- rows$y - ave(rows$y, rows$patient)
    compare(paste(name, "n"), nrow(rows), one$n, 0)
    compare(paste(name, "estimate"), sum(dx * dy) / sqrt(sum(dx^2) * sum(dy^2)), one$estimate, 1e-9)
  }
}

# Groups: Kruskal and Wallis at the first visit with the score ------------------------------------------------
family_of <- c(@FAMILY_OF@)
families <- c(@FAMILIES@)
given <- treatments[treatments$state == "given" & treatments$kind %in% names(family_of), ]
begun <- as.Date(given$started_on)
begun <- as.Date(ifelse(!is.na(begun) & given$precision == "month", format(begun, "%Y-%m-15"),
                 ifelse(!is.na(begun) & given$precision == "year", format(begun, "%Y-07-01"), format(begun))))
given$begun <- begun
given$family <- family_of[given$kind]
level_at <- function(patient, day) {
  has <- given$family[given$patient == patient & (is.na(given$begun) | given$begun <= day)]
  had <- families[families %in% has]
  if (length(had)) paste(had, collapse = " + ") else "none yet"
}
told <- rows_of("group_tests")
told <- told[told$test == "kruskal" & !is.na(told$statistic), ]
for (i in seq_len(nrow(told))) {
  one <- told[i, ]
  rows <- within_stratum(first_of(known[known$scale == one$scale, ]), one$stratum)
  level <- switch(one$by,
    treatment = mapply(level_at, rows$patient, rows$day),
    cause = ifelse(is.na(rows$cause), "unknown", rows$cause),
    sex = rows$sex
  )
  found <- kruskal.test(rows$value, factor(level))
  name <- label("group_tests", one$by, one$scale, one$stratum)
  compare(paste(name, "statistic"), unname(found$statistic), one$statistic, 1e-8)
  compare(paste(name, "df"), unname(found$parameter), one$df, 0)
  compare(paste(name, "p"), found$p.value, one$p, 1e-8)
}

# Screening: shares at a cut-off or past it towards the bad end of the scale, Wilson --------------------------
meaning <- fromJSON(file.path("data", "study.json"), simplifyVector = FALSE)$scale_info
told <- rows_of("screening")
for (i in seq_len(nrow(told))) {
  one <- told[i, ]
  rows <- within_stratum(first_of(known[known$scale == one$scale, ]), one$stratum)
  if (is.na(one$share) || isTRUE(one$rounded) || nrow(rows) == 0) next  # rounded where few are on one side
  better_high <- meaning[[one$scale]]$direction == "higher_better"
  positive <- if (better_high) rows$value <= one$cut + 1e-9 else rows$value >= one$cut - 1e-9
  limits <- prop.test(sum(positive), nrow(rows), correct = FALSE)$conf.int
  name <- label("screening", one$scale, one$cut, one$stratum)
  compare(paste(name, "share"), mean(positive), one$share, 1e-10)
  compare(paste(name, "low"), limits[1], one$low, 1e-6)
  compare(paste(name, "high"), limits[2], one$high, 1e-6)
}

# Treatments compared: index visits, overlap weights, weighted least squares on the same covariates ------------
# What patients lack is drawn there by numbers that R does not have: comparisons with draws are left out here.
effect_days <- list(@EFFECT_DAYS@) # days after a start in which a score counts
robust <- requireNamespace("clubSandwich", quietly = TRUE)
if (!robust) message("clubSandwich is not installed: errors of the comparisons of treatments are not compared.")
index_visits <- function(scale, family) {
  rows <- known[known$scale == scale, c("patient", "day", "value", "stratum", "log10_years", "age", "female")]
  window <- effect_days[[family]]
  found <- lapply(split(rows, factor(rows$patient, unique(rows$patient))), function(mine) {
    own <- given[given$patient == mine$patient[1], ]
    starts <- own$begun[own$family == family]
    others <- own[own$family != family, ]
    if (anyNA(starts)) return(NULL)
    begun <- if (length(starts)) min(starts) else as.Date(NA)
    ahead <- as.numeric(begun - mine$day)
    soon <- !is.na(ahead) & ahead > 0 & ahead <= 90
    following <- c(mine$day[-1], as.Date(NA))
    exposed <- soon & (is.na(following) | (!is.na(begun) & following >= begun))
    clock <- mine$day
    clock[exposed] <- begun
    until <- window[2] + ifelse(exposed, 0, 90)
    mine$number <- seq_len(nrow(mine))
    mine$exposed <- ifelse(exposed, 1, ifelse(soon, NA, 0))
    mine$pre <- mine$value
    mine$post <- sapply(mine$number, function(k) {
      away <- as.numeric(mine$day - clock[k])
      mine$value[which(away >= window[1] & away <= until[k])[1]]
    })
    mine$before <- sapply(as.list(mine$day), function(day) {
      length(unique(others$family[is.na(others$begun) | others$begun <= day]))
    })
    mine[is.na(ahead) | ahead > 0, ]
  })
  do.call(rbind, found)
}
in_both <- function(d) d[ave(d$exposed, d$number, FUN = function(x) length(unique(x))) == 2, ]
compared_at <- function(rows, history, stratum) {
  d <- within_stratum(rows[(rows$number > 1) == (history == "known"), ], stratum)
  d <- in_both(d[!is.na(d$exposed) & !is.na(d$post), ])
  d <- in_both(d[complete.cases(d[, c("log10_years", "age", "female")]), ])
  terms <- c("pre", "log10_years", "age", "female", "before")
  terms <- c(terms[sapply(terms, function(term) diff(range(d[[term]])) > 0)],
             if (length(unique(d$number)) > 1) "factor(number)")
  chance <- fitted(glm(reformulate(terms, "exposed"), binomial, d, control = glm.control(epsilon = 1e-14)))
  d$w <- ifelse(d$exposed == 1, 1 - chance, chance)
  list(d = d, terms = terms)
}
difference <- function(made, outcome) {
  made$d$outcome <- as.numeric(outcome)
  fit <- lm(reformulate(c("exposed", made$terms), "outcome"), made$d, weights = w)
  tested <- if (robust) clubSandwich::coef_test(fit, vcov = "CR2", cluster = made$d$patient, coefs = "exposed")
  list(estimate = coef(fit)[["exposed"]], se = tested$SE, df = if (is.null(tested$df_Satt)) tested$df else tested$df_Satt)
}
compare_difference <- function(name, mine, estimate, told) {
  compare(paste(name, "estimate"), mine$estimate, estimate, 1e-6)
  if (robust) compare(paste(name, "se"), mine$se, told$se, 1e-5)
  if (robust) compare(paste(name, "df"), mine$df, told$df, 1e-4)
}
arm_mean <- function(d, values, arm) weighted.mean(values[d$exposed == arm], d$w[d$exposed == arm])
arms <- list(exposed = 1, compared = 0)
told <- rows_of("treatment_comparison")
told <- if (nrow(told)) told[!is.na(told$estimate) & is.na(told$draws), ] else told
visits_of <- list()
made_of <- list()
for (i in seq_len(nrow(told))) {
  one <- told[i, ]
  of <- label(one$scale, one$family)
  if (is.null(visits_of[[of]])) visits_of[[of]] <- index_visits(one$scale, one$family)
  made <- compared_at(visits_of[[of]], one$history, one$stratum)
  name <- label("treatment_comparison", one$history, of, one$stratum)
  if (one$history == "known") made_of[[label(of, one$stratum)]] <- made
  compare(paste(name, "n_exposed"), sum(made$d$exposed), one$n_exposed, 0)
  compare(paste(name, "n_compared"), sum(1 - made$d$exposed), one$n_compared, 0)
  compare_difference(name, difference(made, made$d$post), one$estimate, one)
  for (arm in names(arms)) {
    weights <- made$d$w[made$d$exposed == arms[[arm]]]
    change <- arm_mean(made$d, made$d$post - made$d$pre, arms[[arm]])
    compare(paste(name, "ess", arm), sum(weights)^2 / sum(weights^2), one[[paste0("ess_", arm)]], 1e-6)
    compare(paste(name, "change", arm), change, one[[paste0("change_", arm)]], 1e-6)
  }
}
told <- rows_of("responders")
for (i in seq_len(nrow(told))) {
  one <- told[i, ]
  made <- made_of[[label(one$scale, one$family, one$stratum)]]
  if (is.null(made)) next
  gain <- (made$d$post - made$d$pre) * (if (meaning[[one$scale]]$direction == "higher_better") 1 else -1)
  reached <- (if (one$way == "worse") -gain else gain) >= one$points - 1e-9
  name <- label("responders", one$scale, one$family, one$stratum, one$way, one$points)
  for (arm in names(arms)) {
    share <- arm_mean(made$d, as.numeric(reached), arms[[arm]])
    compare(paste(name, arm), share, one[[paste0("share_", arm)]], 1e-6)
  }
  if (!is.na(one$difference)) compare_difference(name, difference(made, reached), one$difference, one)
}

# Mixed models: lme4 and lmerTest ----------------------------------------------------------------------------
fitted_terms <- function(fit) {
  found <- coef(summary(fit))
  data.frame(term = rownames(found), estimate = found[, "Estimate"], se = found[, "Std. Error"], df = found[, "df"])
}
compare_model <- function(name, found, told) {
  for (j in seq_len(nrow(told))) {
    mine <- found[found$term == told$term[j], ]
    compare(paste(name, told$term[j], "estimate"), mine$estimate, told$estimate[j], 1e-3)
    compare(paste(name, told$term[j], "se"), mine$se, told$se[j], 5e-3)
    compare(paste(name, told$term[j], "df"), mine$df, told$df[j], 2e-2)
  }
}
if (models) {
  rows <- scored
  place <- match(rows$patient, scored$patient) # of the patient's first row, scored or not
  rows$onset <- scored$log10_years[place]
  rows$followup <- followed_up(rows$patient, rows$day)
  rows$first_stratum <- scored$stratum[place]
  usable <- rows[!is.na(rows$value) & !is.na(rows$onset) & !is.na(rows$age) & !is.na(rows$female), ]
  names_of <- c("(Intercept)" = "intercept", onset = "log10_onset_years", followup = "log2_followup_years",
                age = "age", female = "female")
  fit_course <- function(random, rows) {
    fixed <- c("onset", "followup", "age", "female")
    form <- as.formula(paste("value ~", paste(fixed, collapse = " + "), "+", random))
    found <- fitted_terms(suppressMessages(suppressWarnings(lmerTest::lmer(form, rows))))
    found$term <- unname(names_of[found$term])
    found
  }
  told <- rows_of("course")
  told <- told[!is.na(told$estimate) & told$model %in% c("random_intercept", "random_slope"), ]
  for (part in split(told, paste(told$model, told$scale, told$stratum))) {
    of_scale <- within_stratum(usable[usable$scale == part$scale[1], ], part$stratum[1], "first_stratum")
    random <- if (part$model[1] == "random_intercept") "(1 | patient)" else "(1 + followup | patient)"
    name <- label("course", part$model[1], part$scale[1], part$stratum[1])
    compare_model(name, fit_course(random, of_scale), part)
  }

  told <- rows_of("course_ordinal")
  told <- told[!is.na(told$estimate), ]
  if (nrow(told) > 0 && requireNamespace("ordinal", quietly = TRUE)) {
    for (part in split(told, paste(told$scale, told$stratum))) {
      of_scale <- within_stratum(usable[usable$scale == part$scale[1], ], part$stratum[1], "first_stratum")
      of_scale$patient <- factor(of_scale$patient)
      terms <- c(onset = "onset", followup = "followup", age = "age", female = "female")
      spread <- sapply(terms, function(term) sd(of_scale[[term]])) # scaled, so that the search ends at the top
      for (term in terms) of_scale[[term]] <- as.numeric(scale(of_scale[[term]]))
      form <- as.formula(paste("ordered(value) ~", paste(terms[spread > 0], collapse = " + "), "+ (1 | patient)"))
      found <- coef(summary(ordinal::clmm(form, of_scale, nAGQ = 21, Hess = TRUE)))
      for (j in seq_len(nrow(part))) {
        term <- names(names_of)[names_of == part$term[j]]
        name <- label("course_ordinal", part$scale[1], part$stratum[1], part$term[j])
        compare(paste(name, "estimate"), found[term, "Estimate"] / spread[[term]], part$estimate[j], 5e-3)
        compare(paste(name, "se"), found[term, "Std. Error"] / spread[[term]], part$se[j], 5e-3)
      }
    }
  }

  told <- rows_of("within_between")
  told <- told[!is.na(told$estimate), ]
  for (part in split(told, paste(told$outcome, told$predictor, told$stratum))) {
    timed <- known[!is.na(known$log10_years), ]
    both <- merge(timed[timed$scale == part$outcome[1], c("patient", "visit_id", "day", "log10_years", "value")],
                  timed[timed$scale == part$predictor[1], c("visit_id", "value")], by = "visit_id")
    both$followup <- followed_up(both$patient, both$day)
    both$first_stratum <- scored$stratum[match(both$patient, scored$patient)]
    both <- within_stratum(both, part$stratum[1], "first_stratum")
    both$between <- ave(both$value.y, both$patient)
    both$within <- both$value.y - both$between
    form <- value.x ~ between + within + splines::ns(followup, 3) + splines::ns(log10_years, 3) + (1 | patient)
    found <- fitted_terms(suppressMessages(suppressWarnings(lmerTest::lmer(form, both))))
    compare_model(label("within_between", part$outcome[1], part$predictor[1], part$stratum[1]), found, part)
  }

  told <- rows_of("within_own_trend")
  told <- told[!is.na(told$estimate), ]
  for (i in seq_len(nrow(told))) {
    one <- told[i, ]
    both <- pair(one$outcome, one$predictor)
    both$first_stratum <- scored$stratum[match(both$patient, scored$patient)]
    both <- within_stratum(both[!is.na(both$onset), ], one$stratum, "first_stratum")
    both <- both[ave(both$x, both$patient, FUN = length) >= 4, ]
    fit <- lm(x ~ y + splines::ns(followup, 3) + splines::ns(onset, 3) + factor(patient) * followup, both)
    name <- label("within_own_trend", one$outcome, one$predictor, one$stratum)
    compare(paste(name, "n"), nrow(both), one$n, 0)
    compare(paste(name, "estimate"), coef(fit)[["y"]], one$estimate, 1e-6)
  }
} else {
  message("lme4 and lmerTest are not installed: the mixed models are not compared.")
}

for (text in head(unlist(worst), 20)) message(text)
cat(sprintf("%d values compared, %d differ.\n", compared, length(worst)))
if (length(worst) > 0) quit(status = 1)
