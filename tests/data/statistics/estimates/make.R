# Estimates with intervals on the two made-up registries beside this folder, computed in R by the definitions of the
# report. Run here: Rscript make.R   (R 4.2 with jsonlite, Debian 12): writes expected.json.
suppressPackageStartupMessages(library(jsonlite))
families <- c(oral_corticosteroid = "medicine", antiviral = "medicine", mime_therapy = "therapy",
  physiotherapy_neuromuscular_retraining = "therapy", botulinum_toxin = "toxin", nerve_transfer = "surgery")
registry <- function(folder, scales) {
  table <- function(name) read.csv(file.path("..", folder, paste0(name, ".csv")))
  v <- merge(table("visits"), table("patients"), by = "patient"); v <- v[order(v$patient, v$completed_on), ]
  names(v)[names(v) == "score"] <- "face"
  days <- pmax(1, as.numeric(as.Date(v$completed_on) - as.Date(v$onset_on)))
  v$stratum <- ifelse(days < 90, "acute", "chronic"); if (!is.null(v$side)) v$stratum[v$side == "both"] <- "unknown"
  list(visits = v, treatments = table("treatments"), scales = scales) }
all_of <- list(outcomes = registry("outcomes", c("face", "phq9", "saq")), trials = registry("trials", "face"))
strata <- list(all = c("acute", "chronic", "unknown"), acute = "acute", chronic = "chronic")
first <- function(r, s) { f <- r$visits[!is.na(r$visits[[s]]), ]; f[!duplicated(f$patient), ] }
level_of <- function(r, f) sapply(seq_len(nrow(f)), function(i) {
  t <- r$treatments[r$treatments$patient == f$patient[i], ]
  had <- families[t$kind[is.na(t$started_on) | t$started_on == "" | t$started_on <= f$completed_on[i]]]
  had <- intersect(c("medicine", "therapy", "toxin", "surgery"), had); if (length(had)) paste(had, collapse = " + ") else "none yet" })

# --- differences: Welch, Hodges-Lehmann (its search for a root stops within 1e-4, so the differences of the
# ranks that it finds beside it), standardised -------------------------------------------------------------
difference <- function(x, y) {
  d <- sort(outer(x, y, "-")); m <- length(x); n <- length(y)
  ties <- c(table(x), table(y)); spread <- sqrt(m * n / 12 * (m + n + 1 - sum(ties^3 - ties) / ((m + n) * (m + n - 1))))
  q <- if (max(m, n) < 50 && !anyDuplicated(c(x, y))) qwilcox(.025, m, n) else ceiling(m * n / 2 - qnorm(.975) * spread - .5)
  w <- t.test(x, y); own <- suppressWarnings(wilcox.test(x, y, conf.int = TRUE))
  list(n_a = m, n_b = n, mean_difference = mean(x) - mean(y), welch = as.numeric(w$conf.int),
       shift = c(median(d), d[max(q, 1)], d[length(d) + 1 - max(q, 1)]),
       own = c(own$estimate[[1]], as.numeric(own$conf.int)), smd = (mean(x) - mean(y)) / sqrt((var(x) + var(y)) / 2)) }
differences <- function(r, s, of) {
  f <- first(r, s); f$treatment <- level_of(r, f); f <- f[f$stratum %in% of, ]; found <- list()
  against <- list(treatment = "none yet", sex = "male", cause = names(sort(-table(f$cause)))[1])
  for (by in names(against)) for (a in setdiff(unique(f[[by]]), against[[by]])) {
    x <- f[[s]][f[[by]] == a]; y <- f[[s]][f[[by]] == against[[by]]]
    if (min(length(x), length(y)) >= 10 && a != "other") found[[paste(by, a)]] <- difference(x, y) }
  found }

# --- the mean with its t interval, and by Hall's transformation -------------------------------------------
of_mean <- function(x) {
  n <- length(x); t <- t.test(x)$conf.int; g <- mean((x - mean(x))^3) / mean((x - mean(x))^2)^1.5; se <- sd(x) / sqrt(n)
  cubic <- function(z) { i <- 1 + g * (z / sqrt(n) - g / (6 * n)); 3 * sqrt(n) / g * (sign(i) * abs(i)^(1 / 3) - 1) }
  list(n = n, t = as.numeric(t), skewed = mean(x) - se * c(cubic(qt(.975, n - 1)), cubic(qt(.025, n - 1)))) }

expected <- lapply(all_of, function(r) lapply(setNames(nm = r$scales), function(s) lapply(strata, function(of) {
  x <- first(r, s); x <- x[x$stratum %in% of, s]
  list(differences = differences(r, s, of), mean = of_mean(x), few = of_mean(head(x, 14))) })))
write_json(expected, "expected.json", digits = NA, auto_unbox = TRUE, pretty = FALSE, na = "null")
