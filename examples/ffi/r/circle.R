# Learns which points of a square lie in a circle.
folder <- Sys.getenv("DNN_R", ".")
dyn.load("dnn.so")
source(file.path(folder, "dnn.R"))

side <- (0:19 - 9.5) / 10 # from -0.95 to 0.95
points <- as.matrix(expand.grid(u = side, v = side))
inside <- factor(rowSums(points^2) < 0.5) # FALSE, TRUE

config <- dnn_config("classifier", epochs = 200)
model <- dnn_model(c(2, 16, 2), config) # a point in; how likely outside and inside it is, out
trainer <- dnn_trainer(model)
finished <- dnn_fit(trainer, dnn_dataset(points, inside), progress = function(p) {
  if (p$batch < p$batches) return(TRUE)
  if (p$epoch %% 10 == 0) cat(sprintf("epoch %d: loss %.3f\n", as.integer(p$epoch), p$loss))
  p$loss > 0.15 # go on?
})
cat(if (finished) "done" else "stopped", "after", length(dnn_losses(trainer)), "epochs\n")

probability <- predict(model, rbind(c(0, 0), c(0.9, 0.9)))[, 2]
cat(sprintf("%s is inside with probability %.3f\n", c("(0, 0)", "(0.9, 0.9)"), probability), sep = "")

dnn_save(model, "circle.dnn")
cat(sprintf("loaded from circle.dnn: %.3f\n", predict(dnn_load("circle.dnn"), rbind(c(0, 0)))[, 2]))

tryCatch(
  dnn_set(config, "epochs", "many"), # an error, on purpose
  error = function(e) cat("error: ", conditionMessage(e), "\n", sep = "")
)
