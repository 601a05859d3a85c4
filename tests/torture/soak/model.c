/*
 * model.c - models and workspaces: made, copied, read, changed, and asked for what the naive network predicts.
 */
#include "soak.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void random_shape(struct world *w, int64_t *layers, int *count)
{
    *count = 2 + (int)below(w, MOST_LAYERS - 1);
    for (int l = 0; l < *count; l++)
        layers[l] = chance(w, 6) ? 40 + below(w, MOST_WIDTH - 40) : 1 + below(w, 12);
}

static void create(struct world *w)
{
    int64_t layers[MOST_LAYERS];
    int count;
    random_shape(w, layers, &count);
    struct shadow *shadow = shadow_new(w, layers, count);
    dnn_config *config = network_config(w, shadow);
    shadow->references = 1; /* until it is kept */
    if (config != NULL && worked(w, dnn_model_create(layers, count, config, &shadow->handle), 0)) {
        shadow_refresh(w, shadow);
        keep_model(w, shadow);
    }
    dnn_config_destroy(config);
    shadow_release(shadow);
}

static void create_wrong(struct world *w)
{
    static const int64_t sizes[] = {0, -1, INT64_MIN, INT64_MAX, INT64_C(1) << 40, INT64_C(1) << 31};
    int64_t layers[MOST_LAYERS];
    int count;
    dnn_model *model = NULL;
    random_shape(w, layers, &count);
    layers[below(w, count)] = sizes[below(w, 6)];
    worked(w, dnn_model_create(layers, count, NULL, &model), MUST_FAIL | INVALID);
    worked(w, dnn_model_create(layers, below(w, 2), NULL, &model), MUST_FAIL | INVALID);
    if (model != NULL)
        fail(w, "a model came out of an error");
}

static void clone(struct world *w)
{
    struct shadow *shadow = any_model(w);
    dnn_model *copy = NULL;
    if (shadow == NULL || !worked(w, dnn_model_clone(shadow->handle, &copy), 0))
        return;
    struct shadow *other = shadow_copy(w, shadow, copy);
    keep_model(w, other);
    shadow_verify(w, other);
}

static void destroy(struct world *w)
{
    model_gone(&w->models[below(w, MODELS)]);
}

/* ---- predictions ---- */

static double *random_rows(struct world *w, int64_t n, int64_t columns)
{
    double *x = need((size_t)(n * columns), sizeof *x);
    const double size = chance(w, 5) ? 1000 : 2;
    fill(w, x, n * columns, -size, size);
    return x;
}

static void predict(struct world *w)
{
    struct shadow *shadow = any_model(w);
    if (shadow == NULL)
        return;
    const int64_t n = some_rows(w) - 1;
    double *x = random_rows(w, n, inputs_of(shadow)), *y = need((size_t)(n * outputs_of(shadow)), sizeof *y);
    if (worked(w, dnn_model_predict(shadow->handle, x, n, y), 0))
        check_prediction(w, shadow, x, n, y);
    free(x);
    free(y);
}

static void predict_f32(struct world *w)
{
    struct shadow *shadow = any_model(w);
    if (shadow == NULL)
        return;
    const int64_t n = some_rows(w), in = n * inputs_of(shadow), out = n * outputs_of(shadow);
    double *x = random_rows(w, n, inputs_of(shadow)), *y = need((size_t)out, sizeof *y);
    float *x_f32 = need((size_t)in, sizeof *x_f32), *y_f32 = need((size_t)out, sizeof *y_f32);
    for (int64_t i = 0; i < in; i++)
        x[i] = (double)(x_f32[i] = (float)x[i]);
    if (worked(w, dnn_model_predict_f32(shadow->handle, x_f32, n, y_f32), 0)) {
        grant_memory();
        worked(w, dnn_model_predict(shadow->handle, x, n, y), 0);
        for (int64_t i = 0; i < out; i++)
            if (fabs(y[i]) < 1e30 && !(fabs((double)y_f32[i] - y[i]) <= fabs(y[i]) * FLT_EPSILON + (double)FLT_MIN))
                fail(w, "output %lld is %g by floats, %g by doubles", (long long)i, (double)y_f32[i], y[i]);
    }
    free(x);
    free(y);
    free(x_f32);
    free(y_f32);
}

static void predict_wrong(struct world *w)
{
    static const double values[] = {NAN, INFINITY, -INFINITY};
    struct shadow *shadow = any_model(w);
    if (shadow == NULL)
        return;
    const int64_t n = some_rows(w), out = n * outputs_of(shadow);
    double *x = random_rows(w, n, inputs_of(shadow)), *y = need((size_t)out, sizeof *y);
    int32_t label[MOST_ROWS] = {0};
    x[below(w, n * inputs_of(shadow))] = values[below(w, 3)];
    if (chance(w, 70))
        worked(w, dnn_model_predict(shadow->handle, x, n, y), MUST_FAIL | NOT_FINITE);
    else if (chance(w, 50))
        worked(w, dnn_model_classify(shadow->handle, x, n, label), MUST_FAIL | NOT_FINITE);
    else
        worked(w, dnn_model_predict(shadow->handle, x, -n, y), MUST_FAIL | INVALID);
    for (int64_t i = 0; i < out; i++)
        if (y[i] != 0)
            fail(w, "an error has written the result");
    free(x);
    free(y);
}

static void classify(struct world *w)
{
    struct shadow *shadow = any_model(w);
    if (shadow == NULL)
        return;
    const int64_t n = some_rows(w), n_out = outputs_of(shadow);
    double *x = random_rows(w, n, inputs_of(shadow)), y[MOST_WIDTH], bound[MOST_WIDTH];
    int32_t label[MOST_ROWS];
    if (worked(w, dnn_model_classify(shadow->handle, x, n, label), 0))
        for (int64_t row = 0; row < n; row++) {
            if (label[row] < 0 || label[row] >= (n_out == 1 ? 2 : n_out))
                fail(w, "class %d", (int)label[row]);
            if (!reference_predict(shadow, x + row * inputs_of(shadow), y, bound))
                continue;
            for (int64_t j = 0; n_out > 1 && j < n_out; j++)
                if (y[j] - bound[j] > y[label[row]] + bound[label[row]])
                    fail(w, "class %d of row %lld, and %lld is more likely", (int)label[row], (long long)row,
                         (long long)j);
        }
    free(x);
}

/* ---- weights ---- */

static void set_weights(struct world *w)
{
    struct shadow *shadow = any_model(w);
    if (shadow == NULL)
        return;
    const bool is_wrong = chance(w, 30);
    double *theta = need((size_t)shadow->parameters, sizeof *theta);
    fill(w, theta, shadow->parameters, -1, 1);
    if (is_wrong)
        theta[below(w, shadow->parameters)] = chance(w, 50) ? NAN : -INFINITY;
    if (worked(w, dnn_model_set_parameters(shadow->handle, theta), is_wrong ? MUST_FAIL | NOT_FINITE : 0)) {
        shadow_refresh(w, shadow);
        for (int64_t i = 0; i < shadow->parameters; i++)
            if (shadow->theta[i] != theta[i]) /* 24 bits: exact in float */
                fail(w, "weight %lld was set to %.17g, and is %.17g", (long long)i, theta[i], shadow->theta[i]);
    }
    shadow_verify(w, shadow);
    free(theta);
}

static void set_layer(struct world *w)
{
    struct shadow *shadow = any_model(w);
    if (shadow == NULL)
        return;
    const int64_t layer = below(w, shadow->layer_count + 1) - 1; /* −1 and L are none */
    const bool is_there = layer >= 0 && layer < shadow->layer_count - 1;
    const int64_t count = is_there ? shadow->layers[layer + 1] * (shadow->layers[layer] + 1) : 1;
    double *weights = need((size_t)count, sizeof *weights);
    fill(w, weights, count, -1, 1);
    const bool is_wrong = chance(w, 30);
    if (is_wrong)
        weights[below(w, count)] = chance(w, 50) ? NAN : INFINITY;
    const int allowed = !is_there ? MUST_FAIL | INVALID : is_wrong ? MUST_FAIL | NOT_FINITE : 0;
    if (worked(w, dnn_model_set_weights(shadow->handle, layer, weights), allowed))
        shadow_refresh(w, shadow);
    shadow_verify(w, shadow);
    free(weights);
}

static void describe(struct world *w)
{
    struct shadow *shadow = any_model(w);
    int64_t length = 0;
    if (shadow == NULL || !worked(w, dnn_model_summary(shadow->handle, NULL, 0, &length), 0))
        return;
    char *text = need((size_t)length + 1, 1);
    worked(w, dnn_model_summary(shadow->handle, text, length, NULL), MUST_FAIL | INVALID);
    if (worked(w, dnn_model_summary(shadow->handle, text, length + 1, NULL), 0) && (int64_t)strlen(text) != length)
        fail(w, "a summary of %lld bytes was said to have %lld", (long long)strlen(text), (long long)length);
    free(text);
    shadow_verify(w, shadow);
}

/* ---- workspaces ---- */

static void make_room(struct world *w)
{
    struct shadow *shadow = any_model(w);
    dnn_workspace *workspace = NULL;
    if (shadow == NULL)
        return;
    if (chance(w, 10))
        worked(w, dnn_workspace_create(shadow->handle, -below(w, 3), &workspace), MUST_FAIL | INVALID);
    const int64_t rows = some_rows(w);
    if (worked(w, dnn_workspace_create(shadow->handle, rows, &workspace), 0))
        keep_room(w, workspace, shadow, rows);
}

static void use_room(struct world *w)
{
    struct room *room = any_room(w);
    if (room == NULL)
        return;
    const struct shadow *shadow = room->shadow;
    const int64_t n = some_rows(w) - 1;
    double *x = random_rows(w, n, inputs_of(shadow)), *y = need((size_t)(n * outputs_of(shadow)), sizeof *y);
    if (worked(w, dnn_workspace_predict(room->handle, x, n, y), n > room->most_rows ? MUST_FAIL | INVALID : 0)) {
        check_prediction(w, shadow, x, n, y);
        room->rows = n > 0 ? n : room->rows;
        double *last = need((size_t)(room->rows * outputs_of(shadow)), sizeof *last);
        const int expected = room->rows == 0 ? MUST_FAIL | INVALID : 0;
        const bool is_told =
            worked(w, dnn_workspace_activations(room->handle, shadow->layer_count - 1, last), expected);
        if (is_told && n > 0 && memcmp(last, y, (size_t)(n * outputs_of(shadow)) * sizeof *y) != 0)
            fail(w, "the last activations are not the prediction");
        free(last);
    }
    free(x);
    free(y);
}

static void end_room(struct world *w)
{
    room_gone(&w->rooms[below(w, WORKSPACES)]);
}

const struct act model_acts[] = {{"model create", create, 8},
                                 {"model create wrong", create_wrong, 2},
                                 {"model clone", clone, 3},
                                 {"model destroy", destroy, 5},
                                 {"model predict", predict, 10},
                                 {"model predict f32", predict_f32, 4},
                                 {"model predict wrong", predict_wrong, 4},
                                 {"model classify", classify, 3},
                                 {"model set parameters", set_weights, 4},
                                 {"model set weights", set_layer, 3},
                                 {"model summary", describe, 2},
                                 {"workspace create", make_room, 4},
                                 {"workspace predict", use_room, 8},
                                 {"workspace destroy", end_room, 2},
                                 {NULL, NULL, 0}};
