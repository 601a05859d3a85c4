## config = dnn_config (RECIPE, KEY, VALUE, ...): what a network is and how it learns. The keys are in dnn.h.
function config = dnn_config (recipe, varargin)
  config = dnn_own ("config", dnn_call ("config", recipe));
  for i = 1:2:numel (varargin)
    dnn_set (config, varargin{i}, varargin{i + 1});
  endfor
endfunction
