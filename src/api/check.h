/*
 * api/check.h - the checks that every public function begins with.
 *
 * Arguments are checked here, once; below api/ they are right. REQUIRE returns from the function that uses it: it
 * stands first in a public function, before anything is held, so there is nothing to undo.
 */
#ifndef DNN_API_CHECK_H
#define DNN_API_CHECK_H

#include "base/status.h"

#include <stddef.h>

/* A count of rows that the BLAS can hold. */
#define CHECK_LARGEST_COUNT INT64_C(2147483647)

/* The most that the key `threads` takes. */
#define CHECK_MOST_THREADS 256

/* Returns DNN_ERROR_INVALID_ARGUMENT, with a message that names it, if the argument is NULL. */
#define REQUIRE(pointer)                                                                                               \
    do {                                                                                                               \
        if ((pointer) == NULL) {                                                                                       \
            return status_error(DNN_ERROR_INVALID_ARGUMENT, "%s: %s is NULL", __func__, #pointer);                     \
        }                                                                                                              \
    } while (0)

/* An error unless minimum ≤ value ≤ maximum. name: of the argument, for the message. */
int32_t check_range(const char *name, int64_t value, int64_t minimum, int64_t maximum);

/* An error unless n rows of `columns` numbers can be an array in memory, n between minimum and CHECK_LARGEST_COUNT. */
int32_t check_rows(int64_t n, int64_t minimum, int64_t columns);

/* An error unless buffer can take `needed` bytes and a NUL, or asks only for their number: see dnn_config_get. */
int32_t check_text_buffer(const char *buffer, int64_t capacity, int64_t needed);

#endif
