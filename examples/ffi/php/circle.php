<?php
/* Learns which points of a square lie in a circle. */
declare(strict_types=1);

require __DIR__ . '/dnn.php';

$points = $inside = [];
for ($i = 0; $i < 400; $i++) {
    [$u, $v] = [($i % 20 - 9.5) / 10, (intdiv($i, 20) - 9.5) / 10]; // from -0.95 to 0.95
    $points[] = [$u, $v];
    $inside[] = (int) ($u * $u + $v * $v < 0.5);
}

$config = new Dnn\Config('classifier', ['epochs' => 200]);
$model = Dnn\Model::of([2, 16, 2], $config); // a point in; how likely outside and inside it is, out
$trainer = new Dnn\Trainer($model);
$finished = $trainer->fit(Dnn\Dataset::ofLabels($points, $inside, 2), null, function (Dnn\Progress $p): bool {
    if ($p->endsEpoch() && $p->epoch % 10 === 0) {
        printf("epoch %d: loss %.3F\n", $p->epoch, $p->loss);
    }
    return !$p->endsEpoch() || $p->loss > 0.15; // go on?
});
printf("%s after %d epochs\n", $finished ? 'done' : 'stopped', count($trainer->history()));

[$centre, $corner] = $model->predict([[0, 0], [0.9, 0.9]]);
printf("(0, 0) is inside with probability %.3F\n", $centre[1]);
printf("(0.9, 0.9) is inside with probability %.3F\n", $corner[1]);

$model->save('circle.dnn');
printf("loaded from circle.dnn: %.3F\n", Dnn\Model::load('circle.dnn')->predict([0, 0])[1]);

try {
    $config->set('epochs', 'many'); // an error, on purpose
} catch (Dnn\Error $error) {
    echo 'error: ', $error->getMessage(), "\n";
}
