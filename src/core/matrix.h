/*
 * core/matrix.h - a row-major matrix in memory that someone else owns, in either precision.
 */
#ifndef DNN_CORE_MATRIX_H
#define DNN_CORE_MATRIX_H

#include <stdint.h>

struct matrix {
    void *data; /* [rows × columns] numbers of the precision that it is used with */
    int64_t rows;
    int64_t columns;
    int64_t stride; /* numbers from one row to the next */
};

static inline struct matrix matrix_from(void *data, int64_t rows, int64_t columns, int64_t stride)
{
    return (struct matrix){data, rows, columns, stride};
}

/* The part [rows × columns] of a matrix that begins at row i, column j. real_size: bytes of a number. */
static inline struct matrix matrix_part(struct matrix a, int64_t i, int64_t j, int64_t rows, int64_t columns,
                                        int64_t real_size)
{
    unsigned char *first = (unsigned char *)a.data + (i * a.stride + j) * real_size;
    return matrix_from(first, rows, columns, a.stride);
}

#endif
