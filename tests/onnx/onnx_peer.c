/*
 * onnx_peer.c - the library's side of tests/onnx/runtime.py: makes models for ONNX Runtime, and reads those of others. A program of
 * its own, so that it runs under the sanitizers, which an interpreter does not.
 *
 *   onnx_peer export FOLDER COUNT          random networks: N.onnx, N.x, N.y, and a line for each in the output:
 *                                          N precision rows inputs outputs
 *   onnx_peer import MODEL X ROWS Y        reads MODEL, predicts, and writes Y
 *
 * X and Y are doubles, row after row, in the host's order.
 */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 7, LARGEST_DEPTH = 5, LARGEST_SIZE = 48, NAME_CAPACITY = 4096 };

static void need(int32_t status)
{
    if (status != DNN_OK) {
        fprintf(stderr, "onnx_peer: status %d: %s\n", (int)status, dnn_last_error());
        exit(1);
    }
}

static void write_numbers(const char *name, const double *numbers, int64_t count)
{
    FILE *file = fopen(name, "wb");
    if (file == NULL || fwrite(numbers, sizeof *numbers, (size_t)count, file) != (size_t)count || fclose(file) != 0) {
        fprintf(stderr, "onnx_peer: cannot write %s\n", name);
        exit(1);
    }
}

static void read_numbers(const char *name, double *numbers, int64_t count)
{
    FILE *file = fopen(name, "rb");
    if (file == NULL || fread(numbers, sizeof *numbers, (size_t)count, file) != (size_t)count || fclose(file) != 0) {
        fprintf(stderr, "onnx_peer: cannot read %s\n", name);
        exit(1);
    }
}

/* A whole number from 0 to below `count`. */
static int64_t draw(struct generator *generator, int64_t count)
{
    return (int64_t)(generator_uniform(generator) * (double)count);
}

static const char *const activations[] = {"identity", "sigmoid", "tanh", "relu",     "leaky_relu",
                                          "elu",      "gelu",    "silu", "softplus", "softmax"};

/* Every tenth network has the same output activation, every third is of doubles. */
static dnn_model *random_model(struct generator *generator, int64_t index, const char **precision)
{
    int64_t layers[LARGEST_DEPTH + 1];
    const int64_t depth = 1 + draw(generator, LARGEST_DEPTH);
    const char *output = activations[index % 10];
    dnn_config *config = NULL;
    dnn_model *model = NULL;
    for (int64_t l = 0; l <= depth; l++)
        layers[l] = 1 + draw(generator, LARGEST_SIZE);
    if (strcmp(output, "softmax") == 0)
        layers[depth]++;
    *precision = index % 3 == 2 ? "f64" : "f32";
    need(dnn_config_create("regressor", &config));
    need(dnn_config_set(config, "precision", *precision));
    need(dnn_config_set(config, "output_activation", output));
    need(dnn_config_set(config, "init", index % 2 == 0 ? "he_normal" : "glorot_uniform"));
    need(dnn_config_set_integer(config, "seed", index));
    need(dnn_config_set_number(config, "sigmoid_slope", index % 4 == 0 ? 1 : 0.1 + generator_uniform(generator)));
    need(dnn_config_set_number(config, "leaky_slope", 0.01 + generator_uniform(generator)));
    need(dnn_config_set_number(config, "elu_alpha", 0.5 + generator_uniform(generator)));
    for (int64_t l = 1; l < depth; l++) {
        char key[32];
        snprintf(key, sizeof key, "activation.%d", (int)l);
        need(dnn_config_set(config, key, activations[draw(generator, 9)]));
    }
    need(dnn_model_create(layers, depth + 1, config, &model));
    dnn_config_destroy(config);
    return model;
}

/* Columns of different size and place; every second model is told of them. */
static void draw_inputs(struct generator *generator, int64_t index, dnn_model *model, double *x)
{
    const int64_t n_in = dnn_model_layer_size(model, 0),
                  n_out = dnn_model_layer_size(model, dnn_model_layer_count(model) - 1);
    const int is_scaled = index % 2 == 1;
    generator_fill(generator, x, ROWS * n_in, 0.5);
    for (int64_t i = 0; i < ROWS * n_in; i++) {
        /* Floats, because that is what ONNX Runtime is handed. */
        const double column = (double)(i % n_in);
        x[i] = (double)(float)(is_scaled ? x[i] * (1 + 10 * column) + 100 * column : 4 * x[i]);
    }
    if (is_scaled) {
        double *y = allocate_or_fail((size_t)(ROWS * n_out), sizeof *y);
        dnn_dataset *dataset = NULL;
        need(dnn_dataset_create(x, ROWS, n_in, y, n_out, &dataset));
        need(dnn_model_standardize(model, dataset));
        dnn_dataset_destroy(dataset);
        free(y);
    }
}

static void export_one(const char *folder, int64_t index)
{
    struct generator generator = {(uint64_t)index + 1};
    const char *precision;
    dnn_model *model = random_model(&generator, index, &precision);
    const int64_t n_in = dnn_model_layer_size(model, 0),
                  n_out = dnn_model_layer_size(model, dnn_model_layer_count(model) - 1);
    double *x = allocate_or_fail((size_t)(ROWS * n_in), sizeof *x),
           *y = allocate_or_fail((size_t)(ROWS * n_out), sizeof *y);
    char name[NAME_CAPACITY];
    draw_inputs(&generator, index, model, x);
    need(dnn_model_predict(model, x, ROWS, y));
    snprintf(name, sizeof name, "%s/%d.onnx", folder, (int)index);
    need(dnn_model_export_onnx(model, name));
    snprintf(name, sizeof name, "%s/%d.x", folder, (int)index);
    write_numbers(name, x, ROWS * n_in);
    snprintf(name, sizeof name, "%s/%d.y", folder, (int)index);
    write_numbers(name, y, ROWS * n_out);
    printf("%d %s %d %d %d\n", (int)index, precision, ROWS, (int)n_in, (int)n_out);
    free(x);
    free(y);
    dnn_model_destroy(model);
}

static void import_one(const char *model_name, const char *x_name, int64_t rows, const char *y_name)
{
    dnn_model *model = NULL;
    need(dnn_model_import_onnx(model_name, &model));
    const int64_t n_in = dnn_model_layer_size(model, 0),
                  n_out = dnn_model_layer_size(model, dnn_model_layer_count(model) - 1);
    double *x = allocate_or_fail((size_t)(rows * n_in), sizeof *x),
           *y = allocate_or_fail((size_t)(rows * n_out), sizeof *y);
    read_numbers(x_name, x, rows * n_in);
    need(dnn_model_predict(model, x, rows, y));
    write_numbers(y_name, y, rows * n_out);
    free(x);
    free(y);
    dnn_model_destroy(model);
}

int main(int count, char **arguments)
{
    if (count == 4 && strcmp(arguments[1], "export") == 0) {
        for (int64_t i = 0; i < atoll(arguments[3]); i++)
            export_one(arguments[2], i);
        return 0;
    }
    if (count == 6 && strcmp(arguments[1], "import") == 0) {
        import_one(arguments[2], arguments[3], atoll(arguments[4]), arguments[5]);
        return 0;
    }
    fprintf(stderr, "usage: onnx_peer export FOLDER COUNT | import MODEL X ROWS Y\n");
    return 2;
}
