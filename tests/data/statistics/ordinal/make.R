# Cumulative logit mixed models of scores that pile up at an end: ordinal::clmm, and what stands beside it.
# Run here: Rscript make.R   (R 4.2.2 with ordinal 2022.11, jsonlite, Debian 12): writes the CSV files and expected.json.
# The likelihood of each patient is written again here (a fine sum, where clmm has 21 adaptive nodes): its
# numerical derivatives give the sandwich by patient, Rao's test of proportional odds and the errors of averages.
suppressPackageStartupMessages({library(ordinal); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
Q <- list(v = seq(-8.4, 8.4, .2)); Q$w <- .2 * dnorm(Q$v)  # a sum so fine that more of it changes nothing
make <- function(seed, G, step, top, slope, apart) {
  set.seed(seed)
  sizes <- sample(1:5, G, TRUE, c(.1, .2, .3, .25, .15)); id <- rep(seq_len(G), sizes)
  first <- as.Date("2022-01-03") + sample(0:400, G, TRUE)
  onset <- first - ifelse(runif(G) < .4, sample(5:89, G, TRUE), round(10^runif(G, 2, 3.8)))
  day <- do.call(c, lapply(seq_len(G), function(i) first[i] + cumsum(c(0, sample(30:200, 4, TRUE)))[seq_len(sizes[i])]))
  years <- as.numeric(day - first[id]) / 365.25
  lin <- .6 * log10(as.numeric(first - onset) / 365.25)[id] + slope * log2(1 + years) + rnorm(G, 0, 2)[id]
  noise <- rlogis(length(id)); latent <- lin + noise
  level <- ifelse(latent <= .2 + apart * log2(1 + years), 0, ceiling((latent - .2) * 1.6)); level <- pmin(top, pmax(level, as.numeric(latent > .2 + apart * log2(1 + years))))
  data.frame(patient = id, completed_on = day, onset_on = onset[id], birth_year = sample(1938:2002, G, TRUE)[id], female = rbinom(G, 1, .6)[id], value = 20 + step * level) }
of_terms <- function(d) {
  first <- ave(as.numeric(d$completed_on), d$patient, FUN = min)
  d$onset <- log10(pmax(1, first - as.numeric(d$onset_on)) / 365.25); d$followed <- log2(1 + (as.numeric(d$completed_on) - first) / 365.25)
  d$age <- as.integer(format(as.Date(first, origin = "1970-01-01"), "%Y")) - d$birth_year; d }
of <- function(d) { d <- of_terms(d)
  names <- c("onset", "followed", "age", "female"); X <- as.matrix(d[names]); y <- factor(d$value); levels <- sort(unique(d$value))
  # lme4-style centring keeps the search well conditioned; coefficients do not change, thresholds do
  Z <- scale(X); z <- data.frame(y, Z, patient = factor(d$patient))
  m <- clmm(y ~ onset + followed + age + female + (1 | patient), z, nAGQ = 21, Hess = TRUE, control = clmm.control(gradTol = 1e-8, maxIter = 500))
  k <- nlevels(y) - 1; sdz <- attr(Z, "scaled:scale"); mean <- attr(Z, "scaled:center")
  point <- of_clmm <- c(sqrt(VarCorr(m)$patient[1, 1]), m$alpha, m$beta); code <- as.integer(y)
  one <- function(p, sums = TRUE) {  # log-likelihood of each patient; p may end with coefficients at the lowest threshold
    th <- p[2:(k + 1)]; b <- p[(k + 2):(k + 5)]; extra <- if (length(p) > k + 5) p[-(1:(k + 5))] else c(0, 0)
    own <- drop(Z[, 1:2] %*% extra); eta <- drop(Z %*% b)
    up <- c(th, Inf)[code] - eta - ifelse(code == 1, own, 0); lo <- c(-Inf, th)[code] - eta - ifelse(code == 2, own, 0)
    L <- sapply(Q$v, function(v) rowsum(log(plogis(up - p[1] * v) - plogis(lo - p[1] * v)), d$patient))
    log(drop(exp(L) %*% Q$w)) }
  grads <- function(p, h = 1e-5) sapply(seq_along(p), function(j) { e <- replace(numeric(length(p)), j, h); (one(p + e) - one(p - e)) / (2 * h) })
  hess <- function(p, h = 1e-4) { n <- length(p); H <- sapply(seq_len(n), function(j) { e <- replace(numeric(n), j, h); (colSums(grads(p + e)) - colSums(grads(p - e))) / (2 * h) }); (H + t(H)) / 2 }
  V <- solve(-hess(point)); for (i in 1:8) point <- point + drop(V %*% colSums(grads(point)))  # clmm stops some way before the top
  wide <- c(point, 0, 0); I <- -hess(wide); S <- grads(wide); main <- seq_along(point); extra <- length(point) + 1:2
  V <- solve(I[main, main]); G <- nrow(S); R <- V %*% crossprod(S[, main]) %*% V * G / (G - 1)
  U <- colSums(S); C <- I[extra, main] %*% V; left <- I[extra, extra] - C %*% I[main, extra]; g <- U[extra] - drop(C %*% U[main])
  stat <- drop(g %*% solve(left, g))
  moved <- function(delta) { p <- point; p[2:(k + 1)] <- p[2:(k + 1)] - delta * mean[2]; p[k + 3] <- p[k + 3] + delta * sdz[2]; exp(one(p)) }
  own <- (moved(1e-3) - 2 * moved(0) + moved(-1e-3)) / 1e-6 / moved(0) / 2  # score of the slopes' variance: half the curvature
  spread <- sum(own) / sqrt(sum(resid(lm(own ~ 0 + S[, main]))^2))
  back <- (k + 2):(k + 5)
  usual <- c(median(d$onset[!duplicated(d$patient)]), 0, colMeans(d[!duplicated(d$patient), c("age", "female")]))
  longest <- quantile(tapply(d$followed, d$patient, max), .9); years <- Filter(function(h) longest >= log2(1 + h), c(1, .5, .25, 1 / 12))[1]
  told <- function(p, followed) { x <- (replace(usual, 2, followed) - mean) / sdz; b <- p[back]
    F <- sapply(p[2:(k + 1)], function(th) integrate(function(v) plogis(th - sum(x * b) - p[1] * v) * dnorm(v), -Inf, Inf, rel.tol = 1e-10)$value)
    c(F[1], sum(diff(c(0, F, 1)) * levels)) }
  change <- function(p) told(p, log2(1 + years)) - told(p, 0)
  J <- sapply(main, function(j) { e <- replace(numeric(length(point)), j, 1e-4); (change(point + e) - change(point - e)) / 2e-4 })
  se <- unname(sqrt(diag(V))[back] / sdz)
  list(n = nrow(d), patients = G, lowest = base::mean(code == 1), levels = k + 1, log_likelihood = as.numeric(m$logLik), gradient = max(abs(U[main])),
    clmm = list(estimate = unname(of_clmm[back] / sdz), se = unname(sqrt(diag(vcov(m)))[back - 1] / sdz), sd = unname(of_clmm[1])), sd = unname(point[1]), estimate = unname(point[back] / sdz), se = se, p = unname(2 * pnorm(-abs(point[back] / sdz / se))),
    se_robust = sqrt(diag(R))[back] / sdz, statistic = stat, proportional_p = pchisq(stat, 2, lower.tail = FALSE), spread_p = pnorm(-spread),
    years = unname(years), first = told(point, 0), later = told(point, log2(1 + years)), change = change(point), change_se = sqrt(diag(J %*% R %*% t(J)))) }
# the highest of a scale is the lowest of the scores turned over: what stands beside clmm is made there, and turned back
turned <- function(d) { found <- of(transform(d, value = -value)); for (name in c("estimate")) { found[[name]] <- -found[[name]]; found$clmm[[name]] <- -found$clmm[[name]] }
  for (name in c("first", "later", "change")) found[[name]][2] <- -found[[name]][2]
  d <- of_terms(d); m <- clmm(factor(value) ~ onset + followed + age + female + (1 | patient), transform(d, onset = scale(onset), followed = scale(followed), age = scale(age), female = scale(female), patient = factor(patient)), nAGQ = 21, control = clmm.control(gradTol = 1e-8, maxIter = 500))
  found$as_it_is <- unname(m$beta / apply(d[c("onset", "followed", "age", "female")], 2, sd)); found }
cases <- list(floor = make(14, 150, 5, 9, -1.2, 0), steps = make(16, 120, 20, 4, 1.0, 0), apart = make(13, 170, 5, 9, -.3, 2.2))
ends <- list(ceiling = transform(make(26, 140, 1, 12, -1.0, 0), value = 100 - (value - 20) * 5), none = transform(make(22, 150, 1, 14, 1.1, 0), value = value - 20)) # of FaCE at 100, of PHQ-9 at 0
for (name in names(c(cases, ends))) write.csv(c(cases, ends)[[name]], paste0(name, ".csv"), row.names = FALSE)
write_json(c(lapply(cases, of), list(ceiling = turned(ends$ceiling), none = of(ends$none))), "expected.json", digits = 15, auto_unbox = TRUE, pretty = TRUE)
