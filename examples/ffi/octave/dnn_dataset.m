## dataset = dnn_dataset (X, Y): samples, a row each.
## dataset = dnn_dataset (X, LABELS, "classes", COUNT): classes 0 to COUNT − 1.
function dataset = dnn_dataset (x, y, varargin)
  if (numel (varargin) == 2)
    if (any (y(:) != fix (y(:))))
      error ("dnn:error", "labels must be whole numbers, from 0");
    endif
    dataset = dnn_own ("dataset", dnn_call ("labelled", x, y(:), varargin{2}));
  else
    dataset = dnn_own ("dataset", dnn_call ("dataset", x, y));
  endif
endfunction
