/*
 * api/dataset.h - a dataset inside the library: samples in memory as they came, converted a batch at a time.
 */
#ifndef DNN_API_DATASET_H
#define DNN_API_DATASET_H

#include "api/model.h"
#include "base/guard.h"

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
    struct numbers y;   /* may have x's data: targets that are the inputs */
    char **class_names; /* [y.columns] in one block, or NULL */
};

/* The handle is a choice of rows from a store that the parts of a split share. */
struct dnn_dataset {
    atomic_int_fast64_t references;
    struct store *store; /* held */
    int32_t *rows;       /* [size] indices of the store's samples, or NULL for all of them in order */
    int64_t size;

    struct guard weights_guard;     /* of the one below */
    struct sample_weights *weights; /* held, or NULL: all 1 */
};

/* The weights of a dataset's samples, scaled to a mean of 1. They never change: dnn_dataset_set_weights puts others in
 * their place, and whoever uses these holds them. */
struct sample_weights {
    atomic_int_fast64_t references;
    double values[]; /* [size] */
};

/* Bytes of one sample's numbers. */
int64_t dataset_row_bytes(const struct numbers *numbers);

/* An empty dataset, held once; NULL if there is no memory. Released with dnn_dataset_destroy. */
dnn_dataset *dataset_new(void);

/* A dataset of these n samples. Takes x.data and y.data over, on failure too. */
int32_t dataset_from(int64_t n, struct numbers x, struct numbers y, dnn_dataset **out);

dnn_dataset *dataset_retain(const dnn_dataset *dataset);

/* An error unless a model of this network can take the samples: see dnn_model_evaluate. name: of the argument. */
int32_t dataset_check(const dnn_dataset *dataset, const char *name, const struct network *network);

/* True if the targets are labels, or numbers that are all 0 or 1: then they are classes. */
bool dataset_has_classes(const dnn_dataset *dataset);

/* A hold on the weights as they are now; NULL if there are none. Released with dataset_release_weights. */
struct sample_weights *dataset_hold_weights(const dnn_dataset *dataset);
void dataset_release_weights(struct sample_weights *weights);

/* What is read from a dataset, and how. */
struct view {
    const dnn_dataset *dataset;
    const int32_t *order;             /* [size] which sample comes when, or NULL: as they lie */
    const double *weights;            /* [size] of the samples as they lie, or NULL: all 1 */
    const struct standardization *by; /* of the inputs, or NULL */
};

/* x_0, y and weights of a pass ← samples `first` … of a view, as many as pass->n_rows says. */
void dataset_gather(const struct view *view, int64_t first, const struct core *core, const struct network *network,
                    struct pass *pass);

/* After samples `first` …, n of them, of which came what is not finite: if their numbers were so in the core's precision
 * before anything was computed, DNN_ERROR_NOT_FINITE with a message that names the first; if not, DNN_OK, and the message
 * stays. pass: scratch, which holds no figures afterwards. */
int32_t dataset_name_unfit(const struct view *view, int64_t first, int64_t n, const struct core *core,
                           const struct network *network, struct pass *pass);

/* The class of sample i by the rule of dnn_model_classify, of a dataset whose targets are labels or classes. */
int32_t dataset_class(const dnn_dataset *dataset, int64_t i);

/* Sample i's inputs. x: [inputs] */
void dataset_inputs(const dnn_dataset *dataset, int64_t i, double *x);

#endif
