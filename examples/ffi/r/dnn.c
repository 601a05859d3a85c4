/*
 * dnn.c - what R calls of libdnn: R knows neither handles nor integers of 64 bits, so a little C stands between. Built by
 * R CMD SHLIB; see dnn.R for what a program calls.
 *
 * A handle is an external pointer, whose finalizer releases it. R's matrices are stored column by column, libdnn's row by
 * row: they are transposed on the way. An error of libdnn is an error of R's, with its text; it is raised when nothing of ours is left
 * on the stack that would have to be released, for R leaves a C function by longjmp.
 */
#include <dnn.h>

#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>
#include <R_ext/Rdynload.h>

static void check(int32_t status)
{
    if (status < 0) {
        Rf_error("%s", dnn_last_error());
    }
}

/* What an external pointer points to, which its tag names: C could not tell a model from a dataset. NULL, which the library
 * refuses by name, for NULL, a closed handle or a pointer of a session before. */
static void *handle_of(SEXP pointer, const char *kind)
{
    if (pointer == R_NilValue) {
        return NULL;
    }
    if (TYPEOF(pointer) != EXTPTRSXP || R_ExternalPtrTag(pointer) != Rf_install(kind)) {
        Rf_error("expected a %s", kind);
    }
    return R_ExternalPtrAddr(pointer);
}

static void finalize_config(SEXP pointer)
{
    dnn_config_destroy(R_ExternalPtrAddr(pointer));
    R_ClearExternalPtr(pointer);
}

static void finalize_dataset(SEXP pointer)
{
    dnn_dataset_destroy(R_ExternalPtrAddr(pointer));
    R_ClearExternalPtr(pointer);
}

static void finalize_model(SEXP pointer)
{
    dnn_model_destroy(R_ExternalPtrAddr(pointer));
    R_ClearExternalPtr(pointer);
}

static void finalize_trainer(SEXP pointer)
{
    dnn_trainer_destroy(R_ExternalPtrAddr(pointer));
    R_ClearExternalPtr(pointer);
}

/* An external pointer to nothing yet, which will release what is put into it: made first, so that nothing can fail after
 * the handle is there. */
static SEXP owner(const char *kind, R_CFinalizer_t finalize)
{
    SEXP pointer = PROTECT(R_MakeExternalPtr(NULL, Rf_install(kind), R_NilValue));
    R_RegisterCFinalizerEx(pointer, finalize, TRUE);
    UNPROTECT(1);
    return pointer;
}

static const char *text_of(SEXP text)
{
    if (!Rf_isString(text) || XLENGTH(text) != 1 || STRING_ELT(text, 0) == NA_STRING) {
        Rf_error("expected one string");
    }
    return Rf_translateCharUTF8(STRING_ELT(text, 0));
}

/* The rows of a matrix one after the other, in memory that R releases. It must have so many columns; 0: any. */
static double *rows_of(const char *name, SEXP matrix, int64_t expected)
{
    const R_xlen_t n = Rf_nrows(matrix), columns = Rf_ncols(matrix);
    if (expected > 0 && columns != expected) {
        Rf_error("%s has %d columns, the model takes %d", name, (int)columns, (int)expected);
    }
    const double *from = REAL(matrix);
    double *to = (double *)R_alloc((size_t)(n * columns), sizeof *to);
    for (R_xlen_t i = 0; i < n; i++) {
        for (R_xlen_t j = 0; j < columns; j++) {
            to[i * columns + j] = from[j * n + i];
        }
    }
    return to;
}

static SEXP config_create(SEXP recipe)
{
    SEXP pointer = PROTECT(owner("dnn_config", finalize_config));
    dnn_config *config = NULL;
    check(dnn_config_create(text_of(recipe), &config));
    R_SetExternalPtrAddr(pointer, config);
    UNPROTECT(1);
    return pointer;
}

static SEXP config_set(SEXP config, SEXP key, SEXP text)
{
    check(dnn_config_set(handle_of(config, "dnn_config"), text_of(key), text_of(text)));
    return R_NilValue;
}

static SEXP dataset_create(SEXP x, SEXP y)
{
    SEXP pointer = PROTECT(owner("dnn_dataset", finalize_dataset));
    const double *x_rows = rows_of("x", x, 0), *y_rows = rows_of("y", y, 0);
    dnn_dataset *dataset = NULL;
    check(dnn_dataset_create(x_rows, Rf_nrows(x), Rf_ncols(x), y_rows, Rf_ncols(y), &dataset));
    R_SetExternalPtrAddr(pointer, dataset);
    UNPROTECT(1);
    return pointer;
}

static SEXP dataset_create_labels(SEXP x, SEXP labels, SEXP classes)
{
    SEXP pointer = PROTECT(owner("dnn_dataset", finalize_dataset));
    const double *rows = rows_of("x", x, 0);
    dnn_dataset *dataset = NULL;
    check(dnn_dataset_create_labels(rows, Rf_nrows(x), Rf_ncols(x), INTEGER(labels), Rf_asInteger(classes), &dataset));
    R_SetExternalPtrAddr(pointer, dataset);
    UNPROTECT(1);
    return pointer;
}

static SEXP model_create(SEXP layers, SEXP config)
{
    SEXP pointer = PROTECT(owner("dnn_model", finalize_model));
    const R_xlen_t count = XLENGTH(layers);
    int64_t *sizes = (int64_t *)R_alloc((size_t)count, sizeof *sizes);
    for (R_xlen_t l = 0; l < count; l++) {
        sizes[l] = INTEGER(layers)[l];
    }
    dnn_model *model = NULL;
    check(dnn_model_create(sizes, count, handle_of(config, "dnn_config"), &model));
    R_SetExternalPtrAddr(pointer, model);
    UNPROTECT(1);
    return pointer;
}

static SEXP model_load(SEXP path)
{
    SEXP pointer = PROTECT(owner("dnn_model", finalize_model));
    dnn_model *model = NULL;
    check(dnn_model_load(text_of(path), &model));
    R_SetExternalPtrAddr(pointer, model);
    UNPROTECT(1);
    return pointer;
}

static SEXP model_save(SEXP model, SEXP path)
{
    check(dnn_model_save(handle_of(model, "dnn_model"), text_of(path)));
    return R_NilValue;
}

static SEXP model_predict(SEXP model, SEXP x)
{
    const dnn_model *handle = handle_of(model, "dnn_model");
    const int64_t n = Rf_nrows(x), inputs = dnn_model_layer_size(handle, 0);
    const int64_t outputs = dnn_model_layer_size(handle, dnn_model_layer_count(handle) - 1);
    const double *rows = rows_of("x", x, inputs);
    double *out = (double *)R_alloc((size_t)(n * (outputs < 0 ? 0 : outputs)), sizeof *out);
    check(dnn_model_predict(handle, rows, n, out));
    SEXP y = PROTECT(Rf_allocMatrix(REALSXP, (int)n, (int)outputs));
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < outputs; j++) {
            REAL(y)[j * n + i] = out[i * outputs + j];
        }
    }
    UNPROTECT(1);
    return y;
}

static SEXP trainer_create(SEXP model, SEXP config)
{
    SEXP pointer = PROTECT(owner("dnn_trainer", finalize_trainer));
    dnn_model *of = handle_of(model, "dnn_model");
    dnn_trainer *trainer = NULL;
    check(dnn_trainer_create(of, handle_of(config, "dnn_config"), &trainer));
    R_SetExternalPtrAddr(pointer, trainer);
    UNPROTECT(1);
    return pointer;
}

/* What a running fit tells: R's function, and the error that it ended with. */
struct told {
    SEXP function;
    int failed;
};

/* R_tryEval keeps an error of R's from leaving through the library's frames. */
static int32_t tell(void *user, const dnn_progress *progress)
{
    static const char *const names[] = {
        "epoch", "epochs", "batch", "batches", "loss", "validation_loss", "validation_accuracy", "seconds"};
    struct told *told = user;
    const double values[] = {(double)dnn_progress_epoch(progress),
                             (double)dnn_progress_epochs(progress),
                             (double)dnn_progress_batch(progress),
                             (double)dnn_progress_batches(progress),
                             dnn_progress_loss(progress),
                             dnn_progress_validation_loss(progress),
                             dnn_progress_validation_accuracy(progress),
                             dnn_progress_seconds(progress)};
    enum { COUNT = sizeof values / sizeof values[0] };
    SEXP list = PROTECT(Rf_allocVector(VECSXP, COUNT)), list_names = PROTECT(Rf_allocVector(STRSXP, COUNT));
    for (int i = 0; i < COUNT; i++) {
        SET_VECTOR_ELT(list, i, Rf_ScalarReal(values[i]));
        SET_STRING_ELT(list_names, i, Rf_mkChar(names[i]));
    }
    Rf_setAttrib(list, R_NamesSymbol, list_names);
    SEXP call = PROTECT(Rf_lang2(told->function, list));
    SEXP answer = R_tryEvalSilent(call, R_GlobalEnv, &told->failed);
    const int goes_on = !told->failed && (!Rf_isLogical(answer) || Rf_asLogical(answer) != FALSE);
    UNPROTECT(3);
    return goes_on;
}

static SEXP trainer_fit(SEXP trainer, SEXP training, SEXP validation, SEXP progress)
{
    struct told told = {progress, 0};
    dnn_trainer *handle = handle_of(trainer, "dnn_trainer");
    const dnn_dataset *learned = handle_of(training, "dnn_dataset"), *measured = handle_of(validation, "dnn_dataset");
    check(dnn_trainer_set_progress(handle, progress == R_NilValue ? NULL : tell,
                                   &told)); /* until the next fit sets another */
    const int32_t status = dnn_trainer_fit(handle, learned, measured);
    if (told.failed) {
        Rf_error("%s", R_curErrorBuf());
    }
    check(status);
    return Rf_ScalarLogical(status != DNN_STOPPED);
}

static SEXP trainer_losses(SEXP trainer)
{
    const dnn_trainer *handle = handle_of(trainer, "dnn_trainer");
    const int64_t count = dnn_trainer_history_count(handle);
    SEXP losses = PROTECT(Rf_allocVector(REALSXP, (R_xlen_t)(count < 0 ? 0 : count)));
    for (int64_t i = 0; i < count; i++) {
        check(dnn_trainer_history(handle, i, &REAL(losses)[i], NULL, NULL));
    }
    UNPROTECT(1);
    return losses;
}

/* sizes: the model's inputs and outputs */
static SEXP trainer_step(SEXP trainer, SEXP sizes, SEXP x, SEXP y)
{
    double loss = 0;
    const double *x_rows = rows_of("x", x, INTEGER(sizes)[0]), *y_rows = rows_of("y", y, INTEGER(sizes)[1]);
    check(dnn_trainer_step(handle_of(trainer, "dnn_trainer"), x_rows, y_rows, Rf_nrows(x), &loss));
    return Rf_ScalarReal(loss);
}

static SEXP model_evaluate(SEXP model, SEXP dataset)
{
    double both[2] = {0};
    check(dnn_model_evaluate(handle_of(model, "dnn_model"), handle_of(dataset, "dnn_dataset"), &both[0], &both[1]));
    SEXP result = Rf_allocVector(REALSXP, 2);
    REAL(result)[0] = both[0];
    REAL(result)[1] = both[1];
    return result;
}

static SEXP model_standardize(SEXP model, SEXP dataset)
{
    check(dnn_model_standardize(handle_of(model, "dnn_model"), handle_of(dataset, "dnn_dataset")));
    return R_NilValue;
}

/* A model's inputs and outputs. */
static SEXP model_sizes(SEXP model)
{
    const dnn_model *handle = handle_of(model, "dnn_model");
    SEXP sizes = Rf_allocVector(INTSXP, 2);
    INTEGER(sizes)[0] = (int)dnn_model_layer_size(handle, 0);
    INTEGER(sizes)[1] = (int)dnn_model_layer_size(handle, dnn_model_layer_count(handle) - 1);
    return sizes;
}

/* Releases a handle now; its finalizer then finds nothing. */
static SEXP destroy(SEXP pointer)
{
    const SEXP kind = TYPEOF(pointer) == EXTPTRSXP ? R_ExternalPtrTag(pointer) : R_NilValue;
    if (kind == Rf_install("dnn_config")) {
        finalize_config(pointer);
    } else if (kind == Rf_install("dnn_dataset")) {
        finalize_dataset(pointer);
    } else if (kind == Rf_install("dnn_model")) {
        finalize_model(pointer);
    } else if (kind == Rf_install("dnn_trainer")) {
        finalize_trainer(pointer);
    }
    return R_NilValue;
}

void R_init_dnn(DllInfo *info)
{
    static const R_CallMethodDef methods[] = {{"config_create", (DL_FUNC)config_create, 1},
                                              {"config_set", (DL_FUNC)config_set, 3},
                                              {"dataset_create", (DL_FUNC)dataset_create, 2},
                                              {"dataset_create_labels", (DL_FUNC)dataset_create_labels, 3},
                                              {"model_create", (DL_FUNC)model_create, 2},
                                              {"model_load", (DL_FUNC)model_load, 1},
                                              {"model_save", (DL_FUNC)model_save, 2},
                                              {"model_predict", (DL_FUNC)model_predict, 2},
                                              {"model_evaluate", (DL_FUNC)model_evaluate, 2},
                                              {"model_standardize", (DL_FUNC)model_standardize, 2},
                                              {"model_sizes", (DL_FUNC)model_sizes, 1},
                                              {"trainer_create", (DL_FUNC)trainer_create, 2},
                                              {"trainer_fit", (DL_FUNC)trainer_fit, 4},
                                              {"trainer_losses", (DL_FUNC)trainer_losses, 1},
                                              {"trainer_step", (DL_FUNC)trainer_step, 4},
                                              {"destroy", (DL_FUNC)destroy, 1},
                                              {NULL, NULL, 0}};
    R_registerRoutines(info, NULL, methods, NULL, NULL);
    R_useDynamicSymbols(info, FALSE);
}
