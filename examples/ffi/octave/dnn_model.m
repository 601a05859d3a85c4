## model = dnn_model (LAYERS): a network, such as [4 16 3], by the recipe "tutorial".
## model = dnn_model (LAYERS, CONFIG): or as a config says.
function model = dnn_model (layers, config = struct ("number", []))
  model = dnn_own ("model", dnn_call ("model", layers, config.number));
endfunction
