/*
 * test_damage.c - a small model file and a small checkpoint, cut at every byte and with every single bit turned over: each
 * time a status, or an object that is right; never a crash, a leak, or memory above twice the file and 1 MiB.
 *
 * Then checkpoints that are signed rightly and hold what no training leaves: they are refused, or train without harm.
 */
#include "counted_memory.h"

#include "expect.h"
#include "file_support.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { MARGIN = 1 << 20 };

static const int64_t layers[] = {2, 2, 2};
static struct bytes facts, model_file, checkpoint;
static dnn_config *config;

/* ---- damage ---- */

/* A model that came from a damaged file is the one that was saved. */
static void assert_right(dnn_model *model)
{
    struct bytes now = facts_of(model);
    assert_true(same_bytes(now, facts));
    free(now.data);
}

/* Runs one loader over bytes; counts how often it made something. */
static void load_damaged(int32_t (*load)(struct bytes file, dnn_model **model, dnn_trainer **trainer),
                         struct bytes file, int64_t *made)
{
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    const int64_t blocks = counted.blocks, before = counted.bytes;
    counted.peak = counted.bytes;
    const int32_t status = load(file, &model, &trainer);
    assert_in_range(counted.peak - before, 0, 2 * file.size + MARGIN);
    if (status == DNN_OK) {
        ++*made;
        assert_right(model);
    } else {
        assert_true(status == DNN_ERROR_FORMAT || status == DNN_ERROR_UNSUPPORTED);
        assert_true(model == NULL && trainer == NULL);
        assert_true(dnn_last_error()[0] != '\0');
    }
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    assert_int_equal(counted.blocks, blocks);
}

static int32_t from_memory(struct bytes file, dnn_model **model, dnn_trainer **trainer)
{
    (void)trainer;
    return dnn_model_load_memory(file.data, file.size, model);
}

static int32_t with_config(struct bytes file, dnn_model **model, dnn_trainer **trainer)
{
    (void)trainer;
    return load_bytes_with(file, config, model);
}

static int32_t as_checkpoint(struct bytes file, dnn_model **model, dnn_trainer **trainer)
{
    return load_trainer_bytes(file, model, trainer);
}

/* step: 1 for every byte and every bit; more for each so many-th of them. Copies of exactly the size, so that a sanitizer sees one byte too many. */
static void damage(int32_t (*load)(struct bytes file, dnn_model **model, dnn_trainer **trainer), struct bytes file,
                   int64_t step)
{
    int64_t made = 0;
    for (int64_t size = 0; size < file.size; size += step) {
        struct bytes cut = {allocate_or_fail((size_t)size + (size == 0), 1), size};
        memcpy(cut.data, file.data, (size_t)size);
        load_damaged(load, cut, &made);
        free(cut.data);
    }
    assert_int_equal(made, 0);
    struct bytes copy = {allocate_or_fail((size_t)file.size, 1), file.size};
    memcpy(copy.data, file.data, (size_t)file.size);
    load_damaged(load, copy, &made);
    assert_int_equal(made, 1);
    for (int64_t bit = 0; bit < 8 * file.size; bit += step) {
        copy.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        load_damaged(load, copy, &made);
        copy.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(copy.data);
    /* A checksum that is right after all would be a wonder; a bit of the checksum itself is none either. */
    assert_int_equal(made, 1);
}

static void test_a_damaged_model_file_is_refused_or_right(void **state)
{
    (void)state;
    damage(from_memory, model_file, 1);
}

static void test_a_damaged_model_file_is_refused_or_right_with_a_config(void **state)
{
    (void)state;
    damage(with_config, model_file, 3);
}

static void test_a_damaged_checkpoint_is_refused_or_right(void **state)
{
    (void)state;
    damage(as_checkpoint, checkpoint, 1);
}

static void test_the_model_of_a_damaged_checkpoint_is_refused_or_right(void **state)
{
    (void)state;
    damage(from_memory, checkpoint, 7);
}

/* ---- what no training leaves ---- */

static void refuse(const char *find, const char *replacement, const char *words)
{
    const int64_t blocks = counted.blocks;
    struct bytes other = changed(checkpoint, find, replacement);
    expect_no_trainer(other, DNN_ERROR_FORMAT, words);
    free(other.data);
    assert_int_equal(counted.blocks, blocks);
}

/* A key of dnn.trainer, whatever its value, gets another one; the old one stays behind under a name that nobody reads. */
static void refuse_state(const char *key, const char *value)
{
    char find[64], replacement[256];
    snprintf(find, sizeof find, "\\\"trainer.%s\\\":", key);
    snprintf(replacement, sizeof replacement, "\\\"trainer.%s\\\":\\\"%s\\\",\\\"trainer.old\\\":", key, value);
    refuse(find, replacement, key);
}

static void test_counts_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const char *const counts[] = {"updates",    "patience_waiting", "cuts",         "plateau_waiting",
                                         "best_epoch", "epochs_done",      "history_count"};
    static const char *const values[] = {"",    "x", "-2", "1.5", "9223372036854775807", "99999999999999999999",
                                         "nan", " 1"};
    for (size_t c = 0; c < COUNT(counts); c++)
        for (size_t v = 0; v < COUNT(values); v++) {
            char find[64], replacement[256];
            snprintf(find, sizeof find, "\\\"trainer.%s\\\":", counts[c]);
            snprintf(replacement, sizeof replacement, "\\\"trainer.%s\\\":\\\"%s\\\",\\\"trainer.old\\\":", counts[c],
                     values[v]);
            refuse(find, replacement, "is missing from its dnn.trainer, or is wrong");
        }
    refuse("trainer.history_count\\\":\\\"3", "trainer.history_count\\\":\\\"2", "a count of epochs");
    refuse("trainer.history_count\\\":\\\"3", "trainer.history_count\\\":\\\"4", "a count of epochs");
    refuse("trainer.history_count\\\":\\\"3", "trainer.history_count\\\":\\\"-1", "a count of epochs");
    refuse("\\\"trainer.best_epoch\\\":", "\\\"trainer.best_epoch\\\":\\\"3\\\",\\\"trainer.old\\\":",
           "a count of epochs");
    refuse("\\\"trainer.epochs_done\\\":", "\\\"trainer.epochs_done\\\":\\\"4\\\",\\\"trainer.old\\\":",
           "a count of epochs");
    refuse("\\\"trainer.updates\\\":", "\\\"trainer.updates\\\":\\\"-1\\\",\\\"trainer.old\\\":", "a count of epochs");
    refuse("trainer.updates", "trainer.update", "updates");
    /* This one divides nothing, and so has no number of shares: it may say 1. See test_checkpoint for one that does. */
    const char *const shares[] = {"", "x", "-1", "0", "2", "1.5", "4294967297", "99999999999999999999"};
    for (size_t v = 0; v < COUNT(shares); v++) {
        char replacement[256];
        snprintf(replacement, sizeof replacement,
                 "\\\"trainer.shares\\\":\\\"%s\\\",\\\"trainer.updates\\\":", shares[v]);
        refuse("\\\"trainer.updates\\\":", replacement, "shares is missing from its dnn.trainer, or is wrong");
    }
}

static void test_numbers_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const char *const keys[] = {"state_bound", "learning_rate", "learning_rate_base", "sum_bound",
                                       "patience_best"};
    static const char *const values[] = {"nan", "inf", "-inf", "1e999", "x", "", "0x1p3"};
    for (size_t k = 0; k < COUNT(keys); k++)
        for (size_t v = 0; v < COUNT(values); v++)
            refuse_state(keys[k], values[v]);
    refuse("\\\"trainer.learning_rate_base\\\":", "\\\"trainer.learning_rate_base\\\":\\\"0\\\",\\\"old\\\":",
           "learning_rate");
    refuse("\\\"trainer.learning_rate\\\":", "\\\"trainer.learning_rate\\\":\\\"-1\\\",\\\"trainer.old\\\":",
           "learning_rate");
    refuse("\\\"trainer.learning_rate\\\":", "\\\"trainer.learning_rate\\\":\\\"1e300\\\",\\\"trainer.old\\\":",
           "learning_rate");
    refuse("\\\"trainer.state_bound\\\":", "\\\"trainer.state_bound\\\":\\\"-1\\\",\\\"trainer.old\\\":", "a bound");
    refuse("\\\"trainer.state_bound\\\":", "\\\"trainer.old\\\":", "a bound");
    refuse("\\\"trainer.sum_bound\\\":", "\\\"trainer.old\\\":", "a bound");
}

static void test_generators_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const char zeros[] = "0000000000000000 0000000000000000 0000000000000000 0000000000000000";
    static const char *const keys[] = {"shuffle", "dropout"};
    for (size_t k = 0; k < COUNT(keys); k++) {
        refuse_state(keys[k], zeros);
        refuse_state(keys[k], "");
        refuse_state(keys[k], "1 2 3 4");
        refuse_state(keys[k], "000000000000000g 0000000000000000 0000000000000000 0000000000000000");
        refuse_state(keys[k], "0000000000000001_0000000000000000 0000000000000000 0000000000000000");
        refuse_state(keys[k], "000000000000000A 0000000000000000 0000000000000000 0000000000000000");
        refuse_state(keys[k], "0000000000000001 0000000000000000 0000000000000000 00000000000000000");
    }
}

static void test_tensors_that_cannot_be_are_refused(void **state)
{
    (void)state;
    refuse("\"optimizer.0.layers.0.bias\"", "\"optimizer.0.layers.0.bios\"", "optimizer.0.layers.0.bias");
    refuse("\"optimizer.1.layers.1.weight\"", "\"optimizer.7.layers.1.weight\"", "optimizer.1.layers.1");
    refuse("\"optimizer.1.layers.0.weight\"", "\"optimizer.7.layers.0.weight\"", "belong to no layer");
    refuse("\\\"optimizer\\\":\\\"adam\\\"", "\\\"optimizer\\\":\\\"adam \\\"", "optimizer is \"adam \"");
    refuse("\"trainer.history\"", "\"trainer.histories\"", "belong to no layer");
    refuse("\"shape\":[3,3]", "\"shape\":[9,1]", "no matrix of 3 columns");
    refuse("\"shape\":[3,3]", "\"shape\":[9]", "no matrix of 3 columns");
    refuse("\"dtype\":\"F64\"", "\"dtype\":\"I64\"", "no matrix of 3 columns");
}

/* The moments of the first layer, 2 × 2 and 2 numbers, become 1 × 5 and 1: as many, and a layer by themselves. */
static void test_moments_of_another_shape_are_refused(void **state)
{
    (void)state;
    static const char first[] = "\"optimizer.0.layers.0.weight\":", next[] = "\"optimizer.0.layers.1.weight\":",
                      made[] = "%s{\"dtype\":\"%s\",\"shape\":[1,5],\"data_offsets\":[%lld,%lld]},"
                               "\"optimizer.0.layers.0.bias\":{\"dtype\":\"%s\",\"shape\":[1],"
                               "\"data_offsets\":[%lld,%lld]},";
    char find[512], replacement[512], type[4];
    long long begin, end;
    const char *from = strstr((const char *)checkpoint.data + 8, first);
    assert_non_null(from);
    assert_int_equal(sscanf(from + sizeof first - 1,
                            "{\"dtype\":\"%3[F0-9]\",\"shape\":[2,2],\"data_offsets\":[%lld,%lld]}", type, &begin,
                            &end),
                     3);
    const long long size = (end - begin) / 4;
    snprintf(find, sizeof find, "%.*s", (int)(strstr(from, next) - from), from);
    snprintf(replacement, sizeof replacement, made, first, type, begin, begin + 5 * size, type, begin + 5 * size,
             begin + 6 * size);
    refuse(find, replacement, "another shape than the model's");
}

/* The optimizer of the file against its own tensors: where both have as many, the numbers must be possible. */
static void test_an_optimizer_that_leaves_other_tensors_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"sgd", "momentum", "rmsprop"};
    struct bytes second = changed(checkpoint, "dnn.trainer\":\"", "dnn.trainer\":\"{\\\"x");
    free(second.data);
    for (size_t n = 0; n < COUNT(names); n++) {
        /* dnn.config comes first and names an optimizer too: the one after "dnn.trainer" is meant. */
        struct bytes other = {allocate_or_fail((size_t)checkpoint.size + 1, 1), checkpoint.size};
        memcpy(other.data, checkpoint.data, (size_t)checkpoint.size);
        struct bytes marked = changed(other, "\\\"optimizer\\\":\\\"adam\\\"", "\\\"optimizer\\\":\\\"adamw\\\"");
        char replacement[64];
        snprintf(replacement, sizeof replacement, "\\\"optimizer\\\":\\\"%s\\\"", names[n]);
        struct bytes third = changed(marked, "\\\"optimizer\\\":\\\"adam\\\"", replacement);
        expect_no_trainer(third, DNN_ERROR_FORMAT, "too much for this optimizer");
        free(other.data);
        free(marked.data);
        free(third.data);
    }
}

/* Where a tensor of the checkpoint begins, in bytes of the file. */
static int64_t place_of(const char *name)
{
    char find[128];
    long long begin = -1;
    snprintf(find, sizeof find, "\"%s\":{", name);
    for (int64_t i = 8; i < data_begin(checkpoint) && begin < 0; i++)
        if (memcmp(checkpoint.data + i, find, strlen(find)) == 0)
            assert_int_equal(
                sscanf(strstr((const char *)checkpoint.data + i, "data_offsets\":["), "data_offsets\":[%lld", &begin),
                1);
    assert_true(begin >= 0);
    return data_begin(checkpoint) + begin;
}

static void test_tensors_with_numbers_that_cannot_be_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *name;
        float number;
        const char *words;
    } cases[] = {{"optimizer.0.layers.0.weight", NAN, "not finite"},
                 {"optimizer.0.layers.1.bias", INFINITY, "not finite"},
                 {"optimizer.1.layers.0.weight", NAN, "not finite"},
                 {"best.layers.0.weight", NAN, "not finite"},
                 {"best.layers.1.bias", -INFINITY, "not finite"},
                 {"gradient.layers.0.weight", NAN, "not finite"},
                 {"layers.0.weight", NAN, "not finite"},
                 {"optimizer.1.layers.0.weight", -1, "nothing that"},
                 {"optimizer.1.layers.1.bias", -1e-30F, "nothing that"},
                 {"optimizer.1.layers.0.weight", 3e38F, "nothing that"}};
    for (size_t c = 0; c < COUNT(cases); c++) {
        struct bytes other = {allocate_or_fail((size_t)checkpoint.size, 1), checkpoint.size};
        memcpy(other.data, checkpoint.data, (size_t)checkpoint.size);
        memcpy(other.data + place_of(cases[c].name), &cases[c].number, sizeof(float));
        sign(other);
        expect_no_trainer(other, DNN_ERROR_FORMAT, cases[c].words);
        free(other.data);
    }
}

/* A momentum far beyond what the bound in the file says: the update is refused, and no weight becomes infinite. */
static void test_a_bound_in_the_file_is_not_believed(void **state)
{
    (void)state;
    const double x[2] = {1, 1}, y[2] = {0, 1};
    const float huge = 3e38F;
    struct bytes other = {allocate_or_fail((size_t)checkpoint.size, 1), checkpoint.size};
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    memcpy(other.data, checkpoint.data, (size_t)checkpoint.size);
    memcpy(other.data + place_of("optimizer.0.layers.0.weight"), &huge, sizeof huge);
    sign(other);
    if (load_trainer_bytes(other, &model, &trainer) == DNN_OK) {
        double *before = weights_of(model);
        expect_not_finite(dnn_trainer_step(trainer, x, y, 1, NULL), "finite");
        assert_weights(model, before);
        free(before);
    } else {
        check_error(DNN_ERROR_FORMAT, DNN_ERROR_FORMAT, "nothing that", __FILE__, __LINE__);
    }
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    free(other.data);
}

static int setup(void **state)
{
    count_memory();
    if (make_scratch(state) != 0)
        return -1;
    const double x[2] = {0.3, -0.2}, y[2] = {1, 0};
    config = config_of_recipe("classifier", "");
    dnn_model *model = model_of_recipe("classifier", layers, 3, "epochs=3 patience=9");
    dnn_dataset *dataset = random_dataset(1, 12, 2, 2);
    assert_ok(dnn_model_standardize(model, dataset));
    dnn_trainer *trainer = trainer_of(model);
    assert_ok(dnn_trainer_fit(trainer, dataset, NULL));
    assert_ok(dnn_trainer_accumulate(trainer, x, y, 1, NULL));
    facts = facts_of(model);
    model_file = saved(model);
    checkpoint = saved_trainer(trainer);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(dataset);
    return 0;
}

static int teardown(void **state)
{
    dnn_config_destroy(config);
    free(facts.data);
    free(model_file.data);
    free(checkpoint.data);
    return remove_scratch(state) == 0 && counted.blocks == 0 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_damaged_model_file_is_refused_or_right),
        cmocka_unit_test(test_moments_of_another_shape_are_refused),
        cmocka_unit_test(test_a_damaged_model_file_is_refused_or_right_with_a_config),
        cmocka_unit_test(test_a_damaged_checkpoint_is_refused_or_right),
        cmocka_unit_test(test_the_model_of_a_damaged_checkpoint_is_refused_or_right),
        cmocka_unit_test(test_counts_that_cannot_be_are_refused),
        cmocka_unit_test(test_numbers_that_cannot_be_are_refused),
        cmocka_unit_test(test_generators_that_cannot_be_are_refused),
        cmocka_unit_test(test_tensors_that_cannot_be_are_refused),
        cmocka_unit_test(test_an_optimizer_that_leaves_other_tensors_is_refused),
        cmocka_unit_test(test_tensors_with_numbers_that_cannot_be_are_refused),
        cmocka_unit_test(test_a_bound_in_the_file_is_not_believed),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
