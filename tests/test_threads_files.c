/*
 * test_threads_files.c - models are loaded, saved, exported and read while other threads predict, and fits are cancelled by
 * others than those that run them.
 *
 * What is loaded must predict the same bits, and what is saved must be the same bytes, each time.
 */
#include "expect.h"
#include "file_support.h"
#include "support.h"
#include "thread_support.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { THREADS = 8, ROUNDS = 25, ROWS = 50, N_IN = 7, N_OUT = 3 };
static const int64_t layers[] = {N_IN, 40, 30, N_OUT};

struct shared {
    dnn_model *model;
    dnn_dataset *dataset;
    double x[ROWS * N_IN], y[ROWS * N_OUT];
    struct bytes file;
    const char *model_path, *csv_path, *onnx_path;
    const char *out_paths[THREADS];
};

static void check_model(struct gang_member *member, const dnn_model *model)
{
    const struct shared *s = member->shared;
    double y[ROWS * N_OUT];
    MEMBER_EXPECT(member, model != NULL && dnn_model_predict(model, s->x, ROWS, y) == DNN_OK);
    MEMBER_EXPECT(member, memcmp(y, s->y, sizeof y) == 0);
}

static void load_by_path(struct gang_member *member)
{
    const struct shared *s = member->shared;
    dnn_model *model = NULL;
    MEMBER_EXPECT(member, dnn_model_load(s->model_path, &model) == DNN_OK);
    check_model(member, model);
    dnn_model_destroy(model);
}

static void load_from_memory(struct gang_member *member)
{
    const struct shared *s = member->shared;
    dnn_model *model = NULL;
    MEMBER_EXPECT(member, dnn_model_load_memory(s->file.data, s->file.size, &model) == DNN_OK);
    check_model(member, model);
    dnn_model_destroy(model);
}

static void save_to_memory(struct gang_member *member)
{
    const struct shared *s = member->shared;
    uint8_t *bytes = malloc((size_t)s->file.size);
    int64_t size = 0;
    MEMBER_EXPECT(member, bytes != NULL && dnn_model_save_memory(s->model, bytes, s->file.size, &size) == DNN_OK);
    MEMBER_EXPECT(member, size == s->file.size && memcmp(bytes, s->file.data, (size_t)size) == 0);
    free(bytes);
}

/* To a file of its own, and to one that all write. */
static void save_by_path(struct gang_member *member)
{
    const struct shared *s = member->shared;
    dnn_model *model = NULL;
    MEMBER_EXPECT(member, dnn_model_save(s->model, s->out_paths[member->index]) == DNN_OK);
    MEMBER_EXPECT(member, dnn_model_load(s->out_paths[member->index], &model) == DNN_OK);
    check_model(member, model);
    MEMBER_EXPECT(member, dnn_model_save(s->model, s->model_path) == DNN_OK); /* while others load it */
    dnn_model_destroy(model);
}

static void go_by_onnx(struct gang_member *member)
{
#if DNN_ONNX
    const struct shared *s = member->shared;
    dnn_model *model = NULL;
    MEMBER_EXPECT(member, dnn_model_export_onnx(s->model, s->onnx_path) == DNN_OK);
    MEMBER_EXPECT(member, dnn_model_import_onnx(s->onnx_path, &model) == DNN_OK);
    check_model(member, model);
    dnn_model_destroy(model);
#else
    load_by_path(member);
#endif
}

static void read_table(struct gang_member *member)
{
    const struct shared *s = member->shared;
    dnn_dataset *dataset = NULL;
    double x[2], y[2];
    MEMBER_EXPECT(member, dnn_dataset_read_csv(s->csv_path, NULL, &dataset) == DNN_OK);
    MEMBER_EXPECT(member, dnn_dataset_get(dataset, 1, x, y) == DNN_OK);
    MEMBER_EXPECT(member, x[0] == 0.25 && x[1] == -3 && y[0] == 1 && y[1] == 0);
    MEMBER_EXPECT(member, strcmp(dnn_dataset_class_name(dataset, 0), "no") == 0);
    dnn_dataset_destroy(dataset);
}

static void predict(struct gang_member *member)
{
    const struct shared *s = member->shared;
    double loss;
    check_model(member, s->model);
    MEMBER_EXPECT(member, dnn_model_evaluate(s->model, s->dataset, &loss, NULL) == DNN_OK);
}

static void do_its_part(struct gang_member *member)
{
    static void (*const parts[THREADS])(struct gang_member *) = {
        predict, load_by_path, load_from_memory, save_to_memory, save_by_path, go_by_onnx, read_table, predict};
    for (int round = 0; round < ROUNDS && member->failures == 0; round++) {
        parts[(member->index + round / 5) % THREADS](member); /* each does each for a while */
    }
}

static void make(struct shared *s)
{
    static char text[] = "a,b,kind\n1,2,yes\n0.25,-3,no\n";
    static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7"};
    struct generator generator = {4};
    s->model = model_of(layers, 4,
                        "init=glorot_uniform activation=tanh threads=2"); /* which one of the threads gets, at a time */
    s->dataset = random_dataset(8, ROWS, N_IN, N_OUT);
    generator_fill(&generator, s->x, ROWS * N_IN, 0.5);
    assert_ok(dnn_model_predict(s->model, s->x, ROWS, s->y));
    s->file = saved(s->model);
    s->model_path = scratch_path("model");
    s->csv_path = scratch_path("csv");
    s->onnx_path = scratch_path("onnx");
    for (int i = 0; i < THREADS; i++) {
        s->out_paths[i] = scratch_path(names[i]);
    }
    write_whole(s->model_path, s->file);
    write_whole(s->csv_path, (struct bytes){(uint8_t *)text, sizeof text - 1});
}

static void release(struct shared *s)
{
    dnn_model_destroy(s->model);
    dnn_dataset_destroy(s->dataset);
    free(s->file.data);
    unlink(s->model_path);
    unlink(s->csv_path);
    unlink(s->onnx_path);
    for (int i = 0; i < THREADS; i++) {
        unlink(s->out_paths[i]);
    }
}

static void test_files_are_read_and_written_while_others_predict(void **state)
{
    (void)state;
    struct shared s = {0};
    struct gang_member members[THREADS];
    make(&s);
    assert_int_equal(gang_run(THREADS, do_its_part, &s, members), 0);
    release(&s);
}

/* ---- cancel ---- */

enum { FITS = THREADS / 2 };

/* Fits by the first half of the threads; thread FITS + i cancels that of thread i, again and again until it has ended. */
struct fits {
    dnn_dataset *dataset;
    dnn_trainer *trainers[FITS];
    atomic_int is_over[FITS];
};

static int32_t look_on(void *user, const dnn_progress *progress)
{
    *(double *)user = dnn_progress_loss(progress);
    return 1;
}

static void fit_or_cancel(struct gang_member *member)
{
    struct fits *fits = member->shared;
    const int fit = member->index % FITS;
    double loss = 0;
    if (member->index < FITS) {
        if (fit % 2 == 0) {
            MEMBER_EXPECT(member, dnn_trainer_set_progress(fits->trainers[fit], look_on, &loss) == DNN_OK);
        }
        MEMBER_EXPECT(member, dnn_trainer_fit(fits->trainers[fit], fits->dataset, fits->dataset) == DNN_STOPPED);
        atomic_store(&fits->is_over[fit], 1);
    }
    while (!atomic_load(&fits->is_over[fit])) {
        usleep(500);
        MEMBER_EXPECT(member, dnn_trainer_cancel(fits->trainers[fit]) == DNN_OK);
    }
}

static void test_fits_at_once_are_cancelled_each_by_another_thread(void **state)
{
    (void)state;
    struct fits fits = {.dataset = random_dataset(8, ROWS, N_IN, N_OUT)};
    struct gang_member members[THREADS];
    dnn_model *models[FITS];
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < FITS; i++) {
            models[i] = model_of(layers, 4,
                                 i % 2 == 0 ? "epochs=2147483647 threads=2 learning_rate=1e-6"
                                            : "epochs=2147483647 batch_size=16 optimizer=adam");
            fits.trainers[i] = trainer_of(models[i]);
            atomic_store(&fits.is_over[i], 0);
        }
        assert_int_equal(gang_run(THREADS, fit_or_cancel, &fits, members), 0);
        for (int i = 0; i < FITS; i++) {
            dnn_trainer_destroy(fits.trainers[i]);
            dnn_model_destroy(models[i]);
        }
    }
    dnn_dataset_destroy(fits.dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_are_read_and_written_while_others_predict),
        cmocka_unit_test(test_fits_at_once_are_cancelled_each_by_another_thread),
    };
    return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
