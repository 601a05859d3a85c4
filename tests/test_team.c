/*
 * test_team.c - threads that share a step: each barrier holds, and N threads learn what one does.
 */
#include "base/team.h"
#include "expect.h"
#include "support.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#if !defined(_WIN32)
#include <sys/wait.h>
#endif
#include <unistd.h>

#include <cmocka.h>

enum { ROUNDS = 2000, MOST = 8 };

/* ---- the team ---- */

struct shared {
    struct team *team;
    int64_t numbers[MOST]; /* each thread's own */
    int64_t wrong[MOST];
};

/* Each thread counts its number up, and after the barrier all numbers must be there. */
static void count_up(void *argument, int32_t index, int32_t count)
{
    struct shared *shared = argument;
    for (int64_t round = 1; round <= 10; round++) {
        shared->numbers[index]++;
        team_barrier(shared->team);
        for (int32_t t = 0; t < count; t++)
            shared->wrong[index] += shared->numbers[t] != shared->numbers[index];
        team_barrier(shared->team);
    }
}

static void test_nobody_passes_a_barrier_before_all_have_come(void **state)
{
    (void)state;
    for (int32_t count = 1; count <= 5; count++) {
        struct shared shared = {0};
        assert_true(team_create(count, &shared.team));
        assert_int_equal(team_count(shared.team), count);
        for (int round = 0; round < ROUNDS / 20; round++)
            team_run(shared.team, count_up, &shared);
        for (int32_t t = 0; t < count; t++) {
            assert_int_equal(shared.numbers[t], ROUNDS / 2);
            assert_int_equal(shared.wrong[t], 0);
        }
        team_destroy(shared.team);
    }
}

static void test_a_team_that_slept_wakes_up(void **state)
{
    (void)state;
    struct shared shared = {0};
    assert_true(team_create(3, &shared.team));
    for (int round = 0; round < 5; round++) {
        usleep(20000);
        team_run(shared.team, count_up, &shared);
    }
    assert_int_equal(shared.numbers[2], 50);
    team_destroy(shared.team);
    team_destroy(NULL);
    assert_true(team_processors() >= 1);
}

/* ---- the trainer ---- */

static dnn_trainer *trainer_with(const char *threads, const char *precision, const char *output, dnn_model **model)
{
    const int64_t layers[] = {3, 200, 170, 4};
    dnn_config *config = NULL;
    dnn_trainer *trainer = NULL;
    assert_ok(dnn_config_create("tutorial", &config));
    assert_ok(dnn_config_set(config, "threads", threads));
    assert_ok(dnn_config_set(config, "precision", precision));
    assert_ok(dnn_config_set(config, "activation", "tanh"));
    assert_ok(dnn_config_set(config, "activation.2", "silu")); /* keeps z */
    assert_ok(dnn_config_set(config, "output_activation", output));
    assert_ok(dnn_config_set(config, "init", "glorot_uniform"));
    assert_ok(dnn_config_set(config, "learning_rate", "0.05"));
    assert_ok(dnn_model_create(layers, 4, config, model));
    assert_ok(dnn_trainer_create(*model, NULL, &trainer));
    dnn_config_destroy(config);
    return trainer;
}

static void learn(dnn_trainer *trainer, int64_t first, int64_t steps)
{
    for (int64_t s = first; s < first + steps; s++) {
        const double x[] = {sin((double)s), cos(2.0 * (double)s), 0.5}, y[] = {0.1, 0.2, 0.3, 0.4};
        assert_ok(dnn_trainer_step(trainer, x, y, 1, NULL));
    }
}

static void compare(const char *precision, const char *output, double tolerance)
{
    dnn_model *one = NULL, *two = NULL, *again = NULL;
    dnn_trainer *alone = trainer_with("1", precision, output, &one);
    dnn_trainer *team = trainer_with("2", precision, output, &two);
    dnn_trainer *other = trainer_with("2", precision, output, &again);
    const int64_t count = dnn_model_parameter_count(one);
    double *a = calloc((size_t)count, sizeof *a), *b = calloc((size_t)count, sizeof *b);
    learn(alone, 0, 300);
    learn(team, 0, 300);
    learn(other, 0, 300);
    assert_ok(dnn_model_get_parameters(one, a));
    assert_ok(dnn_model_get_parameters(two, b));
    for (int64_t i = 0; i < count; i++)
        assert_near("weight", i, b[i], a[i], 1, tolerance);
    /* Which steps the team did and which the caller did alone differs from run to run; what was learned does not. */
    assert_ok(dnn_model_get_parameters(again, a));
    assert_memory_equal(a, b, (size_t)count * sizeof *a);
    free(a);
    free(b);
    dnn_trainer_destroy(alone);
    dnn_trainer_destroy(team);
    dnn_trainer_destroy(other);
    dnn_model_destroy(one);
    dnn_model_destroy(two);
    dnn_model_destroy(again);
}

static void test_two_threads_learn_what_one_does(void **state)
{
    (void)state;
    compare("f64", "sigmoid", 1e-12);
    compare("f32", "sigmoid", 1e-4);
    compare("f64", "softmax", 1e-12);
}

static void test_a_step_that_is_not_finite_changes_nothing(void **state)
{
    (void)state;
    dnn_model *model = NULL;
    dnn_trainer *trainer = trainer_with("2", "f32", "identity", &model);
    const int64_t count = dnn_model_parameter_count(model);
    double *before = calloc((size_t)count, sizeof *before), *after = calloc((size_t)count, sizeof *after);
    const double x[] = {1, 2, 3}, y[] = {3e38, -3e38, 3e38, 1};
    learn(trainer, 0, 20);
    assert_ok(dnn_model_get_parameters(model, before));
    for (int i = 0; i < 5; i++)
        expect_not_finite(dnn_trainer_step(trainer, x, y, 1, NULL), "");
    assert_ok(dnn_model_get_parameters(model, after));
    assert_memory_equal(before, after, (size_t)count * sizeof *before);
    learn(trainer, 20, 20);
    free(before);
    free(after);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

/* qemu's emulation starts none in such a child, either. */
#if !UNDER_TSAN && !DNN_EMULATED
/* Each thread says that it was there. */
static void sign(void *argument, int32_t index, int32_t count)
{
    struct shared *shared = argument;
    shared->numbers[index] = count;
    team_barrier(shared->team);
}

/* The child has none of the parent's threads, and starts its own. */
static void test_a_team_works_on_both_sides_of_a_fork(void **state)
{
    (void)state;
    struct shared shared = {0};
    assert_true(team_create(3, &shared.team));
    team_run(shared.team, sign, &shared);
    const pid_t child = fork();
    memset(shared.numbers, 0, sizeof shared.numbers);
    const int32_t count = team_count(shared.team);
    team_run(shared.team, sign, &shared);
    const bool is_right = count == 3 && shared.numbers[0] == 3 && shared.numbers[1] == 3 && shared.numbers[2] == 3;
    team_destroy(shared.team);
    if (child == 0)
        _exit(is_right ? 0 : 1);
    assert_true(is_right);
    int ended = -1;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(ended, 0);
}

#endif

/* Neither lost, nor for ever: those that wait make room for those that work. */
static void test_a_team_may_be_larger_than_the_machine(void **state)
{
    (void)state;
    struct shared shared = {0};
    assert_true(team_create(MOST, &shared.team));
    for (int round = 0; round < 50; round++)
        team_run(shared.team, count_up, &shared);
    for (int32_t t = 0; t < MOST; t++) {
        assert_int_equal(shared.numbers[t], 500);
        assert_int_equal(shared.wrong[t], 0);
    }
    team_destroy(shared.team);
}

#if !UNDER_TSAN && !DNN_EMULATED
/* The child learns what the parent learns. */
static void test_training_goes_on_after_a_fork(void **state)
{
    (void)state;
    dnn_model *model = NULL;
    dnn_trainer *trainer = trainer_with("2", "f64", "sigmoid", &model);
    double loss = 0, parents = 0;
    const double x[] = {0.25, 0.5, 0.75}, y[] = {0, 1, 0, 1};
    int pipes[2];
    learn(trainer, 0, 30);
    assert_int_equal(pipe(pipes), 0);
    const pid_t child = fork();
    if (child == 0) {
        int32_t status = DNN_OK;
        for (int i = 0; i < 20 && status == DNN_OK; i++)
            status = dnn_trainer_step(trainer, x, y, 1, &loss);
        if (write(pipes[1], &loss, sizeof loss) != sizeof loss)
            status = DNN_ERROR_IO;
        dnn_trainer_destroy(trainer);
        dnn_model_destroy(model);
        _exit(status == DNN_OK ? 0 : 1);
    }
    for (int i = 0; i < 20; i++)
        assert_ok(dnn_trainer_step(trainer, x, y, 1, &parents));
    int ended = -1;
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(ended, 0);
    assert_int_equal(read(pipes[0], &loss, sizeof loss), sizeof loss);
    assert_memory_equal(&loss, &parents, sizeof loss);
    close(pipes[0]);
    close(pipes[1]);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_passes_a_barrier_before_all_have_come),
        cmocka_unit_test(test_a_team_that_slept_wakes_up),
        cmocka_unit_test(test_a_team_may_be_larger_than_the_machine),
        cmocka_unit_test(test_two_threads_learn_what_one_does),
        cmocka_unit_test(test_a_step_that_is_not_finite_changes_nothing),
#if !UNDER_TSAN && !DNN_EMULATED
        cmocka_unit_test(test_a_team_works_on_both_sides_of_a_fork),
        cmocka_unit_test(test_training_goes_on_after_a_fork),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
