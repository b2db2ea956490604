# Reads every table of this package into the list `tables`; run it in the folder of the files.
# Codes stay texts (`0012`, `NA`), only an empty cell is missing, and no package is needed.

types <- c(string = "character", integer = "integer", number = "numeric", boolean = "logical")
read <- function(file, columns) {
  read.csv(file, colClasses = columns, na.strings = "", check.names = FALSE, encoding = "UTF-8")
}
book <- read("codebook.csv", "character")
tables <- lapply(split(book, book$file), function(lines) {
  kinds <- types[lines$type]
  kinds[is.na(kinds)] <- "character"
  known <- setNames(kinds, lines$column)
  header <- names(read.csv(lines$file[1], nrows = 1, check.names = FALSE, colClasses = "character"))
  read(lines$file[1], unname(known[header]))
})
names(tables) <- sub("\\.csv$", "", names(tables))
