## dnn_standardize (MODEL, DATASET): from now on the model shifts and scales its inputs to mean 0 and variance 1 over these samples.
function dnn_standardize (model, dataset)
  dnn_call ("standardize", model.number, dataset.number);
endfunction
