<?php
/* What ../README.md, "The check", asks of each language. */
declare(strict_types=1);

require __DIR__ . '/dnn.php';

function makeConfig(int $epochs): Dnn\Config
{
    return new Dnn\Config('regressor', [
        'precision' => 'f64', 'activation' => 'tanh', 'seed' => 7, 'batch_size' => 4, 'threads' => 1, 'epochs' => $epochs,
    ]);
}

function mustBe(bool $isSo, string $what): void
{
    echo $isSo ? '' : 'NOT ', $what, "\n";
}

/** What the code throws, of that kind, or null. */
function thrown(string $kind, Closure $code): ?Throwable
{
    try {
        $code();
    } catch (Throwable $thrown) {
        return $thrown instanceof $kind ? $thrown : null;
    }
    return null;
}

function residentPages(): int
{
    return (int) explode(' ', file_get_contents('/proc/self/statm'))[1];
}

function createAndDrop(array $x, array $y): void
{
    $model = Dnn\Model::of([3, 8, 1], makeConfig(1));
    $dataset = Dnn\Dataset::of($x, $y);
    $trainer = new Dnn\Trainer($model);
    unset($model); // before its trainer
}

$x = $y = $narrow = [];
for ($i = 0; $i < 20; $i++) {
    for ($j = 0; $j < 3; $j++) {
        $x[$i][$j] = (7 * $i + 5 * $j) % 13 / 13;
    }
    $y[$i] = [5 * $i % 11 / 11];
    $narrow[$i] = array_slice($x[$i], 0, 2);
}

$model = Dnn\Model::of([3, 8, 1], makeConfig(5));
$dataset = Dnn\Dataset::of($x, $y);
$trainer = new Dnn\Trainer($model);
$trainer->fit($dataset);
$predictions = $model->predict($x);
for ($i = 0; $i < 10; $i++) {
    printf("prediction %d: %s\n", $i, bin2hex(pack('E', $predictions[$i][0])));
}

$model->save('check.dnn');
mustBe(Dnn\Model::load('check.dnn')->predict($x) === $predictions, 'a saved and loaded model predicts the same');

$config = makeConfig(100);
$error = thrown(Dnn\Error::class, fn () => $config->set('epochs', 'many'));
mustBe($error?->getCode() === -1, 'a wrong value raises:');
echo $error?->getMessage(), "\n";
mustBe(
    thrown(InvalidArgumentException::class, fn () => $model->predict($narrow)) !== null &&
    thrown(Dnn\Error::class, fn () => $trainer->fit(Dnn\Dataset::of($narrow, $y))) !== null,
    'a wrong shape raises',
);

$lent = FFI::cdef()->new('double[60]');
for ($i = 0; $i < 60; $i++) {
    $lent[$i] = $x[intdiv($i, 3)][$i % 3];
}
if ($model->predict($lent)[7] !== $model->predict($x)[7][0]) {
    mustBe(false, 'memory that is lent is read');
}

$stopped = new Dnn\Trainer($model, $config);
$finished = $stopped->fit($dataset, null, fn (Dnn\Progress $p) => $p->epoch < 3 || !$p->endsEpoch());
mustBe(!$finished && count($stopped->history()) === 3, 'the callback stops after epoch 3');
$inside = thrown(DomainException::class, fn () =>
    $stopped->fit($dataset, null, fn () => throw new DomainException('from inside')));
if ($inside?->getMessage() !== 'from inside') {
    mustBe(false, 'an exception in the callback comes out of fit');
}

unset($model, $dataset);
mustBe($trainer->step($x, $y) > 0, 'handles are destroyed in any order');

for ($i = 0; $i < 11000; $i++) {
    if ($i === 1000) {
        $before = residentPages();
    }
    createAndDrop($x, $y);
}
mustBe(residentPages() - $before < 512, '10,000 create and destroy do not grow memory');
