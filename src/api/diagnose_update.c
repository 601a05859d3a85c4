/*
 * api/diagnose_update.c - how large is an update, beside the weights that it changes?
 *
 * The optimizer itself answers: it is shown one row of weights at a time, in a copy, with the latest gradient and what it
 * keeps of the past, and the row is compared with the copy after it. So the answer is right for every optimizer, those to
 * come included, and no formula stands here a second time. It is the update that would follow if the same gradient came
 * again. Rejected: η ‖g‖, which for adam or rprop says nothing; and the weights before and after a step, which takes a
 * copy of them at each.
 */
#include "api/check.h"
#include "api/diagnose.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

static const double too_large = 0.3;   /* an update beside the weights after it */
static const double moves_much = 0.5;  /* what it adds to a sum of inputs of size 1, where sums should be of size 1 */
static const double too_small = 1e-6;  /* beside the weights: a million of them would be needed */
static const double at_optimum = 0.01; /* the mean gradient beside that of a single sample */

enum { CHUNK = 128 };

/* What it takes to show the optimizer one row. */
struct trial {
    struct network *row; /* of one layer with one neuron */
    struct update update;
    void *weights; /* [stride] */
    void *states[UPDATE_MOST_STATES];
};

double diagnose_norm(const struct core *core, struct matrix a, double alpha, struct matrix b, double beta)
{
    double norm = 0, of_a[CHUNK], of_b[CHUNK];
    for (int64_t i = 0; i < a.rows; i++) {
        for (int64_t j = 0; j < a.columns; j += CHUNK) {
            const int64_t n = a.columns - j < CHUNK ? a.columns - j : CHUNK;
            double largest = 0, sum = 0;
            core->export_f64(matrix_part(a, i, j, 1, n, core->real_size), of_a);
            core->export_f64(matrix_part(b, i, j, 1, n, core->real_size), of_b);
            for (int64_t k = 0; k < n; k++) {
                of_a[k] = fabs(alpha * of_a[k] + beta * of_b[k]);
                largest = fmax(largest, of_a[k]);
            }
            for (int64_t k = 0; k < n && largest > 0; k++) {
                sum += of_a[k] / largest * (of_a[k] / largest);
            }
            norm = hypot(norm, largest * sqrt(sum));
        }
    }
    return norm;
}

static struct matrix weights(const dnn_trainer *trainer, const void *arena, int64_t l)
{
    return network_weights(trainer->network, arena, l, trainer->core->real_size);
}

/* ‖g‖ over all layers, as clip_norm sees it: the mean gradient with l2's part. */
static double gradient_norm(const dnn_trainer *trainer, const void *gradient)
{
    const struct core *core = trainer->core;
    const double scale = trainer->latest_scale, l2 = config_number(trainer->config, KEY_L2);
    double norm = 0;
    for (int64_t l = 0; l < trainer->network->depth; l++) {
        struct matrix g = weights(trainer, gradient, l), w = weights(trainer, trainer->model->theta, l);
        const struct matrix bias = matrix_part(g, 0, g.columns - 1, g.rows, 1, core->real_size);
        norm = hypot(norm, scale * core->frobenius(bias));
        g.columns = w.columns = g.columns - 1;
        norm = hypot(norm, diagnose_norm(core, g, scale, w, 2 * l2));
    }
    return norm;
}

/* The next update at a rate of eta; clipped here, because the optimizer is not shown the whole gradient. */
static struct update next_update(const dnn_trainer *trainer, const void *gradient, double eta)
{
    struct update update = trainer_update_at(trainer, (double)trainer->updates + 1, trainer->latest_scale);
    const double clip =
        update.clip_norm > 0 ? fmin(1, update.clip_norm / (gradient_norm(trainer, gradient) + 1e-6)) : 1;
    update.scale *= clip;
    update.l2 *= clip;
    update.clip_norm = 0;
    update.eta = eta;
    return update;
}

static void release(struct trial *trial)
{
    memory_free(trial->row);
    memory_free_aligned(trial->weights);
    for (int32_t s = 0; s < UPDATE_MOST_STATES; s++) {
        memory_free_aligned(trial->states[s]);
    }
}

static int32_t prepare(const dnn_trainer *trainer, struct trial *trial)
{
    int64_t longest = 0;
    for (int64_t l = 0; l < trainer->network->depth; l++) {
        const int64_t stride = trainer->network->layers[l].stride;
        longest = stride > longest ? stride : longest;
    }
    trial->row = network_new(1);
    trial->weights = memory_new_aligned(longest, trainer->core->real_size);
    bool is_complete = trial->row != NULL && trial->weights != NULL;
    for (int32_t s = 0; s < UPDATE_MOST_STATES && trainer->states[s] != NULL; s++) {
        trial->states[s] = memory_new_aligned(longest, trainer->core->real_size);
        is_complete = is_complete && trial->states[s] != NULL;
    }
    return is_complete ? DNN_OK : status_out_of_memory("a diagnosis");
}

/* ‖ΔW_l‖ */
static double update_norm(const dnn_trainer *trainer, const struct trial *trial, const void *gradient, int64_t l)
{
    const struct core *core = trainer->core;
    const struct layer *layer = &trainer->network->layers[l];
    const size_t bytes = (size_t)layer->stride * (size_t)core->real_size;
    double norm = 0;
    trial->row->depth = 1;
    trial->row->arena_count = layer->stride;
    trial->row->layers[0] = (struct layer){.n_in = layer->n_in, .n_out = 1, .stride = layer->stride};
    for (int64_t i = 0; i < layer->n_out; i++) {
        const size_t offset = (size_t)(layer->offset + i * layer->stride) * (size_t)core->real_size;
        const void *before = (const unsigned char *)trainer->model->theta + offset;
        memcpy(trial->weights, before, bytes);
        for (int32_t s = 0; s < UPDATE_MOST_STATES && trial->states[s] != NULL; s++) {
            memcpy(trial->states[s], (const unsigned char *)trainer->states[s] + offset, bytes);
        }
        core->update(&trial->update, trial->row, network_rows(trial->row, 0),
                     &(struct arenas){(const unsigned char *)gradient + offset, trial->states, trial->weights});
        struct matrix row = weights(trainer, trainer->model->theta, l);
        row = matrix_part(row, i, 0, 1, row.columns, core->real_size);
        norm = hypot(norm,
                     diagnose_norm(core, row, 1, network_weights(trial->row, trial->weights, 0, core->real_size), -1));
    }
    return norm;
}

/* True if the samples pull W_l to different sides, and it stands where they agree. Ψ and X̂ of the pass tell how large the
 * gradient of a single sample is; Ψ has the samples' weights in it, which are of mean 1 where the mean gradient is made. */
static bool is_at_optimum(const dnn_trainer *trainer, const void *gradient, int64_t l)
{
    const struct core *core = trainer->core;
    const struct network *network = trainer->network;
    const int64_t n = trainer->pass->n_rows, n_out = network_size(network, l + 1);
    const struct matrix psi =
        matrix_from(trainer->pass->psi[l + 1], n, n_out, network_row_stride(network, l + 1, core->real_size));
    const double one = core->frobenius(psi) * sqrt((double)n) / diagnose_weight(trainer) *
                       hypot(1, core->frobenius(pass_x(core, network, trainer->pass, l)) / sqrt((double)n));
    return fabs(trainer->latest_scale) * core->frobenius(weights(trainer, gradient, l)) <= at_optimum * one;
}

static bool append_too_large(const dnn_trainer *trainer, struct text *text, int64_t l, double update, double weight)
{
    const bool is_output = l + 1 == trainer->network->depth;
    const double sums = is_output ? fmax(1, diagnose_target_size(trainer)) : 1;
    if (update <= too_large * weight || update <= moves_much * sums * sqrt((double)trainer->network->layers[l].n_out)) {
        return false;
    }
    text_append(text,
                "- Updates of layer %lld are too large: they are a third of its weights, or more. To change: lower "
                "learning_rate%s.\n",
                (long long)l + 1, config_number(trainer->config, KEY_CLIP_NORM) == 0 ? ", or set clip_norm = 1" : "");
    return true;
}

/* The largest ‖ΔW_l‖ / ‖W_l‖ of all layers. A layer whose weights are 0 counts as well changed if it is changed at all. */
static double look(const dnn_trainer *trainer, const struct trial *trial, const void *gradient, struct text *text,
                   int32_t *found)
{
    double largest = 0;
    for (int64_t l = 0; l < trainer->network->depth; l++) {
        const double weight = trainer->core->frobenius(weights(trainer, trainer->model->theta, l));
        const double update = update_norm(trainer, trial, gradient, l);
        if (update > 0) {
            largest = fmax(largest, update / weight);
        }
        if (text != NULL && append_too_large(trainer, text, l, update, weight)) {
            (*found)++;
        }
    }
    return largest;
}

static bool has_more_to_learn(const dnn_trainer *trainer, const void *gradient)
{
    bool is_optimal = true;
    for (int64_t l = 0; l < trainer->network->depth; l++) {
        is_optimal = is_optimal && is_at_optimum(trainer, gradient, l);
    }
    return !is_optimal && !diagnose_is_learned(trainer);
}

int32_t diagnose_updates(dnn_trainer *trainer, struct text *text, int32_t *found)
{
    if (trainer->latest == LATEST_IN_SUM && trainer->has_sum) {
        return DNN_OK; /* it has not been applied, and nobody knows by which scale it will be */
    }
    const void *gradient = trainer_latest_gradient(trainer);
    struct trial trial = {0};
    const int32_t status = prepare(trainer, &trial);
    if (status == DNN_OK) {
        trial.update = next_update(trainer, gradient, trainer->eta);
        double largest = look(trainer, &trial, gradient, text, found);
        if (largest < too_small && trainer->eta_base > trainer->eta) {
            /* A schedule has come to its end, and its last updates are meant to be small. */
            trial.update = next_update(trainer, gradient, trainer->eta_base);
            largest = look(trainer, &trial, gradient, NULL, NULL);
        }
        /* What has another cause is not made good by a larger rate. */
        if (*found == 0 && largest < too_small && has_more_to_learn(trainer, gradient)) {
            text_append(text, "- Updates are too small: each is less than 1/1000000 of the weights. To change: raise "
                              "learning_rate.\n");
            (*found)++;
        }
    }
    release(&trial);
    return status;
}
