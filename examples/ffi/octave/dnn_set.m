## dnn_set (CONFIG, KEY, VALUE): gives a key of a config a text, a number or a logical.
function dnn_set (config, key, value)
  if (islogical (value))
    value = {"false", "true"}{value + 1};
  elseif (isnumeric (value))
    value = sprintf ("%.17g", value);
  endif
  dnn_call ("set", config.number, key, value);
endfunction
