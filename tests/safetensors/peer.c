/*
 * peer.c - the library's side of tests/safetensors/compare.py, as a program, so that it runs under the sanitizers too.
 *
 *     peer make RECIPE KEY=VALUE… FILE X Y     a model [4, 7, 5, 3], standardized, saved; what it makes of X, 6 rows
 *     peer checkpoint FILE                     a checkpoint of a model [4, 7, 5, 3] in float, after two epochs
 *     peer load RECIPE KEY=VALUE… FILE X Y     FILE loaded with that config; what it makes of X
 *     peer try FILE                            prints the status of loading FILE, and the message
 *
 * X and Y are files of doubles as this machine holds them.
 */
#include <dnn.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 6, N_IN = 4, N_OUT = 3 };
static const int64_t layers[] = {N_IN, 7, 5, N_OUT};

static void check(int32_t status)
{
    if (status != DNN_OK) {
        fprintf(stderr, "peer: status %d: %s\n", (int)status, dnn_last_error());
        exit(1);
    }
}

static dnn_config *config_of(char **arguments, int count)
{
    dnn_config *config = NULL;
    check(dnn_config_create(arguments[0], &config));
    for (int i = 1; i < count; i++) {
        char *value = strchr(arguments[i], '=');
        if (value == NULL)
            exit(2);
        *value = '\0';
        check(dnn_config_set(config, arguments[i], value + 1));
    }
    return config;
}

static void standardize(dnn_model *model)
{
    double x[10 * N_IN], y[10 * N_OUT] = {0};
    dnn_dataset *data = NULL;
    for (int i = 0; i < 10 * N_IN; i++)
        x[i] = 0.37 * (i * 7 % 11) + (i % N_IN) * 5 - 3;
    for (int i = 0; i < 10; i++)
        y[i * N_OUT + i % N_OUT] = 1;
    check(dnn_dataset_create(x, 10, N_IN, y, N_OUT, &data));
    check(dnn_model_standardize(model, data));
    dnn_dataset_destroy(data);
}

static void predict(const dnn_model *model, const char *x_path, const char *y_path)
{
    double x[ROWS * N_IN], y[ROWS * N_OUT];
    FILE *in = fopen(x_path, "rb");
    if (in == NULL || fread(x, sizeof *x, ROWS * N_IN, in) != ROWS * N_IN)
        exit(2);
    fclose(in);
    check(dnn_model_predict(model, x, ROWS, y));
    FILE *out = fopen(y_path, "wb");
    if (out == NULL || fwrite(y, sizeof *y, ROWS * N_OUT, out) != ROWS * N_OUT || fclose(out) != 0)
        exit(2);
}

static void make_checkpoint(const char *path)
{
    char *recipe[] = {(char[]){"classifier"}, (char[]){"epochs=2"}};
    dnn_config *config = config_of(recipe, 2);
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    const double x[2 * N_IN] = {1, 2, 3, 4, 5, 6, 7, 8};
    const int32_t labels[] = {0, 2};
    dnn_dataset *data = NULL;
    check(dnn_dataset_create_labels(x, 2, N_IN, labels, N_OUT, &data));
    check(dnn_model_create(layers, 4, config, &model));
    check(dnn_trainer_create(model, NULL, &trainer));
    check(dnn_trainer_fit(trainer, data, NULL));
    check(dnn_trainer_save(trainer, path));
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
    dnn_config_destroy(config);
}

int main(int argc, char **argv)
{
    dnn_model *model = NULL;
    if (argc == 3 && strcmp(argv[1], "checkpoint") == 0) {
        make_checkpoint(argv[2]);
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "try") == 0) {
        const int32_t status = dnn_model_load(argv[2], &model);
        printf("%d %s\n", (int)status, status == DNN_OK ? "" : dnn_last_error());
        dnn_model_destroy(model);
        return 0;
    }
    if (argc < 6)
        return 2;
    dnn_config *config = config_of(argv + 2, argc - 5);
    if (strcmp(argv[1], "make") == 0) {
        check(dnn_model_create(layers, 4, config, &model));
        standardize(model);
        check(dnn_model_save(model, argv[argc - 3]));
    } else {
        check(dnn_model_load_with(argv[argc - 3], config, &model));
    }
    predict(model, argv[argc - 2], argv[argc - 1]);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
    return 0;
}
