/*
 * api/workspace.c - the memory of predictions in the caller's own hands: no allocation and no lock in a predict.
 */
#include "api/check.h"
#include "api/predict.h"
#include "base/memory.h"

struct dnn_workspace {
    dnn_model *model; /* held */
    struct pass *pass;
    /* For one sample the way of core/small.h, two of SMALL_MEMORY, or NULL if the network is not small; and which of the two the last
     * predict of that way filled: the next takes the other, and may fail there. */
    void *small_memory;
    int64_t small_half;
    bool is_small; /* the last predict went that way: its activations are there, and not in the pass */
};

int32_t dnn_workspace_create(const dnn_model *model, int64_t max_rows, dnn_workspace **out)
{
    REQUIRE(model);
    REQUIRE(out);
    int32_t status = check_range("max_rows", max_rows, 1, CHECK_LARGEST_COUNT);
    if (status != DNN_OK) {
        return status;
    }
    dnn_workspace *workspace = memory_new(1, sizeof *workspace);
    if (workspace == NULL) {
        return status_out_of_memory("a workspace");
    }
    workspace->model = model_retain(model);
    status = pass_create(model->core, model->network, max_rows, PASS_PREDICT, &workspace->pass);
    if (status == DNN_OK && model->network->is_small) {
        workspace->small_memory = memory_new_aligned(2, SMALL_MEMORY);
        status = workspace->small_memory == NULL ? status_out_of_memory("a workspace") : DNN_OK;
    }
    if (status != DNN_OK) {
        dnn_workspace_destroy(workspace);
        return status;
    }
    *out = workspace;
    return DNN_OK;
}

void dnn_workspace_destroy(dnn_workspace *workspace)
{
    if (workspace != NULL) {
        pass_destroy(workspace->pass);
        memory_free_aligned(workspace->small_memory);
        model_release(workspace->model);
        memory_free(workspace);
    }
}

static char *small_half(const dnn_workspace *workspace, int64_t half)
{
    return workspace->small_memory == NULL ? NULL : (char *)workspace->small_memory + half * SMALL_MEMORY;
}

static int32_t predict(dnn_workspace *workspace, struct array_in x, int64_t n, struct array_out y)
{
    int32_t status = check_range("n", n, 0, workspace->pass->max_rows);
    if (status == DNN_OK) {
        status = predict_check(workspace->model, x, n, y.f64 != NULL ? (const void *)y.f64 : y.f32);
    }
    if (status == DNN_OK && n > 0) {
        workspace->is_small = false;
        if (workspace->model->network->is_small) {
            predict_small_rows(workspace->model, x, n, workspace->pass, y);
        } else {
            predict_rows(workspace->model, workspace->pass, x, n, y);
        }
    }
    return status;
}

int32_t dnn_workspace_predict(dnn_workspace *workspace, const double *x, int64_t n, double *y)
{
    REQUIRE(workspace);
    const int64_t half = 1 - workspace->small_half;
    if (predict_small(workspace->model, x, n, small_half(workspace, half), y)) {
        workspace->is_small = true;
        workspace->small_half = half;
        return DNN_OK;
    }
    return predict(workspace, (struct array_in){.f64 = x, .by = model_standardization(workspace->model)}, n,
                   (struct array_out){.f64 = y});
}

int32_t dnn_workspace_predict_f32(dnn_workspace *workspace, const float *x, int64_t n, float *y)
{
    REQUIRE(workspace);
    const int64_t half = 1 - workspace->small_half;
    if (predict_small_f32(workspace->model, x, n, small_half(workspace, half), y)) {
        workspace->is_small = true;
        workspace->small_half = half;
        return DNN_OK;
    }
    return predict(workspace, (struct array_in){.f32 = x, .by = model_standardization(workspace->model)}, n,
                   (struct array_out){.f32 = y});
}

int32_t dnn_workspace_activations(const dnn_workspace *workspace, int64_t layer, double *x)
{
    REQUIRE(workspace);
    REQUIRE(x);
    const dnn_model *model = workspace->model;
    const int32_t status = check_range("layer", layer, 0, model->network->depth);
    if (status != DNN_OK) {
        return status;
    }
    if (workspace->is_small) {
        char *row = small_half(workspace, workspace->small_half) + layer * SMALL_ROW * model->core->real_size;
        model->core->export_f64(matrix_from(row, 1, network_size(model->network, layer), SMALL_ROW), x);
        return DNN_OK;
    }
    if (workspace->pass->n_rows == 0) {
        return status_error(DNN_ERROR_INVALID_ARGUMENT,
                            "this workspace has no activations: nothing was predicted with it");
    }
    model->core->export_f64(pass_x(model->core, model->network, workspace->pass, layer), x);
    return DNN_OK;
}
