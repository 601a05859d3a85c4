/*
 * api/dataset_read.c - datasets from a pair of files, IDX or NPY: one of inputs, one of labels or targets.
 *
 * Both headers are read, and must fit together, before any number is: a wrong file of gigabytes is refused at once.
 */
#include "api/check.h"
#include "api/dataset.h"
#include "base/memory.h"
#include "data/idx.h"
#include "data/npy.h"

/* How the formats differ. */
struct format {
    int32_t (*open)(const char *path, struct number_stream *out);
    bool bytes_are_shares;   /* unsigned bytes are stored as such, and read as x / 255 */
    bool takes_integer_rows; /* integers of two dimensions are targets */
};

struct pair {
    struct number_stream x, y;
};

static bool is_labels(const struct number_stream *y)
{
    return y->dimensions == 1 && !element_is_float(y->element);
}

static int32_t check_targets(const struct format *format, const struct number_stream *y)
{
    const bool takes_two = format->takes_integer_rows || element_is_float(y->element);
    if (y->dimensions > (takes_two ? 2 : 1)) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" has %d dimensions, expected %s: are the two files swapped?",
                            y->path, y->dimensions, takes_two ? "1 or 2" : "1");
    }
    return DNN_OK;
}

static int32_t check_counts(const struct number_stream *stream)
{
    if (stream->n > CHECK_LARGEST_COUNT || stream->n_each > NETWORK_LARGEST_LAYER) {
        return status_error(DNN_ERROR_UNSUPPORTED,
                            "\"%s\" holds %lld samples of %lld numbers, expected at most %lld of %lld", stream->path,
                            (long long)stream->n, (long long)stream->n_each, (long long)CHECK_LARGEST_COUNT,
                            (long long)NETWORK_LARGEST_LAYER);
    }
    return DNN_OK;
}

static int32_t check_pair(const struct format *format, const struct pair *pair)
{
    const struct number_stream *x = &pair->x, *y = &pair->y;
    int32_t status = check_targets(format, y);
    if (status == DNN_OK && x->n != y->n) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" holds %lld samples, \"%s\" %lld %s", x->path, (long long)x->n,
                            y->path, (long long)y->n, is_labels(y) ? "labels" : "rows of targets");
    }
    if (status == DNN_OK) {
        status = check_counts(x);
    }
    return status == DNN_OK ? check_counts(y) : status;
}

/* out->data: released with memory_free. */
static int32_t read_numbers(struct number_stream *stream, bool bytes_stay, struct numbers *out)
{
    static const enum number_type types[] = {
        [STORED_F64] = NUMBER_F64, [STORED_F32] = NUMBER_F32, [STORED_U8] = NUMBER_U8};
    const enum stored stored = number_stream_stored(stream, bytes_stay);
    out->type = types[stored];
    out->columns = stream->n_each;
    return number_stream_read(stream, stored, &out->data);
}

static int32_t read_targets(struct number_stream *y, struct numbers *out)
{
    if (!is_labels(y)) {
        return read_numbers(y, false, out);
    }
    int32_t *labels = NULL;
    const int32_t status = number_stream_read_labels(y, NETWORK_LARGEST_LAYER, &labels, &out->columns);
    out->type = NUMBER_LABEL;
    out->data = labels;
    return status;
}

static int32_t read_pair(const struct format *format, const char *x_path, const char *y_path, dnn_dataset **out)
{
    struct pair pair = {0};
    struct numbers x = {0}, y = {0};
    int32_t status = format->open(x_path, &pair.x);
    if (status == DNN_OK) {
        status = format->open(y_path, &pair.y);
    }
    if (status == DNN_OK) {
        status = check_pair(format, &pair);
    }
    if (status == DNN_OK) {
        status = read_targets(&pair.y, &y); /* the smaller one first */
    }
    if (status == DNN_OK) {
        status = read_numbers(&pair.x, format->bytes_are_shares, &x);
    }
    number_stream_close(&pair.x);
    number_stream_close(&pair.y);
    if (status != DNN_OK) {
        memory_free(x.data);
        memory_free(y.data);
        return status;
    }
    return dataset_from(pair.x.n, x, y, out);
}

int32_t dnn_dataset_read_idx(const char *images_path, const char *labels_path, dnn_dataset **out)
{
    static const struct format idx = {idx_open, true, false};
    REQUIRE(images_path);
    REQUIRE(labels_path);
    REQUIRE(out);
    return read_pair(&idx, images_path, labels_path, out);
}

int32_t dnn_dataset_read_npy(const char *x_path, const char *y_path, dnn_dataset **out)
{
    static const struct format npy = {npy_open, false, true};
    REQUIRE(x_path);
    REQUIRE(y_path);
    REQUIRE(out);
    return read_pair(&npy, x_path, y_path, out);
}
