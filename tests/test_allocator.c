/*
 * test_allocator.c - dnn_set_allocator: all memory is the host's, from the first block to the last, or none of it is.
 *
 * The choice is made once in a process, so each test is the life of a child process. What it computes comes back through a pipe.
 */
#include "counted_memory.h"

#include "file_support.h"
#include "support.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#define MUST(holds) ((holds) ? (void)0 : fail_child(__LINE__, #holds))

/* No assertion of cmocka's works in a child. */
static void fail_child(int line, const char *what)
{
    fprintf(stderr, "test_allocator.c:%d: %s; \"%s\"\n", line, what, dnn_last_error());
    fflush(stderr);
    _exit(1);
}

/* Runs a life to its end, and gives what it wrote. */
static struct bytes live(void (*life)(int out))
{
    int ends[2];
    struct bytes bytes = {allocate_or_fail(1 << 20, 1), 0};
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        free(bytes.data); /* the parent's: valgrind looks at what a child leaves, too */
        life(ends[1]);
        _exit(0);
    }
    close(ends[1]);
    for (ssize_t count; (count = read(ends[0], bytes.data + bytes.size, (size_t)((1 << 20) - bytes.size))) > 0;)
        bytes.size += count;
    close(ends[0]);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("the child ended with %#x", (unsigned)status);
    return bytes;
}

static void put(int out, const void *bytes, size_t size)
{
    MUST(write(out, bytes, size) == (ssize_t)size);
}

static const char *csv_path, *model_path, *onnx_path;

/* Something of everything: settings, training with threads, files of all kinds, zlib. */
static void use_everything(int out)
{
    const int64_t layers[] = {2, 400, 2};
    const double x[] = {0.25, -0.5};
    double y[2], theta[2];
    dnn_config *config = NULL;
    dnn_model *model = NULL, *loaded = NULL;
    dnn_dataset *dataset = NULL;
    dnn_trainer *trainer = NULL;
    MUST(dnn_config_create("classifier", &config) == DNN_OK);
    MUST(dnn_config_set(config, "activation.1", "tanh") == DNN_OK);
    MUST(dnn_config_set_integer(config, "threads", 2) == DNN_OK);
    MUST(dnn_config_set_integer(config, "batch_size", 1) == DNN_OK);
    MUST(dnn_config_set_integer(config, "epochs", 1) == DNN_OK);
    MUST(dnn_dataset_read_csv(csv_path, NULL, &dataset) == DNN_OK);
    MUST(dnn_model_create(layers, 3, config, &model) == DNN_OK);
    MUST(dnn_model_standardize(model, dataset) == DNN_OK);
    MUST(dnn_trainer_create(model, config, &trainer) == DNN_OK);
    MUST(dnn_trainer_fit(trainer, dataset, dataset) == DNN_OK);
    MUST(dnn_trainer_save(trainer, model_path) == DNN_OK);
    MUST(dnn_model_load(model_path, &loaded) == DNN_OK);
    MUST(dnn_model_predict(loaded, x, 1, y) == DNN_OK);
    put(out, y, sizeof y);
    dnn_model_destroy(loaded);
    loaded = NULL;
    const int32_t status = dnn_model_export_onnx(model, onnx_path);
    MUST(status == (DNN_ONNX ? DNN_OK : DNN_ERROR_UNSUPPORTED));
    MUST(!DNN_ONNX || dnn_model_import_onnx(onnx_path, &loaded) == DNN_OK);
    MUST(!DNN_ONNX || dnn_model_predict(loaded, x, 1, y) == DNN_OK);
    put(out, y, sizeof y);
    MUST(dnn_model_evaluate(model, dataset, &theta[0], &theta[1]) == DNN_OK);
    put(out, theta, sizeof theta);
    dnn_model_destroy(loaded);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_dataset_destroy(dataset);
    dnn_config_destroy(config);
}

static void use_default(int out)
{
    use_everything(out);
}

static void use_counted(int out)
{
    count_memory();
    use_everything(out);
    MUST(counted.requests > 100);
    MUST(counted.blocks == 0);
}

/* Blocks that hold anything and lie at 16 of 32 bytes serve as well as calloc's. */
static void test_whatever_allocator_serves_the_results_are_the_same(void **state)
{
    (void)state;
    struct bytes one = live(use_default), other = live(use_counted);
    assert_int_equal(one.size, 6 * sizeof(double));
    assert_true(same_bytes(one, other));
    free(one.data);
    free(other.data);
}

/* ---- when ---- */

/* All that may come before it. */
static void ask_nothing(void)
{
    double number;
    MUST(dnn_version() > 0 && dnn_build_info() != NULL && dnn_config_key_count() > 10);
    MUST(dnn_config_key_name(0) != NULL && dnn_config_key_help(0) != NULL);
    MUST(dnn_model_predict(NULL, &number, 1, &number) == DNN_ERROR_INVALID_ARGUMENT);
    dnn_model_destroy(NULL);
}

static void set_too_late(int out)
{
    dnn_config *config = NULL;
    ask_nothing();
    MUST(dnn_config_create(NULL, &config) == DNN_OK);
    MUST(dnn_set_allocator(counted_malloc, counted_realloc, counted_free, &counted) == DNN_ERROR_INVALID_ARGUMENT);
    MUST(strstr(dnn_last_error(), "expected dnn_set_allocator before the first call") != NULL);
    MUST(dnn_set_allocator(NULL, NULL, NULL, NULL) == DNN_ERROR_INVALID_ARGUMENT);
    MUST(dnn_config_set(config, "activation.1", "relu") == DNN_OK);
    dnn_config_destroy(config);
    MUST(dnn_set_allocator(NULL, NULL, NULL, NULL) == DNN_ERROR_INVALID_ARGUMENT); /* for ever */
    MUST(counted.requests == 0 && counted.blocks == 0);
    put(out, "", 1);
}

static void set_last(int out)
{
    dnn_config *config = NULL;
    int other;
    ask_nothing();
    MUST(dnn_set_allocator(counted_malloc, counted_realloc, counted_free, &other) == DNN_OK); /* it would abort */
    ask_nothing();
    count_memory();
    MUST(dnn_config_create(NULL, &config) == DNN_OK);
    MUST(counted.requests > 0 && counted.blocks > 0);
    dnn_config_destroy(config);
    MUST(counted.blocks == 0);
    put(out, "", 1);
}

static void set_back(int out)
{
    dnn_config *config = NULL;
    count_memory();
    MUST(dnn_set_allocator(NULL, NULL, NULL, &counted) == DNN_OK);
    MUST(dnn_config_create(NULL, &config) == DNN_OK);
    dnn_config_destroy(config);
    MUST(counted.requests == 0);
    put(out, "", 1);
}

static void set_often(int out)
{
    for (int i = 0; i < 15; i++)
        count_memory();
    MUST(dnn_set_allocator(counted_malloc, counted_realloc, counted_free, &counted) == DNN_ERROR_INVALID_ARGUMENT);
    MUST(strstr(dnn_last_error(), "15 times already") != NULL);
    MUST(dnn_set_allocator(counted_malloc, counted_realloc, counted_free, &counted) == DNN_ERROR_INVALID_ARGUMENT);
    dnn_config *config = NULL;
    MUST(dnn_config_create(NULL, &config) == DNN_OK);
    MUST(counted.requests > 0);
    dnn_config_destroy(config);
    put(out, "", 1);
}

static void set_a_part(int out)
{
    const struct {
        void *(*malloc_fn)(void *, int64_t);
        void *(*realloc_fn)(void *, void *, int64_t);
        void (*free_fn)(void *, void *);
        const char *missing;
    } parts[] = {{NULL, counted_realloc, counted_free, "malloc_fn is NULL"},
                 {counted_malloc, NULL, counted_free, "realloc_fn is NULL"},
                 {counted_malloc, counted_realloc, NULL, "free_fn is NULL"},
                 {NULL, NULL, counted_free, "malloc_fn is NULL"}};
    for (int i = 0; i < 4; i++) {
        MUST(dnn_set_allocator(parts[i].malloc_fn, parts[i].realloc_fn, parts[i].free_fn, &counted) ==
             DNN_ERROR_INVALID_ARGUMENT);
        MUST(strstr(dnn_last_error(), parts[i].missing) != NULL);
    }
    dnn_config *config = NULL;
    MUST(dnn_config_create(NULL, &config) == DNN_OK);
    dnn_config_destroy(config);
    MUST(counted.requests == 0);
    put(out, "", 1);
}

static void test_it_can_be_chosen_before_first_use_and_never_after(void **state)
{
    (void)state;
    void (*const lives[])(int) = {set_too_late, set_last, set_back, set_often, set_a_part};
    for (size_t i = 0; i < sizeof lives / sizeof lives[0]; i++) {
        struct bytes bytes = live(lives[i]);
        assert_int_equal(bytes.size, 1); /* it came to its end */
        free(bytes.data);
    }
}

/* ---- threads ---- */

enum { THREADS = 6 };
static atomic_int begun;
static atomic_int locked_requests;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t host;
static atomic_int foreign; /* calls on other threads than the host's */

static void *locked_malloc(void *user, int64_t size)
{
    pthread_mutex_lock(&lock);
    void *block = counted_malloc(user, size);
    pthread_mutex_unlock(&lock);
    atomic_fetch_add(&locked_requests, 1);
    atomic_fetch_add(&foreign, !pthread_equal(pthread_self(), host));
    return block;
}

static void *locked_realloc(void *user, void *block, int64_t size)
{
    pthread_mutex_lock(&lock);
    void *moved = counted_realloc(user, block, size);
    pthread_mutex_unlock(&lock);
    atomic_fetch_add(&foreign, !pthread_equal(pthread_self(), host));
    return moved;
}

static void locked_free(void *user, void *block)
{
    pthread_mutex_lock(&lock);
    counted_free(user, block);
    pthread_mutex_unlock(&lock);
    atomic_fetch_add(&foreign, !pthread_equal(pthread_self(), host));
}

/* Threads that choose, and threads that use, all at once. */
static void *choose_or_use(void *argument)
{
    const int index = *(int *)argument;
    static _Thread_local dnn_config *config;
    atomic_fetch_add(&begun, 1);
    while (atomic_load(&begun) < THREADS) {
    }
    if (index % 2 == 0) {
        const int32_t status = dnn_set_allocator(locked_malloc, locked_realloc, locked_free, &counted);
        MUST(status == DNN_OK || status == DNN_ERROR_INVALID_ARGUMENT);
        return status == DNN_OK ? argument : NULL;
    }
    for (int i = 0; i < 20; i++) {
        MUST(dnn_config_create("regressor", &config) == DNN_OK);
        MUST(dnn_config_set(config, "activation.1", "tanh") == DNN_OK);
        dnn_config_destroy(config); /* aborts if its blocks are of two kinds */
        config = NULL;
    }
    return NULL;
}

static void race(int out)
{
    pthread_t threads[THREADS];
    int indices[THREADS];
    bool is_set = false;
    for (int i = 0; i < THREADS; i++) {
        indices[i] = i;
        MUST(pthread_create(&threads[i], NULL, choose_or_use, &indices[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *result = NULL;
        MUST(pthread_join(threads[i], &result) == 0);
        is_set = is_set || result != NULL;
    }
    MUST((atomic_load(&locked_requests) > 0) == is_set);
    MUST(counted.blocks == 0);
    put(out, is_set ? "s" : "-", 1);
}

static void test_choice_and_first_use_on_many_threads_are_one_or_the_other(void **state)
{
    (void)state;
    for (int i = 0; i < 40; i++) {
        struct bytes bytes = live(race);
        assert_int_equal(bytes.size, 1);
        free(bytes.data);
    }
}

static void use_on_one_thread(int out)
{
    host = pthread_self();
    MUST(dnn_set_allocator(locked_malloc, locked_realloc, locked_free, &counted) == DNN_OK);
    use_everything(out);
    MUST(atomic_load(&locked_requests) > 100);
    MUST(atomic_load(&foreign) == 0);
    MUST(counted.blocks == 0);
}

/* A network of 400 with threads = 2 has a thread of its own beside. */
static void test_it_is_called_on_the_hosts_threads_alone(void **state)
{
    (void)state;
    struct bytes bytes = live(use_on_one_thread);
    assert_int_equal(bytes.size, 6 * sizeof(double));
    free(bytes.data);
}

static int setup(void **state)
{
    if (make_scratch(state) != 0)
        return -1;
    static char paths[3][256];
    csv_path = strcpy(paths[0], scratch_path("table.csv.gz"));
    model_path = strcpy(paths[1], scratch_path("model"));
    onnx_path = strcpy(paths[2], scratch_path("onnx"));
    gzFile file = gzopen(csv_path, "wb");
    for (int i = 0; i < 40; i++)
        gzprintf(file, "%d,%d,%s\n", i * 7 % 11, i * 5 % 13, i * 7 % 11 > i * 5 % 13 ? "more" : "less");
    return gzclose(file) == Z_OK ? 0 : -1;
}

static int teardown(void **state)
{
    unlink(csv_path), unlink(model_path), unlink(onnx_path);
    return remove_scratch(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whatever_allocator_serves_the_results_are_the_same),
        cmocka_unit_test(test_it_can_be_chosen_before_first_use_and_never_after),
        cmocka_unit_test(test_choice_and_first_use_on_many_threads_are_one_or_the_other),
        cmocka_unit_test(test_it_is_called_on_the_hosts_threads_alone),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
