## [loss, accuracy] = dnn_evaluate (MODEL, DATASET): the mean loss, and the share of samples whose class is right.
function [loss, accuracy] = dnn_evaluate (model, dataset)
  both = dnn_call ("evaluate", model.number, dataset.number);
  loss = both(1);
  accuracy = both(2);
endfunction
