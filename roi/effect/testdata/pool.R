# Makes pool.json: fixed and random effects of R's metafor (3.8-1, Debian), on
# invented studies. Run: Rscript pool.R > pool.json
suppressMessages(library(metafor))
cases <- list(
  two = list(y = c(-0.4, 0.1), v = c(0.04, 0.09)),
  alike = list(y = c(0.30, 0.31, 0.29, 0.30), v = c(0.02, 0.03, 0.05, 0.01)),
  eight = list(y = c(-1.2, -0.4, 0.3, -0.9, -0.1, -2.0, 0.6, -0.7), v = c(0.25, 0.12, 0.30, 0.08, 0.20, 0.50, 0.15, 0.10)),
  uneven = list(y = c(12.5, 80.0, -31.0, 44.0, 9.0), v = c(16, 900, 2500, 400, 4)),
  ratios = list(y = log(c(0.80, 0.55, 1.10, 0.70, 0.95, 0.60)), v = 1 / c(10, 6, 14, 9, 7, 11) + 1 / c(8, 9, 13, 12, 8, 15))
)
number <- function(x) format(as.numeric(x), digits = 17, scientific = TRUE, trim = TRUE)
one <- function(name, d) {
  tight <- list(threshold = 1e-14, maxiter = 10000)
  f <- rma(d$y, d$v, method = "FE")
  r <- rma(d$y, d$v, method = "REML", test = "knha", control = tight)
  p <- predict(r)
  fields <- c(fixed = f$b, fixed_se = f$se, fixed_p = f$pval, fixed_low = f$ci.lb, fixed_high = f$ci.ub, q = f$QE, qp = f$QEp,
    random = r$b, random_se = r$se, random_t = r$zval, random_p = r$pval, random_low = r$ci.lb, random_high = r$ci.ub,
    tau2 = r$tau2, i2 = r$I2, predict_low = p$pi.lb, predict_high = p$pi.ub)
  paste0('  "', name, '": {"y": [', paste(number(d$y), collapse = ", "), '], "v": [', paste(number(d$v), collapse = ", "), '],\n    ',
    paste0('"', names(fields), '": ', number(fields), collapse = ", "), ',\n    "weights": [', paste(number(weights(r) / 100), collapse = ", "), ']}')
}
cat("{\n", paste(mapply(one, names(cases), cases), collapse = ",\n"), "\n}\n", sep = "")
