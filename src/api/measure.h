/*
 * api/measure.h - a model's figures on a dataset.
 */
#ifndef DNN_API_MEASURE_H
#define DNN_API_MEASURE_H

#include "api/dataset.h"
#include "api/model.h"

/* dnn_model_evaluate, its handles checked. */
int32_t measure(const dnn_model *model, const dnn_dataset *dataset, double *loss, double *accuracy);

#endif
