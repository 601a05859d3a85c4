/*
 * table.c - any CSV file to a trained network: table FILE.csv
 *
 * An example to copy from: nothing but dnn.h, the C library, and a little POSIX (isatty). A column is the target, the last one
 * unless --target says another; if it holds text the network becomes a classifier, else a regressor. A fifth of the rows is
 * kept for the test, another fifth watches the training and ends it when it no longer helps.
 *
 * The one idea: numbers are best learned at a size of about 1. Inputs are brought there by dnn_model_standardize, which the
 * model remembers; targets here, and after training the last layer is scaled back, so the model answers in the table's units.
 *
 * Exit status: 0 done, 1 something failed, 2 wrong usage.
 */
#define _POSIX_C_SOURCE 200809L /* isatty, fileno */

#include <dnn.h>

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DONE = 0, FAILED = 1, WRONG_USAGE = 2 }; /* exit status */
enum { MAX_HIDDEN = 32, BAR_WIDTH = 30, MOST_CLASSES_SHOWN = 12, TEXT = 4096 };

typedef struct {
    const char *file, *target, *reading, *hidden, *save;
    const char *epochs, *seed;
    bool help;
} options;

typedef struct {
    dnn_config *config;
    dnn_dataset *whole, *training, *validation, *test;
    dnn_dataset *scaled_training, *scaled_validation; /* of a regressor */
    dnn_model *model;
    dnn_trainer *trainer;
    double *mean, *scale; /* [outputs] of a regressor's targets */
    int64_t layers[MAX_HIDDEN + 2], layer_count;
    bool is_classifier;
} objects;

/* Says what failed; returns whether it did. */
static bool failed(int32_t status, const char *what)
{
    if (status >= DNN_OK) {
        return false;
    }
    fprintf(stderr, "table: %s: %s\n", what, dnn_last_error());
    return true;
}

/* Says so if there is none. */
static bool has_memory(bool has)
{
    if (!has) {
        fputs("table: there is not enough memory\n", stderr);
    }
    return has;
}

/* ---------------------------------------------- command line ---------------------------------------------- */
static void print_help(void)
{
    puts("usage: table FILE.csv [options]\n\n"
         "Trains a network to tell one column of a table from the others, and says how well it does on rows that it "
         "has\n"
         "not seen. Text in that column makes a classifier, numbers a regressor. FILE may be gzip.\n\n"
         "  --target NAME     the column, or columns NAME,NAME, by name or index from 0 (the last one)\n"
         "  --read OPTIONS    how to read the file, such as \"missing=mean ignore=id separator=;\"; dnn.h lists them\n"
         "  --hidden 32,16    neurons of the hidden layers, or 0 for none (32,16)\n"
         "  --epochs N        passes over the rows, at most (500)\n"
         "  --seed N          draws another test set and other first weights (0)\n"
         "  --save FILE       writes the trained model, for dnn_model_load\n"
         "  --help            this text");
}

static int parse(int argc, char **argv, options *chosen)
{
    const struct {
        const char *name, **value;
    } known[] = {{"--target", &chosen->target}, {"--read", &chosen->reading}, {"--hidden", &chosen->hidden},
                 {"--epochs", &chosen->epochs}, {"--seed", &chosen->seed},    {"--save", &chosen->save}};
    for (int i = 1; i < argc; i++) {
        size_t k = 0;
        while (k < sizeof known / sizeof known[0] && strcmp(argv[i], known[k].name) != 0) {
            k++;
        }
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            chosen->help = true;
        } else if (k < sizeof known / sizeof known[0] && i + 1 < argc) {
            *known[k].value = argv[++i];
        } else if (argv[i][0] != '-' && chosen->file == NULL) {
            chosen->file = argv[i];
        } else {
            fprintf(stderr, "table: %s: unknown option, or its value is missing; --help lists the options\n", argv[i]);
            return WRONG_USAGE;
        }
    }
    if (chosen->file == NULL && !chosen->help) {
        fputs("table: which file? table FILE.csv; --help tells more\n", stderr);
        return WRONG_USAGE;
    }
    return DONE;
}

/* The sizes of all layers. */
static int set_layers(const char *hidden, objects *all)
{
    const char *next = hidden;
    all->layers[0] = dnn_dataset_inputs(all->whole);
    all->layer_count = 1;
    while (strcmp(hidden, "0") != 0 && all->layer_count <= MAX_HIDDEN && *next >= '1' && *next <= '9') {
        char *end = NULL;
        all->layers[all->layer_count++] = strtoll(next, &end, 10);
        next = *end == ',' && end[1] != '\0' ? end + 1 : end;
    }
    if (*next != '\0' && strcmp(hidden, "0") != 0) {
        fprintf(stderr, "table: --hidden takes sizes like 32,16, or 0; not \"%s\"\n", hidden);
        return WRONG_USAGE;
    }
    all->layers[all->layer_count++] = dnn_dataset_outputs(all->whole);
    return DONE;
}

/* -------------------------------------------------- data -------------------------------------------------- */
/* The options of dnn_dataset_read_csv: each name of a target in quotes, for it may have spaces. */
static bool reading_options(const options *chosen, char *text)
{
    size_t length = 0;
    if (chosen->target != NULL) {
        length = (size_t)snprintf(text, TEXT, "targets=\"");
        for (const char *c = chosen->target; *c != '\0' && length < TEXT - 8; c++) {
            length += (size_t)sprintf(text + length, *c == ',' ? "\",\"" : *c == '"' ? "\"\"" : "%c", *c);
        }
        length += (size_t)sprintf(text + length, "\" ");
    }
    const int added = snprintf(text + length, TEXT - length, "%s", chosen->reading);
    return added >= 0 && (size_t)added < TEXT - length;
}

static int read_data(const options *chosen, objects *all)
{
    char text[TEXT] = "";
    const int64_t seed = strtoll(chosen->seed, NULL, 10);
    dnn_dataset *rest = NULL;
    if (!reading_options(chosen, text)) {
        fputs("table: --target or --read is too long\n", stderr);
        return WRONG_USAGE;
    }
    if (failed(dnn_dataset_read_csv(chosen->file, text, &all->whole), "reading")) {
        return FAILED;
    }
    const bool ready = !failed(dnn_dataset_split(all->whole, 0.8, seed, &rest, &all->test), "test rows") &&
                       !failed(dnn_dataset_split(rest, 0.75, seed, &all->training, &all->validation), "rows");
    dnn_dataset_destroy(rest); /* the two parts keep its memory */
    all->is_classifier = dnn_dataset_class_name(all->whole, 0) != NULL;
    return ready ? DONE : FAILED;
}

/* Mean and standard deviation of each target. */
static int measure_targets(objects *all)
{
    const int64_t n = dnn_dataset_size(all->training), outputs = dnn_dataset_outputs(all->training);
    double *y = calloc((size_t)outputs, sizeof *y);
    all->mean = calloc((size_t)outputs, sizeof *all->mean);
    all->scale = calloc((size_t)outputs, sizeof *all->scale);
    bool ready = has_memory(y != NULL && all->mean != NULL && all->scale != NULL);
    for (int64_t i = 0; ready && i < 2 * n; i++) { /* the means first, then the deviations from them */
        ready = !failed(dnn_dataset_get(all->training, i % n, NULL, y), "targets");
        for (int64_t j = 0; ready && j < outputs; j++) {
            if (i < n) {
                all->mean[j] += y[j] / (double)n;
            } else {
                all->scale[j] += (y[j] - all->mean[j]) * (y[j] - all->mean[j]) / (double)n;
            }
        }
    }
    for (int64_t j = 0; ready && j < outputs; j++) {
        all->scale[j] = all->scale[j] > 0 ? sqrt(all->scale[j]) : 1;
    }
    free(y);
    return ready ? DONE : FAILED;
}

/* A copy of a dataset whose targets have mean 0 and deviation 1. */
static int scale_targets(const objects *all, const dnn_dataset *dataset, dnn_dataset **scaled)
{
    const int64_t n = dnn_dataset_size(dataset), inputs = dnn_dataset_inputs(dataset);
    const int64_t outputs = dnn_dataset_outputs(dataset);
    double *x = calloc((size_t)(n * inputs), sizeof *x), *y = calloc((size_t)(n * outputs), sizeof *y);
    bool ready = has_memory(x != NULL && y != NULL);
    for (int64_t i = 0; ready && i < n; i++) {
        ready = !failed(dnn_dataset_get(dataset, i, x + i * inputs, y + i * outputs), "targets");
        for (int64_t j = 0; ready && j < outputs; j++) {
            y[i * outputs + j] = (y[i * outputs + j] - all->mean[j]) / all->scale[j];
        }
    }
    ready = ready && !failed(dnn_dataset_create(x, n, inputs, y, outputs, scaled), "targets");
    free(x);
    free(y);
    return ready ? DONE : FAILED;
}

/* W ← scale · W, and the bias + mean: the last layer, whose activation is the identity, then answers in the table's units. */
static int scale_back(const objects *all)
{
    const int64_t last = all->layer_count - 2, columns = all->layers[last] + 1, rows = all->layers[last + 1];
    double *w = calloc((size_t)(rows * columns), sizeof *w);
    bool ready = has_memory(w != NULL) && !failed(dnn_model_get_weights(all->model, last, w), "last layer");
    for (int64_t i = 0; ready && i < rows * columns; i++) {
        w[i] = w[i] * all->scale[i / columns] + ((i + 1) % columns == 0 ? all->mean[i / columns] : 0);
    }
    ready = ready && !failed(dnn_model_set_weights(all->model, last, w), "last layer");
    free(w);
    return ready ? DONE : FAILED;
}

/* ------------------------------------------------ training ------------------------------------------------ */
/* Called by the library after each batch; 1 goes on. user: when the bar was last drawn, in seconds of the fit. */
static int32_t draw_bar(void *user, const dnn_progress *progress)
{
    double *last_drawn = user;
    const double seconds = dnn_progress_seconds(progress);
    if (seconds - *last_drawn > 0.05) {
        const int64_t epoch = dnn_progress_epoch(progress), epochs = dnn_progress_epochs(progress);
        char bar[BAR_WIDTH + 1] = "";
        memset(bar, '.', BAR_WIDTH);
        memset(bar, '#', (size_t)(BAR_WIDTH * epoch / epochs));
        fprintf(stderr, "\r[%s] epoch %" PRId64 " of at most %" PRId64 ", loss %.4f ", bar, epoch, epochs,
                dnn_progress_loss(progress));
        *last_drawn = seconds;
    }
    return 1;
}

static int configure(const options *chosen, objects *all)
{
    const char *const settings[][2] = {{"epochs", chosen->epochs},
                                       {"seed", chosen->seed},
                                       {"batch_size", "16"},
                                       {"patience", "40"},
                                       {"learning_rate", "0.003"}};
    if (failed(dnn_config_create(all->is_classifier ? "classifier" : "regressor", &all->config), "config")) {
        return FAILED;
    }
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        if (failed(dnn_config_set(all->config, settings[i][0], settings[i][1]), settings[i][0])) {
            return WRONG_USAGE;
        }
    }
    return DONE;
}

static int train(objects *all)
{
    const bool shows = isatty(fileno(stderr));
    double last_drawn = -1;
    const bool is_scaled = !all->is_classifier;
    if (is_scaled &&
        (measure_targets(all) != DONE || scale_targets(all, all->training, &all->scaled_training) != DONE ||
         scale_targets(all, all->validation, &all->scaled_validation) != DONE)) {
        return FAILED;
    }
    if (failed(dnn_model_create(all->layers, all->layer_count, all->config, &all->model), "model") ||
        failed(dnn_model_standardize(all->model, all->training), "model") ||
        failed(dnn_trainer_create(all->model, NULL, &all->trainer), "trainer") ||
        (shows && failed(dnn_trainer_set_progress(all->trainer, draw_bar, &last_drawn), "trainer")) ||
        failed(dnn_trainer_fit(all->trainer, is_scaled ? all->scaled_training : all->training,
                               is_scaled ? all->scaled_validation : all->validation),
               "training")) {
        return FAILED;
    }
    fputs(shows ? "\n" : "", stderr);
    printf("trained for %" PRId64 " epochs; the best was epoch %" PRId64 "\n", dnn_trainer_history_count(all->trainer),
           dnn_trainer_best_epoch(all->trainer) + 1);
    return is_scaled ? scale_back(all) : DONE;
}

/* ------------------------------------------------- report ------------------------------------------------- */
static int64_t class_of(const double *y, int64_t classes)
{
    int64_t best = 0;
    for (int64_t j = 1; j < classes; j++) {
        best = y[j] > y[best] ? j : best;
    }
    return best;
}

/* How many rows there are of each class. */
static int count_classes(const dnn_dataset *dataset, int64_t *counts)
{
    const int64_t classes = dnn_dataset_outputs(dataset);
    double *y = calloc((size_t)classes, sizeof *y);
    bool ready = has_memory(y != NULL);
    for (int64_t i = 0; ready && i < dnn_dataset_size(dataset); i++) {
        ready = !failed(dnn_dataset_get(dataset, i, NULL, y), "classes");
        counts[class_of(y, classes)]++;
    }
    free(y);
    return ready ? DONE : FAILED;
}

static void show_confusion(const objects *all, const int64_t *counts, int64_t classes)
{
    puts("\nEach row is a class, each column what it was taken for:\n");
    printf("%-20s", "");
    for (int64_t j = 0; j < classes; j++) {
        printf(" %10.10s", dnn_dataset_class_name(all->whole, j));
    }
    for (int64_t i = 0; i < classes; i++) {
        printf("\n%-20.20s", dnn_dataset_class_name(all->whole, i));
        for (int64_t j = 0; j < classes; j++) {
            printf(" %10" PRId64, counts[i * classes + j]);
        }
    }
    puts("\n");
}

/* Accuracy, beside that of always naming the class that is the most frequent among the training rows. */
static int report_classes(const objects *all)
{
    const int64_t classes = dnn_dataset_outputs(all->whole);
    const bool shows = classes > 1 && classes <= MOST_CLASSES_SHOWN;
    int64_t *counts = calloc((size_t)classes, sizeof *counts), *seen = calloc((size_t)classes, sizeof *seen);
    int64_t confusion[MOST_CLASSES_SHOWN * MOST_CLASSES_SHOWN];
    double loss = 0, accuracy = 0;
    bool ready = has_memory(counts != NULL && seen != NULL) && count_classes(all->training, counts) == DONE &&
                 count_classes(all->test, seen) == DONE &&
                 !failed(dnn_model_evaluate(all->model, all->test, &loss, &accuracy), "test") &&
                 (!shows || !failed(dnn_model_confusion(all->model, all->test, confusion), "test"));
    if (ready) {
        int64_t common = 0;
        for (int64_t j = 1; j < classes; j++) {
            common = counts[j] > counts[common] ? j : common;
        }
        if (shows) {
            show_confusion(all, confusion, classes);
        }
        printf("test accuracy %.2f %%, loss %.4f; always answering \"%s\" gives %.2f %%\n", 100 * accuracy, loss,
               dnn_dataset_class_name(all->whole, common),
               100 * (double)seen[common] / (double)dnn_dataset_size(all->test));
    }
    free(counts);
    free(seen);
    return ready ? DONE : FAILED;
}

/* R², beside which the mean of the training rows has about 0, and the mean squared error, beside that of the mean. */
static int report_numbers(const objects *all)
{
    const int64_t n = dnn_dataset_size(all->test), outputs = dnn_dataset_outputs(all->test);
    double loss = 0, r2 = 0, baseline = 0, *y = calloc((size_t)outputs, sizeof *y);
    bool ready = has_memory(y != NULL) && !failed(dnn_model_evaluate(all->model, all->test, &loss, NULL), "test") &&
                 !failed(dnn_model_score(all->model, all->test, &r2), "test");
    for (int64_t i = 0; ready && i < n; i++) {
        ready = !failed(dnn_dataset_get(all->test, i, NULL, y), "test");
        for (int64_t j = 0; j < outputs; j++) {
            baseline += (y[j] - all->mean[j]) * (y[j] - all->mean[j]) / (double)n;
        }
    }
    if (ready) {
        printf("test R2 %.4f, squared error %.4g; always answering the mean gives %.4g\n", r2, loss, baseline);
    }
    free(y);
    return ready ? DONE : FAILED;
}

/* -------------------------------------------------- main -------------------------------------------------- */
static int run(const options *chosen, objects *all)
{
    int result = read_data(chosen, all);
    result = result == DONE ? set_layers(chosen->hidden, all) : result;
    result = result == DONE ? configure(chosen, all) : result;
    if (result != DONE) {
        return result;
    }
    printf("%s: %" PRId64 " rows, %" PRId64 " inputs, %" PRId64 " %s; rows to train %" PRId64 ", to watch %" PRId64
           ", to test %" PRId64 "\n",
           chosen->file, dnn_dataset_size(all->whole), dnn_dataset_inputs(all->whole), dnn_dataset_outputs(all->whole),
           all->is_classifier ? "classes" : "outputs", dnn_dataset_size(all->training),
           dnn_dataset_size(all->validation), dnn_dataset_size(all->test));
    result = train(all);
    if (result == DONE) {
        result = all->is_classifier ? report_classes(all) : report_numbers(all);
    }
    if (result == DONE && chosen->save != NULL) {
        result = failed(dnn_model_save(all->model, chosen->save), "saving") ? FAILED : DONE;
        printf(result == DONE ? "the model is in %s\n" : "", chosen->save);
    }
    return result;
}

int main(int argc, char **argv)
{
    options chosen = {.reading = "", .hidden = "32,16", .epochs = "500", .seed = "0"};
    objects all = {0};
    int result = parse(argc, argv, &chosen);
    if (result == DONE && chosen.help) {
        print_help();
    } else if (result == DONE) {
        result = run(&chosen, &all);
    }
    dnn_trainer_destroy(all.trainer); /* any order is right, and NULL is allowed */
    dnn_model_destroy(all.model);
    dnn_dataset_destroy(all.scaled_training);
    dnn_dataset_destroy(all.scaled_validation);
    dnn_dataset_destroy(all.training);
    dnn_dataset_destroy(all.validation);
    dnn_dataset_destroy(all.test);
    dnn_dataset_destroy(all.whole);
    dnn_config_destroy(all.config);
    free(all.mean);
    free(all.scale);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("table: standard output");
        result = FAILED;
    }
    return result;
}
