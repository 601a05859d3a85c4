/*
 * test_golden.c - files that earlier versions wrote load, and predict what they predicted then. See golden/README.md.
 *
 * To within rounding: another processor sums in another order.
 */
#include "file_support.h"
#include "golden/expected.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 4, N_IN = 3, N_OUT = 2, SAMPLES = 30 };

static const char *golden(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/tests/golden/%s", DNN_SOURCE_DIR, name);
    return path;
}

/* As in make_golden.c. */
static void fill(double *values, int64_t count, int64_t salt)
{
    for (int64_t i = 0; i < count; i++)
        values[i] = (double)((i + salt) * 7919 % 1000) / 1000 - 0.5;
}

static void assert_predicts(const char *name, const dnn_model *model, const double *expected, double tolerance)
{
    double x[ROWS * N_IN], y[ROWS * N_OUT];
    fill(x, ROWS * N_IN, 3);
    assert_ok(dnn_model_predict(model, x, ROWS, y));
    for (int i = 0; i < ROWS * N_OUT; i++)
        assert_near(name, i, y[i], expected[i], 1, tolerance);
}

static void test_model_files_predict_what_they_predicted(void **state)
{
    (void)state;
    const struct {
        const char *name;
        const double *expected;
        double tolerance;
    } files[] = {{"classifier.dnn", expected_classifier, 1e-6},
                 {"tutorial.dnn", expected_tutorial, 1e-14},
                 {"activations.dnn", expected_activations, 1e-14},
                 {"checkpoint.dnn", expected_checkpoint, 1e-6}};
    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
        dnn_model *model = NULL;
        assert_ok(dnn_model_load(golden(files[f].name), &model));
        assert_predicts(files[f].name, model, files[f].expected, files[f].tolerance);
        dnn_model_destroy(model);
    }
}

/* The header as text, to be freed: without what pads it, and with none of the digits of its own checksum. */
static char *header_of(struct bytes file)
{
    static const char mark[] = "\"dnn.header_sha256\":\"";
    const size_t length = (size_t)data_begin(file) - 8;
    char *text = allocate_or_fail(length + 1, 1);
    memcpy(text, file.data + 8, length);
    text[length] = '\0';
    for (size_t end = length; end > 0 && text[end - 1] == ' '; end--)
        text[end - 1] = '\0';
    char *digits = strstr(text, mark);
    assert_non_null(digits);
    memset(digits + strlen(mark), '0', 64);
    return text;
}

/* Takes a part out of a text wherever it stands. */
static void take_out(char *text, const char *part)
{
    for (char *at = text; (at = strstr(at, part)) != NULL;)
        memmove(at, at + strlen(part), strlen(at + strlen(part)) + 1);
}

/* Byte for byte, but for the keys that a config has had since. The files were written by jansson's hand, ours are by our own. */
static void test_a_file_that_is_saved_again_is_the_same_but_for_newer_keys(void **state)
{
    (void)state;
    static const char *const files[] = {"classifier.dnn", "tutorial.dnn", "activations.dnn", "checkpoint.dnn"};
    for (int f = 0; f < 4; f++) {
        dnn_model *model = NULL;
        dnn_trainer *trainer = NULL;
        assert_ok(f < 3 ? dnn_model_load(golden(files[f]), &model)
                        : dnn_trainer_load(golden(files[f]), &model, &trainer));
        struct bytes before = read_whole(golden(files[f])), after = f < 3 ? saved(model) : saved_trainer(trainer);
        char *header = header_of(before), *again = header_of(after);
        take_out(again, ",\\\"engine\\\":\\\"auto\\\",\\\"threads\\\":\\\"0\\\"");
        assert_string_equal(again, header);
        const int64_t begin = data_begin(before), begin_again = data_begin(after);
        assert_true(same_bytes((struct bytes){before.data + begin, before.size - begin},
                               (struct bytes){after.data + begin_again, after.size - begin_again}));
        free(header);
        free(again);
        free(before.data);
        free(after.data);
        dnn_trainer_destroy(trainer);
        dnn_model_destroy(model);
    }
}

/* It runs the 6 epochs of 10 that were left. By another path than the golden one: fit would write over it. */
static void test_a_checkpoint_trains_on_as_it_did(void **state)
{
    (void)state;
    char path[] = "/tmp/dnn-test-golden-XXXXXX", bytes[1 << 14];
    double x[SAMPLES * N_IN], loss;
    int32_t labels[SAMPLES];
    dnn_dataset *data = NULL;
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    FILE *from = fopen(golden("checkpoint.dnn"), "rb");
    assert_non_null(from);
    const size_t size = fread(bytes, 1, sizeof bytes, from);
    fclose(from);
    const int to = mkstemp(path);
    assert_int_equal(write(to, bytes, size), size);
    close(to);
    fill(x, SAMPLES * N_IN, 11);
    for (int i = 0; i < SAMPLES; i++)
        labels[i] = x[i * N_IN] + x[i * N_IN + 1] > 0;
    assert_ok(dnn_dataset_create_labels(x, SAMPLES, N_IN, labels, N_OUT, &data));
    assert_ok(dnn_trainer_load(path, &model, &trainer));
    assert_int_equal(dnn_trainer_history_count(trainer), 4);
    assert_ok(dnn_trainer_fit(trainer, data, NULL));
    assert_int_equal(dnn_trainer_history_count(trainer), 10);
    assert_predicts("after fit", model, expected_after_fit, 1e-4);
    assert_ok(dnn_trainer_history(trainer, 9, &loss, NULL, NULL));
    assert_near("loss", 9, loss, expected_last_loss, 1, 1e-4);
    unlink(path);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model_files_predict_what_they_predicted),
        cmocka_unit_test(test_a_file_that_is_saved_again_is_the_same_but_for_newer_keys),
        cmocka_unit_test(test_a_checkpoint_trains_on_as_it_did),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
