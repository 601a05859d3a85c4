## trainer = dnn_trainer (MODEL): trains as the model's config says.
## trainer = dnn_trainer (MODEL, CONFIG): or as another.
function trainer = dnn_trainer (model, config)
  number = [];
  if (nargin > 1)
    number = config.number;
  endif
  trainer = dnn_own ("trainer", dnn_call ("trainer", model.number, number));
endfunction
