/*
 * api/progress.h - what a progress callback is shown.
 */
#ifndef DNN_API_PROGRESS_H
#define DNN_API_PROGRESS_H

#include <dnn.h>

struct dnn_progress {
    int64_t epoch;
    int64_t epochs;
    int64_t batch;
    int64_t batches;
    double loss;
    double validation_loss;
    double validation_accuracy;
    double seconds;
    double learning_rate;
    double samples_per_second;
};

#endif
