<?php
/*
 * libdnn for PHP (8.1 and later): a binding by its FFI (ffi.enable=1 in php.ini, or -d ffi.enable=1; the command line has it
 * on).
 *
 * ARRAYS. x and y are arrays of rows, [[0, 1], [1, 0]], or one row. PHP's arrays hold values of any kind, so their numbers are
 * copied into doubles for a call; such doubles, of FFI::cdef()->new('double[6]'), may be given instead, and are lent as they are.
 *
 * ERRORS. A status below 0 throws Dnn\Error with the text of dnn_last_error and the status as its code; an array of the
 * wrong shape is an \InvalidArgumentException.
 *
 * HANDLES are released by __destruct, when the last reference goes, in any order.
 *
 * The library is found by the environment variable DNN_LIBRARY, else where the system looks for libdnn.so.0.
 */
declare(strict_types=1);

namespace Dnn;

use FFI;
use FFI\CData;
use InvalidArgumentException;
use Throwable;

const STOPPED = 1;

/** The functions of dnn.h. */
function c(): FFI
{
    static $c = null;
    return $c ??= FFI::cdef(<<<'C'
        typedef struct dnn_config dnn_config;
        typedef struct dnn_model dnn_model;
        typedef struct dnn_trainer dnn_trainer;
        typedef struct dnn_dataset dnn_dataset;
        typedef struct dnn_progress dnn_progress;

        const char *dnn_version_string(void);
        const char *dnn_last_error(void);

        int32_t dnn_config_create(const char *recipe, dnn_config **out);
        void dnn_config_destroy(dnn_config *config);
        int32_t dnn_config_set(dnn_config *config, const char *key, const char *text);
        int32_t dnn_config_get(const dnn_config *config, const char *key, char *buffer, int64_t capacity, int64_t *length);

        int32_t dnn_dataset_create(const double *x, int64_t n, int64_t n_in, const double *y, int64_t n_out,
                                   dnn_dataset **out);
        int32_t dnn_dataset_create_labels(const double *x, int64_t n, int64_t n_in, const int32_t *labels,
                                          int64_t classes, dnn_dataset **out);
        int32_t dnn_dataset_read_csv(const char *path, const char *options, dnn_dataset **out);
        int32_t dnn_dataset_split(const dnn_dataset *dataset, double fraction, int64_t seed, dnn_dataset **first,
                                  dnn_dataset **second);
        int64_t dnn_dataset_size(const dnn_dataset *dataset);
        void dnn_dataset_destroy(dnn_dataset *dataset);

        int32_t dnn_model_create(const int64_t *layers, int64_t layer_count, const dnn_config *config, dnn_model **out);
        void dnn_model_destroy(dnn_model *model);
        int64_t dnn_model_layer_count(const dnn_model *model);
        int64_t dnn_model_layer_size(const dnn_model *model, int64_t layer);
        int32_t dnn_model_predict(const dnn_model *model, const double *x, int64_t n, double *y);
        int32_t dnn_model_evaluate(const dnn_model *model, const dnn_dataset *dataset, double *loss, double *accuracy);
        int32_t dnn_model_standardize(dnn_model *model, const dnn_dataset *dataset);
        int32_t dnn_model_summary(const dnn_model *model, char *buffer, int64_t capacity, int64_t *length);
        int32_t dnn_model_save(const dnn_model *model, const char *path);
        int32_t dnn_model_load(const char *path, dnn_model **out);

        int32_t dnn_trainer_create(dnn_model *model, const dnn_config *config, dnn_trainer **out);
        void dnn_trainer_destroy(dnn_trainer *trainer);
        int32_t dnn_trainer_step(dnn_trainer *trainer, const double *x, const double *y, int64_t n, double *loss);
        int32_t dnn_trainer_fit(dnn_trainer *trainer, const dnn_dataset *training, const dnn_dataset *validation);
        int32_t dnn_trainer_set_progress(dnn_trainer *trainer,
                                         int32_t (*callback)(void *user, const dnn_progress *progress), void *user);
        int64_t dnn_trainer_history_count(const dnn_trainer *trainer);
        int32_t dnn_trainer_history(const dnn_trainer *trainer, int64_t epoch, double *loss, double *validation_loss,
                                    double *validation_accuracy);
        int32_t dnn_trainer_diagnose(dnn_trainer *trainer, char *buffer, int64_t capacity, int64_t *length);

        int64_t dnn_progress_epoch(const dnn_progress *progress);
        int64_t dnn_progress_epochs(const dnn_progress *progress);
        int64_t dnn_progress_batch(const dnn_progress *progress);
        int64_t dnn_progress_batches(const dnn_progress *progress);
        double dnn_progress_loss(const dnn_progress *progress);
        double dnn_progress_validation_loss(const dnn_progress *progress);
        double dnn_progress_validation_accuracy(const dnn_progress *progress);
        double dnn_progress_seconds(const dnn_progress *progress);

        typedef struct { int32_t (*call)(void *user, const dnn_progress *progress); } callback; /* of this file alone */
        C, getenv('DNN_LIBRARY') ?: 'libdnn.so.0');
}

final class Error extends \RuntimeException
{
    public static function ofStatus(int $status): self
    {
        return new self(c()->dnn_last_error(), $status);
    }
}

function check(int $status): int
{
    if ($status < 0) {
        throw Error::ofStatus($status);
    }
    return $status;
}

function version(): string
{
    return c()->dnn_version_string();
}

/** What create writes to its last argument: a handle. */
function handle(string $type, callable $create): CData
{
    static $outs = []; // one a type, used again and again: PHP loses some bytes with each pointer type it makes
    $out = $outs[$type] ??= c()->new("dnn_$type*[1]");
    check($create($out));
    return $out[0];
}

/** A text that the library writes: once for its length, once for itself. */
function text(callable $write): string
{
    $length = c()->new('int64_t[1]');
    check($write(null, 0, $length));
    $buffer = c()->new('char[' . ($length[0] + 1) . ']');
    check($write($buffer, $length[0] + 1, null));
    return FFI::string($buffer, $length[0]);
}

/** A text that C takes to be the same: its own ends with the first NUL. */
function string(string $text): string
{
    if (str_contains($text, "\0")) {
        throw new InvalidArgumentException('a text with a NUL in it: ' . addcslashes($text, "\0"));
    }
    return $text;
}

/**
 * The rows as doubles: [memory, rows, columns]. Columns null: as many as the first row has.
 * @param list<list<float>>|list<float>|CData $rows
 */
function doubles(string $name, array|CData $rows, ?int $columns = null): array
{
    if ($rows instanceof CData) {
        $type = FFI::typeof($rows);
        $isArray = $type->getKind() === $type::TYPE_ARRAY && $type->getArrayElementType()->getKind() === $type::TYPE_DOUBLE;
        if (!$isArray || !$columns || $type->getArrayLength() % $columns !== 0) {
            throw new InvalidArgumentException("$name is {$type->getName()}, expected doubles in rows of " .
                ($columns ?? 'inputs or outputs, to be given'));
        }
        return [$rows, intdiv($type->getArrayLength(), $columns), $columns];
    }
    if (!is_array($rows[0] ?? null)) {
        $rows = [$rows];
    }
    $columns ??= count($rows[0]);
    $memory = c()->new('double[' . max(1, count($rows) * $columns) . ']');
    $k = 0;
    foreach ($rows as $i => $row) {
        if (count($row) !== $columns) {
            throw new InvalidArgumentException("$name has " . count($row) . " numbers in row $i, expected $columns");
        }
        foreach ($row as $number) {
            if (!is_numeric($number)) {
                throw new InvalidArgumentException("$name has " . get_debug_type($number) . " in row $i, expected numbers");
            }
            $memory[$k++] = (float) $number;
        }
    }
    return [$memory, count($rows), $columns];
}

function sameSamples(int $x, int $y): void
{
    if ($x !== $y) {
        throw new InvalidArgumentException("x has $x samples, y has $y");
    }
}

/** An object that owns a handle, to be released once: it cannot be cloned. */
trait Owner
{
    private function __clone()
    {
    }
}

/** What a network is and how it learns. The keys are in dnn.h. */
final class Config
{
    use Owner;

    public readonly CData $handle;

    /** @param array<string, mixed> $settings */
    public function __construct(string $recipe = 'tutorial', array $settings = [])
    {
        $this->handle = handle('config', fn ($out) => c()->dnn_config_create(string($recipe), $out));
        foreach ($settings as $key => $value) {
            $this->set($key, $value);
        }
    }

    public function __destruct()
    {
        if (isset($this->handle)) {
            c()->dnn_config_destroy($this->handle);
        }
    }

    public function set(string $key, mixed $value): self
    {
        $text = is_bool($value) || is_float($value) ? var_export($value, true) : (string) $value; // a float's digits, all of them
        check(c()->dnn_config_set($this->handle, string($key), string($text)));
        return $this;
    }

    public function get(string $key): string
    {
        return text(fn ($buffer, $capacity, $length) =>
            c()->dnn_config_get($this->handle, string($key), $buffer, $capacity, $length));
    }
}

/** Samples, copied. */
final class Dataset
{
    use Owner;

    private function __construct(public readonly CData $handle)
    {
    }

    public function __destruct()
    {
        c()->dnn_dataset_destroy($this->handle);
    }

    /**
     * @param list<list<float>>|CData $x
     * @param list<list<float>>|CData $y
     * @param ?int $inputs, $outputs columns, which CData does not tell
     */
    public static function of(array|CData $x, array|CData $y, ?int $inputs = null, ?int $outputs = null): self
    {
        [$x, $n, $inputs] = doubles('x', $x, $inputs);
        [$y, $m, $outputs] = doubles('y', $y, $outputs);
        sameSamples($n, $m);
        return new self(handle('dataset', fn ($out) => c()->dnn_dataset_create($x, $n, $inputs, $y, $outputs, $out)));
    }

    /**
     * @param list<list<float>>|CData $x
     * @param list<int> $labels classes 0 to classes - 1
     */
    public static function ofLabels(array|CData $x, array $labels, int $classes, ?int $inputs = null): self
    {
        [$x, $n, $inputs] = doubles('x', $x, $inputs);
        sameSamples($n, count($labels));
        $memory = c()->new("int32_t[$n]");
        foreach (array_values($labels) as $i => $label) {
            $memory[$i] = $label;
        }
        return new self(handle('dataset', fn ($out) =>
            c()->dnn_dataset_create_labels($x, $n, $inputs, $memory, $classes, $out)));
    }

    public static function readCsv(string $path, string $options = ''): self
    {
        return new self(handle('dataset', fn ($out) => c()->dnn_dataset_read_csv(string($path), string($options), $out)));
    }

    /** Two parts: the fraction of the samples, drawn by the seed, and the rest. */
    public function split(float $fraction, int $seed = 0): array
    {
        [$first, $second] = [c()->new('dnn_dataset*[1]'), c()->new('dnn_dataset*[1]')];
        check(c()->dnn_dataset_split($this->handle, $fraction, $seed, $first, $second));
        return [new self($first[0]), new self($second[0])];
    }

    public function size(): int
    {
        return c()->dnn_dataset_size($this->handle);
    }
}

/** A network and its weights. */
final class Model
{
    use Owner;

    private function __construct(public readonly CData $handle)
    {
    }

    public function __destruct()
    {
        c()->dnn_model_destroy($this->handle);
    }

    /** @param list<int> $layers the inputs first */
    public static function of(array $layers, ?Config $config = null): self
    {
        $sizes = c()->new('int64_t[' . max(1, count($layers)) . ']');
        foreach ($layers as $l => $size) {
            $sizes[$l] = $size;
        }
        return new self(handle('model', fn ($out) =>
            c()->dnn_model_create($sizes, count($layers), $config?->handle, $out)));
    }

    public static function load(string $path): self
    {
        return new self(handle('model', fn ($out) => c()->dnn_model_load(string($path), $out)));
    }

    public function save(string $path): void
    {
        check(c()->dnn_model_save($this->handle, string($path)));
    }

    public function inputs(): int
    {
        return c()->dnn_model_layer_size($this->handle, 0);
    }

    public function outputs(): int
    {
        return c()->dnn_model_layer_size($this->handle, c()->dnn_model_layer_count($this->handle) - 1);
    }

    /**
     * A row for each row of x; for one row, its outputs; for CData, CData.
     * @param list<list<float>>|list<float>|CData $x
     */
    public function predict(array|CData $x): array|CData
    {
        [$memory, $n] = doubles('x', $x, $this->inputs());
        $outputs = $this->outputs();
        $y = c()->new('double[' . max(1, $n * $outputs) . ']');
        check(c()->dnn_model_predict($this->handle, $memory, $n, $y));
        if ($x instanceof CData) {
            return $y;
        }
        $rows = [];
        for ($i = 0; $i < $n; $i++) {
            for ($j = 0; $j < $outputs; $j++) {
                $rows[$i][$j] = $y[$i * $outputs + $j];
            }
        }
        return is_array($x[0] ?? null) ? $rows : $rows[0];
    }

    /** ['loss' => …, 'accuracy' => …] */
    public function evaluate(Dataset $dataset): array
    {
        [$loss, $accuracy] = [c()->new('double[1]'), c()->new('double[1]')];
        check(c()->dnn_model_evaluate($this->handle, $dataset->handle, $loss, $accuracy));
        return ['loss' => $loss[0], 'accuracy' => $accuracy[0]];
    }

    public function standardize(Dataset $dataset): void
    {
        check(c()->dnn_model_standardize($this->handle, $dataset->handle));
    }

    public function __toString(): string
    {
        return text(fn ($buffer, $capacity, $length) =>
            c()->dnn_model_summary($this->handle, $buffer, $capacity, $length));
    }
}

/** How far a fit has come. */
final class Progress
{
    public readonly int $epoch;
    public readonly int $epochs;
    public readonly int $batch;
    public readonly int $batches;
    public readonly float $loss;
    public readonly float $validationLoss;
    public readonly float $validationAccuracy;
    public readonly float $seconds;

    public function __construct(CData $from)
    {
        $this->epoch = c()->dnn_progress_epoch($from);
        $this->epochs = c()->dnn_progress_epochs($from);
        $this->batch = c()->dnn_progress_batch($from);
        $this->batches = c()->dnn_progress_batches($from);
        $this->loss = c()->dnn_progress_loss($from);
        $this->validationLoss = c()->dnn_progress_validation_loss($from);
        $this->validationAccuracy = c()->dnn_progress_validation_accuracy($from);
        $this->seconds = c()->dnn_progress_seconds($from);
    }

    public function endsEpoch(): bool
    {
        return $this->batch === $this->batches;
    }
}

/** What changes a model's weights. */
final class Trainer
{
    use Owner;

    public readonly CData $handle;
    private readonly int $inputs;
    private readonly int $outputs;
    private ?\Closure $progress = null;
    private ?Throwable $thrown = null;

    /** The trainers that fit just now, the innermost last. */
    private static array $fitting = [];

    public function __construct(Model $model, ?Config $config = null)
    {
        $this->handle = handle('trainer', fn ($out) =>
            c()->dnn_trainer_create($model->handle, $config?->handle, $out));
        $this->inputs = $model->inputs();
        $this->outputs = $model->outputs();
    }

    public function __destruct()
    {
        if (isset($this->handle)) {
            c()->dnn_trainer_destroy($this->handle);
        }
    }

    /** One update; the mean loss before it. */
    public function step(array|CData $x, array|CData $y): float
    {
        [$x, $n] = doubles('x', $x, $this->inputs);
        [$y, $m] = doubles('y', $y, $this->outputs);
        sameSamples($n, $m);
        $loss = c()->new('double[1]');
        check(c()->dnn_trainer_step($this->handle, $x, $y, $n, $loss));
        return $loss[0];
    }

    /**
     * Trains for the config's epochs; true if it came to its end. progress is called with a Progress after each batch, and
     * stops the training by returning false; what it throws stops it too, and leaves fit once the library has returned.
     */
    public function fit(Dataset $training, ?Dataset $validation = null, ?\Closure $progress = null): bool
    {
        check(c()->dnn_trainer_set_progress($this->handle, $progress === null ? null : self::callback(), null));
        [$this->progress, $this->thrown] = [$progress, null];
        self::$fitting[] = $this;
        $status = c()->dnn_trainer_fit($this->handle, $training->handle, $validation?->handle);
        array_pop(self::$fitting);
        $this->progress = null;
        if ($this->thrown !== null) {
            throw $this->thrown;
        }
        return check($status) !== STOPPED;
    }

    /** list of ['loss' => …, 'validation_loss' => …, 'validation_accuracy' => …] */
    public function history(): array
    {
        $epochs = [];
        [$loss, $validation, $accuracy] = [c()->new('double[1]'), c()->new('double[1]'), c()->new('double[1]')];
        for ($i = 0; $i < c()->dnn_trainer_history_count($this->handle); $i++) {
            check(c()->dnn_trainer_history($this->handle, $i, $loss, $validation, $accuracy));
            $epochs[] = [
                'loss' => $loss[0], 'validation_loss' => $validation[0], 'validation_accuracy' => $accuracy[0],
            ];
        }
        return $epochs;
    }

    public function diagnose(): string
    {
        return text(fn ($buffer, $capacity, $length) =>
            c()->dnn_trainer_diagnose($this->handle, $buffer, $capacity, $length));
    }

    /** What the library calls after each batch. One for all: PHP frees a C function only when the script ends. */
    private static function callback(): CData
    {
        static $memory = null;
        if ($memory === null) {
            $memory = c()->new('callback');
            $memory->call = static fn ($user, CData $progress): int => end(self::$fitting)->tell($progress);
        }
        return $memory->call;
    }

    /** 1 = go on */
    private function tell(CData $progress): int
    {
        try {
            return ($this->progress)(new Progress($progress)) !== false ? 1 : 0;
        } catch (Throwable $thrown) { // must not reach C
            $this->thrown = $thrown;
            return 0;
        }
    }
}
