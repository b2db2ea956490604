# Minimal important change by predictive modelling (Terluin 2015), adjusted for the share that changed (Terluin 2017).
# Run here: Rscript make.R   (R 4.2 with jsonlite, Debian 12): writes higher.csv, lower.csv and expected.json.
suppressPackageStartupMessages(library(jsonlite))
make <- function(seed, n, middle, slope, spread, step) {
  set.seed(seed)
  felt <- rnorm(n, middle)
  said <- as.integer(cut(felt, c(-Inf, -1.3, -.5, .5, 1.3, Inf))) - 3L   # -2 much worse .. 2 much better
  data.frame(said = said, change = round((slope * felt + rnorm(n, 0, spread)) / step) * step) }
mic <- function(change, changed) {
  fit <- coef(glm(changed ~ change, family = binomial, control = glm.control(epsilon = 1e-14, maxit = 100)))
  odds <- log(mean(changed) / (1 - mean(changed)))
  predicted <- (odds - fit[[1]]) / fit[[2]]
  c(predicted = predicted, adjusted = predicted - (.09 + .103 * cor(change, changed)) * sd(change) * odds) }
of <- function(d, better) {
  up <- d$change * better; rise <- d$said >= 0; fall <- d$said <= 0
  list(n = nrow(d), improved = sum(d$said > 0), same = sum(d$said == 0), worse = sum(d$said < 0),
       correlation = cor(up, d$said, method = "spearman"),
       improvement = better * mic(up[rise], as.integer(d$said[rise] > 0)),
       worsening = -better * mic(-up[fall], as.integer(d$said[fall] < 0))) }
higher <- make(7, 260, .35, 9, 10, 5 / 3)      # as FaCE: higher is better
lower <- make(8, 320, -.1, -3, 4, 1)           # as PHQ-9: lower is better
write.csv(higher, "higher.csv", row.names = FALSE); write.csv(lower, "lower.csv", row.names = FALSE)
write_json(list(higher = of(higher, 1), lower = of(lower, -1)), "expected.json", digits = 15, auto_unbox = TRUE, pretty = TRUE)
