/*
 * data/number_stream.h - an array in a file, of any type, byte order and shape: what its header says, and its numbers.
 *
 * idx and npy read the header; the numbers are then read in one way for both, a block at a time, straight to their
 * place if they are stored as they will lie in memory. So the memory that is needed is the resulting array and a
 * megabyte. A header is a stranger's claim: nothing is allocated for it before it is held against the file's size, and
 * where that is not known, of compressed data, the array grows with what has really come.
 */
#ifndef DNN_DATA_NUMBER_STREAM_H
#define DNN_DATA_NUMBER_STREAM_H

#include "data/element.h"
#include "data/gunzip.h"

enum { NUMBER_STREAM_LARGEST_RANK = 255 };

/* What the numbers become in memory. */
enum stored { STORED_F64, STORED_F32, STORED_U8, STORED_LABEL };

struct number_stream {
    struct gunzip *source; /* at the first number; owned */
    const char *path;      /* borrowed, for messages */
    int64_t header_bytes;
    enum element element;
    bool is_big_endian;
    bool is_fortran; /* the first index varies fastest, not the last */
    int dimensions;
    int64_t sizes[NUMBER_STREAM_LARGEST_RANK]; /* [dimensions] */
    int64_t n;                                 /* sizes[0] */
    int64_t n_each;                            /* product of the others, 1 if there are none */
};

/* For the readers of headers: n and n_each from sizes, and all held against what the file can hold. The source is at
 * the first number. DNN_ERROR_FORMAT. */
int32_t number_stream_check(struct number_stream *stream);

/* Float or double, whichever holds the file's numbers exactly; bytes as they are where `bytes_stay`. */
enum stored number_stream_stored(const struct number_stream *stream, bool bytes_stay);

/* Reads the numbers, in C order whatever the file's, and expects the end of the file. stored: of number_stream_stored.
 * *out: [n × n_each], released with memory_free. DNN_ERROR_FORMAT, DNN_ERROR_NOT_FINITE (NaN or infinite),
 * DNN_ERROR_UNSUPPORTED (an integer beyond 2⁵³), DNN_ERROR_IO, DNN_ERROR_OUT_OF_MEMORY. */
int32_t number_stream_read(struct number_stream *stream, enum stored stored, void **out);

/* Reads integers or bools of one dimension as classes, 0 to `most` − 1. *classes: the largest + 1; of bools 2.
 * DNN_ERROR_FORMAT (negative), DNN_ERROR_UNSUPPORTED (too large), and as above. */
int32_t number_stream_read_labels(struct number_stream *stream, int64_t most, int32_t **labels, int64_t *classes);

/* Releases the source. The struct may be zeroed, or closed before. */
void number_stream_close(struct number_stream *stream);

#endif
