/*
 * data/number_stream.c - see number_stream.h.
 *
 * One loop reads all: a block of numbers into its place or into a buffer, turn the bytes around, check, widen, scatter
 * if the file is in Fortran order. Blocks are small enough for the processor's cache, so that the check and the rest
 * cost little beside the reading.
 */
#include "data/number_stream.h"

#include "base/memory.h"
#include "base/status.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 1 << 16 }; /* numbers */

static const int64_t stored_size[] = {sizeof(double), sizeof(float), sizeof(uint8_t), sizeof(int32_t)};

/* ---- what the header claims ---- */

static int32_t check_sizes(struct number_stream *stream, int64_t *count)
{
    if (stream->dimensions == 0) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" has no dimensions, expected at least 1", stream->path);
    }
    bool fits = true;
    stream->n = stream->sizes[0];
    stream->n_each = 1;
    for (int i = 0; i < stream->dimensions; i++) {
        if (stream->sizes[i] == 0) {
            return status_error(DNN_ERROR_FORMAT, "\"%s\" is empty: its dimension %d is 0", stream->path, i + 1);
        }
        fits = fits && (i == 0 || memory_multiply(stream->n_each, stream->sizes[i], &stream->n_each));
    }
    if (!fits || !memory_multiply(stream->n, stream->n_each, count)) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\": its dimensions are impossibly large", stream->path);
    }
    return DNN_OK;
}

int32_t number_stream_check(struct number_stream *stream)
{
    int64_t count, bytes;
    const int64_t size = element_size(stream->element);
    const int64_t bound = gunzip_bound(stream->source);
    const bool is_exact = gunzip_is_exact(stream->source);
    const int32_t status = check_sizes(stream, &count);
    if (status != DNN_OK) {
        return status;
    }
    if (!memory_multiply(count, size, &bytes) || bytes > bound) {
        return status_error(DNN_ERROR_FORMAT,
                            "\"%s\" ends too early: its header tells of %lld × %lld numbers of %lld bytes, but %s%lld "
                            "bytes follow",
                            stream->path, (long long)stream->n, (long long)stream->n_each, (long long)size,
                            is_exact ? "" : "at most ", (long long)bound);
    }
    if (is_exact && bytes < bound) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" has %lld more bytes than its header tells", stream->path,
                            (long long)(bound - bytes));
    }
    return DNN_OK;
}

enum stored number_stream_stored(const struct number_stream *stream, bool bytes_stay)
{
    return bytes_stay && stream->element == ELEMENT_U1  ? STORED_U8
           : element_is_exact_in_float(stream->element) ? STORED_F32
                                                        : STORED_F64;
}

void number_stream_close(struct number_stream *stream)
{
    gunzip_close(stream->source);
    stream->source = NULL;
}

/* ---- one reading ---- */

struct reading {
    struct number_stream *stream;
    enum stored stored;
    int64_t count;    /* n × n_each */
    uint8_t *data;    /* [capacity] of the stored kind: the result */
    int64_t capacity; /* `count` from the start where the file's size vouches for it */
    void *raw;        /* [BLOCK] as in the file, or NULL: read in place */
    void *wide;       /* [BLOCK] as stored, or NULL: not scattered */
    int64_t *labels;  /* [BLOCK], or NULL: no labels */
    int64_t largest;  /* label so far */
    int64_t most;     /* labels are below */
};

static bool is_as_stored(const struct number_stream *stream, enum stored stored)
{
    return (stored == STORED_U8 && stream->element == ELEMENT_U1) ||
           (stored == STORED_F32 && stream->element == ELEMENT_F4) ||
           (stored == STORED_F64 && stream->element == ELEMENT_F8);
}

static bool is_scattered(const struct number_stream *stream)
{
    return stream->is_fortran && stream->n_each > 1;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The column, in C order, of the numbers m·n … m·n + n − 1 of a file in Fortran order: the digits of m, the lowest one
 * first, are the indices after the first. */
static int64_t column_of(const struct number_stream *stream, int64_t m)
{
    int64_t column = 0, stride = stream->n_each;
    for (int i = 1; i < stream->dimensions; i++) {
        stride /= stream->sizes[i];
        column += m % stream->sizes[i] * stride;
        m /= stream->sizes[i];
    }
    return column;
}

/* Row and column of the number at this place of the file. */
static void locate(const struct number_stream *stream, int64_t at, int64_t *row, int64_t *column)
{
    *row = stream->is_fortran ? at % stream->n : at / stream->n_each;
    *column = stream->is_fortran ? column_of(stream, at / stream->n) : at % stream->n_each;
}

/* ---- errors ---- */

/* The number at this place of the file is not usable. */
static int32_t unusable(const struct number_stream *stream, const void *number, int64_t at)
{
    int64_t row, column;
    locate(stream, at, &row, &column);
    const char *path = stream->path;
    if (element_is_float(stream->element)) {
        /* Widened, and so still what it is. */
        union {
            double f64;
            float f32;
        } value;
        element_widen(stream->element, number, 1, &value);
        const bool is_nan = element_is_exact_in_float(stream->element) ? isnan(value.f32) : isnan(value.f64);
        return status_error(DNN_ERROR_NOT_FINITE, "\"%s\" is %s in row %lld, column %lld (counted from 0)", path,
                            is_nan ? "NaN" : "infinite", (long long)row, (long long)column);
    }
    if (stream->element == ELEMENT_B1) {
        return status_error(DNN_ERROR_FORMAT, "\"%s\" has the bool %d in row %lld, column %lld (counted from 0)", path,
                            *(const uint8_t *)number, (long long)row, (long long)column);
    }
    return status_error(DNN_ERROR_UNSUPPORTED,
                        "\"%s\" has an integer beyond 2^53, which no double holds, in row %lld, column %lld (counted "
                        "from 0)",
                        path, (long long)row, (long long)column);
}

static int32_t check_block(const struct number_stream *stream, const uint8_t *numbers, int64_t count, int64_t first)
{
    if (element_check(stream->element, numbers, count)) {
        return DNN_OK;
    }
    const int64_t size = element_size(stream->element);
    int64_t at = 0;
    while (element_check(stream->element, numbers + at * size, 1)) {
        at++;
    }
    return unusable(stream, numbers + at * size, first + at);
}

static int32_t check_label(const struct reading *reading, int64_t label, int64_t row)
{
    const char *path = reading->stream->path;
    if (label < 0) {
        return status_error(DNN_ERROR_FORMAT,
                            "\"%s\" has the label %lld in row %lld (counted from 0), expected 0 or more", path,
                            (long long)label, (long long)row);
    }
    if (label >= reading->most) {
        return status_error(DNN_ERROR_UNSUPPORTED,
                            "\"%s\" has the label %lld in row %lld (counted from 0), expected at most %lld", path,
                            (long long)label, (long long)row, (long long)reading->most - 1);
    }
    return DNN_OK;
}

/* ---- blocks ---- */

/* Room for `needed` numbers: what has been asked for doubles, up to all of them. */
static int32_t reserve(struct reading *reading, int64_t needed)
{
    if (needed <= reading->capacity) {
        return DNN_OK;
    }
    const int64_t doubled = reading->capacity > reading->count / 2 ? reading->count : 2 * reading->capacity;
    const int64_t capacity = doubled > needed ? doubled : needed;
    uint8_t *grown = memory_resize(reading->data, capacity, stored_size[reading->stored]);
    if (grown == NULL) {
        return status_out_of_memory("the numbers of a file");
    }
    reading->data = grown;
    reading->capacity = capacity;
    return DNN_OK;
}

static int32_t store_labels(struct reading *reading, const void *raw, int64_t count, int64_t first, int32_t *out)
{
    element_to_integers(reading->stream->element, raw, count, reading->labels);
    for (int64_t i = 0; i < count; i++) {
        const int64_t label = reading->labels[i];
        if (label < 0 || label >= reading->most) {
            return check_label(reading, label, first + i);
        }
        reading->largest = label > reading->largest ? label : reading->largest;
        out[i] = (int32_t)label;
    }
    return DNN_OK;
}

/* Checked numbers of a file in Fortran order, from place `first` on, to where they belong. */
static void scatter(struct reading *reading, int64_t count, int64_t first)
{
    const struct number_stream *stream = reading->stream;
    const int64_t size = stored_size[reading->stored], stride = stream->n_each * size;
    const uint8_t *from = reading->wide;
    while (count > 0) {
        const int64_t row = first % stream->n;
        const int64_t run = least(count, stream->n - row);
        uint8_t *to = reading->data + (row * stream->n_each + column_of(stream, first / stream->n)) * size;
        for (int64_t i = 0; i < run; i++, from += size, to += stride) {
            switch (size) { /* so that each copy is one move */
            case 8:
                memcpy(to, from, 8);
                break;
            case 4:
                memcpy(to, from, 4);
                break;
            default:
                *to = *from;
                break;
            }
        }
        first += run;
        count -= run;
    }
}

static int32_t read_block(struct reading *reading, int64_t first, int64_t count)
{
    struct number_stream *stream = reading->stream;
    int32_t status = reserve(reading, first + count);
    if (status != DNN_OK) {
        return status;
    }
    void *target = reading->wide != NULL ? reading->wide : reading->data + first * stored_size[reading->stored];
    void *raw = reading->raw != NULL ? reading->raw : target;
    status = gunzip_read(stream->source, raw, count * element_size(stream->element));
    if (status == DNN_OK && element_is_swapped(stream->is_big_endian)) {
        element_swap(stream->element, raw, count);
    }
    if (status == DNN_OK) {
        status = check_block(stream, raw, count, first);
    }
    if (status == DNN_OK && reading->labels != NULL) {
        status = store_labels(reading, raw, count, first, target);
    } else if (status == DNN_OK && raw != target) {
        element_widen(stream->element, raw, count, target);
    }
    if (status == DNN_OK && reading->wide != NULL) {
        scatter(reading, count, first);
    }
    return status;
}

/* ---- all ---- */

/* The first number in Fortran order already touches all of the array, so it cannot grow with what comes. Compressed
 * data is read twice instead: once to see whether it is all there. */
static int32_t measure(struct reading *reading)
{
    struct number_stream *stream = reading->stream;
    const int64_t size = element_size(stream->element);
    int32_t status = DNN_OK;
    for (int64_t at = 0; status == DNN_OK && at < reading->count; at += BLOCK) {
        status = gunzip_read(stream->source, reading->raw, least(BLOCK, reading->count - at) * size);
    }
    if (status == DNN_OK) {
        status = gunzip_end(stream->source);
    }
    if (status == DNN_OK) {
        status = gunzip_rewind(stream->source);
    }
    for (int64_t at = 0; status == DNN_OK && at < stream->header_bytes; at += BLOCK) {
        status = gunzip_read(stream->source, reading->raw, least(BLOCK, stream->header_bytes - at));
    }
    return status;
}

/* Allocates what the loop needs. */
static int32_t begin(struct reading *reading)
{
    const struct number_stream *stream = reading->stream;
    const int64_t block = least(BLOCK, reading->count);
    const bool is_scatter = is_scattered(stream), is_exact = gunzip_is_exact(stream->source);
    const bool is_measured = is_scatter && !is_exact;
    const bool has_raw = !is_as_stored(stream, reading->stored) || is_measured;
    const bool is_label = reading->stored == STORED_LABEL;
    reading->raw = has_raw ? memory_new(is_measured ? BLOCK : block, element_size(stream->element)) : NULL;
    reading->wide = is_scatter ? memory_new(block, stored_size[reading->stored]) : NULL;
    reading->labels = is_label ? memory_new(block, sizeof *reading->labels) : NULL;
    if ((has_raw && reading->raw == NULL) || (is_scatter && reading->wide == NULL) ||
        (is_label && reading->labels == NULL)) {
        return status_out_of_memory("reading a file");
    }
    if (is_measured) {
        const int32_t status = measure(reading);
        if (status != DNN_OK) {
            return status;
        }
    }
    reading->capacity = is_scatter || is_exact ? reading->count : block;
    reading->data = memory_new(reading->capacity, stored_size[reading->stored]);
    return reading->data != NULL ? DNN_OK : status_out_of_memory("the numbers of a file");
}

static int32_t read_all(struct reading *reading)
{
    reading->count = reading->stream->n * reading->stream->n_each;
    int32_t status = begin(reading);
    for (int64_t first = 0; status == DNN_OK && first < reading->count; first += BLOCK) {
        status = read_block(reading, first, least(BLOCK, reading->count - first));
    }
    memory_free(reading->raw);
    memory_free(reading->wide);
    memory_free(reading->labels);
    if (status == DNN_OK) {
        status = gunzip_end(reading->stream->source);
    }
    if (status != DNN_OK) {
        memory_free(reading->data);
    }
    return status;
}

int32_t number_stream_read(struct number_stream *stream, enum stored stored, void **out)
{
    struct reading reading = {.stream = stream, .stored = stored};
    const int32_t status = read_all(&reading);
    if (status == DNN_OK) {
        *out = reading.data;
    }
    return status;
}

int32_t number_stream_read_labels(struct number_stream *stream, int64_t most, int32_t **labels, int64_t *classes)
{
    struct reading reading = {.stream = stream, .stored = STORED_LABEL, .most = most};
    const int32_t status = read_all(&reading);
    if (status == DNN_OK) {
        *labels = (int32_t *)(void *)reading.data;
        *classes = stream->element == ELEMENT_B1 ? 2 : reading.largest + 1;
    }
    return status;
}
