/*
 * test_allocation.c - memory that is refused, and memory that is never asked for.
 *
 * Every function that allocates is run again and again, with its first allocation refused, then its second, until it succeeds:
 * each time it must return DNN_ERROR_OUT_OF_MEMORY, leave its outputs alone, and leave nothing behind: what was allocated is
 * counted against what was freed. Then the promises: a step and a workspace's predict allocate nothing, and a file
 * no more than it could hold.
 *
 * How: base/memory.c, the only file of the library that allocates, is compiled into this program with calloc, realloc and free
 * replaced by the three functions below; the linker then has no use for the library's own copy. Works with every sanitizer.
 */
#include <stddef.h>
#include <stdlib.h>

static void *counted_calloc(size_t count, size_t size);
static void *counted_realloc(void *block, size_t size);
static void counted_free(void *block);

#define calloc counted_calloc
#define realloc counted_realloc
#define free counted_free
#include "base/memory.c" /* NOLINT: on purpose */
#undef calloc
#undef realloc
#undef free

#include "expect.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int64_t requests;       /* since it was last set to 0 */
static int64_t refused = -1;   /* the request, from 0, that is refused; −1: none */
static int64_t blocks;         /* allocated and not freed */
static size_t largest_request; /* bytes */

static int is_refused(size_t size)
{
    largest_request = size > largest_request ? size : largest_request;
    return requests++ == refused;
}

static void *counted_calloc(size_t count, size_t size)
{
    void *block = is_refused(count * size) ? NULL : calloc(count, size);
    blocks += block != NULL;
    return block;
}

static void *counted_realloc(void *block, size_t size)
{
    void *resized = is_refused(size) ? NULL : realloc(block, size);
    blocks += block == NULL && resized != NULL;
    return resized;
}

static void counted_free(void *block)
{
    blocks -= block != NULL;
    free(block);
}

enum { N_IN = 3, N_OUT = 2, SAMPLES = 20 };
static const int64_t layers[] = {N_IN, 4, N_OUT};
static char images_path[] = "/tmp/dnn-test-images-XXXXXX";
static char csv_path[] = "/tmp/dnn-test-csv-XXXXXX";
static char labels_path[] = "/tmp/dnn-test-labels-XXXXXX";

/* What a tried function is given, and what it makes. */
struct handles {
    dnn_config *config;
    dnn_model *model;
    dnn_trainer *trainer;
    dnn_dataset *dataset;
    dnn_dataset *second;
    dnn_workspace *workspace;
};

static struct handles given; /* ready-made */
static struct handles made;  /* all NULL before each try */

static void destroy(struct handles *h)
{
    dnn_config_destroy(h->config);
    dnn_model_destroy(h->model);
    dnn_trainer_destroy(h->trainer);
    dnn_dataset_destroy(h->dataset);
    dnn_dataset_destroy(h->second);
    dnn_workspace_destroy(h->workspace);
    *h = (struct handles){0};
}

/* Refuses each allocation of a call in turn. fewest: how many there are at least, lest nothing was tried. */
static void refuse_each(int32_t (*call)(void), int64_t fewest)
{
    int32_t status = DNN_ERROR_OUT_OF_MEMORY;
    int64_t k = 0;
    for (; status != DNN_OK; k++) {
        const struct handles nothing = {0};
        const int64_t before = blocks;
        mark_last_error();
        requests = 0;
        refused = k;
        status = call();
        refused = -1;
        if (status == DNN_OK)
            break;
        check_error(status, DNN_ERROR_OUT_OF_MEMORY, "not enough memory", __FILE__, __LINE__);
        assert_memory_equal(&made, &nothing, sizeof made);
        assert_int_equal(blocks, before);
        assert_true(k < 100);
    }
    assert_true(k >= fewest);
    destroy(&made);
}

/* ---- the functions that allocate ---- */

static int32_t create_config(void)
{
    return dnn_config_create("tutorial", &made.config);
}

static int32_t create_model(void)
{
    return dnn_model_create(layers, 3, NULL, &made.model);
}

static int32_t create_model_with_config(void)
{
    return dnn_model_create(layers, 3, given.config, &made.model);
}

static int32_t clone_model(void)
{
    return dnn_model_clone(given.model, &made.model);
}

static int32_t create_trainer(void)
{
    return dnn_trainer_create(given.model, NULL, &made.trainer);
}

static int32_t create_workspace(void)
{
    return dnn_workspace_create(given.model, 10, &made.workspace);
}

static int32_t create_dataset(void)
{
    const double x[6] = {0}, y[4] = {0};
    return dnn_dataset_create(x, 2, N_IN, y, N_OUT, &made.dataset);
}

static int32_t create_labels(void)
{
    const uint8_t x[6] = {0};
    const int32_t labels[2] = {0, 1};
    return dnn_dataset_create_labels_u8(x, 2, N_IN, labels, 2, &made.dataset);
}

static int32_t split(void)
{
    return dnn_dataset_split(given.dataset, 0.5, 1, &made.dataset, &made.second);
}

static int32_t read_idx(void)
{
    return dnn_dataset_read_idx(images_path, labels_path, &made.dataset);
}

/* What makes the reader of CSV allocate: a header, quotes in a name and a label, many rows, text that comes late, gaps. */
static int32_t read_csv(void)
{
    return dnn_dataset_read_csv(csv_path, "missing=mean ignore=c", &made.dataset);
}

static void test_what_is_refused_memory_makes_nothing_and_leaks_nothing(void **state)
{
    (void)state;
    refuse_each(create_config, 1);
    refuse_each(create_model, 4);
    refuse_each(create_model_with_config, 4);
    refuse_each(clone_model, 4);
    refuse_each(create_trainer, 4);
    refuse_each(create_workspace, 2);
    refuse_each(create_dataset, 3);
    refuse_each(create_labels, 3);
    refuse_each(split, 3);
    refuse_each(read_idx, 10);
    refuse_each(read_csv, 20);
}

/* Functions that give nothing but numbers: these must be as they were. */
static void assert_refused_once(int32_t status, const double *out, int64_t count)
{
    refused = -1;
    check_error(status, DNN_ERROR_OUT_OF_MEMORY, "not enough memory", __FILE__, __LINE__);
    assert_untouched(out, count);
}

static void refuse_next(void)
{
    mark_last_error();
    requests = 0;
    refused = 0;
}

static void test_figures_that_are_refused_memory_leave_their_outputs(void **state)
{
    (void)state;
    const double x[N_IN] = {0.1, 0.2, 0.3}, y[N_OUT] = {0.3, 0.67};
    const double gradient[4 * (N_IN + 1) + N_OUT * 5] = {0};
    double out[N_OUT * N_OUT];
    int64_t counts[N_OUT * N_OUT] = {-5};
    int32_t label = SENTINEL_LABEL;
    dnn_model *fresh = NULL; /* which has no memory of earlier predictions */
    const int64_t before = blocks;
    dnn_model *large = model_of(layers, 3, "engine=blas"); /* by this engine none is small */
    fill_sentinel(out, N_OUT * N_OUT);
    assert_ok(dnn_model_clone(given.model, &fresh));
    refuse_next();
    assert_refused_once(dnn_model_predict(large, x, 1, out), out, N_OUT);
    refuse_next();
    assert_refused_once(dnn_model_classify(fresh, x, 1, &label), out, N_OUT);
    refuse_next();
    assert_refused_once(dnn_model_evaluate(fresh, given.dataset, out, out), out, 1);
    refuse_next();
    assert_refused_once(dnn_model_confusion(fresh, given.dataset, counts), out, 1);
    refuse_next();
    assert_refused_once(dnn_trainer_check_gradient(given.trainer, x, y, 1, out), out, 1);
    refuse_next(); /* the sum of gradients is made when it is first needed */
    assert_refused_once(dnn_trainer_accumulate(given.trainer, x, y, 1, out), out, 1);
    refuse_next();
    assert_refused_once(dnn_trainer_set_gradient(given.trainer, gradient), out, 1);
    refuse_next();
    assert_refused_once(dnn_config_set(given.config, "activation.1", "relu"), out, 1);
    assert_true(counts[0] == -5 && label == SENTINEL_LABEL);
    assert_ok(dnn_model_predict(large, x, 1, out));
    requests = 0;
    assert_ok(dnn_model_predict(fresh, x, 1, out));
    assert_int_equal(requests, 0); /* a small network's prediction needs no memory */
    dnn_model_destroy(large);
    dnn_model_destroy(fresh);
    assert_int_equal(blocks, before);
}

static void test_a_fit_that_is_refused_memory_leaves_the_model_trainable(void **state)
{
    (void)state;
    dnn_model *model = model_of(layers, 3, "shuffle=true");
    dnn_trainer *trainer = trainer_of(model);
    double *theta = weights_of(model);
    for (int k = 0; k < 2; k++) { /* the order of the samples; the history */
        mark_last_error();
        requests = 0;
        refused = k;
        const int32_t status = dnn_trainer_fit(trainer, given.dataset, NULL);
        refused = -1;
        check_error(status, DNN_ERROR_OUT_OF_MEMORY, "not enough memory", __FILE__, __LINE__);
        assert_weights(model, theta);
        assert_int_equal(dnn_trainer_history_count(trainer), 0);
    }
    assert_ok(dnn_trainer_fit(trainer, given.dataset, given.dataset));
    assert_int_equal(dnn_trainer_history_count(trainer), 1);
    free(theta);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

/* ---- memory that is never asked for ---- */

static void test_a_step_and_a_predict_in_a_workspace_allocate_nothing(void **state)
{
    (void)state;
    enum { ROWS = 600 };
    static double x[ROWS * N_IN], y[ROWS * N_OUT];
    dnn_workspace *workspace = NULL;
    dnn_trainer *trainer = trainer_of(given.model);
    assert_ok(dnn_workspace_create(given.model, ROWS, &workspace));
    assert_ok(dnn_trainer_accumulate(trainer, x, y, 1, NULL)); /* the first makes the sum */
    requests = 0;
    for (int64_t n = 1; n <= ROWS; n += 599) {
        assert_ok(dnn_workspace_predict(workspace, x, n, y));
        assert_ok(dnn_trainer_step(trainer, x, y, n, NULL));
        assert_ok(dnn_trainer_accumulate(trainer, x, y, n, NULL));
        assert_ok(dnn_trainer_layer_stats(trainer, 0, NULL, NULL, NULL));
        assert_ok(dnn_trainer_apply(trainer, 0.5));
    }
    assert_int_equal(requests, 0);
    dnn_workspace_destroy(workspace);
    dnn_trainer_destroy(trainer);
}

/* A plain file of 20 bytes whose header claims 2²⁴: a claim that any machine could grant. */
static void test_a_file_gets_no_more_memory_than_it_could_hold(void **state)
{
    (void)state;
    const uint8_t claim[] = {0, 0, 8, 2, 0, 0, 0x10, 0, 0, 0, 0x10, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    char path[] = "/tmp/dnn-test-claim-XXXXXX";
    const int descriptor = mkstemp(path);
    dnn_dataset *dataset = NULL;
    assert_true(write(descriptor, claim, sizeof claim) == (ssize_t)sizeof claim);
    close(descriptor);
    largest_request = 0;
    expect_error(dnn_dataset_read_idx(path, path, &dataset), DNN_ERROR_FORMAT, path);
    unlink(path);
    assert_in_range(largest_request, sizeof claim, 1 << 18); /* the block that the reader takes in at once */
    assert_null(dataset);
}

/* ---- what all of them use ---- */

static int write_temporary(char *path, const uint8_t *bytes, size_t size)
{
    const int descriptor = mkstemp(path);
    const int is_written = descriptor >= 0 && write(descriptor, bytes, size) == (ssize_t)size;
    return is_written && close(descriptor) == 0 ? 0 : -1;
}

static int setup(void **state)
{
    (void)state;
    const uint8_t images[] = {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6};
    const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 0, 1};
    char csv[8192] = "a,\"b\"\"\",c,t\n";
    for (int i = 0; i < 300; i++)
        strcat(csv, i == 200 ? "1,,x,\"late \"\" text\"\n" : i > 200 ? "3,4,y,other\n" : "1,2,x,3\n");
    given.config = config_of("");
    given.model = model_of(layers, 3, "activation.1=tanh");
    given.trainer = trainer_of(given.model);
    given.dataset = random_dataset(1, SAMPLES, N_IN, N_OUT);
    return write_temporary(images_path, images, sizeof images) | write_temporary(labels_path, labels, sizeof labels) |
           write_temporary(csv_path, (const uint8_t *)csv, strlen(csv));
}

static int teardown(void **state)
{
    (void)state;
    destroy(&given);
    unlink(images_path);
    unlink(labels_path);
    unlink(csv_path);
    return blocks == 0 ? 0 : -1; /* everything that was ever allocated is freed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_refused_memory_makes_nothing_and_leaks_nothing),
        cmocka_unit_test(test_figures_that_are_refused_memory_leave_their_outputs),
        cmocka_unit_test(test_a_fit_that_is_refused_memory_leaves_the_model_trainable),
        cmocka_unit_test(test_a_step_and_a_predict_in_a_workspace_allocate_nothing),
        cmocka_unit_test(test_a_file_gets_no_more_memory_than_it_could_hold),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
