/*
 * test_allocation.c - memory that is refused, and memory that is never asked for.
 *
 * Every public function is called with its first request for memory refused, then its second, until it succeeds; and again
 * with all requests from the first on refused, from the second on, and so on. Each time it must return
 * DNN_ERROR_OUT_OF_MEMORY and say so, leave its results and the file it writes alone, and leave nothing behind; all that
 * can be asked of the handles is as it was; and made again, the call gives what it gives where nothing was ever refused.
 * trials.h tells how. That no function is forgotten is held against src/dnn.map.
 *
 * Then the promises: a step and a workspace's predict ask for nothing, and a file for no more than it could hold.
 *
 * DNN_TEST_FULL in the environment: in worlds of all kinds, and not each function in one or two.
 */
#include "counted_memory.h"

#include "base/team.h"
#include "format/content.h"
#include "refuse_each.h"

#include <unistd.h>

/* Nothing here depends on the disk, which would be waited for a thousand times. */
int fsync(int descriptor);

int fsync(int descriptor)
{
    (void)descriptor;
    return 0;
}

static void test_whatever_is_refused_memory_changes_nothing_and_leaks_nothing(void **state)
{
    (void)state;
    const int64_t requests = refuse_all();
    assert_true(requests > 500);
    assert_in_range(spared, 0, requests / 20);
}

/* Calls that are known to ask often: lest the requests are no longer counted. */
static void test_what_needs_memory_asks_for_it(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int64_t fewest;
    } known[] = {
        {"config_create", 1},         {"model_create", 4}, {"trainer_create", 4}, {"load", 10},    {"save", 10},
        {"trainer_load", 20},         {"read_csv", 20},    {"read_csv_gz", 10},   {"read_idx", 6}, {"read_idx_gz", 8},
        {"fit_with_checkpoints", 20}, {"read_npy", 6},     {"export_c", 3},       {"split", 3},    {"diagnose", 1}};
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        int t = 0;
        while (trial_at(t) != NULL && strcmp(trial_at(t)->what, known[k].what) != 0)
            t++;
        assert_non_null(trial_at(t));
        world_make(&world, 0);
        results_clear(&results);
        counted.requests = 0;
        assert_ok(trial_at(t)->call(&world, &results));
        if (counted.requests < known[k].fewest)
            fail_msg("%s makes %lld requests, expected at least %lld", known[k].what, (long long)counted.requests,
                     (long long)known[k].fewest);
        results_destroy(&results);
        world_destroy(&world);
    }
}

/* ---- no function is forgotten ---- */

/* Whether a trial says that it is about a function. */
static bool is_tried(const char *name)
{
    const size_t length = strlen(name);
    for (int t = 0; trial_at(t) != NULL; t++)
        for (const char *at = trial_at(t)->functions; (at = strstr(at, name)) != NULL; at += length)
            if ((at == trial_at(t)->functions || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' '))
                return true;
    return false;
}

/* Whether the sources of the trials call it, too. */
static bool is_called(const char *name)
{
    static const char *const sources[] = {DNN_SOURCE_DIR "/tests/trials_model.c",
                                          DNN_SOURCE_DIR "/tests/trials_training.c"};
    char call[128];
    bool is_there = false;
    snprintf(call, sizeof call, "%s(", name);
    for (int s = 0; s < 2; s++) {
        struct bytes source = read_whole(sources[s]); /* closed by NUL */
        is_there = is_there || strstr((const char *)source.data, call) != NULL;
        free(source.data);
    }
    return is_there;
}

static void test_every_exported_function_is_tried(void **state)
{
    (void)state;
    struct bytes map = read_whole(DNN_SOURCE_DIR "/src/dnn.map");
    int count = 0;
    for (char *name = strstr((char *)map.data, "    dnn_"); name != NULL; name = strstr(name, "    dnn_")) {
        name += strspn(name, " ");
        const size_t length = strcspn(name, ";");
        assert_true(name[length] == ';');
        name[length] = '\0';
        if (!is_tried(name) || !is_called(name))
            fail_msg("%s is in src/dnn.map and is not tried: please add it to tests/trials_*.c", name);
        name += length + 1;
        count++;
    }
    free(map.data);
    assert_true(count >= 102);
    print_message("%d functions of src/dnn.map\n", count);
}

/* ---- memory that is never asked for ---- */

static void test_a_step_and_a_predict_in_a_workspace_ask_for_nothing(void **state)
{
    (void)state;
    enum { ROWS = 600 };
    static double x[ROWS * 3], y[ROWS * 2], loss;
    for (int kind = 0; kind < WORLD_KINDS; kind++) {
        dnn_workspace *workspace = NULL;
        world_make(&world, kind);
        assert_ok(dnn_workspace_create(world.model, ROWS, &workspace));
        assert_ok(dnn_trainer_accumulate(world.trainer, x, y, 1, NULL)); /* the first makes the sum */
        counted.requests = 0;
        for (int64_t n = 1; n <= ROWS; n += 599) {
            assert_ok(dnn_workspace_predict(workspace, x, n, y));
            assert_ok(dnn_trainer_step(world.trainer, x, y, n, &loss));
            assert_ok(dnn_trainer_accumulate(world.trainer, x, y, n, NULL));
            assert_ok(dnn_trainer_layer_stats(world.trainer, 0, NULL, NULL, NULL));
            assert_ok(dnn_trainer_apply(world.trainer, 0.5));
        }
        assert_int_equal(counted.requests, 0);
        dnn_workspace_destroy(workspace);
        world_destroy(&world);
    }
}

static void test_a_small_networks_prediction_asks_for_nothing(void **state)
{
    (void)state;
    double x[3] = {0.1, 0.2, 0.3}, y[2];
    world_make(&world, 0);
    dnn_model *fresh = NULL; /* which has no memory of earlier predictions */
    assert_ok(dnn_model_clone(world.model, &fresh));
    counted.requests = 0;
    assert_ok(dnn_model_predict(fresh, x, 1, y));
    assert_int_equal(counted.requests, 0);
    dnn_model_destroy(fresh);
    world_destroy(&world);
}

/* Threads are a help, not a condition: a call that is refused theirs is made without them, and the latest error stays what it
 * was. The memory of the call itself comes first. */
static void test_a_prediction_that_is_refused_its_threads_is_made_without_them(void **state)
{
    (void)state;
    enum { WIDE = 40, ROWS = 100 };
    static const int64_t sizes[] = {WIDE, WIDE, WIDE};
    static double x[ROWS * WIDE], y[ROWS * WIDE], expected[ROWS * WIDE];
    int64_t survived = 0;
    bool is_over = false;
    dnn_config *config = NULL;
    assert_ok(dnn_config_create("regressor", &config));
    assert_ok(dnn_config_set(config, "engine", "fused"));
    assert_ok(dnn_config_set_integer(config, "threads", 2));
    generator_fill(&(struct generator){3}, x, ROWS * WIDE, 0.5);
    for (int64_t k = 1; !is_over; k++) {
        dnn_model *model = NULL;
        assert_ok(dnn_model_create(sizes, 3, config, &model));
        mark_last_error();
        counted.requests = 0;
        counted.refused = k;
        const int32_t status = dnn_model_predict(model, x, ROWS, y);
        counted.refused = 0;
        is_over = counted.requests < k;
        if (status == DNN_OK) {
            survived += !is_over;
            assert_non_null(strstr(dnn_last_error(), "left over from an earlier call"));
            if (expected[0] == 0)
                memcpy(expected, y, sizeof y);
            assert_same_bits(y, expected, ROWS * WIDE);
        }
        dnn_model_destroy(model);
    }
    assert_true(team_processors() < 2 || survived >= 2); /* the team, and its panels */
    dnn_config_destroy(config);
}

/* A plain file of 20 bytes whose header claims 2²⁴: a claim that any machine could grant. */
static void test_a_file_gets_no_more_memory_than_it_could_hold(void **state)
{
    (void)state;
    uint8_t claim[] = {0, 0, 8, 2, 0, 0, 0x10, 0, 0, 0, 0x10, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    const char *path = scratch_path("claim");
    dnn_dataset *dataset = NULL;
    write_whole(path, (struct bytes){claim, sizeof claim});
    counted.largest = 0;
    expect_error(dnn_dataset_read_idx(path, path, &dataset), DNN_ERROR_FORMAT, path);
    unlink(path);
    assert_in_range(counted.largest, sizeof claim, 1 << 18); /* the block that the reader takes in at once */
    assert_null(dataset);
}

/* An allocator may copy a block each time that it grows. A file of 16 MiB can hold a million settings: to ask for more room with each
 * would be to copy a million times a million of them. */
static void test_settings_do_not_grow_one_by_one(void **state)
{
    (void)state;
    enum { SETTINGS = 1000, DOUBLINGS = 11 /* to 1024 */ };
    const int64_t before = counted.blocks;
    struct settings settings = {0};
    counted.requests = 0;
    for (int i = 0; i < SETTINGS; i++) {
        char key[16];
        sprintf(key, "%d", i);
        assert_ok(settings_add(&settings, key, "value"));
    }
    assert_in_range(counted.requests, 2 * SETTINGS, 2 * SETTINGS + DOUBLINGS);
    for (int i = 0; i < SETTINGS; i++)
        assert_int_equal(atoi(settings.items[i].key), i);
    settings_clear(&settings);
    assert_int_equal(counted.blocks, before);
}

static int setup(void **state)
{
    count_memory();
    return make_trials(state);
}

static int teardown(void **state)
{
    return remove_trials(state) == 0 && counted.blocks == 0 ? 0 : -1; /* everything that was ever allocated is freed */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whatever_is_refused_memory_changes_nothing_and_leaks_nothing),
        cmocka_unit_test(test_what_needs_memory_asks_for_it),
        cmocka_unit_test(test_every_exported_function_is_tried),
        cmocka_unit_test(test_a_step_and_a_predict_in_a_workspace_ask_for_nothing),
        cmocka_unit_test(test_a_small_networks_prediction_asks_for_nothing),
        cmocka_unit_test(test_a_prediction_that_is_refused_its_threads_is_made_without_them),
        cmocka_unit_test(test_a_file_gets_no_more_memory_than_it_could_hold),
        cmocka_unit_test(test_settings_do_not_grow_one_by_one),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
