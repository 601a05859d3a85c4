## What ../README.md, "The check", asks of each language.
1;

function config = make_config (epochs)
  config = dnn_config ("regressor", "precision", "f64", "activation", "tanh", "seed", 7, "batch_size", 4, ...
                       "threads", 1, "epochs", epochs);
endfunction

function must_be (is_so, what)
  printf ("%s%s\n", {"NOT ", ""}{logical (is_so) + 1}, what);
endfunction

## The text of the error that the function ends with, or "".
function text = message_of (f)
  text = "";
  try
    f ();
  catch failed
    text = failed.message;
  end_try_catch
endfunction

function pages = resident_pages ()
  pages = sscanf (fileread ("/proc/self/statm"), "%d %d")(2);
endfunction

function create_and_drop (x, y)
  model = dnn_model ([3 8 1], make_config (1));
  dataset = dnn_dataset (x, y);
  trainer = dnn_trainer (model);
  clear model # before its trainer
endfunction

[i, j] = ndgrid (0:19, 0:2);
x = mod (7 * i + 5 * j, 13) / 13;
y = mod (5 * (0:19)', 11) / 11;

model = dnn_model ([3 8 1], make_config (5));
dataset = dnn_dataset (x, y);
trainer = dnn_trainer (model);
dnn_fit (trainer, dataset);
predictions = dnn_predict (model, x);
for k = 1:10
  printf ("prediction %d: %s\n", k - 1, num2hex (predictions(k)));
endfor

dnn_save (model, "check.dnn");
must_be (isequal (dnn_predict (dnn_load ("check.dnn"), x), predictions), "a saved and loaded model predicts the same");

config = make_config (100);
text = message_of (@() dnn_set (config, "epochs", "many"));
must_be (! isempty (text), "a wrong value raises:");
puts ([text "\n"]);
narrow = dnn_dataset (x(:, 1:2), y);
must_be (! isempty (message_of (@() dnn_predict (model, x(:, 1:2)))) && ! isempty (message_of (@() dnn_step (trainer, x', y)))
         && ! isempty (message_of (@() dnn_fit (trainer, narrow))), "a wrong shape raises");

stopped = dnn_trainer (model, config);
finished = dnn_fit (stopped, dataset, @(p) p.epoch < 3 || p.batch < p.batches);
must_be (! finished && numel (dnn_losses (stopped)) == 3, "the callback stops after epoch 3");
if (! strcmp (message_of (@() dnn_fit (stopped, dataset, @(p) error ("from inside"))), "from inside"))
  must_be (false, "an error in the callback comes out of fit");
endif

clear model dataset
must_be (dnn_step (trainer, x, y) > 0, "handles are destroyed in any order");

for k = 1:11000
  if (k == 1001)
    before = resident_pages ();
  endif
  create_and_drop (x, y);
endfor
must_be (resident_pages () - before < 512, "10,000 create and destroy do not grow memory");
