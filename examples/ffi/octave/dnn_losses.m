## losses = dnn_losses (TRAINER): the mean training loss of each completed epoch.
function losses = dnn_losses (trainer)
  losses = dnn_call ("losses", trainer.number);
endfunction
