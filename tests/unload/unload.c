/*
 * unload.c - a host that loads the library, trains with threads, and unloads it again, a hundred times: nothing of it may run
 * after that, and no memory may stay behind. This program is not linked with the library, nor with its BLAS, so its threads
 * can have stacks of 64 KiB: the BLAS's thread-local variables are not on them (tests/test_stack.c).
 */
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "system_memory.h"

/* Growth in 79 loads: 13 KiB forgotten by each would be more. */
enum { MOST_GROWTH = 1 << 20 };
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) /* whose run-time may keep what was loaded */
enum { SANITIZED = 1, LOADS = 20 };
#else
enum { SANITIZED = 0, LOADS = 100 };
#endif
enum { STEPS = 50, THREADS = 4, ROWS = 40, STACK = 64 * 1024 };

/* The functions that this host uses. */
struct library {
    void *handle;
    int32_t (*config_create)(const char *recipe, void **out);
    int32_t (*config_set)(void *config, const char *key, const char *text);
    void (*config_destroy)(void *config);
    int32_t (*model_create)(const int64_t *layers, int64_t layer_count, const void *config, void **out);
    void (*model_destroy)(void *model);
    int32_t (*trainer_create)(void *model, const void *config, void **out);
    void (*trainer_destroy)(void *trainer);
    int32_t (*trainer_step)(void *trainer, const double *x, const double *y, int64_t n, double *loss);
    int32_t (*model_predict)(const void *model, const double *x, int64_t n, double *y);
    const char *(*last_error)(void);
};

/* *function ← the symbol: the standard has no conversion of a pointer to data into one to a function, but POSIX lets memcpy. */
static void find(const struct library *library, const char *name, void *function)
{
    void *const symbol = dlsym(library->handle, name);
    assert_non_null(symbol);
    memcpy(function, &symbol, sizeof symbol);
}

static struct library load(void)
{
    struct library library = {.handle = dlopen(DNN_LIBRARY, RTLD_NOW | RTLD_LOCAL)};
    if (library.handle == NULL)
        fail_msg("%s", dlerror());
    find(&library, "dnn_config_create", &library.config_create);
    find(&library, "dnn_config_set", &library.config_set);
    find(&library, "dnn_config_destroy", &library.config_destroy);
    find(&library, "dnn_model_create", &library.model_create);
    find(&library, "dnn_model_destroy", &library.model_destroy);
    find(&library, "dnn_trainer_create", &library.trainer_create);
    find(&library, "dnn_trainer_destroy", &library.trainer_destroy);
    find(&library, "dnn_trainer_step", &library.trainer_step);
    find(&library, "dnn_model_predict", &library.model_predict);
    find(&library, "dnn_last_error", &library.last_error);
    return library;
}

/* What a thread is told, and what it found. */
struct errand {
    const struct library *library;
    const char *engine;
    int32_t failures;
    double loss;
};

static void train(struct errand *errand, void *config, void *model)
{
    const struct library *library = errand->library;
    static const double x[3 * ROWS] = {0.1, 0.2, 0.3}, y[2 * ROWS] = {0.4, 0.6};
    double out[2 * ROWS];
    void *trainer = NULL;
    errand->failures += library->trainer_create(model, config, &trainer) != 0;
    for (int s = 0; s < STEPS && errand->failures == 0; s++) {
        errand->failures += library->trainer_step(trainer, x, y, 1, &errand->loss) != 0;
    }
    errand->failures += library->trainer_step(trainer, x, y, ROWS, NULL) != 0;
    errand->failures += library->model_predict(model, x, ROWS, out) != 0;
    library->trainer_destroy(trainer);
}

/* A model, and a trainer with a thread of its own beside this one, made, used and released. */
static void *work(void *argument)
{
    struct errand *errand = argument;
    const struct library *library = errand->library;
    const int64_t layers[] = {3, 200, 200, 2};
    void *config = NULL, *model = NULL;
    errand->failures += library->config_create("tutorial", &config) != 0;
    errand->failures += library->config_set(config, "threads", "2") != 0;
    errand->failures += library->config_set(config, "engine", errand->engine) != 0;
    errand->failures += library->config_set(config, "init", "glorot_uniform") != 0;
    errand->failures += library->model_create(layers, 4, config, &model) != 0;
    if (errand->failures == 0) {
        train(errand, config, model);
    }
    library->model_destroy(model);
    library->config_destroy(config);
    return NULL;
}

/* All threads at once, and this one after them. The loss that each found. */
static double use(const struct library *library)
{
    struct errand errands[THREADS];
    pthread_t threads[THREADS];
    pthread_attr_t attributes;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    if (!SANITIZED) /* frames are larger there */
        assert_int_equal(pthread_attr_setstacksize(&attributes, STACK), 0);
    for (int i = 0; i < THREADS; i++) {
        errands[i] = (struct errand){library, i % 2 == 0 ? "fused" : "blas", 0, -1};
        assert_int_equal(pthread_create(&threads[i], &attributes, work, &errands[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    pthread_attr_destroy(&attributes);
    struct errand own = {library, "fused", 0, -1};
    work(&own);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(errands[i].failures, 0);
        assert_true(i % 2 != 0 || errands[i].loss == own.loss);
    }
    assert_int_equal(own.failures, 0);
    return own.loss;
}

static int is_loaded(void)
{
    void *const handle = dlopen(DNN_LIBRARY, RTLD_NOW | RTLD_NOLOAD);
    if (handle != NULL)
        dlclose(handle);
    return handle != NULL;
}

#if defined(__linux__)
/* Memory of this process, in bytes: what is resident, and what is mapped. */
static void take_memory(long *resident, long *mapped)
{
#if defined(__GLIBC__)
    malloc_trim(0); /* what is free is not forgotten */
#endif
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", mapped, resident), 2);
    fclose(file);
    *resident *= sysconf(_SC_PAGESIZE);
    *mapped *= sysconf(_SC_PAGESIZE);
}
#else
static void take_memory(long *resident, long *mapped)
{
    *resident = *mapped = 0;
}
#endif

static void test_a_team_is_gone_when_the_library_is_unloaded(void **state)
{
    (void)state;
    double first = 0;
    long resident = 0, mapped = 0, resident_then = 0, mapped_then = 0;
    for (int round = 0; round < LOADS; round++) {
        const struct library library = load();
        const double loss = use(&library);
        first = round == 0 ? loss : first;
        assert_true(loss > 0 && loss == first);
        assert_int_equal(dlclose(library.handle), 0);
        usleep(1000); /* whoever still ran would now run nowhere */
        take_memory(&resident, &mapped);
        if (round == LOADS / 5) {
            resident_then = resident;
            mapped_then = mapped;
        }
    }
    print_message("unload: %d loads, memory grew by %ld bytes resident, %ld mapped, in the last %d\n", LOADS,
                  resident - resident_then, mapped - mapped_then, LOADS - LOADS / 5 - 1);
    if (!SANITIZED)
        assert_false(is_loaded());
    /* BLIS leaves some 70 KB behind each time that it is unloaded after a product; without products of its nothing grows. */
    if (!SANITIZED && strstr(DNN_BLAS, "blis") == NULL) {
        assert_true(resident - resident_then <= MOST_GROWTH && mapped - mapped_then <= MOST_GROWTH);
    }
}

/* The first failure of a thread, which gets no memory from anywhere. Of the library's own variables for each thread, were there any, the C
 * library would take the memory just then, and end the process. */
static void *fail_without_memory(void *argument)
{
    struct errand *errand = argument;
    is_caller = 1;
    counted.refused = 1;
    counted.goes_on = 1;
    const int32_t status = errand->library->model_predict(NULL, NULL, 1, NULL);
    const char *const message = errand->library->last_error();
    is_caller = 0;
    errand->failures = status == 0 || strstr(message, "model") == NULL || counted.requests != 0;
    return NULL;
}

static void test_the_first_failure_of_a_thread_needs_no_memory(void **state)
{
    (void)state;
    const struct library library = load();
    struct errand errand = {&library, "fused", -1, -1};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, fail_without_memory, &errand), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(errand.failures, 0);
    assert_int_equal(dlclose(library.handle), 0);
}

int main(void)
{
#if defined(__GLIBC__)
    /* Else how many arenas it fills depends on which threads meet: megabytes, on one processor above all. */
    mallopt(M_ARENA_MAX, 1);
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_team_is_gone_when_the_library_is_unloaded),
        cmocka_unit_test(test_the_first_failure_of_a_thread_needs_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
