## model = dnn_load (PATH): what dnn_save wrote.
function model = dnn_load (path)
  model = dnn_own ("model", dnn_call ("load", path));
endfunction
