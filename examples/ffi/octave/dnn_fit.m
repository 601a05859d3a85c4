## finished = dnn_fit (TRAINER, DATASET, PROGRESS): trains for the config's epochs; true if it came to its end. PROGRESS (may be
## left out) is called with a struct after each batch, and stops the training by false; an error in it does too, and is fit's.
function finished = dnn_fit (trainer, dataset, progress = [])
  finished = dnn_call ("fit", trainer.number, dataset.number, progress);
endfunction
