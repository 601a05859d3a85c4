/*
 * api/measure.h - a model's figures on a dataset.
 */
#ifndef DNN_API_MEASURE_H
#define DNN_API_MEASURE_H

#include "api/dataset.h"
#include "api/model.h"

/* dnn_model_evaluate on a view of a dataset that fits. cancelled (or NULL): ends it with DNN_STOPPED once it is true. */
int32_t measure(const dnn_model *model, const struct view *view, const atomic_bool *cancelled, double *loss,
                double *accuracy);

#endif
