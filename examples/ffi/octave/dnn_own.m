## handle = dnn_own (KIND, NUMBER): an object that is released when the last variable that holds it goes.
function handle = dnn_own (kind, number)
  handle = struct ("number", number, "owner", onCleanup (@() dnn_call (["destroy " kind], number)));
endfunction
