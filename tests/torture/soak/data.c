/*
 * data.c - datasets: what was put in comes out, from arrays, from tables of text, and in parts.
 */
#include "soak.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Labels as targets. */
static void one_hot(const int32_t *labels, int64_t n, int64_t classes, double *y)
{
    for (int64_t i = 0; i < n * classes; i++)
        y[i] = labels[i / classes] == i % classes ? 1 : 0;
}

/* A dataset of one of the kinds; NULL: memory was refused. x, y: what it then holds. */
static dnn_dataset *make(struct world *w, int kind, int64_t n, int64_t n_in, int64_t n_out, double *x, double *y)
{
    float *x_f32 = need((size_t)(n * n_in), sizeof *x_f32), *y_f32 = need((size_t)(n * n_out), sizeof *y_f32);
    uint8_t *x_u8 = need((size_t)(n * n_in), 1);
    int32_t *labels = need((size_t)n, sizeof *labels);
    dnn_dataset *dataset = NULL;
    fill(w, x, n * n_in, -1, 1);
    fill(w, y, n * n_out, 0, 1);
    for (int64_t i = 0; i < n; i++)
        labels[i] = (int32_t)below(w, n_out);
    for (int64_t i = 0; i < n * n_in; i++) {
        x_u8[i] = (uint8_t)below(w, 256);
        x_f32[i] = (float)x[i]; /* exact: 24 bits */
        x[i] = kind == 4 ? (double)x_u8[i] / 255 : (double)x_f32[i];
    }
    for (int64_t i = 0; i < n * n_out; i++)
        y[i] = (double)(y_f32[i] = (float)y[i]);
    if (kind >= 2)
        one_hot(labels, n, n_out, y);
    const int32_t status = kind == 0   ? dnn_dataset_create(x, n, n_in, y, n_out, &dataset)
                           : kind == 1 ? dnn_dataset_create_f32(x_f32, n, n_in, y_f32, n_out, &dataset)
                           : kind == 2 ? dnn_dataset_create_labels(x, n, n_in, labels, n_out, &dataset)
                           : kind == 3 ? dnn_dataset_create_labels_f32(x_f32, n, n_in, labels, n_out, &dataset)
                                       : dnn_dataset_create_labels_u8(x_u8, n, n_in, labels, n_out, &dataset);
    if (!worked(w, status, 0) && dataset != NULL)
        fail(w, "a dataset came out of an error");
    free(x_f32);
    free(y_f32);
    free(x_u8);
    free(labels);
    return dataset;
}

static struct samples *create_of(struct world *w, int64_t n_in, int64_t n_out)
{
    const int64_t n = chance(w, 90) ? 1 + below(w, 20) : 1 + below(w, 300);
    double *x = need((size_t)(n * n_in), sizeof *x), *y = need((size_t)(n * n_out), sizeof *y);
    struct samples *samples = NULL;
    dnn_dataset *dataset = make(w, (int)below(w, 5), n, n_in, n_out, x, y);
    if (dataset != NULL) {
        samples = keep_dataset(w, dataset, n, n_in, n_out);
        memcpy(samples->x, x, (size_t)(n * n_in) * sizeof *x);
        memcpy(samples->y, y, (size_t)(n * n_out) * sizeof *y);
    }
    free(x);
    free(y);
    return samples;
}

struct samples *dataset_for(struct world *w, const struct shadow *shadow)
{
    for (int i = 0; i < DATASETS; i++)
        if (w->datasets[i].handle != NULL && w->datasets[i].n_in == inputs_of(shadow) &&
            w->datasets[i].n_out == outputs_of(shadow) && chance(w, 70))
            return &w->datasets[i];
    return create_of(w, inputs_of(shadow), outputs_of(shadow));
}

int misfit_of(const struct shadow *shadow, const struct samples *samples)
{
    if (strstr(shadow->loss, "cross_entropy") == NULL)
        return 0;
    for (int64_t i = 0; i < samples->n * samples->n_out; i++)
        if (!(samples->y[i] >= 0 && samples->y[i] <= 1))
            return MUST_FAIL | INVALID;
    return 0;
}

static void create(struct world *w)
{
    create_of(w, 1 + below(w, 12), 1 + below(w, 12));
}

static void create_wrong(struct world *w)
{
    double x[4] = {0, 1, 2, 3};
    const int32_t labels[2] = {0, (int32_t)(chance(w, 50) ? 2 : -1)};
    dnn_dataset *dataset = NULL;
    worked(w, dnn_dataset_create_labels(x, 2, 2, labels, 2, &dataset), MUST_FAIL | INVALID);
    worked(w, dnn_dataset_create(x, -below(w, 9), 2, x, 2, &dataset), MUST_FAIL | INVALID);
    worked(w, dnn_dataset_create(x, 2, INT64_MAX - below(w, 9), x, 2, &dataset), MUST_FAIL | INVALID);
    x[below(w, 4)] = chance(w, 50) ? NAN : INFINITY;
    worked(w, dnn_dataset_create(x, 2, 2, x, 2, &dataset), MUST_FAIL | NOT_FINITE);
    if (dataset != NULL)
        fail(w, "a dataset came out of an error");
}

static void read_sample(struct world *w)
{
    struct samples *s = any_dataset(w);
    double x[MOST_WIDTH], y[MOST_WIDTH];
    if (s == NULL)
        return;
    if (dnn_dataset_size(s->handle) != s->n || dnn_dataset_inputs(s->handle) != s->n_in ||
        dnn_dataset_outputs(s->handle) != s->n_out)
        fail(w, "a dataset has another shape");
    const int64_t i = below(w, s->n + 2) - 1;
    const bool is_there = i >= 0 && i < s->n;
    if (!worked(w, dnn_dataset_get(s->handle, i, x, y), is_there ? 0 : MUST_FAIL | INVALID))
        return;
    if (memcmp(x, s->x + i * s->n_in, (size_t)s->n_in * sizeof *x) != 0 ||
        memcmp(y, s->y + i * s->n_out, (size_t)s->n_out * sizeof *y) != 0)
        fail(w, "sample %lld is another", (long long)i);
}

/* The part's samples are read, and found once in the whole. */
static void take_part(struct world *w, const struct samples *whole, bool *is_taken, dnn_dataset *part)
{
    const int64_t n = dnn_dataset_size(part);
    struct samples *s = keep_dataset(w, part, n, whole->n_in, whole->n_out);
    for (int64_t i = 0; i < n; i++) {
        double *x = s->x + i * s->n_in;
        int64_t at = 0;
        worked(w, dnn_dataset_get(part, i, x, s->y + i * s->n_out), 0);
        while (at < whole->n &&
               (is_taken[at] || memcmp(x, whole->x + at * s->n_in, (size_t)s->n_in * sizeof *x) != 0 ||
                memcmp(s->y + i * s->n_out, whole->y + at * s->n_out, (size_t)s->n_out * sizeof *x) != 0))
            at++;
        if (at == whole->n)
            fail(w, "sample %lld of a part is none of the whole", (long long)i);
        is_taken[at] = true;
    }
}

static void split(struct world *w)
{
    struct samples *s = any_dataset(w);
    dnn_dataset *first = NULL, *second = NULL;
    if (s == NULL || s->n < 2)
        return;
    const double fraction =
        chance(w, 20) ? between(w, -1, 0) : between(w, 0.5 / (double)s->n + 0.001, 1 - 0.5 / (double)s->n - 0.001);
    const int allowed = fraction <= 0 ? MUST_FAIL | INVALID : INVALID; /* if all the weights of a part are 0 */
    if (!worked(w, dnn_dataset_split(s->handle, fraction, (int64_t)draw(w), &first, &second), allowed))
        return;
    if (dnn_dataset_size(first) + dnn_dataset_size(second) != s->n)
        fail(w, "the parts are more or less than the whole");
    struct samples whole = *s;
    *s = (struct samples){0}; /* the place is free: the whole may go before its parts */
    bool *is_taken = need((size_t)whole.n, sizeof *is_taken);
    dnn_dataset_destroy(whole.handle);
    take_part(w, &whole, is_taken, first);
    take_part(w, &whole, is_taken, second);
    free(is_taken);
    free(whole.x);
    free(whole.y);
}

static void weigh(struct world *w)
{
    struct samples *s = any_dataset(w);
    if (s == NULL)
        return;
    double *weights = need((size_t)s->n, sizeof *weights);
    const bool is_wrong = chance(w, 30);
    fill(w, weights, s->n, 0.1, 2);
    if (is_wrong)
        weights[below(w, s->n)] = chance(w, 50) ? -1 : NAN;
    worked(w, dnn_dataset_set_weights(s->handle, weights), is_wrong ? MUST_FAIL | INVALID | NOT_FINITE : 0);
    if (chance(w, 50))
        worked(w, dnn_dataset_set_weights(s->handle, NULL), 0);
    free(weights);
}

/* A table of text with all digits of its numbers, sometimes spoilt. */
static void read_table(struct world *w)
{
    const int64_t n = 1 + below(w, 9), columns = 2 + below(w, 5);
    double *numbers = need((size_t)(n * columns), sizeof *numbers);
    const bool is_spoilt = chance(w, 30);
    const int64_t spoilt_at = below(w, n * columns);
    dnn_dataset *dataset = NULL;
    FILE *file = fopen("table", "wb");
    fill(w, numbers, n * columns, -1000, 1000);
    for (int64_t i = 0; file != NULL && i < n * columns; i++)
        fprintf(file, "%s%.17g%c", is_spoilt && i == spoilt_at ? "~" : "", numbers[i],
                (i + 1) % columns == 0 ? '\n' : ',');
    if (file == NULL || fclose(file) != 0)
        fail(w, "the table cannot be written");
    const int32_t status = dnn_dataset_read_csv("table", "header=false classes=false", &dataset);
    if (worked(w, status, is_spoilt ? MUST_FAIL | FORMAT : 0)) {
        struct samples *s = keep_dataset(w, dataset, n, columns - 1, 1);
        for (int64_t i = 0; i < n; i++) {
            memcpy(s->x + i * s->n_in, numbers + i * columns, (size_t)s->n_in * sizeof *numbers);
            s->y[i] = numbers[(i + 1) * columns - 1];
        }
        for (int64_t i = 0; i < n; i++) {
            double x[MOST_WIDTH], y;
            worked(w, dnn_dataset_get(dataset, i, x, &y), 0);
            if (memcmp(x, s->x + i * s->n_in, (size_t)s->n_in * sizeof *x) != 0 || y != s->y[i])
                fail(w, "row %lld of a table is another", (long long)i);
        }
    }
    free(numbers);
}

static void destroy(struct world *w)
{
    dataset_gone(&w->datasets[below(w, DATASETS)]);
}

/* ---- a model measured by it ---- */

static void measure(struct world *w)
{
    struct shadow *shadow = any_model(w);
    struct samples *s = shadow == NULL ? NULL : dataset_for(w, shadow);
    if (s == NULL)
        return;
    double loss = -1, accuracy = -1, r2 = 2;
    refuse_memory(w);
    const int others = NOT_FINITE | (misfit_of(shadow, s) & INVALID);
    if (worked(w, dnn_model_evaluate(shadow->handle, s->handle, &loss, &accuracy), NOT_FINITE | misfit_of(shadow, s)) &&
        (!(loss >= 0) || !(accuracy >= 0 && accuracy <= 1)))
        fail(w, "loss %g, accuracy %g", loss, accuracy);
    if (worked(w, dnn_model_score(shadow->handle, s->handle, &r2), others) && !(r2 <= 1))
        fail(w, "R² is %g", r2);
    if (outputs_of(shadow) > 1) {
        int64_t *counts = need((size_t)(s->n_out * s->n_out), sizeof *counts), sum = 0;
        if (worked(w, dnn_model_confusion(shadow->handle, s->handle, counts), others)) {
            for (int64_t i = 0; i < s->n_out * s->n_out; i++)
                sum += counts[i];
            if (sum != s->n)
                fail(w, "%lld samples were counted, there are %lld", (long long)sum, (long long)s->n);
        }
        free(counts);
    }
    shadow_verify(w, shadow);
}

static void measure_wrong(struct world *w)
{
    struct shadow *shadow = any_model(w);
    struct samples *s = any_dataset(w);
    double loss = -7;
    if (shadow == NULL || s == NULL || s->n_in == inputs_of(shadow))
        return;
    worked(w, dnn_model_evaluate(shadow->handle, s->handle, &loss, NULL), MUST_FAIL | INVALID);
    worked(w, dnn_model_standardize(shadow->handle, s->handle), MUST_FAIL | INVALID);
    if (loss != -7)
        fail(w, "an error has written the loss");
    shadow_verify(w, shadow);
}

static void standardize(struct world *w)
{
    struct shadow *shadow = any_model(w);
    struct samples *s = shadow == NULL ? NULL : dataset_for(w, shadow);
    refuse_memory(w);
    if (s != NULL && worked(w, dnn_model_standardize(shadow->handle, s->handle), NOT_FINITE))
        shadow_refresh(w, shadow);
    if (shadow != NULL)
        shadow_verify(w, shadow);
}

const struct act data_acts[] = {{"dataset create", create, 3},
                                {"dataset create wrong", create_wrong, 2},
                                {"dataset get", read_sample, 6},
                                {"dataset split", split, 2},
                                {"dataset weights", weigh, 2},
                                {"dataset read a table", read_table, 2},
                                {"dataset destroy", destroy, 2},
                                {"model evaluate", measure, 4},
                                {"model evaluate wrong", measure_wrong, 2},
                                {"model standardize", standardize, 2},
                                {NULL, NULL, 0}};
