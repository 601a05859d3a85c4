/*
 * stack_jobs.c - see stack_jobs.h. No job has large arrays of its own, but for what it hands to the library.
 */
#include "stack_jobs.h"

#include "expect.h"
#include "file_support.h"
#include "files.h"
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { KIB = 1024 };
enum { ROWS = 300, N_IN = 20, N_OUT = 5 };

/* What the jobs work with; made by the main thread, whose stack is large. */
static struct {
    dnn_model *small, *model, *wide, *deep;
    dnn_trainer *trainer, *wide_trainer, *deep_trainer;
    dnn_dataset *dataset;
    double *x, *y;
    const char *csv, *gzip, *model_path, *checkpoint_path, *onnx_path, *out_path;
} given;

static int32_t predict(dnn_model *model, int64_t rows)
{
    double *y = malloc(sizeof *y * ROWS * N_OUT);
    int32_t status = y == NULL ? DNN_ERROR_OUT_OF_MEMORY : dnn_model_predict(model, given.x, rows, y);
    free(y);
    return status;
}

static int32_t predict_one(void)
{
    return predict(given.model, 1);
}

static int32_t predict_rows(void)
{
    return predict(given.model, ROWS);
}

static int32_t predict_small(void)
{
    return predict(given.small, 1);
}

static int32_t predict_small_rows(void)
{
    return predict(given.small, ROWS);
}

static int32_t predict_wide(void)
{
    return predict(given.wide, ROWS);
}

static int32_t predict_f32(void)
{
    float x[N_IN] = {0}, y[N_OUT];
    const int32_t status = dnn_model_predict_f32(given.model, x, 1, y);
    return status != DNN_OK ? status : dnn_model_predict_f32(given.small, x, 1, y);
}

static int32_t classify(void)
{
    int32_t label[ROWS];
    return dnn_model_classify(given.model, given.x, ROWS, label);
}

static int32_t evaluate(void)
{
    double loss, accuracy;
    return dnn_model_evaluate(given.model, given.dataset, &loss, &accuracy);
}

static int32_t confusion(void)
{
    int64_t counts[N_OUT * N_OUT];
    double r2;
    const int32_t status = dnn_model_confusion(given.model, given.dataset, counts);
    return status != DNN_OK ? status : dnn_model_score(given.model, given.dataset, &r2);
}

static int32_t standardize(void)
{
    return dnn_model_standardize(given.model, given.dataset);
}

static int32_t step_one(void)
{
    return dnn_trainer_step(given.trainer, given.x, given.y, 1, NULL);
}

static int32_t step_rows(void)
{
    return dnn_trainer_step(given.trainer, given.x, given.y, ROWS, NULL);
}

static int32_t step_wide(void)
{
    const int32_t status = dnn_trainer_step(given.wide_trainer, given.x, given.y, 1, NULL);
    return status != DNN_OK ? status : dnn_trainer_step(given.wide_trainer, given.x, given.y, ROWS, NULL);
}

static int32_t step_deep(void)
{
    const int32_t status = dnn_trainer_step(given.deep_trainer, given.x, given.y, 1, NULL);
    return status != DNN_OK ? status : dnn_trainer_step(given.deep_trainer, given.x, given.y, ROWS, NULL);
}

static int32_t step_blas(void)
{
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    dnn_config *config = NULL;
    static const int64_t layers[] = {N_IN, 600, 700, N_OUT};
    int32_t status = dnn_config_create("tutorial", &config);
    status = status != DNN_OK ? status : dnn_config_set(config, "engine", "blas");
    status = status != DNN_OK ? status : dnn_model_create(layers, 4, config, &model);
    status = status != DNN_OK ? status : dnn_trainer_create(model, NULL, &trainer);
    status = status != DNN_OK ? status : dnn_trainer_step(trainer, given.x, given.y, 1, NULL);
    status = status != DNN_OK ? status : dnn_trainer_step(trainer, given.x, given.y, ROWS, NULL);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    dnn_config_destroy(config);
    return status;
}

static int32_t accumulate(void)
{
    const int32_t status = dnn_trainer_accumulate(given.trainer, given.x, given.y, ROWS, NULL);
    return status != DNN_OK ? status : dnn_trainer_apply(given.trainer, 0.01);
}

static int32_t check_gradient(void)
{
    double error;
    return dnn_trainer_check_gradient(given.trainer, given.x, given.y, 3, &error);
}

static int32_t diagnose(void)
{
    char text[8 * KIB];
    const int32_t status = dnn_trainer_diagnose(given.trainer, text, sizeof text, NULL);
    return status != DNN_OK ? status : dnn_model_summary(given.model, text, sizeof text, NULL);
}

/* Adam, shuffled, with dropout, validation, patience and checkpoints. */
static int32_t fit(void)
{
    static const char *const settings[][2] = {
        {"optimizer", "adam"}, {"shuffle", "true"},    {"dropout", "0.1"}, {"batch_size", "32"}, {"epochs", "3"},
        {"patience", "2"},     {"schedule", "cosine"}, {"clip_norm", "1"}, {"l2", "0.001"},      {"threads", "2"},
    };
    dnn_config *config = NULL;
    dnn_trainer *trainer = NULL;
    int32_t status = dnn_config_create("tutorial", &config);
    for (size_t i = 0; status == DNN_OK && i < sizeof settings / sizeof *settings; i++) {
        status = dnn_config_set(config, settings[i][0], settings[i][1]);
    }
    status = status != DNN_OK ? status : dnn_config_set(config, "checkpoint_path", given.out_path);
    status = status != DNN_OK ? status : dnn_trainer_create(given.model, config, &trainer);
    status = status != DNN_OK ? status : dnn_trainer_fit(trainer, given.dataset, given.dataset);
    dnn_trainer_destroy(trainer);
    dnn_config_destroy(config);
    return status;
}

static int32_t save(void)
{
    return dnn_model_save(given.model, given.out_path);
}

static int32_t load(void)
{
    dnn_model *model = NULL;
    const int32_t status = dnn_model_load(given.model_path, &model);
    dnn_model_destroy(model);
    return status;
}

static int32_t save_checkpoint(void)
{
    return dnn_trainer_save(given.trainer, given.out_path);
}

static int32_t load_checkpoint(void)
{
    dnn_model *model = NULL;
    dnn_trainer *trainer = NULL;
    const int32_t status = dnn_trainer_load(given.checkpoint_path, &model, &trainer);
    dnn_trainer_destroy(trainer);
    dnn_model_destroy(model);
    return status;
}

static int32_t export_c(void)
{
    return dnn_model_export_c(given.model, given.out_path, "net");
}

static int32_t read_csv_at(const char *path)
{
    dnn_dataset *dataset = NULL;
    const int32_t status = dnn_dataset_read_csv(path, "targets=last classes=true missing=mean", &dataset);
    dnn_dataset_destroy(dataset);
    return status;
}

static int32_t read_csv(void)
{
    return read_csv_at(given.csv);
}

static int32_t read_csv_gzip(void)
{
    return read_csv_at(given.gzip);
}

#if DNN_ONNX
static int32_t export_onnx(void)
{
    return dnn_model_export_onnx(given.model, given.out_path);
}

static int32_t import_onnx(void)
{
    dnn_model *model = NULL;
    const int32_t status = dnn_model_import_onnx(given.onnx_path, &model);
    dnn_model_destroy(model);
    return status;
}
#endif

static int32_t fail_to_read(void)
{
    dnn_dataset *dataset = NULL;
    dnn_model *model = NULL;
    const bool is_right = dnn_dataset_read_csv("/nowhere", "targets=lost", &dataset) < 0 &&
                          dnn_model_load(given.csv, &model) < 0 && dnn_model_import_onnx(given.csv, &model) < 0 &&
                          dnn_dataset_read_npy(given.csv, given.csv, &dataset) < 0 &&
                          dnn_dataset_read_idx(given.gzip, given.csv, &dataset) < 0;
    return is_right ? DNN_OK : DNN_ERROR_FORMAT;
}

const struct stack_job stack_jobs[] = {
    {"predict one row", predict_one},
    {"predict rows", predict_rows},
    {"predict one row, small network", predict_small},
    {"predict rows, small network", predict_small_rows},
    {"predict rows, wide network", predict_wide},
    {"predict_f32", predict_f32},
    {"classify", classify},
    {"evaluate", evaluate},
    {"confusion and score", confusion},
    {"standardize", standardize},
    {"step, one row", step_one},
    {"step, rows", step_rows},
    {"step, wide network", step_wide},
    {"step, deep network", step_deep},
    {"step, wide network, engine blas", step_blas},
    {"accumulate and apply", accumulate},
    {"check_gradient", check_gradient},
    {"diagnose and summary", diagnose},
    {"fit", fit},
    {"save", save},
    {"load", load},
    {"save a checkpoint", save_checkpoint},
    {"load a checkpoint", load_checkpoint},
    {"export_c", export_c},
    {"read_csv", read_csv},
    {"read_csv of gzip", read_csv_gzip},
#if DNN_ONNX
    {"export_onnx", export_onnx},
    {"import_onnx", import_onnx},
#endif
    {"errors", fail_to_read},
};

const size_t stack_job_count = sizeof stack_jobs / sizeof *stack_jobs;

/* ---- what the jobs work with ---- */

static void write_csv(void)
{
    enum { LINE = 64 };
    char *text = allocate_or_fail(ROWS + 1, LINE), *end = text;
    end += sprintf(end, "a,b,name,class\n");
    for (int i = 0; i < ROWS; i++) {
        end += sprintf(end, "%d.5,%s,%d,\"kind %d\"\n", i, i % 7 == 0 ? "NA" : "1e-3", i * i, i % 5);
    }
    given.csv = scratch_path("table.csv");
    given.gzip = scratch_path("table.csv.gz");
    write_whole(given.csv, (struct bytes){(uint8_t *)text, end - text});
    files_write_gzip(given.gzip, text, (size_t)(end - text));
    free(text);
}

static void write_files(void)
{
    given.model_path = scratch_path("model.dnn");
    given.checkpoint_path = scratch_path("checkpoint.dnn");
    given.onnx_path = scratch_path("model.onnx");
    given.out_path = scratch_path("out");
    assert_ok(dnn_model_save(given.model, given.model_path));
    assert_ok(dnn_trainer_save(given.trainer, given.checkpoint_path));
#if DNN_ONNX
    assert_ok(dnn_model_export_onnx(given.model, given.onnx_path));
#endif
    write_csv();
}

int stack_jobs_set_up(void **state)
{
    static const int64_t small[] = {N_IN, 8, N_OUT}, layers[] = {N_IN, 60, 40, N_OUT}, wide[] = {N_IN, 600, 700, N_OUT};
    int64_t deep[101];
    struct generator generator = {5};
    if (make_scratch(state) != 0) {
        return -1;
    }
    for (int l = 0; l <= 100; l++) {
        deep[l] = l == 0 ? N_IN : l == 100 ? N_OUT : 20;
    }
    given.x = allocate_or_fail(ROWS * N_IN, sizeof *given.x);
    given.y = allocate_or_fail(ROWS * N_OUT, sizeof *given.y);
    generator_fill(&generator, given.x, ROWS * N_IN, 0.5);
    generator_fill(&generator, given.y, ROWS * N_OUT, 0);
    given.small = model_of(small, 3, "");
    given.model =
        model_of(layers, 4, "activation=gelu init=glorot_uniform output_activation=softmax loss=cross_entropy");
    given.wide = model_of(wide, 4, "threads=2 precision=f32 init=glorot_uniform");
    given.deep = model_of(deep, 101, "activation=tanh init=glorot_uniform");
    given.trainer = trainer_of(given.model);
    given.wide_trainer = trainer_of(given.wide);
    given.deep_trainer = trainer_of(given.deep);
    given.dataset = random_dataset(3, ROWS, N_IN, N_OUT);
    assert_ok(dnn_trainer_step(given.trainer, given.x, given.y, 2, NULL));
    write_files();
    return 0;
}

int stack_jobs_tear_down(void **state)
{
    dnn_trainer_destroy(given.trainer);
    dnn_trainer_destroy(given.wide_trainer);
    dnn_trainer_destroy(given.deep_trainer);
    dnn_model_destroy(given.small);
    dnn_model_destroy(given.model);
    dnn_model_destroy(given.wide);
    dnn_model_destroy(given.deep);
    dnn_dataset_destroy(given.dataset);
    free(given.x);
    free(given.y);
    const char *const paths[] = {given.model_path, given.checkpoint_path, given.onnx_path, given.out_path, given.csv,
                                 given.gzip};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        unlink(paths[i]);
    }
    return remove_scratch(state);
}
