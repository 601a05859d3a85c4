/*
 * file.c - models written and read again are the same; damaged ones are no models.
 */
#include "soak.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A model that came out of a file of another: it is the same, and one more. */
static void keep_same(struct world *w, const struct shadow *of, dnn_model *model)
{
    struct shadow *shadow = shadow_copy(w, of, model);
    keep_model(w, shadow);
    shadow_verify(w, shadow);
}

static void through_file(struct world *w)
{
    struct shadow *shadow = any_model(w);
    dnn_model *model = NULL;
    char path[16];
    snprintf(path, sizeof path, "model%d", (int)below(w, 3));
    if (shadow == NULL || !worked(w, dnn_model_save(shadow->handle, path), 0))
        return;
    shadow_verify(w, shadow);
    refuse_memory(w);
    if (worked(w, dnn_model_load(path, &model), 0))
        keep_same(w, shadow, model);
}

static void to_nowhere(struct world *w)
{
    static const char *const paths[] = {"no/such/folder", "", ".", "/dev/full", "/proc/none"};
    struct shadow *shadow = any_model(w);
    dnn_model *model = NULL;
    if (shadow == NULL)
        return;
    worked(w, dnn_model_save(shadow->handle, ONE_OF(w, paths)), MUST_FAIL | IO);
    worked(w, dnn_model_export_onnx(shadow->handle, ONE_OF(w, paths)), MUST_FAIL | IO | UNSUPPORTED);
    worked(w, dnn_model_load(ONE_OF(w, paths), &model), MUST_FAIL | IO | FORMAT);
    if (model != NULL)
        fail(w, "a model came out of nowhere");
    shadow_verify(w, shadow);
}

/* The file in memory; NULL: refused. */
static uint8_t *file_of(struct world *w, const struct shadow *shadow, int64_t *size)
{
    if (!worked(w, dnn_model_save_memory(shadow->handle, NULL, 0, size), 0))
        return NULL;
    uint8_t *file = need((size_t)*size, 1);
    worked(w, dnn_model_save_memory(shadow->handle, file, *size - 1, NULL), MUST_FAIL | INVALID);
    worked(w, dnn_model_save_memory(shadow->handle, file, *size, NULL), 0);
    return file;
}

static void through_memory(struct world *w)
{
    struct shadow *shadow = any_model(w);
    dnn_model *model = NULL;
    int64_t size;
    uint8_t *file = shadow == NULL ? NULL : file_of(w, shadow, &size);
    refuse_memory(w);
    if (file != NULL && worked(w, dnn_model_load_memory(file, size, &model), 0))
        keep_same(w, shadow, model);
    free(file);
}

static void damaged(struct world *w)
{
    struct shadow *shadow = any_model(w);
    dnn_model *model = NULL;
    int64_t size;
    uint8_t *file = shadow == NULL ? NULL : file_of(w, shadow, &size);
    if (file == NULL)
        return;
    const int64_t at = below(w, size);
    if (chance(w, 70))
        file[at] ^= (uint8_t)(1 + below(w, 255));
    else
        size = at;
    uint8_t *exact = need((size_t)size, 1); /* so that a read beyond is seen */
    memcpy(exact, file, (size_t)size);
    refuse_memory(w);
    worked(w, dnn_model_load_memory(exact, size, &model), MUST_FAIL | FORMAT | UNSUPPORTED | INVALID | NOT_FINITE);
    if (model != NULL)
        fail(w, "a model came out of a damaged file");
    free(exact);
    free(file);
}

static void through_onnx(struct world *w)
{
    struct shadow *shadow = any_model(w);
    dnn_model *model = NULL;
    if (shadow == NULL || !worked(w, dnn_model_export_onnx(shadow->handle, "onnx"), UNSUPPORTED))
        return;
    refuse_memory(w);
    if (!worked(w, dnn_model_import_onnx("onnx", &model), 0))
        return;
    double x[MOST_WIDTH], y[MOST_WIDTH], y_other[MOST_WIDTH];
    fill(w, x, inputs_of(shadow), -2, 2);
    worked(w, dnn_model_predict(shadow->handle, x, 1, y), 0);
    worked(w, dnn_model_predict(model, x, 1, y_other), 0);
    if (memcmp(y, y_other, (size_t)outputs_of(shadow) * sizeof *y) != 0)
        fail(w, "a model predicts otherwise once it was ONNX");
    dnn_model_destroy(model);
}

static void to_c(struct world *w)
{
    struct shadow *shadow = any_model(w);
    if (shadow == NULL)
        return;
    worked(w, dnn_model_export_c(shadow->handle, "network.c", "network"), UNSUPPORTED);
    worked(w, dnn_model_export_c(shadow->handle, "network.c", "int"), MUST_FAIL | INVALID);
    shadow_verify(w, shadow);
}

const struct act file_acts[] = {{"model save and load", through_file, 2},
                                {"model save nowhere", to_nowhere, 2},
                                {"model in memory", through_memory, 4},
                                {"model damaged", damaged, 6},
                                {"model through ONNX", through_onnx, 2},
                                {"model as C", to_c, 1},
                                {NULL, NULL, 0}};
