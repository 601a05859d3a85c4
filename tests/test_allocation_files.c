/*
 * test_allocation_files.c - saving and loading, with each allocation of the library refused in turn: each time
 * DNN_ERROR_OUT_OF_MEMORY, the outputs and the file as they were, nothing left behind; and afterwards it works.
 */
#include "counted_memory.h"

#include "expect.h"
#include "file_support.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const int64_t layers[] = {3, 4, 2};

static struct {
    dnn_config *config;
    dnn_model *model;
    dnn_trainer *trainer;
    dnn_dataset *dataset;
    struct bytes model_file, plain_file;
} given;

static struct {
    dnn_model *model;
    dnn_trainer *trainer;
} made;

static uint8_t buffer[1 << 14];
static const char *model_path, *checkpoint_path, *plain_path, *out_path;

static int32_t save(void)
{
    return dnn_model_save(given.model, out_path);
}

static int32_t save_memory(void)
{
    return dnn_model_save_memory(given.model, buffer, sizeof buffer, NULL);
}

static int32_t export_c(void)
{
    return dnn_model_export_c(given.model, out_path, "net");
}

static int32_t load(void)
{
    return dnn_model_load(model_path, &made.model);
}

static int32_t load_memory(void)
{
    return dnn_model_load_memory(given.model_file.data, given.model_file.size, &made.model);
}

static int32_t load_with(void)
{
    return dnn_model_load_with(model_path, given.config, &made.model);
}

static int32_t load_plain(void)
{
    return dnn_model_load_with(plain_path, given.config, &made.model);
}

static int32_t load_model_of_checkpoint(void)
{
    return dnn_model_load(checkpoint_path, &made.model);
}

static int32_t save_trainer(void)
{
    return dnn_trainer_save(given.trainer, out_path);
}

static int32_t load_trainer(void)
{
    return dnn_trainer_load(checkpoint_path, &made.model, &made.trainer);
}

static void assert_nothing_written(const char *old)
{
    struct bytes now = read_whole(out_path);
    assert_int_equal(now.size, (int64_t)strlen(old));
    assert_memory_equal(now.data, old, strlen(old));
    free(now.data);
    for (size_t i = 0; i < sizeof buffer; i++)
        assert_int_equal(buffer[i], 0x5A);
}

static void refuse_each(const char *name, int32_t (*call)(void), int64_t fewest)
{
    int32_t status = DNN_ERROR_OUT_OF_MEMORY;
    int64_t k = 1;
    write_whole(out_path, (struct bytes){(uint8_t *)(uintptr_t) "old", 3});
    memset(buffer, 0x5A, sizeof buffer);
    for (; status != DNN_OK; k++) {
        const int64_t before = counted.blocks;
        mark_last_error();
        counted.requests = 0;
        counted.refused = k;
        status = call();
        counted.refused = 0;
        if (status == DNN_OK)
            break;
        if (status != DNN_ERROR_OUT_OF_MEMORY)
            print_error("%s, request %lld:\n", name, (long long)k);
        check_error(status, DNN_ERROR_OUT_OF_MEMORY, "not enough memory", __FILE__, __LINE__);
        assert_true(made.model == NULL && made.trainer == NULL);
        if (counted.blocks != before)
            fail_msg("%s, request %lld: %lld blocks leaked", name, (long long)k, (long long)(counted.blocks - before));
        assert_nothing_written("old");
        assert_true(k < 5000);
    }
    assert_in_range(k, fewest, 5000);
    dnn_trainer_destroy(made.trainer);
    dnn_model_destroy(made.model);
    memset(&made, 0, sizeof made);
    unlink(out_path);
}

#define REFUSE_EACH(call, fewest) refuse_each(#call, call, fewest)

static void test_what_is_refused_memory_makes_nothing_and_leaks_nothing(void **state)
{
    (void)state;
    REFUSE_EACH(save, 10);
    REFUSE_EACH(save_memory, 10);
    REFUSE_EACH(export_c, 4);
    REFUSE_EACH(load, 10);
    REFUSE_EACH(load_memory, 10);
    REFUSE_EACH(load_with, 10);
    REFUSE_EACH(load_plain, 5);
    REFUSE_EACH(load_model_of_checkpoint, 10);
    REFUSE_EACH(save_trainer, 10);
    REFUSE_EACH(load_trainer, 10);
}

static int setup(void **state)
{
    const float weights[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    if (make_scratch(state) != 0)
        return -1;
    model_path = scratch_path("model"), checkpoint_path = scratch_path("checkpoint");
    plain_path = scratch_path("plain"), out_path = scratch_path("out");
    given.config = config_of_recipe("classifier", "activation.1=tanh");
    given.model =
        model_of_recipe("classifier", layers, 3, "activation.1=tanh epochs=2 patience=3 learning_rate=0.0123");
    given.dataset = random_dataset(1, 20, 3, 2);
    assert_ok(dnn_model_standardize(given.model, given.dataset));
    given.trainer = trainer_of(given.model);
    assert_ok(dnn_trainer_fit(given.trainer, given.dataset, given.dataset));
    assert_ok(dnn_trainer_accumulate(given.trainer, (const double[]){1, 2, 3}, (const double[]){0, 1}, 1, NULL));
    assert_ok(dnn_trainer_save(given.trainer, checkpoint_path));
    assert_ok(dnn_model_save(given.model, model_path));
    given.model_file = read_whole(model_path);
    given.plain_file = safetensors_of("{\"0.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                                      "\"0.weight\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[8,16]},"
                                      "\"2.weight\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[16,32]}}",
                                      weights, sizeof weights);
    write_whole(plain_path, given.plain_file);
    return 0;
}

static int teardown(void **state)
{
    dnn_config_destroy(given.config);
    dnn_trainer_destroy(given.trainer);
    dnn_model_destroy(given.model);
    dnn_dataset_destroy(given.dataset);
    free(given.model_file.data);
    free(given.plain_file.data);
    unlink(model_path), unlink(checkpoint_path), unlink(plain_path);
    return remove_scratch(state) == 0 && counted.blocks == 0 ? 0 : -1; /* everything that was ever allocated is freed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_refused_memory_makes_nothing_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
