## handle = dnn_own (KIND, NUMBER): an object that is released when the last variable that holds it goes.
## Clear such variables at the end of a script: an Octave that ends with them tells of an error that it ignored.
function handle = dnn_own (kind, number)
  handle = struct ("number", number, "owner", onCleanup (@() dnn_call (["destroy " kind], number)));
endfunction
