## model = dnn_model (LAYERS, CONFIG): a network, such as [4 16 3].
function model = dnn_model (layers, config)
  model = dnn_own ("model", dnn_call ("model", layers, config.number));
endfunction
