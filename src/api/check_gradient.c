/*
 * api/check_gradient.c - is the gradient right?
 *
 * The check computes its differences in double precision, on a copy of the weights, whatever the model's precision: in
 * float, E(w + h) − E(w − h) has three digits left, and the model's own weights are never touched.
 */
#include "api/check.h"
#include "api/trainer.h"
#include "base/memory.h"

#include <float.h>
#include <math.h>

/* A layer's weights in an arena. */
static struct matrix weights(const dnn_trainer *trainer, const void *arena, int64_t l)
{
    return network_weights(trainer->network, arena, l, trainer->core->real_size);
}

/* What a gradient check needs: the trainer's gradient of these samples, and the network once more in double. */
struct check {
    const dnn_trainer *trainer;
    const double *x; /* [n × n_0] */
    const double *y; /* [n × n_L] */
    int64_t n;

    struct pass *pass; /* in the trainer's precision */
    void *gradient;    /* arena, likewise */

    struct network *twin; /* in double */
    double *theta;        /* arena of the twin */
    struct pass *twin_pass;
};

static void release(struct check *check)
{
    pass_destroy(check->pass);
    memory_free_aligned(check->gradient);
    memory_free(check->twin);
    memory_free_aligned(check->theta);
    pass_destroy(check->twin_pass);
}

/* Copies a matrix of the trainer's precision into one of doubles. */
static void widen(const struct core *core, struct matrix from, struct matrix to)
{
    for (int64_t i = 0; i < from.rows; i++) {
        core->export_f64(matrix_part(from, i, 0, 1, from.columns, core->real_size), (double *)to.data + i * to.stride);
    }
}

/* The same shapes and activations with the layout of doubles. */
static struct network *make_twin(const struct network *network)
{
    const int64_t layer_count = network->depth + 1;
    struct network *twin = network_copy(network);
    int64_t *sizes = memory_new(layer_count, sizeof *sizes);
    for (int64_t l = 0; sizes != NULL && l < layer_count; l++) {
        sizes[l] = network_size(network, l);
    }
    const bool is_laid_out =
        twin != NULL && sizes != NULL && network_layout(twin, sizes, layer_count, core_f64.real_size);
    memory_free(sizes);
    if (!is_laid_out) {
        memory_free(twin);
        return NULL;
    }
    return twin;
}

static int32_t prepare(struct check *check)
{
    const dnn_trainer *trainer = check->trainer;
    const struct network *network = trainer->network;
    const int64_t rows = check->n < trainer->pass->max_rows ? check->n : trainer->pass->max_rows;
    check->gradient = memory_new_aligned(network->arena_count, trainer->core->real_size);
    check->twin = make_twin(network);
    if (check->gradient == NULL || check->twin == NULL) {
        return status_out_of_memory("a gradient check");
    }
    check->theta = memory_new_aligned(check->twin->arena_count, sizeof *check->theta);
    if (check->theta == NULL) {
        return status_out_of_memory("a gradient check");
    }
    for (int64_t l = 0; l < network->depth; l++) {
        widen(trainer->core, weights(trainer, trainer->model->theta, l),
              network_weights(check->twin, check->theta, l, core_f64.real_size));
    }
    int32_t status = pass_create(trainer->core, network, rows, PASS_TRAIN, &check->pass);
    if (status == DNN_OK) {
        status = pass_create(&core_f64, check->twin, rows, PASS_EVALUATE, &check->twin_pass);
    }
    return status;
}

/* Samples from `first` on into a pass, as many as it has room for. */
static void load(const struct check *check, const struct core *core, const struct network *network, struct pass *pass,
                 int64_t first)
{
    pass_set_rows(pass, first, check->n);
    array_load(core, (struct array_in){.f64 = check->x, .by = model_standardization(check->trainer->model)}, first,
               pass_x(core, network, pass, 0));
    array_load(core, (struct array_in){.f64 = check->y}, first, pass_y(core, network, pass));
}

/* ∇ Σ E by backpropagation, as the trainer computes it. */
static int32_t differentiate(struct check *check)
{
    const dnn_trainer *trainer = check->trainer;
    const struct core *core = trainer->core;
    for (int64_t first = 0; first < check->n; first += check->pass->n_rows) {
        load(check, core, trainer->network, check->pass, first);
        core->forward(trainer->network, trainer->model->theta, check->pass);
        core->backward(trainer->network, trainer->model->theta, check->pass);
        if (!isfinite(core->loss_sum(trainer->network, check->pass)) ||
            isinf(core->gradient_bound(trainer->network, check->pass))) {
            return status_error(DNN_ERROR_NOT_FINITE, "the loss or its gradient is not finite at these samples");
        }
        for (int64_t l = 0; l < trainer->network->depth; l++) {
            core->gradient(trainer->network, check->pass, network_rows(trainer->network, l), first > 0,
                           check->gradient);
        }
    }
    return DNN_OK;
}

/* Σ E with the twin's weights. */
static double twin_loss(struct check *check)
{
    double sum = 0;
    for (int64_t first = 0; first < check->n; first += check->twin_pass->n_rows) {
        load(check, &core_f64, check->twin, check->twin_pass, first);
        core_f64.forward(check->twin, check->theta, check->twin_pass);
        sum += core_f64.loss_sum(check->twin, check->twin_pass);
    }
    return sum;
}

/* n l2 w², the part of a weight in Σ E, and its derivative; a bias has none. */
static double penalty(const struct check *check, double w, bool is_bias)
{
    return is_bias ? 0 : (double)check->n * config_number(check->trainer->config, KEY_L2) * w * w;
}

static double penalty_derivative(const struct check *check, double w, bool is_bias)
{
    return is_bias ? 0 : 2 * (double)check->n * config_number(check->trainer->config, KEY_L2) * w;
}

/* ∂ΣE/∂w ≈ (E(w + h) − E(w − h)) / 2h, with an error of about ε^(2/3) at h = ∛ε · max(1, |w|). */
static double difference_quotient(struct check *check, double *w, bool is_bias)
{
    const double centre = *w;
    const double h = cbrt(DBL_EPSILON) * fmax(1, fabs(centre));
    const volatile double above = centre + h; /* as rounded: the true step is above − below */
    const volatile double below = centre - h;
    *w = above;
    const double loss_above = twin_loss(check) + penalty(check, above, is_bias);
    *w = below;
    const double loss_below = twin_loss(check) + penalty(check, below, is_bias);
    *w = centre;
    return (loss_above - loss_below) / (above - below);
}

enum { TRIED_A_LAYER = 1000 };

/* max |a − b| / max |b| over the tried weights of a layer: a from backpropagation, b from differences. */
static int32_t check_layer(struct check *check, int64_t l, double *relative_error)
{
    const struct core *core = check->trainer->core;
    const struct matrix gradient = weights(check->trainer, check->gradient, l);
    const struct matrix theta = network_weights(check->twin, check->theta, l, core_f64.real_size);
    const int64_t count = theta.rows * theta.columns;
    const int64_t tried = count < TRIED_A_LAYER ? count : TRIED_A_LAYER;
    double largest_error = 0, largest = 0;
    for (int64_t k = 0; k < tried; k++) {
        const int64_t at = (int64_t)((double)k * (double)count / (double)tried);
        const int64_t i = at / theta.columns, j = at % theta.columns;
        double a;
        core->export_f64(matrix_part(gradient, i, j, 1, 1, core->real_size), &a);
        double *w = (double *)theta.data + i * theta.stride + j;
        const bool is_bias = j == theta.columns - 1;
        a += penalty_derivative(check, *w, is_bias);
        const double b = difference_quotient(check, w, is_bias);
        if (!isfinite(b)) {
            return status_error(DNN_ERROR_NOT_FINITE,
                                "the loss beside these weights is not finite: no difference can be taken");
        }
        largest_error = fmax(largest_error, fabs(a - b));
        largest = fmax(largest, fabs(b));
    }
    *relative_error = largest_error > 0 ? largest_error / largest : 0;
    return DNN_OK;
}

int32_t dnn_trainer_check_gradient(dnn_trainer *trainer, const double *x, const double *y, int64_t n,
                                   double *max_relative_error)
{
    REQUIRE(trainer);
    REQUIRE(x);
    REQUIRE(y);
    REQUIRE(max_relative_error);
    struct check check = {.trainer = trainer, .x = x, .y = y, .n = n};
    const struct array_samples arrays = {{.f64 = x, .by = model_standardization(trainer->model)}, {.f64 = y}};
    int32_t status = trainer_check_samples(trainer, &arrays, n);
    if (status == DNN_OK) {
        status = prepare(&check);
    }
    if (status == DNN_OK) {
        status = differentiate(&check);
    }
    double largest = 0;
    for (int64_t l = 0; status == DNN_OK && l < trainer->network->depth; l++) {
        double relative_error = 0;
        status = check_layer(&check, l, &relative_error);
        largest = fmax(largest, relative_error);
    }
    if (status == DNN_OK) {
        *max_relative_error = largest;
    }
    release(&check);
    return status;
}
