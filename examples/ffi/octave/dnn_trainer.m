## trainer = dnn_trainer (MODEL): trains as the model's config says.
## trainer = dnn_trainer (MODEL, CONFIG): or as another.
function trainer = dnn_trainer (model, config = struct ("number", []))
  trainer = dnn_own ("trainer", dnn_call ("trainer", model.number, config.number));
endfunction
