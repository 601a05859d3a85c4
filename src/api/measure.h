/*
 * api/measure.h - a model's figures on a dataset.
 */
#ifndef DNN_API_MEASURE_H
#define DNN_API_MEASURE_H

#include "api/dataset.h"
#include "api/model.h"

/* As dnn_model_evaluate, but a loss that is not finite is no error. Both pointers are wanted. */
int32_t measure(const dnn_model *model, const dnn_dataset *dataset, double *loss, double *accuracy);

#endif
