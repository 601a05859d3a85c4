/*
 * unload.c - a host that loads the library, trains with threads, and unloads it again: nothing of it may run after that. This
 * program is not linked with the library, nor with its BLAS.
 */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { LOADS = 20, STEPS = 50 };

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
    return library;
}

static double train(const struct library *library)
{
    const int64_t layers[] = {3, 200, 200, 2};
    const double x[] = {0.1, 0.2, 0.3}, y[] = {0.4, 0.6};
    void *config = NULL, *model = NULL, *trainer = NULL;
    double loss = -1;
    assert_int_equal(library->config_create("tutorial", &config), 0);
    assert_int_equal(library->config_set(config, "threads", "2"), 0);
    assert_int_equal(library->config_set(config, "init", "glorot_uniform"), 0);
    assert_int_equal(library->model_create(layers, 4, config, &model), 0);
    assert_int_equal(library->trainer_create(model, NULL, &trainer), 0);
    for (int s = 0; s < STEPS; s++)
        assert_int_equal(library->trainer_step(trainer, x, y, 1, &loss), 0);
    library->trainer_destroy(trainer);
    library->model_destroy(model);
    library->config_destroy(config);
    return loss;
}

static int is_loaded(void)
{
    void *const handle = dlopen(DNN_LIBRARY, RTLD_NOW | RTLD_NOLOAD);
    if (handle != NULL)
        dlclose(handle);
    return handle != NULL;
}

static void test_a_team_is_gone_when_the_library_is_unloaded(void **state)
{
    (void)state;
    double first = 0;
    for (int round = 0; round < LOADS; round++) {
        const struct library library = load();
        const double loss = train(&library);
        first = round == 0 ? loss : first;
        assert_true(loss > 0 && loss == first);
        assert_int_equal(dlclose(library.handle), 0);
        usleep(1000); /* whoever still ran would now run nowhere */
    }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* whose run-time may keep what was loaded */
    assert_false(is_loaded());
#else
    (void)is_loaded;
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_team_is_gone_when_the_library_is_unloaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
