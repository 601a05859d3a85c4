/*
 * api/predict.h - samples through a model, in chunks of the rows that a pass has room for.
 */
#ifndef DNN_API_PREDICT_H
#define DNN_API_PREDICT_H

#include "api/array.h"
#include "api/model.h"

/* Errors of dnn_model_predict's arguments: n, then x and y unless there is nothing to do. y: for the check alone. */
int32_t predict_check(const dnn_model *model, struct array_in x, int64_t n, const void *y);

/* y = the network's output for x, both [n × …], chunk by chunk. */
void predict_rows(const dnn_model *model, struct pass *pass, struct array_in x, int64_t n, struct array_out y);

/* One sample of a small network by core/small.h. memory: as there. False, and y as it was, if the network is not small or
 * something speaks against it: the long way finds out what. */
static inline bool predict_small(const dnn_model *model, const double *x, int64_t n, void *memory, double *y)
{
    return n == 1 && model->network->is_small && x != NULL && y != NULL &&
           model->core->predict_small(model->network, model->theta, memory, model_standardization(model), x, y);
}
bool predict_small_f32(const dnn_model *model, const float *x, int64_t n, void *memory, float *y);

/* Many samples of a small network, whose numbers are right. pass: where the activations are left, or NULL. */
void predict_small_rows(const dnn_model *model, struct array_in x, int64_t n, struct pass *pass, struct array_out y);

#endif
