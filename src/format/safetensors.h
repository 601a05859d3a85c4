/*
 * format/safetensors.h - the file format safetensors: named tensors, and a text for each of some keys.
 *
 *     8 bytes: length of the header, little-endian | header, JSON | data
 *     header = {"__metadata__": {key: text, …}, name: {"dtype": …, "shape": […], "data_offsets": [begin, end]}, …}
 *
 * Described at github.com/huggingface/safetensors. The reader is stricter than that text asks: the data has no holes, no
 * overlaps and no bytes beyond the tensors, no key comes twice, and a header has at most 16 MiB. The writer is
 * deterministic.
 */
#ifndef DNN_FORMAT_SAFETENSORS_H
#define DNN_FORMAT_SAFETENSORS_H

#include "format/content.h"

struct safetensors; /* a file that was read */

/* A tensor of a file. */
struct safetensors_entry {
    const char *name;  /* lives as long as the file */
    const char *dtype; /* as the file says */
    bool is_number;    /* it is one of those that `tensor` can tell */
    int64_t rank;
    struct tensor tensor; /* rank 1: [n × 1]; rank 2: [rows × columns]; rank 0, and above 2: not filled in */
    int64_t begin, end;   /* in the data */
};

/* Takes a file's bytes apart; *out borrows them, and is released with safetensors_close. name: of the file, for
 * messages. DNN_ERROR_FORMAT with the reason; DNN_ERROR_OUT_OF_MEMORY. */
int32_t safetensors_open(const uint8_t *bytes, int64_t size, const char *name, struct safetensors **out);
void safetensors_close(struct safetensors *file);

/* The text of a key of the metadata, or NULL. */
const char *safetensors_text(const struct safetensors *file, const char *key);

/* The tensors, by name in the order of strcmp. */
int64_t safetensors_count(const struct safetensors *file);
const struct safetensors_entry *safetensors_at(const struct safetensors *file, int64_t index);

/* The tensor of that name, or NULL. */
const struct safetensors_entry *safetensors_find(const struct safetensors *file, const char *name);

/* A tensor to be written: numbers as this machine holds them. */
struct safetensors_source {
    const char *name;
    bool is_f32; /* else double */
    int64_t rank;
    int64_t rows, columns;             /* columns = 1 if rank is 1 */
    int64_t row_stride, column_stride; /* in numbers */
    const void *numbers;
};

/* Makes a file of these tensors, in this order, and of this metadata. *bytes: [*size], released with memory_free.
 * checksum_key, header_checksum_key: keys of the metadata that are added, with the SHA-256 of the data; and of the bytes
 * before the data with zeros in place of its own digits. DNN_ERROR_UNSUPPORTED if the header is larger than 16 MiB. */
int32_t safetensors_write(const struct safetensors_source *tensors, int64_t count, const struct settings *metadata,
                          uint8_t **bytes, int64_t *size);

enum { SAFETENSORS_LARGEST_HEADER = 16 << 20 };

#define SAFETENSORS_DATA_CHECKSUM "dnn.sha256"
#define SAFETENSORS_HEADER_CHECKSUM "dnn.header_sha256"

/* DNN_ERROR_FORMAT unless both checksums are there and right. */
int32_t safetensors_check(const struct safetensors *file);

#endif
