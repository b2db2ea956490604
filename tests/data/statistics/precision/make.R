# Patients for a half-width, and spread and intraclass correlation of repeated scores.
# Run here: Rscript make.R   (R 4.2 with lme4 and jsonlite, Debian 12): writes scores.csv and expected.json.
suppressPackageStartupMessages({library(jsonlite); library(lme4)})
set.seed(5)
visits <- sample(1:5, 80, replace = TRUE); patient <- rep(seq_along(visits), visits)
d <- data.frame(patient, value = round(50 + rnorm(80, 0, 12)[patient] + rnorm(length(patient), 0, 8), 1))
write.csv(d, "scores.csv", row.names = FALSE)
fewest <- function(f, h) max(10, ceiling(uniroot(function(n) f(n) - h, c(2, 1e7), tol = 1e-9)$root - 1e-6))
of_mean <- function(sd, h) fewest(function(n) qt(.975, n - 1) * sd / sqrt(n), h)
of_difference <- function(sd, h) fewest(function(n) qt(.975, 2 * n - 2) * sd * sqrt(2 / n), h)
v <- as.data.frame(VarCorr(lmer(value ~ 1 + (1 | patient), d)))$vcov
sd <- sqrt(sum(v)); icc <- v[1] / sum(v)
needed <- lapply(list(c(5, 1), c(3, 1), c(3, 4), c(1, 2)), function(a) {
  s <- sd * sqrt((1 + (a[2] - 1) * icc) / a[2])
  list(half_width = a[1], visits = a[2], mean = of_mean(s, a[1]), difference = of_difference(s, a[1]),
       change = of_mean(sd * sqrt(2 * (1 - icc)), a[1])) })
write_json(list(sd = sd, icc = icc, needed = needed), "expected.json", digits = 12, auto_unbox = TRUE, pretty = TRUE)
