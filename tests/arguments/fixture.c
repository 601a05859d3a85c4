/*
 * fixture.c - one of each handle, arrays and files that are right, and whether the handles are still what they were.
 *
 * What they tell (weights, predictions, losses, gradients, the config's texts) is written down when they are made, and
 * compared bit for bit after each call. The prediction and the step are also those of a naive network in long double, so that
 * what was written down at first is right. Arrays are blocks of the exact size: the address sanitizer sees a read beyond.
 */
#include "arguments.h"

#include "support.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_CAPACITY = 64 };

/* What the handles tell. No padding: it is compared as bytes. */
struct facts {
    double theta[PARAMETERS];
    double mean[N_IN], scale[N_IN];
    double predicted[ROWS * N_OUT], by_workspace[ROWS * N_OUT];
    double loss, accuracy;
    double rate, gradient[PARAMETERS], gradient_norm, weight_norm, saturated;
    double history[EPOCHS][3];
    double x[ROWS * N_IN], y[ROWS * N_OUT];
    int64_t counts[6];
    char rate_text[TEXT_CAPACITY], epochs_text[TEXT_CAPACITY], seed_text[TEXT_CAPACITY];
};

/* A step from the fixture's weights: what it gives. */
struct step {
    double loss;
    double theta[PARAMETERS];
};

static char folder[] = "/tmp/dnn-arguments-XXXXXX";
static struct step naive_step;
static double naive_predicted[ROWS * N_OUT];

int32_t go_on(void *user, const dnn_progress *progress)
{
    (void)user;
    (void)progress;
    return 1;
}

void *allocate(void *user, int64_t size)
{
    (void)user;
    return malloc((size_t)size);
}

void *reallocate(void *user, void *block, int64_t size)
{
    (void)user;
    return realloc(block, (size_t)size);
}

void release(void *user, void *block)
{
    (void)user;
    free(block);
}

/* ---- arrays ---- */

static void *exact_copy(const void *array, size_t bytes)
{
    void *copy = allocate_or_fail(bytes, 1);
    memcpy(copy, array, bytes);
    return copy;
}

static void fill_arrays(struct fixture *f)
{
    struct generator generator = {7};
    static const int32_t class_of[ROWS] = {0, 1, 1, 0};
    const int64_t layers[LAYERS] = {N_IN, N_HIDDEN, N_OUT};
    f->layers = exact_copy(layers, sizeof layers);
    f->x = allocate_or_fail(ROWS * N_IN, sizeof(double));
    f->y = allocate_or_fail(ROWS * N_OUT, sizeof(double));
    f->theta = allocate_or_fail(PARAMETERS, sizeof(double));
    f->gradient = allocate_or_fail(PARAMETERS, sizeof(double));
    f->weights = allocate_or_fail(ROWS, sizeof(double));
    f->x_f32 = allocate_or_fail(ROWS * N_IN, sizeof(float));
    f->y_f32 = allocate_or_fail(ROWS * N_OUT, sizeof(float));
    f->x_u8 = allocate_or_fail(ROWS * N_IN, 1);
    f->class_of = exact_copy(class_of, sizeof class_of);
    generator_fill(&generator, f->x, ROWS * N_IN, 0.5);
    generator_fill(&generator, f->y, ROWS * N_OUT, 0.0);
    generator_fill(&generator, f->theta, PARAMETERS, 0.5);
    generator_fill(&generator, f->gradient, PARAMETERS, 0.5);
    generator_fill(&generator, f->weights, ROWS, 0.0);
    for (int i = 0; i < ROWS * N_IN; i++) {
        f->x_f32[i] = (float)f->x[i];
        f->x_u8[i] = (uint8_t)(17 * i);
    }
    for (int i = 0; i < ROWS * N_OUT; i++)
        f->y_f32[i] = (float)f->y[i];
}

/* ---- files ---- */

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        printf("FAILED: cannot write %s\n", path);
        exit(1);
    }
}

/* numpy.save of ROWS float64. */
static void write_npy(const struct fixture *f)
{
    uint8_t file[128 + ROWS * sizeof(double)];
    char header[119];
    snprintf(header, sizeof header, "%-117s\n", "{'descr': '<f8', 'fortran_order': False, 'shape': (4,), }");
    memcpy(file, "\x93NUMPY\x01\x00\x76\x00", 10);
    memcpy(file + 10, header, 118);
    memcpy(file + 128, f->y, ROWS * sizeof(double));
    write_file("numbers", file, sizeof file);
}

static void write_files(struct fixture *f)
{
    static const uint8_t images[] = {0, 0, 8, 2, 0, 0, 0, ROWS, 0, 0, 0, N_IN, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    static const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, ROWS, 0, 1, 1, 0};
    static const char table[] = "a,b,c,kind\n1,2,3,dog\n4,5,6,cat\n7,8,9,cat\n1,1,1,dog\n";
    write_file("images", images, sizeof images);
    write_file("labels", labels, sizeof labels);
    write_file("table", table, sizeof table - 1);
    write_npy(f);
    assert_ok(dnn_model_save(f->model, "model"));
    assert_ok(dnn_trainer_save(f->trainer, "checkpoint"));
    if (DNN_ONNX)
        assert_ok(dnn_model_export_onnx(f->model, "onnx"));
    assert_ok(dnn_model_save_memory(f->model, NULL, 0, &f->file_size));
    f->file = allocate_or_fail((size_t)f->file_size, 1);
    assert_ok(dnn_model_save_memory(f->model, f->file, f->file_size, NULL));
    assert_ok(dnn_dataset_read_csv("table", NULL, &f->named));
}

static bool is_ours(const char *name)
{
    static const char *const ours[] = {"images",     "labels", "table", "numbers", "model",
                                       "checkpoint", "onnx",   ".",     ".."};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (strcmp(name, ours[i]) == 0)
            return true;
    return false;
}

void fixture_clean(bool all)
{
    DIR *directory = opendir(".");
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        if (strncmp(entry->d_name, ".dnn-", 5) == 0)
            finding("a temporary file was left behind: %s", entry->d_name);
        if (all || !is_ours(entry->d_name))
            (void)unlink(entry->d_name);
    }
    if (directory == NULL || closedir(directory) != 0 || (all && (chdir("/") != 0 || rmdir(folder) != 0)))
        finding("%s cannot be cleaned", folder);
}

/* ---- what the handles tell ---- */

static void learn_naive(const struct fixture *f)
{
    struct naive *net = naive_create(f->layers, LAYERS, (struct naive_options){"sigmoid", "sigmoid", 0.01L, 0.01L, 1});
    naive_set_parameters(net, f->theta);
    long double loss = 0;
    for (int row = 0; row < ROWS; row++) {
        const long double *out = naive_predict(net, f->x + row * N_IN);
        for (int i = 0; i < N_OUT; i++)
            naive_predicted[row * N_OUT + i] = (double)out[i];
        loss += naive_accumulate(net, f->x + row * N_IN, f->y + row * N_OUT);
    }
    naive_apply(net, 0.5L / ROWS);
    naive_step.loss = (double)(loss / ROWS);
    for (int i = 0; i < PARAMETERS; i++)
        naive_step.theta[i] = (double)net->theta[i];
    naive_destroy(net);
}

/* Those of the latest gradient; dnn.h allows that a step which failed because of its numbers has none to leave. */
static void tell_figures(const struct fixture *f, struct facts *facts)
{
    const int32_t status =
        dnn_trainer_layer_stats(f->trainer, 0, &facts->gradient_norm, &facts->weight_norm, &facts->saturated);
    const struct facts *before = f->facts;
    if (status == DNN_OK)
        return;
    if (latest_status != DNN_ERROR_NOT_FINITE || before == NULL) {
        finding("there are no figures of the latest gradient any more: %s", dnn_last_error());
        return;
    }
    facts->gradient_norm = before->gradient_norm;
    facts->weight_norm = before->weight_norm;
    facts->saturated = before->saturated;
}

static struct facts facts_of_handles(const struct fixture *f)
{
    struct facts facts;
    memset(&facts, 0, sizeof facts);
    int32_t worst = 0;
    worst |= dnn_model_get_parameters(f->model, facts.theta);
    worst |= dnn_model_get_standardization(f->model, facts.mean, facts.scale);
    worst |= dnn_model_predict(f->model, f->x, ROWS, facts.predicted);
    worst |= dnn_workspace_predict(f->workspace, f->x, ROWS, facts.by_workspace);
    worst |= dnn_model_evaluate(f->model, f->dataset, &facts.loss, &facts.accuracy);
    facts.rate = dnn_trainer_learning_rate(f->trainer);
    worst |= dnn_trainer_get_gradient(f->trainer, facts.gradient);
    tell_figures(f, &facts);
    for (int epoch = 0; epoch < EPOCHS; epoch++)
        worst |= dnn_trainer_history(f->trainer, epoch, &facts.history[epoch][0], &facts.history[epoch][1],
                                     &facts.history[epoch][2]);
    for (int row = 0; row < ROWS; row++)
        worst |= dnn_dataset_get(f->dataset, row, facts.x + row * N_IN, facts.y + row * N_OUT);
    facts.counts[0] = dnn_dataset_size(f->dataset);
    facts.counts[1] = dnn_dataset_inputs(f->named);
    facts.counts[2] = dnn_dataset_outputs(f->named);
    facts.counts[3] = dnn_trainer_history_count(f->trainer);
    facts.counts[4] = dnn_model_parameter_count(f->model);
    worst |= dnn_config_get(f->config, "learning_rate", facts.rate_text, TEXT_CAPACITY, NULL);
    worst |= dnn_config_get(f->config, "epochs", facts.epochs_text, TEXT_CAPACITY, NULL);
    worst |= dnn_config_get(f->config, "seed", facts.seed_text, TEXT_CAPACITY, NULL);
    if (worst != 0)
        finding("a handle does not work any more: %s", dnn_last_error());
    return facts;
}

static struct step make_step(struct fixture *f)
{
    struct step step;
    if (dnn_trainer_step(f->trainer, f->x, f->y, ROWS, &step.loss) != DNN_OK ||
        dnn_model_get_parameters(f->model, step.theta) != DNN_OK ||
        dnn_model_set_parameters(f->model, f->theta) != DNN_OK)
        finding("no step can be made any more: %s", dnn_last_error());
    return step;
}

static void compare(const struct fixture *f, const char *what, const double *actual, const double *expected, int count)
{
    for (int i = 0; i < count; i++)
        if (!(fabs(actual[i] - expected[i]) <= f->tolerance * fmax(1, fabs(expected[i])))) {
            finding("%s [%d] is %.17g, and a naive network's %.17g", what, i, actual[i], expected[i]);
            return;
        }
}

void fixture_check(struct fixture *f)
{
    if (f->is_running)
        return; /* inside a fit of another trainer there is time for it, but the latest finding would be another call's */
    const struct facts facts = facts_of_handles(f);
    if (memcmp(&facts, f->facts, sizeof facts) != 0)
        finding("the handles are not what they were");
    compare(f, "the prediction", facts.predicted, naive_predicted, ROWS * N_OUT);
    const struct step step = make_step(f);
    compare(f, "the loss of a step", &step.loss, &naive_step.loss, 1);
    compare(f, "a weight after a step", step.theta, naive_step.theta, PARAMETERS);
}

/* ---- making them ---- */

static void create_handles(struct fixture *f)
{
    f->config = config_of("learning_rate=0.5 epochs=2 batch_size=2");
    char settings[TEXT_CAPACITY * 3];
    snprintf(settings, sizeof settings, "learning_rate=0.5 epochs=2 batch_size=2 patience=5 restore_best=false %s",
             f->settings);
    f->model = model_of(f->layers, LAYERS, settings);
    f->trainer = trainer_of(f->model);
    assert_ok(dnn_workspace_create(f->model, ROWS, &f->workspace));
    assert_ok(dnn_dataset_create(f->x, ROWS, N_IN, f->y, N_OUT, &f->dataset));
    assert_ok(dnn_trainer_fit(f->trainer, f->dataset, f->dataset));
    assert_ok(dnn_model_set_parameters(f->model, f->theta));
    assert_ok(dnn_trainer_accumulate(f->trainer, f->x, f->y, ROWS, NULL));
    assert_ok(dnn_workspace_predict(f->workspace, f->x, ROWS, (double[ROWS * N_OUT]){0}));
    make_step(f); /* so that the latest gradient is a step's, as it is after each check */
}

static void destroy_handles(struct fixture *f)
{
    dnn_model_destroy(f->model);
    dnn_config_destroy(f->config);
    dnn_trainer_destroy(f->trainer);
    dnn_workspace_destroy(f->workspace);
    dnn_dataset_destroy(f->dataset);
}

void fixture_create(struct fixture *f, const char *settings, double tolerance)
{
    *f = (struct fixture){.settings = settings, .tolerance = tolerance};
    f->user = f;
    fill_arrays(f);
    learn_naive(f);
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    if (mkdtemp(folder) == NULL || chdir(folder) != 0) {
        printf("FAILED: no folder %s\n", folder);
        exit(1);
    }
    create_handles(f);
    write_files(f);
    const struct facts facts = facts_of_handles(f);
    f->facts = exact_copy(&facts, sizeof facts);
}

void fixture_renew(struct fixture *f)
{
    destroy_handles(f);
    create_handles(f);
}

void fixture_destroy(struct fixture *f)
{
    destroy_handles(f);
    dnn_dataset_destroy(f->named);
    void *const arrays[] = {f->x,     f->y,      f->theta, f->gradient, f->weights, f->x_f32,
                            f->y_f32, f->layers, f->x_u8,  f->class_of, f->file,    f->facts};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
    fixture_clean(true);
}
