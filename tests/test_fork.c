/*
 * test_fork.c - the very first use of the library, by eight threads at once, in one process after another; and processes that
 * fork before it and after.
 *
 * The main program uses nothing of the library before its first children are done: what is made at the first call is made in each
 * of them, by whichever thread comes first. Every child trains and predicts; what it got goes back as a sum of bits, and must be
 * what the others got, and at last the parent alone.
 */
#include "api/dataset.h"
#include "base/team.h"
#include "expect.h"
#include "support.h"
#include "thread_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Of the sanitizers' own allocators it is known, and was seen, that they hold a lock in the child of a fork for ever if a thread took
 * memory at that moment. The C library's does not. */
#if defined(__has_feature)
#define UNDER_TSAN __has_feature(thread_sanitizer)
#define HAS_OTHER_ALLOCATOR (__has_feature(address_sanitizer) || __has_feature(memory_sanitizer))
#elif defined(__SANITIZE_THREAD__)
#define UNDER_TSAN 1
#define HAS_OTHER_ALLOCATOR 1
#elif defined(__SANITIZE_ADDRESS__)
#define UNDER_TSAN 0
#define HAS_OTHER_ALLOCATOR 1
#else
#define UNDER_TSAN 0
#define HAS_OTHER_ALLOCATOR 0
#endif

enum { THREADS = 8, CHILDREN = 12, ROWS = 40, N_IN = 6, N_OUT = 3, PATIENCE = 60, FORKS = 200, MANY = 300 };
static const int64_t layers[] = {N_IN, 150, 140, N_OUT};

/* ---- what every thread does ---- */

static dnn_config *make_config(struct gang_member *member)
{
    static const char *const settings[][2] = {
        {"threads", "2"},    {"init", "glorot_uniform"}, {"epochs", "2"},         {"batch_size", "16"},
        {"shuffle", "true"}, {"activation", "tanh"},     {"learning_rate", "0.1"}};
    dnn_config *config = NULL;
    MEMBER_EXPECT(member, dnn_config_create("tutorial", &config) == DNN_OK);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        MEMBER_EXPECT(member, dnn_config_set(config, settings[i][0], settings[i][1]) == DNN_OK);
    }
    return config;
}

/* Steps of one sample by a team, a fit by batches, an evaluation. */
static void train(struct gang_member *member, dnn_model *model, dnn_trainer *trainer, const double *x, const double *y)
{
    dnn_dataset *dataset = NULL;
    double loss = 0, out[ROWS * N_OUT];
    MEMBER_EXPECT(member, dnn_dataset_create(x, ROWS, N_IN, y, N_OUT, &dataset) == DNN_OK);
    for (int i = 0; i < ROWS; i++) {
        MEMBER_EXPECT(member, dnn_trainer_step(trainer, x + i * N_IN, y + i * N_OUT, 1, &loss) == DNN_OK);
        member_add(member, &loss, 1);
    }
    MEMBER_EXPECT(member, dnn_trainer_fit(trainer, dataset, NULL) == DNN_OK);
    MEMBER_EXPECT(member, dnn_model_evaluate(model, dataset, &loss, NULL) == DNN_OK);
    MEMBER_EXPECT(member, dnn_model_predict(model, x, ROWS, out) == DNN_OK);
    member_add(member, &loss, 1);
    member_add(member, out, ROWS * N_OUT);
    dnn_dataset_destroy(dataset);
}

static void fill(double *x, double *y)
{
    struct generator generator = {11};
    generator_fill(&generator, x, ROWS * N_IN, 0.5);
    generator_fill(&generator, y, ROWS * N_OUT, 0);
}

static void make_and_train(struct gang_member *member)
{
    double x[ROWS * N_IN], y[ROWS * N_OUT];
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    fill(x, y);
    /* Each thread begins with another function. */
    MEMBER_EXPECT(member, member->index % 4 != 1 || dnn_version() > 0);
    MEMBER_EXPECT(member, member->index % 4 != 2 || dnn_config_key_count() > 0);
    MEMBER_EXPECT(member, member->index % 4 != 3 || dnn_model_load("/nowhere", &model) == DNN_ERROR_IO);
    dnn_config *config = make_config(member);
    MEMBER_EXPECT(member, dnn_model_create(layers, 4, config, &model) == DNN_OK);
    MEMBER_EXPECT(member, dnn_trainer_create(model, NULL, &trainer) == DNN_OK);
    if (member->failures == 0) {
        train(member, model, trainer, x, y);
    }
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
}

/* ---- processes ---- */

/* What all threads of a process got; 0 if one failed, or got something else. */
static uint64_t run_gang(int count)
{
    struct gang_member members[THREADS];
    if (gang_run(count, make_and_train, NULL, members) != 0) {
        return 0;
    }
    for (int i = 1; i < count; i++) {
        if (members[i].sum != members[0].sum) {
            fprintf(stderr, "thread %d has got something else\n", i);
            return 0;
        }
    }
    return members[0].sum;
}

struct child {
    pid_t process;
    int pipe;
};

/* Forks; the child hands back what `get` makes, which is not 0. It must end within PATIENCE seconds, or a signal ends it. */
static struct child start_child(uint64_t (*get)(void))
{
    int pipes[2] = {-1, -1};
    const struct child child = {pipe(pipes) == 0 ? fork() : -1, pipes[0]};
    if (child.process == 0) {
        alarm(PATIENCE);
        const uint64_t sum = get();
        _exit(write(pipes[1], &sum, sizeof sum) == sizeof sum ? 0 : 1);
    }
    close(pipes[1]);
    return child;
}

/* What it handed back; 0 if it did not, or did not end well. */
static uint64_t result_of(struct child child)
{
    uint64_t sum = 0;
    int status = -1;
    const ssize_t size = read(child.pipe, &sum, sizeof sum);
    close(child.pipe);
    const bool has_ended = child.process > 0 && waitpid(child.process, &status, 0) == child.process;
    return has_ended && status == 0 && size == sizeof sum ? sum : 0;
}

static uint64_t end_child(struct child child)
{
    const uint64_t sum = result_of(child);
    assert_true(sum != 0);
    return sum;
}

static uint64_t by_eight_threads(void)
{
    return run_gang(THREADS);
}

static uint64_t by_one_thread(void)
{
    return run_gang(1);
}

static void test_first_use_by_many_threads_in_many_processes(void **state)
{
    (void)state;
    uint64_t first = 0;
    for (int i = 0; i < CHILDREN; i++) {
        const uint64_t sum = end_child(start_child(by_eight_threads));
        first = i == 0 ? sum : first;
        assert_true(sum != 0 && sum == first);
    }
    assert_true(by_one_thread() == first); /* and the parent, which forked before its own first use */
}

#if !UNDER_TSAN && !DNN_EMULATED /* which ends a child that starts threads after its parent had some */

/* Handles that were used before the fork, by both sides after it. */
static struct {
    dnn_model *model;
    dnn_trainer *trainer;
    double x[ROWS * N_IN], y[ROWS * N_OUT];
} inherited;

static uint64_t by_inherited_handles(void)
{
    struct gang_member member = {0};
    train(&member, inherited.model, inherited.trainer, inherited.x, inherited.y);
    return member.failures == 0 ? member.sum : 0;
}

static void test_both_sides_of_a_fork_go_on(void **state)
{
    (void)state;
    struct gang_member member = {0};
    fill(inherited.x, inherited.y);
    dnn_config *config = make_config(&member);
    assert_ok(dnn_model_create(layers, 4, config, &inherited.model));
    assert_ok(dnn_trainer_create(inherited.model, NULL, &inherited.trainer));
    const uint64_t before = by_inherited_handles();
    for (int i = 0; i < CHILDREN; i++) {
        const struct child same = start_child(by_inherited_handles), other = start_child(by_eight_threads);
        const uint64_t own = by_inherited_handles(); /* while they run */
        assert_true(own != 0 && own != before);
        assert_true(end_child(same) == own);
        assert_true(end_child(other) == by_one_thread());
    }
    assert_int_equal(member.failures, 0);
    dnn_trainer_destroy(inherited.trainer);
    dnn_model_destroy(inherited.model);
    dnn_config_destroy(config);
}

/* Handles that other threads use when the process forks: what locks they hold at that moment, nobody gives back in the child. */
static struct {
    dnn_model *model;
    dnn_dataset *dataset;
    double x[ROWS * N_IN];
    atomic_bool ended;
} busy;

static bool use_busy_handles(void)
{
    static const double weights[ROWS] = {1, 2};
    double y[ROWS * N_OUT], loss;
    return dnn_model_predict(busy.model, busy.x, ROWS, y) == DNN_OK &&
           dnn_model_evaluate(busy.model, busy.dataset, &loss, NULL) == DNN_OK &&
           dnn_dataset_set_weights(busy.dataset, weights) == DNN_OK;
}

/* What a thread holds for a few instructions is held while the process forks. */
static uint64_t use_what_is_held(void)
{
    double x[MANY * N_IN] = {0}, y[MANY * N_OUT]; /* enough for the model's own threads */
    const bool works = use_busy_handles() && dnn_model_predict(busy.model, x, MANY, y) == DNN_OK;
    const bool has_crew = busy.model->crew.team != NULL || team_processors() == 1;
    const bool is_free = guard_try(&busy.model->crew.guard);
    guard_give_back(&busy.model->crew.guard);
    return works && has_crew && is_free ? 1 : 0;
}

static void make_busy_handles(void)
{
    static const int64_t some_layers[] = {N_IN, 150, N_OUT}; /* too wide for the loops that need no memory */
    double y[ROWS * N_OUT];
    struct gang_member member = {0};
    dnn_config *config = make_config(&member);
    fill(busy.x, y);
    assert_ok(dnn_model_create(some_layers, 3, config, &busy.model));
    assert_ok(dnn_dataset_create(busy.x, ROWS, N_IN, y, N_OUT, &busy.dataset));
    atomic_store(&busy.ended, false);
    dnn_config_destroy(config);
    assert_int_equal(member.failures, 0);
}

static void destroy_busy_handles(void)
{
    dnn_dataset_destroy(busy.dataset);
    dnn_model_destroy(busy.model);
}

static void test_a_child_has_no_locks_of_other_threads(void **state)
{
    (void)state;
    make_busy_handles();
    assert_true(guard_try(&busy.model->crew.guard) && guard_try(&busy.dataset->weights_guard));
    assert_int_equal(end_child(start_child(use_what_is_held)), 1);
    guard_give_back(&busy.model->crew.guard);
    guard_give_back(&busy.dataset->weights_guard);
    assert_int_equal(use_what_is_held(), 1);
    destroy_busy_handles();
}

#if !HAS_OTHER_ALLOCATOR

/* The same by chance: others are in the middle of any instruction of a prediction, or of the choice of a dataset's weights. */
static uint64_t use_them_once(void)
{
    return use_busy_handles() ? 1 : 0;
}

static void use_or_fork(struct gang_member *member)
{
    if (member->index == 0) {
        for (int i = 0; i < FORKS; i++) {
            MEMBER_EXPECT(member, result_of(start_child(use_them_once)) == 1);
        }
        atomic_store(&busy.ended, true);
    }
    while (!atomic_load(&busy.ended)) {
        MEMBER_EXPECT(member, use_busy_handles());
    }
}

static void test_a_fork_may_come_at_any_moment(void **state)
{
    (void)state;
    struct gang_member members[4];
    make_busy_handles();
    assert_int_equal(gang_run(4, use_or_fork, NULL, members), 0);
    destroy_busy_handles();
}

#endif

/* A child of a child. */
static uint64_t by_grandchild(void)
{
    const uint64_t own = by_one_thread();
    const struct child child = start_child(by_eight_threads);
    uint64_t sum = 0;
    int status = -1;
    const bool is_read = read(child.pipe, &sum, sizeof sum) == sizeof sum;
    return waitpid(child.process, &status, 0) == child.process && status == 0 && is_read && sum == own ? own : 0;
}

static void test_a_child_may_fork_again(void **state)
{
    (void)state;
    assert_true(end_child(start_child(by_grandchild)) == by_one_thread());
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_use_by_many_threads_in_many_processes), /* must be the first */
#if !UNDER_TSAN && !DNN_EMULATED
        cmocka_unit_test(test_both_sides_of_a_fork_go_on),
        cmocka_unit_test(test_a_child_may_fork_again),
        cmocka_unit_test(test_a_child_has_no_locks_of_other_threads),
#if !HAS_OTHER_ALLOCATOR
        cmocka_unit_test(test_a_fork_may_come_at_any_moment),
#endif
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
