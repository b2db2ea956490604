# Multiple imputation: distributions by mice, pooling by mice::pool. Run here: Rscript make.R
# R 4.2.2 with mice 3.15.0, clubSandwich 0.5.8 and jsonlite (Debian 12).
suppressPackageStartupMessages({ library(jsonlite); library(mice); library(clubSandwich) })
RNGkind("Mersenne-Twister", "Inversion", "Rejection"); set.seed(20261201)

# Patients: onset, age and sex have gaps that hang on what is known; the rest is whole.
n <- 240
z <- rnorm(n); pre <- 50 + 10 * z + rnorm(n, 0, 8); exposed <- rbinom(n, 1, plogis(-0.4 - 0.03 * (pre - 50)))
age <- 52 + 6 * z + rnorm(n, 0, 12); female <- rbinom(n, 1, plogis(0.4 - 0.03 * (age - 52)))
onset <- 0.2 - 0.3 * z + 0.01 * (age - 52) + rnorm(n, 0, 0.6); post <- pre + 4 * exposed - 0.15 * (age - 52) + 3 * onset + rnorm(n, 0, 8)
patients <- data.frame(onset, age, female, pre, post, exposed)
patients$age[runif(n) < plogis(-3 + 0.05 * (pre - 50))] <- NA
patients$female[runif(n) < 0.08] <- NA
patients$onset[runif(n) < plogis(-2.5 - 0.8 * exposed)] <- NA
write.csv(patients, "patients.csv", row.names = FALSE, na = "")

# Where each gap's values lie, over 1000 draws.
for_mice <- transform(patients, female = factor(female))
drawn <- mice(for_mice, m = 1000, maxit = 10, method = c("norm", "norm", "logreg", "", "", ""), printFlag = FALSE, seed = 1)
gap <- function(name, values) { one <- as.matrix(values); list(mean = rowMeans(one), sd = apply(one, 1, sd)) }
gaps <- list(onset = gap("onset", drawn$imp$onset), age = gap("age", drawn$imp$age),
  female = gap("female", sapply(drawn$imp$female, function(x) as.numeric(as.character(x)))))
whole <- mice(for_mice, m = 200, maxit = 10, method = c("norm", "norm", "logreg", "", "", ""), printFlag = FALSE, seed = 2)
told <- summary(pool(with(whole, lm(post ~ exposed + pre + onset + age + female))))
mean_of <- list(term = as.character(told$term), estimate = told$estimate, se = told$std.error)

# Rubin's rules: five draws of mice, a difference of two arms in each with overlap weights and errors by patient.
visits <- do.call(rbind, lapply(1:n, function(i) data.frame(patient = i, at = seq_len(1 + (i %% 3 == 0)))))
five <- mice(for_mice, m = 5, maxit = 10, method = c("norm", "norm", "logreg", "", "", ""), printFlag = FALSE, seed = 3)
stacked <- NULL; found <- NULL
for (draw in 1:5) {
  d <- complete(five, draw); d$female <- as.numeric(as.character(d$female)); d <- cbind(visits, d[visits$patient, ])
  stacked <- rbind(stacked, data.frame(draw = draw, d))
  g <- glm(exposed ~ pre + onset + age + female, binomial, d, control = glm.control(epsilon = 1e-14))
  d$w <- ifelse(d$exposed == 1, 1 - fitted(g), fitted(g))
  ct <- coef_test(lm(post ~ exposed + pre + onset + age + female, d, weights = w), vcov = "CR2", cluster = d$patient, test = "Satterthwaite", coefs = "exposed")
  found <- rbind(found, data.frame(estimate = ct$beta, se = ct$SE, df = if (is.null(ct$df_Satt)) ct$df else ct$df_Satt)) }
write.csv(stacked, "draws.csv", row.names = FALSE)
p <- pool.scalar(found$estimate, found$se^2, n = mean(found$df) + 1, k = 1)
arms <- list(estimate = p$qbar, se = sqrt(p$t), df = p$df)
# Of a plain regression mice::pool itself: its estimates, errors and degrees of freedom of complete data are each draw's.
fits <- with(five, lm(post ~ exposed + pre + onset + age + female)); s <- summary(pool(fits))
each <- lapply(fits$analyses, function(f) list(estimate = unname(coef(f)), se = unname(sqrt(diag(vcov(f)))), df = f$df.residual))
plain <- list(each = each, estimate = s$estimate, se = s$std.error, df = s$df)
write_json(list(gaps = gaps, pooled = mean_of, arms = arms, plain = plain), "expected.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
