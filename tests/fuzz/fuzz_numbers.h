/*
 * fuzz_numbers.h - what fuzz_idx.c and fuzz_npy.c share: a file is read from memory by the functions that read it from a
 * disk. What is accepted must be sound: finite numbers, labels in range; the whole of it is looked at, so that the
 * sanitizers see every byte.
 */
#ifndef DNN_TESTS_FUZZ_NUMBERS_H
#define DNN_TESTS_FUZZ_NUMBERS_H

#include "base/memory.h"
#include "base/status.h"
#include "data/number_stream.h"

#include <math.h>
#include <stdlib.h>

typedef int32_t fuzz_read_header(struct gunzip *source, const char *path, struct number_stream *out);

/* The fuzzer takes an abort for a finding. */
static inline void fuzz_demand(bool holds)
{
    if (!holds)
        abort();
}

static inline void fuzz_check_numbers(const void *data, enum stored stored, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        fuzz_demand(stored == STORED_U8    ? ((const uint8_t *)data)[i] <= 255
                    : stored == STORED_F32 ? isfinite(((const float *)data)[i])
                                           : isfinite(((const double *)data)[i]));
}

static inline void fuzz_read_labels(struct number_stream *stream)
{
    int32_t *labels = NULL;
    int64_t classes = 0;
    if (number_stream_read_labels(stream, INT32_MAX, &labels, &classes) == DNN_OK)
        for (int64_t i = 0; i < stream->n; i++)
            fuzz_demand(labels[i] >= 0 && labels[i] < classes);
    memory_free(labels);
}

static inline void fuzz_numbers_once(const uint8_t *bytes, size_t size, fuzz_read_header *read_header, bool bytes_stay,
                                     bool as_labels)
{
    struct gunzip *source = NULL;
    struct number_stream stream = {0};
    if (gunzip_open(bytes, (int64_t)size, "input", &source) != DNN_OK ||
        read_header(source, "input", &stream) != DNN_OK)
        return;
    const enum stored stored = number_stream_stored(&stream, bytes_stay);
    void *data = NULL;
    if (as_labels && stream.dimensions == 1 && !element_is_float(stream.element))
        fuzz_read_labels(&stream);
    else if (number_stream_read(&stream, stored, &data) == DNN_OK)
        fuzz_check_numbers(data, stored, stream.n * stream.n_each);
    memory_free(data);
    number_stream_close(&stream);
}

static inline void fuzz_numbers(const uint8_t *bytes, size_t size, fuzz_read_header *read_header, bool bytes_stay)
{
    fuzz_numbers_once(bytes, size, read_header, bytes_stay, false);
    fuzz_numbers_once(bytes, size, read_header, bytes_stay, true);
}

#endif
