# libdnn for R. dnn.c beside it must be built first (R CMD SHLIB, see language.sh); dyn.load("dnn.so") before this file.
#
# ARRAYS. x and y are matrices, a sample a row; a vector is one column. They are copied, for R stores columns.
#
# ERRORS of libdnn are R's, by stop(), with the text of dnn_last_error; tryCatch catches them.
#
# HANDLES are released by the garbage collector, in any order; dnn_close() releases one at once.

.dnn_call <- function(name, ...) .Call(name, ..., PACKAGE = "dnn")

.dnn_matrix <- function(x) {
  x <- as.matrix(x)
  storage.mode(x) <- "double"
  x
}

.dnn_own <- function(kind, pointer, ...) structure(list(pointer = pointer, ...), class = paste0("dnn_", kind))

.dnn_pointer <- function(object) if (is.null(object)) NULL else object$pointer

dnn_close <- function(object) invisible(.dnn_call("destroy", object$pointer))

# What a network is and how it learns: dnn_config("classifier", epochs = 20). The keys are in dnn.h.
dnn_config <- function(recipe = "tutorial", ...) {
  config <- .dnn_own("config", .dnn_call("config_create", recipe))
  settings <- list(...)
  for (key in names(settings)) dnn_set(config, key, settings[[key]])
  config
}

dnn_set <- function(config, key, value) {
  text <- if (is.logical(value)) tolower(value) else if (is.numeric(value)) sprintf("%.17g", value) else value
  invisible(.dnn_call("config_set", config$pointer, key, text))
}

# Samples. y: a matrix of numbers, or a factor of classes.
dnn_dataset <- function(x, y) {
  x <- .dnn_matrix(x)
  if (is.factor(y)) {
    if (nrow(x) != length(y)) stop("x has ", nrow(x), " samples, y has ", length(y))
    return(.dnn_own("dataset", .dnn_call("dataset_create_labels", x, as.integer(y) - 1L, nlevels(y))))
  }
  y <- .dnn_matrix(y)
  if (nrow(x) != nrow(y)) stop("x has ", nrow(x), " samples, y has ", nrow(y))
  .dnn_own("dataset", .dnn_call("dataset_create", x, y))
}

# A network: dnn_model(c(4, 16, 3), config)
dnn_model <- function(layers, config = NULL)
  .dnn_own("model", .dnn_call("model_create", as.integer(layers), .dnn_pointer(config)))

dnn_load <- function(path) .dnn_own("model", .dnn_call("model_load", path))

dnn_save <- function(model, path) invisible(.dnn_call("model_save", model$pointer, path))

# A row of outputs for each row of x
predict.dnn_model <- function(object, x, ...) .dnn_call("model_predict", object$pointer, .dnn_matrix(x))

# c(loss =, accuracy =): the mean loss, and the share of samples whose class is right
dnn_evaluate <- function(model, dataset)
  setNames(.dnn_call("model_evaluate", model$pointer, dataset$pointer), c("loss", "accuracy"))

# From now on the model shifts and scales its inputs to mean 0 and variance 1 over these samples.
dnn_standardize <- function(model, dataset) invisible(.dnn_call("model_standardize", model$pointer, dataset$pointer))

dnn_trainer <- function(model, config = NULL)
  .dnn_own("trainer", .dnn_call("trainer_create", model$pointer, .dnn_pointer(config)),
    sizes = .dnn_call("model_sizes", model$pointer))

# Trains for the config's epochs; TRUE if it came to its end. progress(list) is called after each batch, and stops the training
# by FALSE; an error in it, or Ctrl-C, stops the training as well, and is fit's.
dnn_fit <- function(trainer, training, validation = NULL, progress = NULL) {
  left <- NULL
  leave <- function(condition) {
    left <<- condition
    FALSE
  }
  tell <- if (!is.null(progress)) function(p) tryCatch(progress(p), error = leave, interrupt = leave)
  finished <- .dnn_call("trainer_fit", trainer$pointer, training$pointer, .dnn_pointer(validation), tell)
  if (!is.null(left)) stop(left)
  finished
}

# The mean training loss of each completed epoch
dnn_losses <- function(trainer) .dnn_call("trainer_losses", trainer$pointer)

# One update; the mean loss before it
dnn_step <- function(trainer, x, y) {
  x <- .dnn_matrix(x)
  y <- .dnn_matrix(y)
  if (nrow(x) != nrow(y)) stop("x has ", nrow(x), " samples, y has ", nrow(y))
  .dnn_call("trainer_step", trainer$pointer, trainer$sizes, x, y)
}
