/*
 * format/model_file.h - models and checkpoints as safetensors.
 *
 *     tensors       layers.N.weight [n_{N+1} × n_N], layers.N.bias [n_{N+1}]
 *     __metadata__  dnn.format        "1"
 *                   dnn.config        the config, as a JSON object of texts
 *                   dnn.input_mean, dnn.input_scale   n_0 numbers with spaces between, if inputs are standardized
 *                   dnn.sha256        of the data
 *                   dnn.header_sha256 of what is before the data, with zeros in its own place
 *
 * A checkpoint has also dnn.trainer, a JSON object of texts, the tensor trainer.history, and for each arena that a trainer
 * keeps tensors like the model's with a prefix, such as optimizer.0.layers.1.weight.
 */
#ifndef DNN_FORMAT_MODEL_FILE_H
#define DNN_FORMAT_MODEL_FILE_H

#include "format/content.h"

enum { MODEL_FILE_MOST_GROUPS = 6, MODEL_FILE_HISTORY_COLUMNS = 3 };

/* An arena of a trainer, shaped like the weights. */
struct group {
    const char *prefix; /* "optimizer.0." and the like */
    const void *arena;
};

/* What a checkpoint holds besides the model; all borrowed. */
struct training_snapshot {
    const struct settings *state;
    struct group groups[MODEL_FILE_MOST_GROUPS];
    int32_t group_count;
    const double *history; /* [epochs × MODEL_FILE_HISTORY_COLUMNS] */
    int64_t epochs;
};

/* Makes the bytes of a model file, or of a checkpoint if training is not NULL. *bytes: [*size], released with
 * memory_free. */
int32_t model_file_write(const struct snapshot *model, const struct training_snapshot *training, uint8_t **bytes,
                         int64_t *size);

/* The same as it is read. */
struct training_content {
    struct settings state;
    struct content_layer *groups[MODEL_FILE_MOST_GROUPS]; /* [depth] each, in the order of the prefixes; NULL: absent */
    struct tensor history;                                /* [epochs × MODEL_FILE_HISTORY_COLUMNS] */
};

void training_content_clear(struct training_content *content);

/* What a reader is to do. */
struct model_file_request {
    const char *name;      /* of the file, for messages */
    bool is_plain_allowed; /* a file without dnn.config is right too: NAME.weight and NAME.bias in natural order */
    const char *const *prefixes; /* [prefix_count] of the groups that a checkpoint may have */
    int32_t prefix_count;
};

/* Fills *model, and *training unless it is NULL (then a checkpoint's training is skipped), from a file's bytes, which they borrow; both are released with their
 * _clear functions, on failure too. DNN_ERROR_FORMAT with the reason; DNN_ERROR_UNSUPPORTED; DNN_ERROR_OUT_OF_MEMORY. */
int32_t model_file_read(const uint8_t *bytes, int64_t size, const struct model_file_request *request,
                        struct content *model, struct training_content *training);

#endif
