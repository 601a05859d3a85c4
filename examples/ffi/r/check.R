# What ../README.md, "The check", asks of each language.
folder <- Sys.getenv("DNN_R", ".")
dyn.load("dnn.so")
source(file.path(folder, "dnn.R"))

i <- 0:19
X <- outer(i, 0:2, function(i, j) (7 * i + 5 * j) %% 13 / 13)
Y <- (5 * i) %% 11 / 11

make_config <- function(epochs)
  dnn_config("regressor", precision = "f64", activation = "tanh", seed = 7, batch_size = 4, threads = 1, epochs = epochs)

must_be <- function(is_so, what) cat(if (isTRUE(is_so)) "" else "NOT ", what, "\n", sep = "")

# The text of the error that the code ends with, or NULL.
message_of <- function(code) tryCatch({ code; NULL }, error = conditionMessage)

bits <- function(x) paste(rev(writeBin(x, raw(), endian = "little")), collapse = "")

resident_pages <- function() as.integer(strsplit(readLines("/proc/self/statm"), " ")[[1]][2])

create_and_close <- function() {
  config <- make_config(1)
  model <- dnn_model(c(3, 8, 1), config)
  dataset <- dnn_dataset(X, Y)
  trainer <- dnn_trainer(model)
  for (object in list(model, config, trainer, dataset)) dnn_close(object)
}

model <- dnn_model(c(3, 8, 1), make_config(5))
dataset <- dnn_dataset(X, Y)
trainer <- dnn_trainer(model)
invisible(dnn_fit(trainer, dataset))
predictions <- predict(model, X)
for (k in 1:10) cat("prediction ", k - 1, ": ", bits(predictions[k, 1]), "\n", sep = "")

dnn_save(model, "check.dnn")
must_be(identical(predict(dnn_load("check.dnn"), X), predictions), "a saved and loaded model predicts the same")

config <- make_config(100)
text <- message_of(dnn_set(config, "epochs", "many"))
must_be(!is.null(text), "a wrong value raises:")
cat(text, "\n", sep = "")
must_be(
  !is.null(message_of(predict(model, X[, 1:2]))) && !is.null(message_of(dnn_step(trainer, X[, 1:2], Y))) &&
    !is.null(message_of(dnn_fit(trainer, dnn_dataset(X[, 1:2], Y)))),
  "a wrong shape raises"
)

stopped <- dnn_trainer(model, config)
finished <- dnn_fit(stopped, dataset, progress = function(p) p$epoch < 3 || p$batch < p$batches)
must_be(!finished && length(dnn_losses(stopped)) == 3, "the callback stops after epoch 3")
inside <- message_of(dnn_fit(stopped, dataset, progress = function(p) stop("from inside")))
if (!identical(inside, "from inside")) must_be(FALSE, "an error in the callback comes out of fit")

dnn_close(model)
dnn_close(dataset)
must_be(dnn_step(trainer, X, Y) > 0 && !is.null(message_of(predict(model, X))), "handles are destroyed in any order")

for (k in 1:11000) {
  if (k == 1001) {
    invisible(gc())
    before <- resident_pages()
  }
  create_and_close()
}
invisible(gc())
must_be(resident_pages() - before < 1024, "10,000 create and destroy do not grow memory")
