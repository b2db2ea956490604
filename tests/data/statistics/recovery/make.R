# Time to an event that is only known between two looks, and among competing events, computed by R's survival.
# Run here: Rscript make.R   (R 4.2 with survival 3.5 and jsonlite, Debian 12). The patients are made up.
suppressPackageStartupMessages({ library(survival); library(jsonlite) })
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(20261130); days <- c(30, 60, 90, 180, 365)
at <- function(time, share) sapply(days, function(d) { k <- which(time <= d); if (length(k)) share[max(k)] else 0 })
# interval-censored, everybody from day 0 on: Turnbull's estimate
n <- 140; t <- rweibull(n, 1.1, 150); look <- t(apply(matrix(round(runif(4 * n, 5, 420)), n), 1, sort))
after <- sapply(1:n, function(i) max(0, look[i, look[i, ] < t[i]])); by <- sapply(1:n, function(i) min(Inf, look[i, look[i, ] >= t[i]]))
censored <- data.frame(entered = 0, after = after, by = by, other = Inf)
# survfit stops its steps early (at 180 days .598), so that the same steps go on here to their end, over all days
day <- sort(unique(by)); A <- outer(seq_along(by), day, function(i, d) d > after[i] & d <= by[i]); A[is.infinite(by), length(day)] <- TRUE
p <- rep(1 / length(day), length(day)); for (i in 1:40000) p <- colMeans(t(t(A) * p) / as.vector(A %*% p))
s <- survfit(Surv(after, ifelse(is.infinite(by), NA, by), type = "interval2") ~ 1)
# known to the day, entered late, with a competing event: Aalen-Johansen
m <- 90; t <- round(rexp(m, 1 / 120)) + 1; last <- round(runif(m, 30, 400)); entered <- round(runif(m, 0, 40)); keep <- pmin(t, last) > entered
t <- t[keep]; last <- last[keep]; entered <- entered[keep]; kind <- ifelse(t > last, 0, ifelse(runif(length(t)) < .3, 2, 1)); time <- pmin(t, last)
exact <- data.frame(entered = entered, after = ifelse(kind == 0, last, time - 1), by = ifelse(kind == 1, time, Inf), other = ifelse(kind == 2, time, Inf))
a <- survfit(Surv(entered, time, factor(kind, 0:2, c("none", "event", "other"))) ~ 1, id = seq_along(time))
for (name in c("censored", "exact")) write.csv(get(name), paste0(name, ".csv"), row.names = FALSE)
# between the looks where a mass may come, its share is on a straight line (as interval::getsurv has it)
line <- function(d) { begins <- sort(unique(c(0, after))); sum(sapply(seq_along(day[is.finite(day)]), function(j) { b <- max(begins[begins < day[j]]); p[j] * min(1, max(0, (d - b) / (day[j] - b))) })) }
# 95 % limits by the ratio of likelihoods: the event may have a mass on any day of a look, on d and the day after, so many of them by d
profile <- function(f, d, theta, rounds = 800) {
  days <- sort(unique(c(f$by[is.finite(f$by)], d, d + 1))); others <- sort(unique(f$other[is.finite(f$other)])); k <- length(days); all <- c(days, others, Inf)
  event <- seq_along(all) <= k; W <- is.infinite(f$other)
  M <- t(sapply(seq_len(nrow(f)), function(i) if (!W[i]) !event & all == f$other[i] else if (is.finite(f$by[i])) event & all > f$after[i] & all <= f$by[i] else all > f$after[i] | is.infinite(all))) * 1
  T <- t(sapply(f$entered, function(e) all <= e)) * 1; q <- rep(1 / length(all), length(all)); early <- event & all <= d
  for (i in seq_len(rounds)) {
    e <- q * (colSums(M / as.vector(M %*% q)) + colSums(T / (1 - as.vector(T %*% q))))
    q <- if (is.na(theta)) e / sum(e) else ifelse(early, theta * e / sum(e[early]), (1 - theta) * e / sum(e[!early])) }
  sum(log(M %*% q)) - sum(log(1 - T %*% q)) }
limits <- function(f, d, estimate) { top <- profile(f, d, NA, rounds = 4000); off <- function(theta) 2 * (top - profile(f, d, theta)) - qchisq(.95, 1)
  c(if (estimate < 1e-6) 0 else uniroot(off, c(1e-6, estimate), tol = 1e-4)$root, uniroot(off, c(estimate, 1 - 1e-6), tol = 1e-4)$root) }
exactly <- at(a$time, a$pstate[, a$states == "event"]); looked <- c(60, 180)
known <- lapply(looked, function(d) limits(exact, d, exactly[days == d])); between <- lapply(looked, function(d) limits(censored, d, line(d)))
write_json(list(days = days, censored = sapply(days, line), steps = at(day, cumsum(p)), survfit = at(s$time, 1 - s$surv), exact = exactly, looked = looked, censored_limits = do.call(rbind, between), exact_limits = do.call(rbind, known)), "expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
