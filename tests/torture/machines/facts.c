/*
 * facts.c - what must be the same on every machine, written into a folder: machines.sh compares it with this machine's.
 *
 * usage: machine_facts CHECKOUT FOLDER
 *
 * Of the files every byte must be equal. All in them is therefore of numbers that no machine rounds: weights out of a generator of
 * integers, gradients and rates that are powers of 2 or sums of few of them. predictions.txt is of what machines round otherwise,
 * and compared within a tolerance: a line is a name, its tolerance, and a number.
 */
#include <dnn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 4096, N_IN = 5, N_OUT = 3, ROWS = 6 };

static const int64_t layers[] = {N_IN, 17, 9, N_OUT};
static const char *checkout, *folder;
static FILE *predictions;

static void check(int32_t status, const char *what)
{
    if (status != DNN_OK) {
        fprintf(stderr, "machine_facts: %s: %s\n", what, dnn_last_error());
        exit(1);
    }
}

/* The path of a file: of 4 buffers, used in turn. */
static const char *path_of(const char *format, const char *base, const char *name)
{
    static char paths[4][4096];
    static int turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], format, base, name);
    return path;
}

/* Numbers between −1/4 and 1/4, multiples of 2⁻¹²: exact in float, and so is what two updates by 2⁻⁷ make of them. */
static void fill(double *values, int64_t count, int64_t salt)
{
    for (int64_t i = 0; i < count; i++)
        values[i] = (double)((i + salt) * 7919 % 2048 - 1024) / 4096;
}

static void tell(const char *name, double tolerance, const double *values, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        fprintf(predictions, "%s.%d %g %.17g\n", name, (int)i, tolerance, values[i]);
}

static void tell_predictions(const char *name, double tolerance, const dnn_model *model)
{
    double x[ROWS * 64], y[ROWS * 64];
    const int64_t n_in = dnn_model_layer_size(model, 0);
    const int64_t n_out = dnn_model_layer_size(model, dnn_model_layer_count(model) - 1);
    fill(x, ROWS * n_in, 3);
    check(dnn_model_predict(model, x, ROWS, y), name);
    tell(name, tolerance, y, ROWS * n_out);
}

static dnn_model *model_of(const char *recipe, const char *const *settings)
{
    dnn_config *config = NULL;
    dnn_model *model = NULL;
    check(dnn_config_create(recipe, &config), recipe);
    for (; settings[0] != NULL; settings += 2)
        check(dnn_config_set(config, settings[0], settings[1]), settings[0]);
    check(dnn_model_create(layers, 4, config, &model), "dnn_model_create");
    dnn_config_destroy(config);
    return model;
}

static void set_weights(dnn_model *model)
{
    double theta[MOST];
    fill(theta, dnn_model_parameter_count(model), 11);
    check(dnn_model_set_parameters(model, theta), "dnn_model_set_parameters");
}

static void save_model(const dnn_model *model, const char *name)
{
    check(dnn_model_save(model, path_of("%s/%s.dnn", folder, name)), name);
    check(dnn_model_export_c(model, path_of("%s/%s.c", folder, name), "net"), name);
    const int32_t status = dnn_model_export_onnx(model, path_of("%s/%s.onnx", folder, name));
    if (status != DNN_ERROR_UNSUPPORTED) /* built without ONNX: machines.sh misses the file */
        check(status, name);
}

/* Two updates whose results every machine holds exactly, so that the optimizer has a state to write. */
static void save_checkpoint(dnn_model *model, const char *name)
{
    double gradient[MOST];
    dnn_trainer *trainer = NULL;
    check(dnn_trainer_create(model, NULL, &trainer), name);
    for (int step = 0; step < 2; step++) {
        fill(gradient, dnn_model_parameter_count(model), 5 + step);
        check(dnn_trainer_set_gradient(trainer, gradient), name);
        check(dnn_trainer_apply(trainer, 1.0), name);
    }
    check(dnn_trainer_save(trainer, path_of("%s/%s.checkpoint", folder, name)), name);
    dnn_trainer_destroy(trainer);
}

/* Learns the same few rows for some steps, and predicts. */
static void tell_training(dnn_model *model, const char *name, double tolerance)
{
    double x[ROWS * N_IN], y[ROWS * N_OUT] = {0}, loss;
    dnn_trainer *trainer = NULL;
    fill(x, ROWS * N_IN, 7);
    for (int i = 0; i < ROWS; i++)
        y[i * N_OUT + i % N_OUT] = 1;
    check(dnn_trainer_create(model, NULL, &trainer), name);
    for (int step = 0; step < 10; step++) {
        check(dnn_trainer_step(trainer, x + step % ROWS * N_IN, y + step % ROWS * N_OUT, 1, NULL), name);
        check(dnn_trainer_step(trainer, x, y, ROWS, &loss), name);
    }
    tell(name, tolerance, &loss, 1);
    tell_predictions(name, tolerance, model);
    dnn_trainer_destroy(trainer);
}

static void tell_made(const char *name, const char *recipe, const char *precision, const char *engine)
{
    const char *const settings[] = {"precision",     precision,   "engine",   engine, "optimizer", "momentum",
                                    "learning_rate", "0.0078125", "momentum", "0.5",  NULL};
    const double tolerance = strcmp(precision, "f32") == 0 ? 1e-5 : 1e-12;
    dnn_model *model = model_of(recipe, settings);
    set_weights(model);
    save_model(model, name);
    tell_predictions(name, tolerance, model);
    save_checkpoint(model, name);
    tell_training(model, name, tolerance);
    dnn_model_destroy(model);
}

/* The weights that a seed gives: uniform numbers are exact, and so the same on every machine. */
static void tell_seeded(void)
{
    const char *const settings[] = {"seed", "20", NULL};
    dnn_model *model = model_of("tutorial", settings);
    save_model(model, "seeded");
    tell_predictions("seeded", 1e-12, model);
    dnn_model_destroy(model);
}

/* A file of another machine comes in, and goes out as it was. */
static void tell_golden(const char *name, double tolerance)
{
    dnn_model *model = NULL;
    check(dnn_model_load(path_of("%s/tests/golden/%s.dnn", checkout, name), &model), name);
    check(dnn_model_save(model, path_of("%s/golden-%s.dnn", folder, name)), name);
    tell_predictions(name, tolerance, model);
    dnn_model_destroy(model);
}

static void tell_golden_checkpoint(void)
{
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    check(dnn_trainer_load(path_of("%s/tests/golden/%s", checkout, "checkpoint.dnn"), &model, &trainer), "checkpoint");
    check(dnn_trainer_save(trainer, path_of("%s/%s", folder, "golden.checkpoint")), "checkpoint");
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: machine_facts CHECKOUT FOLDER\n", stderr);
        return 2;
    }
    checkout = argv[1];
    folder = argv[2];
    predictions = fopen(path_of("%s/%s", folder, "predictions.txt"), "wb");
    if (predictions == NULL) {
        perror(folder);
        return 1;
    }
    tell_made("classifier-f32-blas", "classifier", "f32", "blas");
    tell_made("classifier-f32-fused", "classifier", "f32", "fused");
    tell_made("regressor-f64-blas", "regressor", "f64", "blas");
    tell_made("regressor-f64-fused", "regressor", "f64", "fused");
    tell_made("tutorial-f64-auto", "tutorial", "f64", "auto");
    tell_seeded();
    tell_golden("classifier", 1e-5);
    tell_golden("tutorial", 1e-12);
    tell_golden("activations", 1e-12);
    tell_golden_checkpoint();
    return fclose(predictions) == 0 ? 0 : 1;
}
