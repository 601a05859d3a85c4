/*
 * api/measure.c - how good a model is on a dataset: loss and accuracy, which class is taken for which, and R².
 */
#include "api/check.h"
#include "api/measure.h"
#include "base/memory.h"
#include "core/moments.h"

#include <math.h>
#include <string.h>

/* Adds one chunk, of outputs and targets in the pass, to a sum. */
typedef void (*add_chunk)(void *sum, const struct core *core, const struct network *network, const struct pass *pass);

/* What is summed over a dataset. */
struct measurement {
    add_chunk add;
    void *sum;
    const atomic_bool *cancelled; /* ends it with DNN_STOPPED; or NULL */
};

/* What is known of some samples. */
struct block {
    bool is_unfit; /* an input is too large for the precision */
    double loss;   /* Σ w E */
};

enum { BLOCK = 32, BLOCKS = (MODEL_CHUNK_ROWS + BLOCK - 1) / BLOCK };

/* A chunk that is measured. */
struct chunk {
    const struct view *view;
    int64_t first; /* sample */
    struct block blocks[BLOCKS];
};

static void load(const struct crew_work *work, struct pass *part, int64_t first)
{
    const struct chunk *chunk = work->arrays;
    dataset_gather(chunk->view, first, work->model->core, work->model->network, part);
}

/* Block by block: so a sum does not depend on how the samples are divided among threads. */
static void look(const struct crew_work *work, const struct pass *part, int64_t first)
{
    struct chunk *chunk = work->arrays;
    const dnn_model *model = work->model;
    for (int64_t row = 0; row < part->n_rows; row += BLOCK) {
        const int64_t left = part->n_rows - row;
        const struct pass samples = pass_part(part, row, left < BLOCK ? left : BLOCK, 0);
        struct block *block = &chunk->blocks[(first - chunk->first + row) / BLOCK];
        block->is_unfit = isinf(model->core->largest(pass_x(model->core, model->network, &samples, 0)));
        block->loss = model->core->loss_sum(model->network, &samples);
    }
}

/* *loss_sum += Σ w E of a chunk. False if an input or the sum is not finite: figures of it would be made up. */
static bool add_losses(const struct chunk *chunk, int64_t n, double *loss_sum)
{
    for (int64_t row = 0; row < n; row += BLOCK) {
        const struct block *block = &chunk->blocks[row / BLOCK];
        if (block->is_unfit) {
            return false;
        }
        *loss_sum += block->loss;
    }
    return isfinite(*loss_sum);
}

/* The error of a chunk, of n samples, whose losses are not to be had. */
static int32_t explain(const dnn_model *model, const struct chunk *chunk, int64_t n, struct pass *pass)
{
    const int32_t status = dataset_name_unfit(chunk->view, chunk->first, n, model->core, model->network, pass);
    return status != DNN_OK ? status
                            : status_error(DNN_ERROR_NOT_FINITE, "the loss on this dataset is not finite: outputs "
                                                                 "or targets are too large");
}

/* The samples of a view from `first` on, as many as the pass takes. */
static int32_t run_chunk(const dnn_model *model, struct crew *crew, const struct view *view, int64_t first,
                         struct pass *pass, double *loss_sum)
{
    struct chunk chunk = {.view = view, .first = first};
    const struct crew_work work = {model, load, look, &chunk};
    pass->is_weighted = view->weights != NULL;
    pass_set_rows(pass, first, view->dataset->size);
    crew_forward(crew, &work, pass, first);
    return add_losses(&chunk, pass->n_rows, loss_sum) ? DNN_OK : explain(model, &chunk, pass->n_rows, pass);
}

/* Runs all samples of a view forward, and shows each chunk, with its targets, to `add`. *loss (NULL: not wanted): the
 * mean of E. */
static int32_t run_view(const dnn_model *model, const struct view *view, const struct measurement *measurement,
                        double *loss)
{
    struct pass *pass;
    int32_t status = model_borrow_pass(model, &pass);
    if (status != DNN_OK) {
        return status;
    }
    double loss_sum = 0;
    const int64_t size = view->dataset->size;
    struct crew *crew = crew_take(model, size);
    for (int64_t first = 0; status == DNN_OK && first < size; first += pass->n_rows) {
        status = run_chunk(model, crew, view, first, pass, &loss_sum);
        if (status == DNN_OK) {
            measurement->add(measurement->sum, model->core, model->network, pass);
        }
        if (status == DNN_OK && measurement->cancelled != NULL && first + pass->n_rows < size &&
            atomic_load_explicit(measurement->cancelled, memory_order_relaxed)) {
            status = DNN_STOPPED;
        }
    }
    crew_give_back(crew);
    model_return_pass(model, pass);
    if (status == DNN_OK && loss != NULL) {
        *loss = loss_sum / (double)size;
    }
    return status;
}

static int32_t for_each_chunk(const dnn_model *model, const dnn_dataset *dataset, const struct measurement *measurement,
                              double *loss)
{
    int32_t status = dataset_check(dataset, "evaluated", model->network);
    if (status == DNN_OK) {
        struct sample_weights *weights = dataset_hold_weights(dataset);
        const struct view view = {.dataset = dataset,
                                  .weights = weights == NULL ? NULL : weights->values,
                                  .by = model_standardization(model)};
        status = run_view(model, &view, measurement, loss);
        dataset_release_weights(weights);
    }
    return status;
}

/* The classes of outputs and targets. Both: [pass->n_rows] */
static void classes_of(const struct core *core, const struct network *network, const struct pass *pass,
                       int32_t *x_class, int32_t *y_class)
{
    core->classes(pass_x(core, network, pass, network->depth), x_class);
    core->classes(pass_y(core, network, pass), y_class);
}

static void add_right(void *sum, const struct core *core, const struct network *network, const struct pass *pass)
{
    int64_t *right = sum;
    int32_t x_class[MODEL_CHUNK_ROWS];
    int32_t y_class[MODEL_CHUNK_ROWS];
    classes_of(core, network, pass, x_class, y_class);
    for (int64_t i = 0; i < pass->n_rows; i++) {
        *right += x_class[i] == y_class[i];
    }
}

int32_t measure(const dnn_model *model, const struct view *view, const atomic_bool *cancelled, double *loss,
                double *accuracy)
{
    int64_t right = 0;
    const struct measurement measurement = {add_right, &right, cancelled};
    const int32_t status = run_view(model, view, &measurement, loss);
    if (status == DNN_OK && accuracy != NULL) {
        *accuracy = (double)right / (double)view->dataset->size;
    }
    return status;
}

int32_t dnn_model_evaluate(const dnn_model *model, const dnn_dataset *dataset, double *loss, double *accuracy)
{
    REQUIRE(model);
    REQUIRE(dataset);
    int64_t right = 0;
    const struct measurement measurement = {add_right, &right, NULL};
    const int32_t status = for_each_chunk(model, dataset, &measurement, loss);
    if (status == DNN_OK && accuracy != NULL) {
        *accuracy = (double)right / (double)dataset->size;
    }
    return status;
}

static void add_confusion(void *sum, const struct core *core, const struct network *network, const struct pass *pass)
{
    int64_t *counts = sum; /* [n_L × n_L] */
    const int64_t n_out = network_size(network, network->depth);
    int32_t x_class[MODEL_CHUNK_ROWS];
    int32_t y_class[MODEL_CHUNK_ROWS];
    classes_of(core, network, pass, x_class, y_class);
    for (int64_t i = 0; i < pass->n_rows; i++) {
        counts[y_class[i] * n_out + x_class[i]]++;
    }
}

int32_t dnn_model_confusion(const dnn_model *model, const dnn_dataset *dataset, int64_t *counts)
{
    REQUIRE(model);
    REQUIRE(dataset);
    REQUIRE(counts);
    const int64_t n_out = network_size(model->network, model->network->depth);
    if (n_out < 2) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT, "the model has 1 output, a confusion matrix takes at least 2");
    }
    /* Counted aside: on failure the caller's array stays as it is. */
    int64_t count;
    int64_t *sum = memory_multiply(n_out, n_out, &count) ? memory_new(count, sizeof *sum) : NULL;
    if (sum == NULL) {
        return status_out_of_memory("a confusion matrix");
    }
    const struct measurement measurement = {add_confusion, sum, NULL};
    const int32_t status = for_each_chunk(model, dataset, &measurement, NULL);
    if (status == DNN_OK) {
        memcpy(counts, sum, (size_t)count * sizeof *sum);
    }
    memory_free(sum);
    return status;
}

/* What R² is made of. */
struct score {
    struct moments targets;
    double *residual; /* [n_L] Σ (y − x)² */
    double *x, *y;    /* [n_L] each: one row */
};

static void add_score(void *sum, const struct core *core, const struct network *network, const struct pass *pass)
{
    struct score *score = sum;
    const struct matrix x = pass_x(core, network, pass, network->depth), y = pass_y(core, network, pass);
    for (int64_t i = 0; i < pass->n_rows; i++) {
        core->export_f64(matrix_part(x, i, 0, 1, x.columns, core->real_size), score->x);
        core->export_f64(matrix_part(y, i, 0, 1, y.columns, core->real_size), score->y);
        moments_add(&score->targets, score->y);
        for (int64_t j = 0; j < x.columns; j++) {
            const double difference = score->y[j] - score->x[j];
            score->residual[j] += difference * difference;
        }
    }
}

int32_t dnn_model_score(const dnn_model *model, const dnn_dataset *dataset, double *r2)
{
    REQUIRE(model);
    REQUIRE(dataset);
    REQUIRE(r2);
    const int64_t n_out = network_size(model->network, model->network->depth);
    double *numbers = memory_new(5 * n_out, sizeof *numbers);
    if (numbers == NULL) {
        return status_out_of_memory("a score");
    }
    struct score score = {.targets = {.columns = n_out, .mean = numbers, .squares = numbers + n_out},
                          .residual = numbers + 2 * n_out,
                          .x = numbers + 3 * n_out,
                          .y = numbers + 4 * n_out};
    const struct measurement measurement = {add_score, &score, NULL};
    int32_t status = for_each_chunk(model, dataset, &measurement, NULL);
    const double result = status == DNN_OK ? moments_score(&score.targets, score.residual) : 0;
    memory_free(numbers);
    if (status == DNN_OK && !isfinite(result)) {
        status = status_error(DNN_ERROR_NOT_FINITE, "the squares of outputs or targets are too large to be summed");
    }
    if (status == DNN_OK) {
        *r2 = result;
    }
    return status;
}
