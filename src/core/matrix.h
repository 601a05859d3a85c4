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

#endif
