/*
 * api/dataset.h - a dataset inside the library: samples in memory as they came, converted a batch at a time.
 */
#ifndef DNN_API_DATASET_H
#define DNN_API_DATASET_H

#include "api/model.h"

enum number_type { NUMBER_F64, NUMBER_F32, NUMBER_U8, NUMBER_LABEL };

struct numbers {
    enum number_type type;
    void *data; /* [n × columns]; labels: [n] */
    int64_t columns;
};

/* Samples in memory, shared by the parts of a split. */
struct store {
    atomic_int_fast64_t references;
    struct numbers x;
    struct numbers y;
};

/* The handle is a choice of rows from a store that the parts of a split share. */
struct dnn_dataset {
    atomic_int_fast64_t references;
    struct store *store; /* held */
    int32_t *rows;       /* [size] indices of the store's samples, or NULL for all of them in order */
    int64_t size;
};

/* Bytes of one sample's numbers. */
int64_t dataset_row_bytes(const struct numbers *numbers);

dnn_dataset *dataset_retain(const dnn_dataset *dataset);

/* An error unless a model of this network can take the samples: see dnn_model_evaluate. name: of the argument. */
int32_t dataset_check(const dnn_dataset *dataset, const char *name, const struct network *network);

/* x_0 and y of a pass ← the samples order[first …], or first … if order is NULL, as many as pass->n_rows says. */
void dataset_gather(const dnn_dataset *dataset, const int32_t *order, int64_t first, const struct core *core,
                    const struct network *network, struct pass *pass);

#endif
