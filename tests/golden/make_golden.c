/*
 * make_golden.c - made the files of this folder, once, with libdnn 0.1.0. It is kept to show what is in them; it is not run
 * again.
 *
 * usage: cc make_golden.c -ldnn && ./a.out > expected.h      (in this folder)
 */
#include <dnn.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 4, N_IN = 3, N_OUT = 2, SAMPLES = 30 };

static void check(int32_t status)
{
    if (status < 0) {
        fprintf(stderr, "%s\n", dnn_last_error());
        exit(1);
    }
}

static void fill(double *values, int64_t count, int64_t salt)
{
    for (int64_t i = 0; i < count; i++)
        values[i] = (double)((i + salt) * 7919 % 1000) / 1000 - 0.5;
}

static void print(const char *name, const dnn_model *model)
{
    double x[ROWS * N_IN], y[ROWS * N_OUT];
    fill(x, ROWS * N_IN, 3);
    check(dnn_model_predict(model, x, ROWS, y));
    printf("static const double expected_%s[] = {", name);
    for (int i = 0; i < ROWS * N_OUT; i++)
        printf("%s%.17g", i == 0 ? "" : ", ", y[i]);
    printf("};\n");
}

static dnn_model *make(const char *recipe, const char *const *settings, const int64_t *layers, int64_t count)
{
    dnn_config *config = NULL;
    dnn_model *model = NULL;
    check(dnn_config_create(recipe, &config));
    for (; *settings != NULL; settings += 2)
        check(dnn_config_set(config, settings[0], settings[1]));
    check(dnn_model_create(layers, count, config, &model));
    dnn_config_destroy(config);
    return model;
}

static int32_t stop_at_4(void *user, const dnn_progress *progress)
{
    if (dnn_progress_epoch(progress) < 4 || dnn_progress_batch(progress) < dnn_progress_batches(progress))
        return 1;
    check(dnn_trainer_save(user, "checkpoint.dnn"));
    check(dnn_trainer_save(user, "copy.tmp")); /* a loaded trainer writes where it came from */
    return 0;
}

int main(void)
{
    const int64_t small[] = {N_IN, 5, N_OUT}, deep[] = {N_IN, 4, 4, 4, 4, 4, 4, 4, 4, 4, N_OUT};
    static const char *const none[] = {NULL};
    static const char *const each[] = {"precision",
                                       "f64",
                                       "init",
                                       "glorot_normal",
                                       "output_activation",
                                       "identity",
                                       "loss",
                                       "huber",
                                       "activation.1",
                                       "identity",
                                       "activation.2",
                                       "sigmoid",
                                       "activation.3",
                                       "tanh",
                                       "activation.4",
                                       "relu",
                                       "activation.5",
                                       "leaky_relu",
                                       "activation.6",
                                       "elu",
                                       "activation.7",
                                       "gelu",
                                       "activation.8",
                                       "silu",
                                       "activation.9",
                                       "softplus",
                                       NULL};
    static const char *const fit[] = {"epochs",        "10",   "patience",   "5", "dropout", "0.25",
                                      "learning_rate", "0.01", "batch_size", "8", NULL};
    double x[SAMPLES * N_IN];
    int32_t labels[SAMPLES];
    dnn_dataset *data = NULL;
    dnn_trainer *trainer = NULL;
    fill(x, SAMPLES * N_IN, 11);
    for (int i = 0; i < SAMPLES; i++)
        labels[i] = x[i * N_IN] + x[i * N_IN + 1] > 0;
    check(dnn_dataset_create_labels(x, SAMPLES, N_IN, labels, N_OUT, &data));
    printf("/* Made by make_golden.c; see there. */\n/* clang-format off */\n");

    dnn_model *model = make("classifier", none, small, 3);
    check(dnn_model_standardize(model, data));
    check(dnn_model_save(model, "classifier.dnn"));
    print("classifier", model);
    dnn_model_destroy(model);
    model = make("tutorial", none, small, 3);
    check(dnn_model_save(model, "tutorial.dnn"));
    print("tutorial", model);
    dnn_model_destroy(model);
    model = make("classifier", each, deep, 11);
    check(dnn_model_save(model, "activations.dnn"));
    print("activations", model);
    dnn_model_destroy(model);
    model = make("classifier", fit, small, 3);
    check(dnn_trainer_create(model, NULL, &trainer));
    check(dnn_trainer_set_progress(trainer, stop_at_4, trainer));
    check(dnn_trainer_fit(trainer, data, NULL));
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    trainer = NULL;
    check(dnn_trainer_load("copy.tmp", &model, &trainer));
    print("checkpoint", model);
    check(dnn_trainer_fit(trainer, data, NULL));
    print("after_fit", model);
    double loss;
    check(dnn_trainer_history(trainer, dnn_trainer_history_count(trainer) - 1, &loss, NULL, NULL));
    printf("static const double expected_last_loss = %.17g;\n", loss);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
    remove("copy.tmp");
    return 0;
}
