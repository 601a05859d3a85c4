## Learns which points of a square lie in a circle.
1;

function goes_on = show_progress (p)
  goes_on = true;
  if (p.batch == p.batches)
    if (mod (p.epoch, 10) == 0)
      printf ("epoch %d: loss %.3f\n", p.epoch, p.loss);
    endif
    goes_on = p.loss > 0.15;
  endif
endfunction

side = ((0:19) - 9.5) / 10; # from -0.95 to 0.95
[v, u] = ndgrid (side, side);
points = [u'(:), v'(:)];
inside = sum (points .^ 2, 2) < 0.5;

config = dnn_config ("classifier", "epochs", 200);
model = dnn_model ([2 16 2], config); # a point in; how likely outside and inside it is, out
trainer = dnn_trainer (model);
finished = dnn_fit (trainer, dnn_dataset (points, inside, "classes", 2), @show_progress);
printf ("%s after %d epochs\n", {"stopped", "done"}{finished + 1}, numel (dnn_losses (trainer)));

probability = dnn_predict (model, [0 0; 0.9 0.9])(:, 2);
printf ("(0, 0) is inside with probability %.3f\n", probability(1));
printf ("(0.9, 0.9) is inside with probability %.3f\n", probability(2));

dnn_save (model, "circle.dnn");
printf ("loaded from circle.dnn: %.3f\n", dnn_predict (dnn_load ("circle.dnn"), [0 0])(2));

try
  dnn_set (config, "epochs", "many"); # an error, on purpose
catch failed
  printf ("error: %s\n", failed.message);
end_try_catch
