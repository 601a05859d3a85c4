## dnn_save (MODEL, PATH): writes a model to a file, in one step.
function dnn_save (model, path)
  dnn_call ("save", model.number, path);
endfunction
