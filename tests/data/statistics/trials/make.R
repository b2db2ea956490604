# Expected numbers of the treatment comparison, computed in R by its definition. Run here: Rscript make.R
# R 4.2.2 with clubSandwich 0.5.8 and jsonlite (Debian 12). The registry is made up; its scores are not clipped.
suppressPackageStartupMessages({ library(jsonlite); library(clubSandwich) })
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(20261130)
G <- 320
first <- as.Date("2022-01-03") + sample(0:400, G, TRUE)
patients <- data.frame(patient = sprintf("P%03d", 1:G), onset_on = first - ifelse(runif(G) < .3, sample(3:80, G, TRUE), round(10^runif(G, 2, 4))),
  sex = sample(c("female", "male", "other"), G, TRUE, c(.58, .41, .01)), birth_year = sample(c(1938:2002, NA), G, TRUE),
  cause = sample(c("bells_palsy", "ramsay_hunt"), G, TRUE, c(.75, .25)), site = sample(c("A", "B"), G, TRUE))
level <- rnorm(G, 50, 12)
visits <- do.call(rbind, lapply(1:G, function(i) {
  d <- cumsum(c(0, sample(30:130, sample(2:6, 1), TRUE)))
  data.frame(patient = patients$patient[i], completed_on = first[i] + d, score = round(level[i] + rnorm(length(d), 0, 9), 3)) }))
visits$score[runif(nrow(visits)) < .03] <- NA
kinds <- c(therapy = "mime_therapy", toxin = "botulinum_toxin", surgery = "nerve_transfer", medicine = "antiviral")
treatments <- do.call(rbind, lapply(1:G, function(i) {
  mine <- visits[visits$patient == patients$patient[i], ]
  out <- NULL
  for (f in names(kinds)) if (runif(1) < c(therapy = .5, toxin = .5, surgery = .12, medicine = .3)[[f]]) {
    on <- sample(mine$completed_on, 1) + sample(-40:60, 1)
    out <- rbind(out, data.frame(patient = patients$patient[i], kind = kinds[[f]], started_on = if (runif(1) < .03) as.Date(NA) else on)) }
  out }))
grades <- do.call(rbind, lapply(1:G, function(i) { k <- sample(0:3, 1); if (!k) return(NULL)
  data.frame(patient = patients$patient[i], graded_on = first[i] + sort(sample(0:300, k)), value = sample(1:6, k, TRUE)) }))
for (name in c("patients", "visits", "treatments", "grades")) write.csv(get(name), paste0(name, ".csv"), row.names = FALSE, na = "")

# Who lacks a covariate is left out of these numbers; ../imputed has the numbers with what is lacking drawn.
lacking <- patients$patient[is.na(patients$birth_year) | patients$sex == "other"]
window <- list(toxin = c(14, 56), therapy = c(60, 240), surgery = c(300, 540))
index_visits <- function(f) {
  rows <- NULL
  for (i in 1:G) {
    p <- patients$patient[i]; if (p %in% lacking) next; all_rows <- visits[visits$patient == p, ]; mine <- all_rows[!is.na(all_rows$score), ]
    mine <- mine[order(mine$completed_on), ]; given <- treatments[treatments$patient == p, ]
    starts <- given$started_on[given$kind == kinds[[f]]]
    if (anyNA(starts)) next
    begun <- if (length(starts)) min(starts) else as.Date(NA)
    age <- as.integer(format(min(all_rows$completed_on), "%Y")) - patients$birth_year[i]
    for (k in seq_len(nrow(mine))) {
      on <- mine$completed_on[k]; ahead <- as.numeric(begun - on)
      if (!is.na(ahead) && ahead <= 0) next
      soon <- !is.na(ahead) && ahead <= 90
      last_before <- k == nrow(mine) || (!is.na(begun) && mine$completed_on[k + 1] >= begun)
      exposed <- if (soon && last_before) 1 else if (soon) NA else 0
      w <- window[[f]]; clock <- if (identical(exposed, 1)) begun else on; end <- w[2] + if (identical(exposed, 1)) 0 else 90
      away <- as.numeric(mine$completed_on - clock); j <- head(which(away >= w[1] & away <= end), 1)
      others <- given[given$kind != kinds[[f]], ]
      graded <- grades[grades$patient == p & grades$graded_on <= on & as.numeric(on - grades$graded_on) <= 90, ]
      days <- pmax(1, as.numeric(on - patients$onset_on[i]))
      rows <- rbind(rows, data.frame(patient = p, number = k, exposed = exposed, pre = mine$score[k], post = if (length(j)) mine$score[j] else NA,
        onset = log10(days / 365.25), age = age, female = c(female = 1, male = 0, other = NA)[[patients$sex[i]]],
        before = sum(is.na(others$started_on) | others$started_on <= on), stratum = if (days < 90) "acute" else "chronic",
        earlier = if (k > 1) mean(mine$score[seq_len(k - 1)]) else NA, change = if (k > 1) mine$score[k] - mine$score[k - 1] else NA,
        bells = as.numeric(patients$cause[i] == "bells_palsy"), hb = if (nrow(graded)) as.numeric(tail(graded$value, 1) >= 4) else NA,
        site = as.numeric(patients$site[i] == "A"), year = as.integer(format(on, "%Y")),
        later = identical(exposed, 0) && !is.na(ahead) && ahead > 90 && ahead <= w[2] + 90)) } }
  rows }
smd <- function(x, a, w) { k <- !is.na(x); m <- function(g) weighted.mean(x[k & a == g], w[k & a == g])
  s <- sqrt((var(x[k & a == 1]) + var(x[k & a == 0])) / 2); (m(1) - m(0)) / s }
compare <- function(rows, history, stratum) {
  rows <- rows[(rows$number > 1) == (history == "known"), ]; if (!is.null(stratum)) rows <- rows[rows$stratum == stratum, ]
  flow <- list(eligible = nrow(rows), exposed = sum(rows$exposed == 1, na.rm = TRUE), compared = sum(rows$exposed == 0, na.rm = TRUE), neither = sum(is.na(rows$exposed)))
  d <- rows[!is.na(rows$exposed) & !is.na(rows$post), ]; flow$followed <- nrow(d); flow$started_later <- sum(d$later)
  both <- function(d) d[ave(d$exposed, d$number, FUN = function(x) length(unique(x))) == 2, ]
  d <- both(d); d <- d[complete.cases(d[, c("pre", "onset", "age", "female", "before")]), ]; d <- both(d)
  arms <- tapply(d$patient, factor(d$exposed, 0:1), function(x) length(unique(x)))
  if (any(is.na(arms)) || min(arms) < 20) return(c(flow, list(estimate = NA)))
  set <- c("pre", "onset", "age", "female", "before", if (length(unique(d$number)) > 1) "factor(number)")
  g <- glm(reformulate(set, "exposed"), binomial, d, control = glm.control(epsilon = 1e-14)); d$w <- ifelse(d$exposed == 1, 1 - fitted(g), fitted(g))
  m <- lm(reformulate(c("exposed", set), "post"), d, weights = w)
  ct <- coef_test(m, vcov = "CR2", cluster = d$patient, test = "Satterthwaite", coefs = "exposed")
  sited <- c(set, "site"); h <- glm(reformulate(sited, "exposed"), binomial, d, control = glm.control(epsilon = 1e-14)); d$v <- ifelse(d$exposed == 1, 1 - fitted(h), fitted(h))
  cs <- coef_test(lm(reformulate(c("exposed", sited), "post"), d, weights = v), vcov = "CR2", cluster = d$patient, test = "Satterthwaite", coefs = "exposed")
  df <- if (is.null(ct$df_Satt)) ct$df else ct$df_Satt; p <- if (is.null(ct$p_Satt)) ct$p else ct$p_Satt
  ess <- function(w) sum(w)^2 / sum(w^2); rr <- exp(.91 * abs(ct$beta) / sd(d$post))
  outside <- sapply(if (history == "known") c("earlier", "change", "bells", "hb", "site", "year") else c("bells", "hb", "site", "year"), function(x) smd(d[[x]], d$exposed, d$w))
  gain <- d$post - d$pre  # of a scale where higher is better
  share <- function(reached) list(exposed = weighted.mean(reached[d$exposed == 1], d$w[d$exposed == 1]), compared = weighted.mean(reached[d$exposed == 0], d$w[d$exposed == 0]))
  apart <- function(reached) { d$reached <- as.numeric(reached)
    c <- coef_test(lm(reformulate(c("exposed", set), "reached"), d, weights = w), vcov = "CR2", cluster = d$patient, test = "Satterthwaite", coefs = "exposed")
    df <- if (is.null(c$df_Satt)) c$df else c$df_Satt; c(share(reached), list(difference = c$beta, se = c$SE, df = df, low = c$beta - qt(.975, df) * c$SE, high = c$beta + qt(.975, df) * c$SE)) }
  gained <<- list(curve = lapply(setNames(nm = c("-10", "-5", "0", "5", "10")), function(points) share(gain >= as.numeric(points))), better = apart(gain >= 17.6), worse = apart(-gain >= 17.6))
  c(flow, list(n_exposed = sum(d$exposed), n_compared = sum(1 - d$exposed), patients = length(unique(d$patient)), estimate = ct$beta, se = ct$SE, df = df,
    low = ct$beta - qt(.975, df) * ct$SE, high = ct$beta + qt(.975, df) * ct$SE, p = p, ess_exposed = ess(d$w[d$exposed == 1]), ess_compared = ess(d$w[d$exposed == 0]),
    smd_before = smd(d$pre, d$exposed, rep(1, nrow(d))), balance_outside = max(abs(outside), na.rm = TRUE), e_value = rr + sqrt(rr * (rr - 1)),
    within_sites = list(estimate = cs$beta, se = cs$SE, df = if (is.null(cs$df_Satt)) cs$df else cs$df_Satt),
    differences = as.list(outside))) }
strata <- list(all = NULL, acute = "acute", chronic = "chronic")
responders <- list(); gained <- NULL
expected <- lapply(setNames(nm = c("therapy", "toxin", "surgery")), function(f) { rows <- index_visits(f)
  lapply(setNames(nm = c("known", "none")), function(h) lapply(setNames(nm = names(strata)), function(s) { gained <<- NULL; made <- compare(rows, h, strata[[s]]); responders[[f]][[h]][[s]] <<- gained; made })) })
write_json(expected, "expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE, na = "null")
write_json(lapply(responders, function(one) one$known), "responders.json", digits = NA, auto_unbox = TRUE, pretty = TRUE, na = "null")
