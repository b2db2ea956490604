# First scores by site with limits around the mean of all (Spiegelhalter 2005), for alike and for different sites.
# Run here: Rscript make.R   (R 4.2 with jsonlite, Debian 12): writes alike.csv, apart.csv and expected.json.
suppressPackageStartupMessages(library(jsonlite))
make <- function(seed, sizes, apart) {
  set.seed(seed)
  site <- rep(LETTERS[seq_along(sizes)], sizes)
  d <- data.frame(site, value = round(50 + rnorm(length(sizes), 0, apart)[match(site, LETTERS)] + rnorm(length(site), 0, 15), 1))
  d[sample(nrow(d)), ] }
of <- function(d) {
  n <- table(d$site); kept <- names(n)[n >= 10]; d <- d[d$site %in% kept, ]
  n <- tapply(d$value, d$site, length); m <- tapply(d$value, d$site, mean); v <- tapply(d$value, d$site, var)
  centre <- mean(d$value); e <- sqrt(sum((n - 1) * v) / sum(n - 1) / n)
  over <- max(1, mean(((m - centre) / e)^2)); limit <- function(p) unname(qnorm(p) * e * sqrt(over))
  list(site = kept, mean = unname(m), centre = centre, overdispersion = over,
       low_95 = centre - limit(.975), high_998 = centre + limit(.999)) }
alike <- make(3, c(12, 40, 25, 9, 30), 0); apart <- make(4, c(35, 20, 60, 15), 12)
write.csv(alike, "alike.csv", row.names = FALSE); write.csv(apart, "apart.csv", row.names = FALSE)
write_json(list(alike = of(alike), apart = of(apart)), "expected.json", digits = 15, auto_unbox = TRUE, pretty = TRUE)
