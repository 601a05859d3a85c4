/*
 * api/predict.h - samples through a model, in chunks of the rows that a pass has room for.
 */
#ifndef DNN_API_PREDICT_H
#define DNN_API_PREDICT_H

#include "api/array.h"
#include "api/model.h"

/* Errors of dnn_model_predict's arguments: n, then x and y unless there is nothing to do. y: for the check alone. */
int32_t predict_check(const dnn_model *model, struct array_in x, int64_t n, const void *y);

/* x_0 ← rows of x from `first` on, as many as the pass has room for and x has; then forward. Sets pass->n_rows. */
void predict_forward(const dnn_model *model, struct pass *pass, struct array_in x, int64_t first, int64_t n);

/* y = the network's output for x, both [n × …], chunk by chunk. */
void predict_rows(const dnn_model *model, struct pass *pass, struct array_in x, int64_t n, struct array_out y);

/* True if rows of x may go to y by core/small.h's way for many samples. */
bool predict_is_small(const dnn_model *model, struct array_in x, struct array_out y);

#endif
