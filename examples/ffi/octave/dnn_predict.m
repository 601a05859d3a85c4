## y = dnn_predict (MODEL, X): a row of outputs for each row of inputs.
function y = dnn_predict (model, x)
  y = dnn_call ("predict", model.number, x);
endfunction
