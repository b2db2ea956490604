# The report's records on a made-up registry, computed in R by the definitions of the report.
# Rscript make.R   (R 4.2, psych, jsonlite): writes the CSV files and expected.json beside it.
suppressPackageStartupMessages({ library(jsonlite); library(psych) })
set.seed(20261121)
day <- function(x) as.Date("2022-01-01") + x
wilson <- function(x, n) as.numeric(suppressWarnings(prop.test(x, n, correct = FALSE))$conf.int)
n <- 260

# --- the registry -------------------------------------------------------------------------------------
first <- sample(0:500, n, TRUE)
duration <- round(10^runif(n, 0.6, 4))
sex <- sample(c("female", "male", "other"), n, TRUE, c(.58, .4, .02))
patients <- data.frame(patient = sprintf("P%03d", 1:n), onset_on = day(first - duration), sex = sex,
  birth_year = sample(c(1935:2003, NA), n, TRUE), side = sample(c("left", "right", "both"), n, TRUE, c(.49, .48, .03)),
  cause = sample(c("bells_palsy", "ramsay_hunt", "vestibular_schwannoma"), n, TRUE, c(.7, .2, .1)))
level <- rnorm(n)
visits <- do.call(rbind, lapply(1:n, function(i) {
  d <- cumsum(c(0, sample(c(20:60, 120:180), sample(0:5, 1), TRUE)))
  data.frame(i = i, patient = patients$patient[i], visit = seq_along(d), completed_on = day(first[i] + d)) }))
moved <- level[visits$i] + rnorm(nrow(visits), 0, .9)
item <- function(lowest, highest, load) {
  x <- (lowest + highest) / 2 + (highest - lowest) / 4 * (load * moved - .5 + rnorm(nrow(visits), 0, .7))
  pmin(pmax(round(x), lowest), highest) }
for (k in 1:6) visits[[paste0("face_q", k)]] <- item(1, 5, .9 - k / 20)
for (k in 1:9) visits[[paste0("phq9_q", k)]] <- item(0, 3, -.8 + k / 30)
visits$phq9_q4 <- 3 - visits$phq9_q4                      # counts the other way round
for (k in 1:9) visits[[paste0("saq_q", k)]] <- item(1, 5, -.7)
gaps <- function(x) ifelse(runif(length(x)) < .01, NA, x)
for (name in grep("_q", names(visits), value = TRUE)) visits[[name]] <- gaps(visits[[name]])
face <- rowSums(visits[, paste0("face_q", 1:6)]); phq <- visits[, paste0("phq9_q", 1:9)]; phq$phq9_q4 <- 3 - phq$phq9_q4
visits$face <- (face - 6) / 24 * 100
visits$phq9 <- rowSums(phq)
visits$saq <- rowSums(visits[, paste0("saq_q", 1:9)]) / 45 * 100
kinds <- c("botulinum_toxin", "physiotherapy_neuromuscular_retraining", "mime_therapy", "nerve_transfer", "oral_corticosteroid")
treatments <- do.call(rbind, lapply(1:n, function(i) {
  m <- sample(0:3, 1); if (!m) return(NULL)
  on <- sample(visits$completed_on[visits$i == i], m, TRUE) + sample(c(-60:-1, 0:35), m, TRUE); on[runif(m) < .05] <- NA
  data.frame(patient = patients$patient[i], kind = sample(kinds, m, TRUE, c(.35, .25, .15, .1, .15)), started_on = on) }))
treatments <- treatments[!duplicated(treatments), ]
grades <- do.call(rbind, lapply(which(duration < 90 & duration > 3), function(i) {
  d <- c(60, 95, 185, 200, 370) + sample(-25:25, 5, TRUE); keep <- runif(5) < .6
  if (!any(keep)) return(NULL)
  data.frame(patient = patients$patient[i], graded_on = patients$onset_on[i] + d[keep], value = sample(1:4, sum(keep), TRUE, c(.5, .2, .2, .1))) }))
grades <- grades[!duplicated(grades[, c("patient", "graded_on")]), ]
for (name in c("patients", "treatments", "grades")) write.csv(get(name), paste0(name, ".csv"), row.names = FALSE, na = "")
write.csv(visits[, setdiff(names(visits), "i")], "visits.csv", row.names = FALSE, na = "")

# --- what every record needs ----------------------------------------------------------------------------
v <- merge(visits, patients, by = "patient"); v <- v[order(v$patient, v$completed_on), ]
v$days <- pmax(1, as.numeric(v$completed_on - v$onset_on)); v$log10_years <- log10(v$days / 365.25)
v$log10_years[v$side == "both"] <- NA
v$stratum <- ifelse(v$side == "both", "unknown", ifelse(v$days < 90, "acute", "chronic"))
family <- c(botulinum_toxin = "toxin", physiotherapy_neuromuscular_retraining = "therapy", mime_therapy = "therapy",
            nerve_transfer = "surgery", oral_corticosteroid = "medicine")
treatments$family <- family[treatments$kind]
age_at <- tapply(as.numeric(format(v$completed_on, "%Y")), v$patient, min)
v$age <- age_at[v$patient] - v$birth_year
v$female <- c(female = 1, male = 0, other = NA)[v$sex]
better <- c(face = 1, phq9 = -1, saq = -1); low <- c(face = 0, phq9 = 0, saq = 20); high <- c(face = 100, phq9 = 27, saq = 100)
threshold <- c(face = 17.6, phq9 = 5, saq = 28.2)
strata <- list(all = c("acute", "chronic", "unknown"), acute = "acute", chronic = "chronic")
counts <- function(d, s) { b <- better[[s]] * d; t <- threshold[[s]] - 1e-9; c(improved = sum(b >= t), stable = sum(abs(b) < t), worse = sum(b <= -t)) }

# --- before and after a dated treatment -----------------------------------------------------------------
window <- list(toxin = c(14, 56), therapy = c(60, 240), surgery = c(300, 540))
before_after <- function(kind, s, of) {
  w <- window[[family[[kind]]]]; rows <- NULL
  for (p in unique(treatments$patient)) {
    mine <- v[v$patient == p & !is.na(v[[s]]), ]
    for (start in sort(treatments$started_on[treatments$patient == p & treatments$kind == kind])) {
      away <- as.numeric(mine$completed_on) - start
      b <- tail(which(away >= -42 & away < 0), 1); a <- head(which(away >= w[1] & away <= w[2]), 1)
      if (length(a) && length(b)) { rows <- rbind(rows, data.frame(b = mine[[s]][b], a = mine[[s]][a], stratum = mine$stratum[b])); break } } }
  rows <- rows[rows$stratum %in% of, ]; d <- rows$a - rows$b
  ci <- if (length(d) >= 10) as.numeric(t.test(d)$conf.int) else c(NA, NA)
  list(n = length(d), mean_change = mean(d), low = ci[1], high = ci[2], outcomes = as.list(counts(d, s))) }

# --- change from first to last ----------------------------------------------------------------------------
phase_active <- function(p, on) { starts <- treatments$started_on[treatments$patient == p & treatments$kind == "botulinum_toxin"]
  since <- as.numeric(on - starts[!is.na(starts)]); since <- since[since >= 0]; length(since) > 0 && min(since) <= 112 }
v$active <- mapply(phase_active, v$patient, v$completed_on)
change <- function(s, of) {
  rows <- do.call(rbind, lapply(unique(v$patient), function(p) {
    mine <- v[v$patient == p & !is.na(v[[s]]) & !v$active, ]; k <- nrow(mine)
    if (k < 2 || as.numeric(mine$completed_on[k] - mine$completed_on[1]) < 150) return(NULL)
    data.frame(first = mine[[s]][1], last = mine[[s]][k], stratum = mine$stratum[1]) }))
  rows <- rows[rows$stratum %in% of, ]; c3 <- counts(rows$last - rows$first, s)
  room <- if (better[[s]] > 0) high[[s]] - rows$first else rows$first - low[[s]]; other <- (high[[s]] - low[[s]]) - room
  list(n = nrow(rows), improved = c3[[1]], stable = c3[[2]], worse = c3[[3]], improved_ci = wilson(c3[[1]], nrow(rows)),
       cannot_improve = sum(room < threshold[[s]] - 1e-9), cannot_worsen = sum(other < threshold[[s]] - 1e-9)) }

# --- screening, reliability, drop-out, recovery -----------------------------------------------------------
screening <- function(of) { f <- v[!is.na(v$phq9), ]; f <- f[!duplicated(f$patient), ]; f <- f[f$stratum %in% of, ]
  x <- sum(f$phq9 >= 10); list(n = nrow(f), positive = x, ci = wilson(x, nrow(f))) }
# of the raw sum: loadings and uniquenesses in the items' units (as MBESS::ci.reliability, type = "omega")
omega <- function(X, L, u) { s <- sapply(X, sd); sum(L * s)^2 / (sum(L * s)^2 + sum(u * s^2)) }
# log(1 - coefficient) without each patient in turn, refitted; the studentised bootstrap of the pseudo-values
resampled <- function(X, al, L, u) {
  m <- nrow(X); if (m < 50) return(NULL); k <- ncol(X)
  stud <- function(estimate, without) { f <- (m - 1) * (mean(without) - without); set.seed(1); e <- log(1 - estimate)
    se <- sqrt(mean(f^2) / (m - 1)); b <- replicate(4000, { d <- f[sample(m, replace = TRUE)]; mean(d) / sqrt(mean((d - mean(d))^2) / (m - 1)) })
    df <- min(m - 1, 2 / (2 / (m - 1) + (mean(f^4) / mean(f^2)^2 - 3) / m)); reach <- qt(.975, df) / qt(.975, m - 1)
    1 - exp(e - se * reach * quantile(b, c(.025, .975), names = FALSE)) }
  alpha_of <- function(Y) k / (k - 1) * (1 - sum(apply(Y, 2, var)) / var(rowSums(Y)))
  omega_of <- function(Y) { g <- factanal(Y, 1, start = u); omega(Y, g$loadings[, 1], g$uniquenesses) }
  each <- function(of) log(1 - sapply(seq_len(m), function(i) of(X[-i, ])))
  list(alpha = stud(al, each(alpha_of)), omega = stud(omega(X, L, u), each(omega_of))) }
reliability <- function(prefix, k, turned = NULL) {
  f <- v[rowSums(!is.na(v[, paste0(prefix, "_q", 1:k)])) > 0, ]; f <- f[!duplicated(f$patient), ]
  X <- f[, paste0(prefix, "_q", 1:k)]; X <- X[complete.cases(X), ]; for (t in turned) X[[t]] <- 3 - X[[t]]
  a <- suppressWarnings(psych::alpha(X, check.keys = FALSE, warnings = FALSE)); al <- a$total$raw_alpha; m <- nrow(X)
  fa <- factanal(X, 1, control = list(opt = list(factr = 10))); L <- fa$loadings[, 1]
  list(n = m, alpha = al, feldt = c(1 - (1 - al) * qf(.975, m - 1, (m - 1) * (k - 1)), 1 - (1 - al) * qf(.025, m - 1, (m - 1) * (k - 1))),
       omega = omega(X, L, fa$uniquenesses), resampled = resampled(X, al, L, fa$uniquenesses), item_total = as.list(setNames(a$item.stats$r.drop, paste0("q", 1:k))),
       item_rest = as.list(setNames(sapply(1:k, function(j) cor(X[, j], rowSums(X[, -j]))), paste0("q", 1:k)))) }
dropout <- function(s) { f <- v[!is.na(v[[s]]), ]; f <- f[!duplicated(f$patient), ]; last <- tapply(v$completed_on, v$patient, max)
  later <- as.numeric(f$completed_on) < last[f$patient]; one <- function(x) list(n = length(x), mean = mean(x), sd = sd(x), median = median(x))
  list(later = one(f[[s]][later]), no_later = one(f[[s]][!later])) }
enrolled_on <- tapply(v$completed_on, v$patient, min)
recovery <- function(months, on, cause = NULL) {
  p <- patients; p$enrolled <- as.Date(enrolled_on[p$patient], "1970-01-01")
  p <- p[as.numeric(p$enrolled - p$onset_on) < 90 & p$side != "both", ]; target <- months * 365.25 / 12
  p <- p[as.numeric(on - p$onset_on) > target + 30, ]; if (!is.null(cause)) p <- p[p$cause == cause, ]
  grade <- sapply(seq_len(nrow(p)), function(i) { g <- grades[grades$patient == p$patient[i], ]; d <- as.numeric(g$graded_on - p$onset_on[i])
    g <- g[abs(d - target) <= 30, ]; d <- d[abs(d - target) <= 30]; if (!nrow(g)) NA else g$value[order(abs(d - target), -d)][1] })
  known <- sum(!is.na(grade)); x <- sum(grade == 1, na.rm = TRUE)
  list(enrolled = nrow(p), graded = known, house_brackmann_1 = x, ci = wilson(x, known), lowest = x / nrow(p), highest = (x + nrow(p) - known) / nrow(p)) }

expected <- list(
  before_after = lapply(strata, function(of) list(toxin_face = before_after("botulinum_toxin", "face", of), toxin_saq = before_after("botulinum_toxin", "saq", of),
    physio_phq9 = before_after("physiotherapy_neuromuscular_retraining", "phq9", of), transfer_face = before_after("nerve_transfer", "face", of))),
  change = lapply(strata, function(of) lapply(setNames(nm = c("face", "phq9", "saq")), change, of = of)),
  screening = lapply(strata, screening), dropout = lapply(setNames(nm = c("face", "phq9")), dropout),
  reliability = list(face = reliability("face", 6), phq9 = reliability("phq9", 9, "phq9_q4"), saq = reliability("saq", 9)),
  recovery = lapply(setNames(nm = c(3, 6, 12)), recovery, on = as.Date("2023-10-01")), recovery_bells = recovery(6, as.Date("2026-01-02"), "bells_palsy"))
write_json(expected, "expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE, na = "null")
