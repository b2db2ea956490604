# Intervals of alpha and omega by the studentised bootstrap of the jackknife. Run here: Rscript make.R
# R 4.2.2 with psych 2.2.9 and jsonlite (Debian 12). draws.csv: the patients of each draw, counted from 0
# (analysis.numbers.resampled.draws(50)), so that both resample the same.
suppressPackageStartupMessages({ library(jsonlite); library(psych) })
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(20261201)

# Nine items of 0 to 3, most of them 0, as those of the PHQ-9; six of 0 to 4 that lie evenly.
n <- 50
made <- function(loadings, cuts) { f <- rnorm(n)
  sapply(loadings, function(l) findInterval(l * f + sqrt(1 - l^2) * rnorm(n), cuts)) }
inputs <- list(skewed = made(seq(0.5, 0.85, length.out = 9), c(0.3, 1.1, 1.8)),
               even = made(seq(0.55, 0.8, length.out = 6), c(-1.5, -0.5, 0.5, 1.5)))
for (name in names(inputs)) { colnames(inputs[[name]]) <- paste0("q", seq_len(ncol(inputs[[name]])))
  write.csv(inputs[[name]], paste0(name, ".csv"), row.names = FALSE) }
draws <- as.matrix(read.csv("draws.csv", header = FALSE)) + 1

# log (1 - coefficient) without each patient: alpha by psych, omega by one step of Newton from the solution of all
alpha_of <- function(X) suppressWarnings(psych::alpha(as.data.frame(X), check.keys = FALSE, warnings = FALSE))$total$raw_alpha
left_out_alpha <- function(X) sapply(seq_len(n), function(i) log(1 - alpha_of(X[-i, ])))
factor_of <- function(X) { fa <- factanal(X, 1, control = list(opt = list(factr = 10))); s <- apply(X, 2, sd)
  c(fa$loadings[, 1] * sign(sum(fa$loadings[, 1])) * s, fa$uniquenesses * s^2) }
share <- function(at) { k <- length(at) / 2; u <- sum(at[-(1:k)]); log(u / (sum(at[1:k])^2 + u)) }
left_out_omega <- function(X) { at <- factor_of(X); k <- ncol(X)
  misfit <- function(at, S) { V <- tcrossprod(at[1:k]) + diag(at[-(1:k)]); as.numeric(determinant(V)$modulus) + sum(diag(solve(V, S))) }
  slope <- function(at, S) { W <- solve(tcrossprod(at[1:k]) + diag(at[-(1:k)])); G <- W - W %*% S %*% W; c(2 * G %*% at[1:k], diag(G)) }
  bent <- optimHess(at, misfit, function(at, S) slope(at, S), S = cov(X), control = list(ndeps = rep(1e-4, 2 * k)))
  # the covariances without a patient differ from all by n / (n - 1) / (n - 2) times (all of them, as 1 / n, less his own)
  apart <- sweep(X, 2, colMeans(X)); of_all <- crossprod(apart) / n
  sapply(seq_len(n), function(i) share(at - solve(bent, slope(at, cov(X) + n / (n - 1) / (n - 2) * (of_all - tcrossprod(apart[i, ]))) - slope(at, cov(X))))) }

interval <- function(estimate, without) {
  f <- (n - 1) * (mean(without) - without); e <- log(1 - estimate); se <- sqrt(sum(f^2) / n / (n - 1))
  t <- apply(draws, 1, function(d) mean(f[d]) / sqrt(mean((f[d] - mean(f[d]))^2) / (n - 1)))
  df <- min(n - 1, 2 / (2 / (n - 1) + (mean(f^4) / mean(f^2)^2 - 3) / n))
  reach <- qt(.975, df) / qt(.975, n - 1)
  list(estimate = estimate, df = df, limits = 1 - exp(e - se * reach * quantile(t, c(.025, .975), names = FALSE))) }
expected <- lapply(inputs, function(X) list(alpha = interval(alpha_of(X), left_out_alpha(X)),
  omega = interval(1 - exp(share(factor_of(X))), left_out_omega(X))))
write_json(expected, "expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
