/*
 * check.c - what every language's check prints, computed by C: the reference that run.sh compares with, letter by letter.
 *
 * See ../README.md, "The check". Needs Linux for its own memory's size; C99 and POSIX otherwise.
 */
#include <dnn.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SAMPLES = 20, INPUTS = 3, SHOWN = 10, ROUNDS = 10000, WARM_UP = 1000, ALLOWED_PAGES = 512 };

static double x[SAMPLES][INPUTS], y[SAMPLES];

static void must(int32_t status)
{
    if (status < 0) {
        fprintf(stderr, "check: %s\n", dnn_last_error());
        exit(1);
    }
}

static void must_be(int is_so, const char *what)
{
    printf("%s%s\n", is_so ? "" : "NOT ", what);
}

static dnn_config *make_config(const char *epochs)
{
    static const char *const settings[][2] = {
        {"precision", "f64"}, {"activation", "tanh"}, {"seed", "7"}, {"batch_size", "4"}, {"threads", "1"}};
    dnn_config *config = NULL;
    must(dnn_config_create("regressor", &config));
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        must(dnn_config_set(config, settings[i][0], settings[i][1]));
    }
    must(dnn_config_set(config, "epochs", epochs));
    return config;
}

static dnn_model *make_model(const char *epochs)
{
    const int64_t layers[] = {INPUTS, 8, 1};
    dnn_config *config = make_config(epochs);
    dnn_model *model = NULL;
    must(dnn_model_create(layers, 3, config, &model));
    dnn_config_destroy(config);
    return model;
}

static dnn_dataset *make_dataset(void)
{
    dnn_dataset *dataset = NULL;
    must(dnn_dataset_create(&x[0][0], SAMPLES, INPUTS, y, 1, &dataset));
    return dataset;
}

static void print_predictions(const dnn_model *model)
{
    double out[SHOWN];
    must(dnn_model_predict(model, &x[0][0], SHOWN, out));
    for (int i = 0; i < SHOWN; i++) {
        uint64_t bits;
        memcpy(&bits, &out[i], sizeof bits);
        printf("prediction %d: %016" PRIx64 "\n", i, bits);
    }
}

static int same_predictions(const dnn_model *a, const dnn_model *b)
{
    double from_a[SAMPLES], from_b[SAMPLES];
    must(dnn_model_predict(a, &x[0][0], SAMPLES, from_a));
    must(dnn_model_predict(b, &x[0][0], SAMPLES, from_b));
    return memcmp(from_a, from_b, sizeof from_a) == 0;
}

static int32_t stop_after_third(void *user, const dnn_progress *progress)
{
    (void)user;
    return dnn_progress_epoch(progress) < 3 || dnn_progress_batch(progress) < dnn_progress_batches(progress);
}

static long pages(void)
{
    long total = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &total, &resident) != 2) {
        exit(1);
    }
    fclose(file);
    return resident;
}

static void create_and_destroy(void)
{
    dnn_model *model = make_model("1");
    dnn_dataset *dataset = make_dataset();
    dnn_trainer *trainer = NULL;
    must(dnn_trainer_create(model, NULL, &trainer));
    dnn_model_destroy(model); /* before the trainer that uses it: any order will do */
    dnn_dataset_destroy(dataset);
    dnn_trainer_destroy(trainer);
}

int main(int argc, char **argv)
{
    const char *path = argc == 2 ? argv[1] : "check.dnn";
    for (int i = 0; i < SAMPLES; i++) {
        for (int j = 0; j < INPUTS; j++) {
            x[i][j] = (double)((7 * i + 5 * j) % 13) / 13;
        }
        y[i] = (double)((5 * i) % 11) / 11;
    }

    dnn_model *model = make_model("5"), *loaded = NULL;
    dnn_dataset *dataset = make_dataset();
    dnn_trainer *trainer = NULL;
    must(dnn_trainer_create(model, NULL, &trainer));
    must(dnn_trainer_fit(trainer, dataset, NULL));
    print_predictions(model);

    must(dnn_model_save(model, path));
    must(dnn_model_load(path, &loaded));
    must_be(same_predictions(model, loaded), "a saved and loaded model predicts the same");

    dnn_config *config = make_config("1");
    must_be(dnn_config_set(config, "epochs", "many") == DNN_ERROR_INVALID_ARGUMENT, "a wrong value raises:");
    printf("%s\n", dnn_last_error());

    double narrow[SAMPLES][INPUTS - 1] = {{0}};
    dnn_dataset *wrong = NULL;
    must(dnn_dataset_create(&narrow[0][0], SAMPLES, INPUTS - 1, y, 1, &wrong));
    must_be(dnn_trainer_fit(trainer, wrong, NULL) == DNN_ERROR_INVALID_ARGUMENT, "a wrong shape raises");

    dnn_trainer *stopped = NULL;
    must(dnn_config_set(config, "epochs", "100"));
    must(dnn_trainer_create(model, config, &stopped));
    must(dnn_trainer_set_progress(stopped, stop_after_third, NULL));
    const int is_stopped = dnn_trainer_fit(stopped, dataset, NULL) == DNN_STOPPED;
    must_be(is_stopped && dnn_trainer_history_count(stopped) == 3, "the callback stops after epoch 3");

    /* any order */
    dnn_model_destroy(model);
    dnn_dataset_destroy(dataset);
    dnn_trainer_destroy(stopped);
    dnn_config_destroy(config);
    dnn_dataset_destroy(wrong);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(loaded);
    must_be(1, "handles are destroyed in any order");

    long before = 0;
    for (int i = 0; i < WARM_UP + ROUNDS; i++) {
        before = i == WARM_UP ? pages() : before;
        create_and_destroy();
    }
    must_be(pages() - before < ALLOWED_PAGES, "10,000 create and destroy do not grow memory");
    return 0;
}
