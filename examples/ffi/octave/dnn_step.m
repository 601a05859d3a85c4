## loss = dnn_step (TRAINER, X, Y): one update; the mean loss before it.
function loss = dnn_step (trainer, x, y)
  loss = dnn_call ("step", trainer.number, x, y);
endfunction
